//! Warnings about where the ledger and its mark are kept, and detection of a lost log.

use crate::server::{Ledger, until};
use reqwest::Client;
use rusqlite::Connection;
use rustix::process::Signal;
use serde_json::{Value as Json, json};
use std::fs::{File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

#[test]
fn a_ledger_readable_by_others_and_a_mark_in_the_data_directory_cause_a_warning() {
    let ledger = Ledger::with_accounts(2);
    let said = |args: &[&str]| {
        drop(std::fs::remove_file(ledger.path().join("serve.log")));
        let mut server = ledger.serve(args);
        server.signal(Signal::TERM);
        assert!(server.ended().success());
        server.said()
    };
    let quiet = said(&[]);
    assert!(
        !quiet.contains("users other than the owner") && !quiet.contains("inside the data directory"),
        "{quiet}"
    );
    assert!(said(&["--mark-dir", "data"]).contains("inside the data directory"));
    let data = ledger.path().join("data");
    std::fs::set_permissions(data.join("sluice.db"), Permissions::from_mode(0o644)).unwrap();
    assert!(!said(&[]).contains("users other than the owner"), "other users cannot enter the directory");
    std::fs::set_permissions(&data, Permissions::from_mode(0o755)).unwrap();
    assert!(said(&[]).contains("users other than the owner"));
}

/// The mark's highest commit and the ledger's.
fn commits(ledger: &Ledger) -> (i64, i64) {
    let mark = std::fs::read(ledger.path().join("data.sluice-mark")).unwrap();
    let mark: Json = serde_json::from_slice(&mark).unwrap();
    let connection = Connection::open(ledger.path().join("data/sluice.db")).unwrap();
    let head = connection.query_row("SELECT commit_number FROM ledger_head", [], |row| row.get(0)).unwrap();
    (mark["mark"]["commit"].as_i64().unwrap(), head)
}

/// Acknowledged transfers are only in the log; then the log or its last byte is deleted.
#[tokio::test]
async fn deleting_or_truncating_the_log_after_a_kill_under_load_is_detected() {
    let ledger = Ledger::with_accounts(2);
    let (key, wal) = (ledger.key(), ledger.path().join("data/sluice.db-wal"));
    let client = Client::new();
    let body = json!({ "fromAccountId": "A0", "toAccountId": "A1", "fromAmountCents": 1 });
    for (is_cut, why) in [(false, "sluice.db-wal"), (true, "the mark knows commit")] {
        let mut server = ledger.serve(&["--no-worker"]);
        for _ in 0..30 {
            let url = format!("{}/api/v2/account-transfers", server.url);
            let sent = client.post(url).bearer_auth(&key).json(&body).send().await.unwrap();
            assert_eq!(sent.status(), 200);
        }
        // The mark is written asynchronously and cannot detect the loss of commits that it does not have yet.
        until("the mark has caught up", async || {
            let (mark, head) = commits(&ledger);
            mark == head
        })
        .await;
        server.signal(Signal::KILL);
        server.ended();
        let log = File::options().write(true).open(&wal).unwrap();
        let length = log.metadata().unwrap().len();
        assert!(length > 0);
        if is_cut {
            cut_last_commit(&log, &wal, length);
        } else {
            std::fs::remove_file(&wal).unwrap();
        }
        let verified = ledger.command(&["verify"]).output().unwrap();
        assert_eq!(verified.status.code(), Some(2), "{why}: {verified:?}");
        let deposit = ["deposit", "--account", "A0", "--amount", "1.00"];
        let refused = ledger.command(&deposit).output().unwrap();
        let said = String::from_utf8_lossy(&refused.stdout);
        assert!(said.contains("LEDGER_BEHIND") && said.contains(why), "{refused:?}");
        ledger.ok(&["accept-loss", "--reason", "a test"]);
        ledger.ok(&deposit);
        ledger.verified();
    }
}

/// Removes the last byte of the last commit.
fn cut_last_commit(log: &File, wal: &Path, length: u64) {
    log.set_len(length - 1).unwrap();
    assert_eq!(std::fs::metadata(wal).unwrap().len(), length - 1);
}
