//! A batch's life cycle by commands: draft, run, retry, skip, cancel, kill and resume.

use crate::support::{Ledger, payroll};
use serde_json::{Value as Json, json};
use std::time::{Duration, Instant};

fn id(ledger: &Ledger, content: &str, more: &[&str]) -> String {
    let answer = ledger.import(content, more);
    answer.json["batch_id"].as_str().unwrap_or_else(|| panic!("{answer:?}")).to_owned()
}

fn audited(ledger: &Ledger, action: &str) -> Vec<Json> {
    ledger.ok(&["audit", "--action", action]).json["rows"].as_array().unwrap().clone()
}

#[test]
fn failed_items_are_retried_or_skipped() {
    let ledger = Ledger::funded("2.00");
    ledger.payees(4);
    let batch = id(&ledger, &payroll(4), &["--draft"]);
    assert_eq!(ledger.ok(&["batch", "status", &batch]).json["status"], "draft");
    let run = ledger.ok(&["batch", "run", &batch]).json;
    assert_eq!((&run["status"], &run["failed_count"]), (&json!("partially_completed"), &json!(2)));
    ledger.ok(&["deposit", "--account", "ACME", "--amount", "1.00"]);
    let retried = ledger.ok(&["batch", "retry", &batch]).json;
    assert_eq!((&retried["count"], &retried["failed_count"]), (&json!(2), &json!(1)));
    let skipped = ledger.ok(&["batch", "skip", &batch, "--line", "5", "--reason", "left"]).json;
    assert_eq!((&skipped["skipped_count"], &skipped["failed_count"]), (&json!(1), &json!(0)));
    let again = ledger.ok(&["batch", "retry", &batch]).json;
    assert_eq!(again["count"], 0);
    ledger.refused(&["batch", "skip", &batch, "--reason", "x"], 64, "USAGE");
    // A line without an item is refused like an unknown item: on record, with what was asked for.
    for (words, action) in [(&["retry"][..], "item.retry"), (&["skip", "--reason", "x"], "item.skip")] {
        for (name, line) in [(batch.as_str(), "99"), ("batch-20200101-001", "2")] {
            let code = if line == "99" { "ITEM_NOT_FOUND" } else { "BATCH_NOT_FOUND" };
            let before = audited(&ledger, action);
            let args = [&["batch", words[0], name, "--line", line], &words[1..]].concat();
            ledger.refused(&args, 1, code);
            let rows = audited(&ledger, action);
            assert_eq!(rows.len(), before.len() + 1, "{args:?}");
            let row = rows.iter().find(|row| !before.contains(row)).unwrap();
            assert_eq!((&row["result"], row["detail"]["line"].to_string()), (&json!(code), line.to_owned()));
        }
    }
    ledger.verified();
}

#[test]
fn one_command_skips_all_failed_items() {
    let ledger = Ledger::funded("2.00");
    ledger.payees(5);
    let batch = id(&ledger, &payroll(5), &[]);
    assert_eq!(ledger.ok(&["batch", "run", &batch]).json["failed_count"], 3);
    let both = ["batch", "skip", &batch, "--all-failed", "--line", "2", "--reason", "left"];
    assert_eq!(ledger.run(&both).exit, 64);
    let skip = ["batch", "skip", &batch, "--all-failed", "--reason", "left"];
    let skipped = ledger.ok(&skip).json;
    assert_eq!((&skipped["count"], &skipped["skipped_count"]), (&json!(3), &json!(3)));
    assert_eq!((&skipped["failed_count"], &skipped["success_count"]), (&json!(0), &json!(2)));
    assert_eq!(ledger.ok(&skip).json["count"], 0);
    ledger.verified();
}

#[test]
fn a_batch_stopped_at_a_failure_can_be_resumed() {
    let ledger = Ledger::funded("2.00");
    ledger.payees(4);
    let batch = id(&ledger, &payroll(4), &["--mode", "stop_on_failure"]);
    let run = ledger.ok(&["batch", "run", &batch]).json;
    assert_eq!((&run["success_count"], &run["failed_count"]), (&json!(2), &json!(2)));
    ledger.ok(&["deposit", "--account", "ACME", "--amount", "9.00"]);
    let resumed = ledger.ok(&["batch", "resume", &batch]).json;
    assert_eq!((&resumed["count"], &resumed["success_count"]), (&json!(1), &json!(3)));
    assert_eq!(ledger.ok(&["batch", "retry", &batch, "--line", "4"]).json["status"], "completed");
    ledger.refused(&["batch", "resume", &batch], 1, "BATCH_NOT_RESUMABLE");
    ledger.verified();
}

