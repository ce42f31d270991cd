//! The server is stopped as by a loss of power, in the middle of a run with single transfers beside it.

use crate::fixture::{Worker, all_paid, batch, end_of, pay, people, service, settled, soon};
use crate::rounds;
use service::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use store::StoreError;
use testkit::postgres::Postgres;

/// What a caller may wait for the news that the database is away.
const NEWS: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_server_that_is_stopped_without_warning_loses_and_doubles_nothing() {
    let mut server = Postgres::start();
    let url = server.database();
    let service = service(&url).await;
    people(&service).await;
    let worker = Worker::start(&service);
    let ended = Arc::new(AtomicBool::new(false));
    let client = tokio::spawn(client(service.clone(), ended.clone()));
    let (mut current, mut longest, mut batches) = (batch(&service).await, Duration::ZERO, 1);
    for round in 0..rounds() {
        let before = settled(&url, &current).await.unwrap();
        if before > 15_000 {
            end_of(&service, &current).await;
            all_paid(&service, &current).await;
            current = batch(&service).await;
            batches += 1;
        }
        let before = settled(&url, &current).await.unwrap();
        soon("progress", async || settled(&url, &current).await.unwrap() > before).await;
        server.crash();
        if round % 5 == 0 {
            news_is_quick(&service).await;
        }
        server.restart();
        let seen = settled(&url, &current).await.unwrap();
        let took =
            soon("going on", async || settled(&url, &current).await.is_some_and(|now| now > seen)).await;
        longest = longest.max(took);
    }
    end_of(&service, &current).await;
    ended.store(true, Ordering::SeqCst);
    let acknowledged = client.await.unwrap();
    worker.stop().await;
    all_paid(&service, &current).await;
    each_stands_once(&service, &acknowledged).await;
    println!(
        "{} stops over {batches} batches, {} transfers acknowledged; going on took {longest:?} at most",
        rounds(),
        acknowledged.len()
    );
}

/// While the server is away a caller learns it soon, as an error that may be tried again.
async fn news_is_quick(service: &service::Service) {
    let begun = Instant::now();
    let answer = pay(service, 1, None).await;
    let clear = matches!(answer, Err(Error::Store(StoreError::Away(_) | StoreError::InDoubt(_))));
    assert!(clear, "{answer:?}");
    assert!(begun.elapsed() < NEWS, "the news took {:?}", begun.elapsed());
    let begun = Instant::now();
    assert!(service.account_find("PAY").await.is_err());
    assert!(begun.elapsed() < NEWS, "a reader's news took {:?}", begun.elapsed());
}

/// Pays 0.01 again and again, each under a name of its own, and keeps the names that were acknowledged. What
/// is not acknowledged is asked for again under the same name.
async fn client(service: service::Service, ended: Arc<AtomicBool>) -> Vec<(String, i64)> {
    let mut acknowledged = Vec::new();
    for k in 0_usize.. {
        if ended.load(Ordering::SeqCst) {
            break;
        }
        let name = format!("single-{k}");
        loop {
            match pay(&service, k % 100, Some(name.clone())).await {
                Ok(outcome) => {
                    assert_eq!(outcome.code, None);
                    acknowledged.push((name, outcome.transfer.unwrap().0));
                    break;
                }
                Err(Error::Store(
                    StoreError::Away(_)
                    | StoreError::InDoubt(_)
                    | StoreError::Busy(_)
                    | StoreError::Conflict(_),
                )) => tokio::time::sleep(Duration::from_millis(50)).await,
                Err(error) => panic!("{error}"),
            }
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    acknowledged
}

/// Every acknowledged transfer is there under the number that was answered, and asking again changes nothing.
async fn each_stands_once(service: &service::Service, acknowledged: &[(String, i64)]) {
    assert!(!acknowledged.is_empty());
    let paid = service.transfer_show(acknowledged.first().unwrap().1).await.unwrap();
    assert_eq!(paid.transfer.amount, 1);
    for (place, (name, number)) in acknowledged.iter().enumerate() {
        let again = pay(service, place % 100, Some(name.clone())).await.unwrap();
        assert_eq!((again.transfer.map(|t| t.0), again.replayed), (Some(*number), true), "{name}");
    }
}
