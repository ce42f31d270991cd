//! Connections cut at COMMIT: before it reaches the server, and after it took effect but before the answer
//! came back. The door determines the outcome and answers correctly, once.

use crate::fixture::{Worker, all_paid, batch, end_of, pay, people, service, settled, soon};
use crate::rounds;
use service::account;
use std::time::{Duration, Instant};
use testkit::postgres::Postgres;
use testkit::proxy::{Proxy, Rule};

/// The balance of `PAY`, in cents.
async fn balance(service: &service::Service) -> i64 {
    account::show(service, &"PAY".into()).await.unwrap().0.balance
}

/// Single transfers without an operation id: no client could safely retry them, so the door itself must
/// determine whether they were committed.
async fn singles(rule: Rule) {
    let server = Postgres::shared();
    let url = server.database();
    let proxy = Proxy::start(testkit::postgres::address_of(&url)).await;
    let service = service(&proxy.url(&url)).await;
    people(&service).await;
    let (mut cut, mut longest, mut expected) = (0, Duration::ZERO, balance(&service).await);
    for k in 0..rounds() * 4 {
        let fired = proxy.fired_by(rule);
        proxy.set(rule);
        let begun = Instant::now();
        let outcome = pay(&service, k, None).await.unwrap();
        longest = longest.max(begun.elapsed());
        assert_eq!((outcome.code, outcome.replayed), (None, false));
        expected -= 1;
        assert_eq!(balance(&service).await, expected, "after cut {k}");
        cut += proxy.fired_by(rule) - fired;
    }
    assert_eq!(cut, u64::try_from(rounds() * 4).unwrap(), "every transfer's commit was cut");
    assert_eq!(upkeep::verify::run(&service.store).await.unwrap().violations(), []);
    println!("{cut} cuts ({rule:?}); the longest transfer took {longest:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_connection_cut_before_commit_moves_money_once() {
    singles(Rule::CutBeforeCommit).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_connection_cut_after_commit_moves_money_once() {
    singles(Rule::CutAfterCommit).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_run_whose_commits_are_cut_pays_every_payee_once() {
    let server = Postgres::shared();
    let url = server.database();
    let proxy = Proxy::start(testkit::postgres::address_of(&url)).await;
    let service = service(&proxy.url(&url)).await;
    people(&service).await;
    let batch = batch(&service).await;
    let worker = Worker::start(&service);
    for k in 0..rounds() * 4 {
        let seen = settled(&url, &batch).await.unwrap();
        if seen == 20_000 {
            break;
        }
        proxy.set(if k % 2 == 0 { Rule::CutBeforeCommit } else { Rule::CutAfterCommit });
        soon("resuming", async || settled(&url, &batch).await.is_some_and(|now| now > seen)).await;
    }
    proxy.set(Rule::Refuse);
    tokio::time::sleep(Duration::from_millis(500)).await;
    proxy.set(Rule::Pass);
    end_of(&service, &batch).await;
    worker.stop().await;
    println!("{} commits of the run were cut", proxy.fired());
    all_paid(&service, &batch).await;
}
