//! The server's metrics match its guide, alerts and dashboard.

use crate::journal::{Entry, Heard, Sender};
use crate::server::{Ledger, until, value};
use domain::access::Operation;
use domain::code::Code;
use reqwest::Client;
use serde_json::Value as Json;
use std::collections::BTreeSet;

const ALERTS: &str = include_str!("../../../../docs/guide/alerts.yml");
const DASHBOARD: &str = include_str!("../../../../docs/guide/dashboard.json");
const GUIDE: &str = include_str!("../../../../docs/guide/operations.md");

#[tokio::test]
async fn after_some_work_exactly_the_documented_metrics_exist() {
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
    until("every metric exists", async || {
        let scraped = server.metrics().await;
        documented.iter().all(|name| scraped.contains(&format!("# TYPE sluice_{name} ")))
    })
    .await;
    let scraped = server.metrics().await;
    for line in scraped.lines().filter_map(|line| line.strip_prefix("# TYPE sluice_")) {
        let name = line.split(' ').next().unwrap();
        assert!(documented.contains(name), "docs/guide/operations.md does not name sluice_{name}");
    }
    for (file, text) in [("alerts.yml", ALERTS), ("dashboard.json", DASHBOARD)] {
        let named = series(text);
        assert!(named.len() > 8, "{file}: {named:?}");
        let is_there = |name: &&str| scraped.lines().any(|line| line.starts_with(name));
        let missing: Vec<_> = named.into_iter().filter(|name| !is_there(name)).collect();
        assert_eq!(missing, Vec::<&str>::new(), "{file} names series that /metrics lacks");
    }
    assert!((value(&scraped, "sluice_transfers_total{kind=\"item\"}") - 300.0).abs() < 0.5, "{scraped}");
    assert!((value(&scraped, "sluice_transfers_total{kind=\"single\"}") - 1.0).abs() < 0.5, "{scraped}");
    let refused = "sluice_ledger_refusals_total{code=\"INSUFFICIENT_BALANCE\"}";
    assert!((value(&scraped, refused) - 1.0).abs() < 0.5, "{scraped}");
    assert!(scraped.lines().all(|line| !line.contains("k-1") && !line.contains("A1")), "{scraped}");
}

/// The statements that the metrics have measured.
fn measured(metrics: &str) -> BTreeSet<String> {
    let counts =
        metrics.lines().filter_map(|line| line.strip_prefix("sluice_store_seconds_count{statement=\""));
    counts.map(|line| line.split('"').next().unwrap().to_owned()).collect()
}

/// Nothing is measured until the first scrape; after it, a transfer shows up with its statements.
async fn statements_are_measured_once_read(ledger: Ledger) {
    let secret = ledger.key();
    let server = ledger.serve(&["--no-worker"]);
    let sender = Sender { client: Client::new(), url: server.url.clone(), secret };
    let entry = |n: usize| Entry { key: format!("k-{n}"), source: 1, cents: 5, heard: Heard::Doubt };
    assert!(matches!(sender.send(&entry(1)).await, Heard::Moved(_)));
    assert_eq!(measured(&server.metrics().await), BTreeSet::new());
    assert!(matches!(sender.send(&entry(2)).await, Heard::Moved(_)));
    let scraped = server.metrics().await;
    let measured = measured(&scraped);
    for statement in ["operation.lookup", "balance.update", "transfer.insert", "posting.insert", "commit"] {
        assert!(measured.contains(statement), "{statement} is missing: {measured:?}");
    }
    assert!(
        scraped.contains("sluice_store_seconds_bucket{statement=\"commit\",le=\"0.00005\"}"),
        "{scraped}"
    );
    let transfers = value(&scraped, "sluice_store_seconds_count{statement=\"transfer.insert\"}");
    assert!((transfers - 1.0).abs() < 0.5, "only the second transfer is measured: {scraped}");
}

mod on_file {
    use super::{Ledger, statements_are_measured_once_read};

    #[tokio::test]
    async fn statements_are_measured_while_somebody_reads_the_metrics() {
        statements_are_measured_once_read(Ledger::with_accounts(2)).await;
    }
}

mod on_server {
    use super::{Ledger, statements_are_measured_once_read};
    use testkit::postgres::Postgres;

    #[tokio::test]
    async fn statements_are_measured_while_somebody_reads_the_metrics() {
        let postgres = Postgres::shared();
        statements_are_measured_once_read(Ledger::on_server(postgres.database(), 2)).await;
    }
}

/// The `sluice_` series that a text names, including histogram suffixes.
fn series(text: &str) -> BTreeSet<&str> {
    let is_of_a_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let words = text.split(|c: char| !is_of_a_name(c));
    words.filter(|word| word.starts_with("sluice_")).collect()
}

/// The quoted values after a label in a rule, with alternatives split; patterns are skipped.
fn values<'a>(text: &'a str, label: &str) -> BTreeSet<&'a str> {
    let quoted = |rest: &'a str| {
        rest.trim_start_matches(['=', '~', '!', '\\']).strip_prefix('"')?.split(['"', '\\']).next()
    };
    let found = text.split(label).skip(1).filter_map(quoted);
    found.filter(|value| !value.contains('(')).flat_map(|value| value.split('|')).collect()
}

#[test]
fn the_alerts_cover_what_the_guide_lists_and_say_what_to_do() {
    let rules: Vec<&str> = ALERTS.split("- alert: ").skip(1).collect();
    let names: BTreeSet<_> = rules.iter().map(|rule| rule.lines().next().unwrap()).collect();
    assert_eq!(names.len(), rules.len(), "two alerts share a name");
    for rule in &rules {
        for part in ["\n        expr: ", "\n        labels: { severity: ", "summary: \"", "action: \""] {
            assert!(rule.contains(part), "no {part:?} in {rule}");
        }
    }
    for name in values(ALERTS, "operation") {
        assert!(Operation::from_name(name).is_some(), "no operation {name}");
    }
    for name in values(ALERTS, "code") {
        assert!(Code::ALL.iter().any(|code| code.name() == name), "no code {name}");
    }
    let (_, worth) = GUIDE.split_once("Worth an alarm").unwrap();
    let (worth, _) = worth.split_once("\n#").unwrap();
    let lines: Vec<&str> = worth.lines().filter(|line| line.starts_with("| ")).skip(2).collect();
    assert!(lines.len() > 10, "{worth}");
    for line in lines {
        let rule = line.split('`').nth(1).unwrap();
        assert!(names.contains(rule), "{rule} is in the guide and not in alerts.yml");
    }
    assert!(
        names.iter().all(|name| worth.contains(&format!("`{name}`"))),
        "the guide does not name every alert"
    );
}

#[test]
fn the_dashboard_is_readable_by_grafana() {
    let board: Json = serde_json::from_str(DASHBOARD).unwrap();
    let panels = board["panels"].as_array().unwrap();
    let ids: BTreeSet<_> = panels.iter().map(|panel| panel["id"].as_i64().unwrap()).collect();
    assert_eq!(ids.len(), panels.len());
    for panel in panels {
        assert!(panel["title"].is_string() && panel["gridPos"]["w"].is_u64(), "{panel}");
        for target in panel["targets"].as_array().unwrap() {
            let expr = target["expr"].as_str().unwrap();
            assert_eq!(series(expr).len(), 1, "{expr}");
            assert_eq!(expr.matches('(').count(), expr.matches(')').count(), "{expr}");
        }
    }
}
