//! How the server starts and stops.

use crate::server::{Ledger, until, value};
use reqwest::Client;
use rustix::process::Signal;
use std::time::{Duration, Instant};

const ITEMS: usize = 40_000;

#[tokio::test]
async fn a_stop_during_a_run_interrupts_it_and_the_next_start_completes_it() {
    let (ledger, batch) = Ledger::with_batch(ITEMS);
    let mut server = ledger.serve(&[]);
    until("the run has begun", async || {
        value(&server.metrics().await, "sluice_transfers_total{kind=\"item\"}") > 0.0
    })
    .await;
    let begun = Instant::now();
    server.signal(Signal::TERM);
    let status = server.ended();
    assert_eq!(status.code(), Some(0), "{}", server.said());
    assert!(begun.elapsed() < Duration::from_secs(30));
    let stopped = ledger.ok(&["batch", "status", &batch]);
    assert_eq!(stopped["status"], "processing", "the run should be interrupted, not ended: {stopped}");
    ledger.verified();
    let mut server = ledger.serve(&[]);
    until("the run has ended", async || ledger.ok(&["batch", "status", &batch])["status"] == "completed")
        .await;
    server.signal(Signal::INT);
    assert_eq!(server.ended().code(), Some(0));
    assert_eq!((ledger.balance("A0"), ledger.balance("A1")), ("600.00".to_owned(), "1400.00".to_owned()));
    ledger.verified();
}

#[tokio::test]
async fn the_first_start_creates_the_ledger_and_a_second_server_is_refused() {
    let ledger = Ledger::none();
    let mut server = ledger.serve(&["--no-worker"]);
    let health = Client::new().get(format!("{}/readyz", server.url)).send().await.unwrap();
    assert_eq!(health.status(), 200);
    let address = server.url.strip_prefix("http://").unwrap().to_owned();
    let healthy = ledger.command(&["health"]).env("SLUICE_LISTEN", &address).output().unwrap();
    assert_eq!(healthy.status.code(), Some(0), "{healthy:?}");
    let second = ledger.command(&["serve", "--listen", "127.0.0.1:0"]).output().unwrap();
    assert_eq!(second.status.code(), Some(5), "two servers on one directory: {second:?}");
    let taken = Ledger::none().command(&["serve", "--listen", &address]).output().unwrap();
    assert_eq!(taken.status.code(), Some(3), "two servers on one address: {taken:?}");
    server.signal(Signal::TERM);
    assert_eq!(server.ended().code(), Some(0), "{}", server.said());
    let ill = ledger.command(&["health"]).env("SLUICE_LISTEN", &address).output().unwrap();
    assert_eq!(ill.status.code(), Some(75), "{ill:?}");
    ledger.verified();
}