#[test]
fn a_wrong_file_is_cancelled_for_good_and_all_failed_items_are_skipped_at_once() {
    let ledger = Ledger::funded("2.00");
    ledger.payees(4);
    let wrong = id(&ledger, &payroll(4), &[]);
    assert_eq!(ledger.ok(&["batch", "run", &wrong]).json["failed_count"], 2);
    let off = ledger.ok(&["batch", "cancel", &wrong, "--for-good", "--note", "wrong file"]).json;
    assert_eq!((&off["status"], &off["skipped_count"]), (&json!("completed"), &json!(2)));
    ledger.refused(&["batch", "retry", &wrong], 1, "BATCH_WRONG_STATE");
    ledger.refused(&["batch", "cancel", &wrong, "--for-good"], 1, "BATCH_CANNOT_CANCEL");

    let poor = id(&ledger, &payroll(3), &["--again", "a test"]);
    assert_eq!(ledger.ok(&["batch", "run", &poor]).json["status"], "failed");
    let skipped = ledger.ok(&["batch", "skip", &poor, "--all-failed", "--reason", "paid by hand"]).json;
    assert_eq!(
        (&skipped["count"], &skipped["status"], &skipped["failed_count"]),
        (&json!(3), &json!("failed"), &json!(0))
    );
    let events = ledger.ok(&["batch", "history", &poor]).json["events"].clone();
    let last = events.as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["event"], &last["detail"]["items"]), (&json!("skipped"), &json!(3)));
    assert_eq!(last["detail"]["note"], "paid by hand");
    ledger.verified();
}

#[test]
fn running_a_paused_batch_resumes_it() {
    let ledger = Ledger::funded("9.00");
    ledger.payees(2);
    let batch = id(&ledger, &payroll(2), &[]);
    ledger.ok(&["batch", "start", &batch]);
    let paused = ledger.ok(&["batch", "pause", &batch, "--note", "lunch"]).json;
    assert_eq!(paused["status"], "paused");
    assert_eq!(ledger.ok(&["batch", "run", &batch]).json["status"], "completed");
    let history = ledger.ok(&["batch", "history", &batch]).json["events"].clone();
    let told: Vec<_> = history
        .as_array()
        .unwrap()
        .iter()
        .map(|event| (event["event"].as_str().unwrap(), event["actor"].as_str().unwrap()))
        .collect();
    let expected = [
        ("created", "tester"),
        ("submitted", "tester"),
        ("started", "tester"),
        ("pause_asked", "tester"),
        ("paused", "tester"),
        ("resumed", "tester"),
        ("completed", "system"),
    ];
    assert_eq!(told, expected);
    assert_eq!(history[3]["detail"]["note"], "lunch");
    ledger.verified();
}

#[test]
fn a_cancelled_batch_cannot_run() {
    let ledger = Ledger::funded("2.00");
    ledger.payees(1);
    let batch = id(&ledger, &payroll(1), &[]);
    assert_eq!(ledger.ok(&["batch", "cancel", &batch, "--reason", "wrong"]).json["status"], "cancelled");
    ledger.refused(&["batch", "run", &batch], 1, "BATCH_WRONG_STATE");
    ledger.refused(&["batch", "retry", &batch], 1, "BATCH_WRONG_STATE");
    ledger.refused(&["batch", "status", "batch-20200101-001"], 1, "BATCH_NOT_FOUND");
}

/// Starts a run in slices of one item and interrupts it with a signal.
fn cut_off(ledger: &Ledger, batch: &str, total: i64, signal: &str) {
    let child =
        ledger.command().args(["batch", "run", batch, "--chunk-items", "1", "--json"]).spawn().unwrap();
    let begun = Instant::now();
    loop {
        let done = ledger.ok(&["batch", "status", batch]).json["success_count"].as_i64().unwrap();
        if done > 0 {
            assert!(done < total, "the run was too fast to be interrupted");
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "the run did not begin");
    }
    let pid = child.id().to_string();
    std::process::Command::new("kill").args([signal, &pid]).status().unwrap();
    let output = child.wait_with_output().unwrap();
    if signal == "-INT" {
        assert_eq!(output.status.code(), Some(130), "{output:?}");
    }
}

