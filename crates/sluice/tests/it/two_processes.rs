//! One process writes; others read beside it.

use crate::support::{Ledger, answer, payroll};
use serde_json::json;
use std::io::Write;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// A writer that holds the data directory: an import that waits for the rest of its file.
fn writer(ledger: &Ledger) -> Child {
    let args =
        ["batch", "import", "-", "--type", "one_to_many", "--account", "ACME", "--name", "Slow", "--json"];
    let mut child = ledger.command().args(args).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.as_mut().unwrap().write_all(b"account,amount\nP1,1.00\n").unwrap();
    let lock = ledger.path().join("data/sluice.lock");
    let begun = Instant::now();
    while std::fs::read_to_string(&lock).unwrap_or_default().trim() != child.id().to_string() {
        assert!(begun.elapsed() < Duration::from_secs(10), "the writer does not begin");
        std::thread::sleep(Duration::from_millis(5));
    }
    child
}

#[test]
fn a_second_writer_is_told_who_writes_and_readers_go_on() {
    let ledger = Ledger::funded("10.00");
    ledger.payees(2);
    let id = ledger.import(&payroll(2), &[]).json["batch_id"].as_str().unwrap().to_owned();
    let mut child = writer(&ledger);
    for args in [
        &["deposit", "--account", "ACME", "--amount", "1.00"] as &[&str],
        &["batch", "run", &id],
        &["batch", "pause", &id],
        &["init"],
    ] {
        let refused = ledger.refused(args, 5, "DATA_DIRECTORY_BUSY");
        assert!(refused.stderr.contains(&format!("Process {}", child.id())), "{refused:?}");
    }
    for args in [
        &["batch", "status", &id] as &[&str],
        &["batch", "items", &id],
        &["batch", "history", &id],
        &["batch", "list"],
        &["batch", "preview", &id],
        &["account", "show", "ACME"],
        &["account", "list"],
        &["account", "statement", "ACME"],
        &["holder", "list"],
        &["asset", "list"],
        &["fx", "list"],
        &["policy", "show", "--currency", "USD"],
        &["stats", "--from", "2020-01-01", "--to", "2099-12-31"],
        &["audit"],
        &["verify"],
    ] {
        ledger.ok(args);
    }
    drop(child.stdin.take());
    let done = answer(&child.wait_with_output().unwrap());
    assert_eq!((done.exit, &done.json["taken"]), (0, &json!(1)), "{done:?}");
    ledger.ok(&["batch", "run", &id]);
    ledger.verified();
}

#[test]
fn an_import_that_was_killed_leaves_nothing_behind() {
    let ledger = Ledger::funded("10.00");
    ledger.payees(1);
    let mut child = writer(&ledger);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(ledger.ok(&["batch", "list"]).json["batches"], json!([]));
    ledger.ok(&["deposit", "--account", "ACME", "--amount", "1.00"]);
    ledger.verified();
}

#[test]
fn without_a_ledger_every_command_says_init() {
    let ledger = Ledger::none();
    for args in [&["batch", "list"] as &[&str], &["deposit", "--account", "A", "--amount", "1"]] {
        let answer = ledger.refused(args, 1, "NO_LEDGER");
        assert!(answer.stderr.contains("init"), "{answer:?}");
    }
    ledger.refused(&["verify"], 3, "NO_LEDGER");
    ledger.refused(&["init", "--time-zone", "Mars/Olympus"], 1, "TIME_ZONE_UNKNOWN");
    ledger.ok(&["init"]);
    ledger.refused(&["init"], 1, "LEDGER_EXISTS");
}
