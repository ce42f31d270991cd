//! What the server says of where the ledger and its mark are.

use crate::server::{Ledger, until};
use reqwest::Client;
use rusqlite::Connection;
use rustix::process::Signal;
use serde_json::{Value as Json, json};
use std::fs::{File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

#[test]
fn others_that_can_read_the_ledger_and_a_mark_beside_it_are_warned_of() {
    let ledger = Ledger::with_accounts(2);
    let said = |args: &[&str]| {
        drop(std::fs::remove_file(ledger.path().join("serve.log")));
        let mut server = ledger.serve(args);
        server.signal(Signal::TERM);
        assert!(server.ended().success());
        server.said()
    };
    let quiet = said(&[]);
    assert!(!quiet.contains("users other than the owner") && !quiet.contains("inside the data directory"), "{quiet}");
    assert!(said(&["--mark-dir", "data"]).contains("inside the data directory"));
    let data = ledger.path().join("data");
    std::fs::set_permissions(data.join("sluice.db"), Permissions::from_mode(0o644)).unwrap();
    assert!(!said(&[]).contains("users other than the owner"), "nobody else comes into the directory");
    std::fs::set_permissions(&data, Permissions::from_mode(0o755)).unwrap();
    assert!(said(&[]).contains("users other than the owner"));
}

/// The highest commit that the mark knows, and the ledger's.
fn commits(ledger: &Ledger) -> (i64, i64) {
    let mark = std::fs::read(ledger.path().join("data.sluice-mark")).unwrap();
    let mark: Json = serde_json::from_slice(&mark).unwrap();
    let connection = Connection::open(ledger.path().join("data/sluice.db")).unwrap();
    let head = connection.query_row("SELECT commit_number FROM ledger_head", [], |row| row.get(0)).unwrap();
    (mark["mark"]["commit"].as_i64().unwrap(), head)
}

/// Acknowledged transfers that were in the log alone: the log is deleted, or its last byte is.
#[tokio::test]
async fn a_log_that_is_deleted_or_cut_after_a_kill_under_load_is_noticed() {
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
        // What is lost before the mark has it is beyond it.
        until("the mark is kept", async || {
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

/// Takes the last byte of the last commit away.
fn cut_last_commit(log: &File, wal: &Path, length: u64) {
    log.set_len(length - 1).unwrap();
    assert_eq!(std::fs::metadata(wal).unwrap().len(), length - 1);
}