#[test]
fn ctrl_c_pauses_a_run_and_resume_completes_it() {
    let ledger = Ledger::funded("10000.00");
    ledger.payees(3_000);
    let batch = id(&ledger, &payroll(3_000), &[]);
    cut_off(&ledger, &batch, 3_000, "-INT");
    assert_eq!(ledger.ok(&["batch", "status", &batch]).json["status"], "paused");
    let resumed = ledger.ok(&["batch", "resume", &batch]).json;
    assert_eq!((&resumed["status"], &resumed["success_count"]), (&json!("completed"), &json!(3_000)));
    assert_eq!(ledger.balance("ACME"), "7000.00");
    ledger.verified();
}

#[test]
fn a_killed_run_resumes_and_pays_no_payee_twice() {
    let ledger = Ledger::funded("10000.00");
    ledger.payees(3_000);
    let batch = id(&ledger, &payroll(3_000), &[]);
    cut_off(&ledger, &batch, 3_000, "-KILL");
    assert_eq!(ledger.ok(&["batch", "status", &batch]).json["status"], "processing");
    let noted = ledger.ok(&["deposit", "--account", "ACME", "--amount", "1.00"]);
    assert!(noted.stderr.contains(&format!("sluice batch run {batch}")), "{noted:?}");
    let resumed = ledger.ok(&["batch", "run"]).json;
    assert_eq!(resumed["batches"][0]["status"], "completed");
    assert_eq!(ledger.balance("ACME"), "7001.00");
    ledger.verified();
}

#[test]
fn the_batch_of_a_killed_run_can_be_cancelled_at_once() {
    let ledger = Ledger::funded("10000.00");
    ledger.payees(3_000);
    let batch = id(&ledger, &payroll(3_000), &[]);
    cut_off(&ledger, &batch, 3_000, "-KILL");
    assert_eq!(ledger.ok(&["batch", "pause", &batch]).json["status"], "paused");
    let cancelled = ledger.ok(&["batch", "cancel", &batch]).json;
    assert_eq!(
        (&cancelled["status"], &cancelled["pending_count"]),
        (&json!("partially_completed"), &json!(0))
    );
    ledger.verified();
    let resumed = ledger.ok(&["batch", "resume", &batch]).json;
    assert_eq!((&resumed["status"], &resumed["success_count"]), (&json!("completed"), &json!(3_000)));
    ledger.verified();
}

#[test]
fn a_closed_output_pipe_is_no_failure() {
    let ledger = Ledger::funded("1.00");
    let mut child = ledger.command().args(["audit", "--limit", "1000"]).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    for command in ["", "batch", "batch import", "account open", "verify", "policy set", "transfer"] {
        let help = ledger.command().args(command.split_whitespace()).arg("--help").output().unwrap();
        assert_eq!(help.status.code(), Some(0));
        let text = String::from_utf8(help.stdout).unwrap();
        assert!(command == "batch" || text.contains("Example:"), "{command}");
    }
    assert_eq!(ledger.run(&["bogus"]).exit, 64);
}

#[test]
fn money_enters_and_leaves_as_a_batch_of_one() {
    let ledger = Ledger::funded("100.00");
    let args = |verb, account, name| {
        ["batch", verb, "--account", account, "--amount", "20.00", "--currency", "USD", "--name", name]
    };
    for (verb, kind, balance) in [("deposit", "deposit", "120.00"), ("withdraw", "withdrawal", "100.00")] {
        let made = ledger.ok(&args(verb, "ACME", "Bank")).json;
        assert_eq!((&made["type"], &made["status"]), (&json!(kind), &json!("pending")));
        let run = ledger.ok(&["batch", "run", made["batch_id"].as_str().unwrap()]).json;
        assert_eq!((&run["status"], ledger.balance("ACME").as_str()), (&json!("completed"), balance));
        ledger.refused(&args(verb, "NOPE", "Bank"), 1, "BATCH_ROWS_INVALID");
    }
    ledger.verified();
}
