//! What the server counts is what its guide names.

use crate::journal::{Entry, Heard, Sender};
use crate::server::{Ledger, until, value};
use reqwest::Client;
use std::collections::BTreeSet;

const GUIDE: &str = include_str!("../../../../docs/guide/operations.md");

#[tokio::test]
async fn after_some_work_each_name_of_the_guide_is_there_and_no_other() {
    let (ledger, batch) = Ledger::with_batch(300);
    let secret = ledger.key();
    let server = ledger.serve(&[]);
    let sender = Sender { client: Client::new(), url: server.url.clone(), secret };
    let entry = |n: usize, cents| Entry { key: format!("k-{n}"), source: 1, cents, heard: Heard::Doubt };
    assert!(matches!(sender.send(&entry(1, 5)).await, Heard::Moved(_)));
    assert!(matches!(sender.send(&entry(2, 100_000_000)).await, Heard::Refused(_)));
    until("the run has ended", async || ledger.ok(&["batch", "status", &batch])["status"] == "completed")
        .await;
    let documented: BTreeSet<&str> =
        GUIDE.lines().filter_map(|line| line.strip_prefix("| `sluice_")?.split('`').next()).collect();
    assert!(documented.len() > 10, "{documented:?}");
    until("every name is there", async || {
        let scraped = server.metrics().await;
        documented.iter().all(|name| scraped.contains(&format!("# TYPE sluice_{name} ")))
    })
    .await;
    let scraped = server.metrics().await;
    for line in scraped.lines().filter_map(|line| line.strip_prefix("# TYPE sluice_")) {
        let name = line.split(' ').next().unwrap();
        assert!(documented.contains(name), "docs/guide/operations.md does not name sluice_{name}");
    }
    assert!((value(&scraped, "sluice_transfers_total{kind=\"item\"}") - 300.0).abs() < 0.5, "{scraped}");
    assert!((value(&scraped, "sluice_transfers_total{kind=\"single\"}") - 1.0).abs() < 0.5, "{scraped}");
    let refused = "sluice_ledger_refusals_total{code=\"INSUFFICIENT_BALANCE\"}";
    assert!((value(&scraped, refused) - 1.0).abs() < 0.5, "{scraped}");
    assert!(scraped.lines().all(|line| !line.contains("k-1") && !line.contains("A1")), "{scraped}");
}
