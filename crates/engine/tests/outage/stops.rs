//! The server is stopped as by a power failure, during a run with concurrent single transfers.

use crate::fixture::{Worker, all_paid, batch, end_of, pay, people, service, settled, soon};
use crate::rounds;
use service::{Error, account, transfer};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use store::StoreError;
use testkit::postgres::Postgres;

/// How long a caller may wait for the error that the database is unreachable: the door checks for 20 s what became
/// of a commit that got no answer, and each chunk behind it has one attempt.
const NEWS: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_server_stopped_without_warning_loses_nothing_and_pays_nothing_twice() {
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
            soon("resuming", async || settled(&url, &current).await.is_some_and(|now| now > seen)).await;
        longest = longest.max(took);
    }
    end_of(&service, &current).await;
    ended.store(true, Ordering::SeqCst);
    let acknowledged = client.await.unwrap();
    worker.stop().await;
    all_paid(&service, &current).await;
    each_stands_once(&service, &acknowledged).await;
    println!(
        "{} stops over {batches} batches, {} transfers acknowledged; resuming took {longest:?} at most",
        rounds(),
        acknowledged.len()
    );
}

/// While the server is unreachable, a caller soon gets a retryable error.
async fn news_is_quick(service: &service::Service) {
    let begun = Instant::now();
    let answer = pay(service, 1, None).await;
    let clear = matches!(answer, Err(Error::Store(StoreError::Away(_) | StoreError::InDoubt(_))));
    assert!(clear, "{answer:?}");
    assert!(begun.elapsed() < NEWS, "the error took {:?}", begun.elapsed());
    let begun = Instant::now();
    assert!(account::show(service, &"PAY".into()).await.is_err());
    assert!(begun.elapsed() < NEWS, "a reader's error took {:?}", begun.elapsed());
}

/// Pays 0.01 repeatedly, each time under a new operation id, and collects the acknowledged ids. A payment
/// that is not acknowledged is retried under the same id.
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

/// Checks that every acknowledged transfer exists under the id that was returned, and that a retry changes
/// nothing.
async fn each_stands_once(service: &service::Service, acknowledged: &[(String, i64)]) {
    assert!(!acknowledged.is_empty());
    let paid = transfer::show(service, acknowledged.first().unwrap().1).await.unwrap();
    assert_eq!(paid.transfer.amount, 1);
    for (place, (name, number)) in acknowledged.iter().enumerate() {
        let again = pay(service, place % 100, Some(name.clone())).await.unwrap();
        assert_eq!((again.transfer.map(|t| t.0), again.replayed), (Some(*number), true), "{name}");
    }
}
