//! A server reports the age of the newest backup, even though other processes make the backups.

use crate::server::{Ledger, Server, value};
use serde_json::Value as Json;
use std::path::{Path, PathBuf};

const DAY: i64 = 86_400;

impl Ledger {
    fn backed_up(&self, name: &str, with: &[&str]) -> PathBuf {
        let to = self.path().join(name);
        let backup = ["backup", "--to", to.to_str().unwrap()];
        let made = self.ok(&[with, &backup[..]].concat());
        assert_eq!(made["verified"], true);
        to
    }
}

async fn age(server: &Server) -> i64 {
    let scraped = server.metrics().await;
    assert!(scraped.contains("\nsluice_backup_age_seconds "), "{scraped}");
    #[expect(clippy::cast_possible_truncation, reason = "whole seconds")]
    let age = value(&scraped, "sluice_backup_age_seconds") as i64;
    age
}

/// Makes a note older by that many days.
fn back_date(note: &Path, days: i64) {
    let mut json: Json = serde_json::from_slice(&std::fs::read(note).unwrap()).unwrap();
    json["madeAt"] = (json["madeAt"].as_i64().unwrap() - days * DAY * 1_000_000).into();
    std::fs::write(note, json.to_string()).unwrap();
}

#[tokio::test]
async fn a_server_knows_of_backups_made_by_other_processes() {
    let ledger = Ledger::with_accounts(2);
    let note = ledger.path().join("data.sluice-backup");
    let server = ledger.serve(&[]);
    assert!(!note.exists());
    assert!(age(&server).await < DAY, "without a backup, the age is that of the new ledger");
    ledger.backed_up("b1", &[]);
    back_date(&note, 3);
    let old = age(&server).await;
    assert!((3 * DAY..4 * DAY).contains(&old), "{old}");
    ledger.backed_up("b2", &[]);
    assert!(age(&server).await < DAY);
    // The note is kept next to the mark, so it survives a restart.
    back_date(&note, 3);
    drop(server);
    let server = ledger.serve(&[]);
    assert!(age(&server).await >= 3 * DAY);
    // A note of another ledger and an unreadable note are ignored.
    let own = std::fs::read_to_string(&note).unwrap();
    let ledger_id = serde_json::from_str::<Json>(&own).unwrap()["ledger"].as_str().unwrap().to_owned();
    for none in [own.replace(&ledger_id, "another"), "{".to_owned()] {
        std::fs::write(&note, none).unwrap();
        assert!(age(&server).await < DAY);
    }
}

#[tokio::test]
async fn a_restored_backup_counts_as_the_newest_one_of_its_ledger() {
    let ledger = Ledger::with_accounts(2);
    let marks = ledger.path().join("marks");
    std::fs::create_dir(&marks).unwrap();
    let set = ["--mark-dir", marks.to_str().unwrap()];
    let first = ledger.backed_up("b1", &set);
    let manifest = first.join("manifest.json");
    back_date(&manifest, 5);
    // A newer one, with a commit that the first lacks.
    ledger.ok(&["asset", "add", "EUR"]);
    ledger.backed_up("b2", &set);
    std::fs::remove_dir_all(ledger.path().join("data")).unwrap();
    ledger.ok(&[&set[..], &["restore", "--from", first.to_str().unwrap()]].concat());
    let server = ledger.serve_by(ledger.command(&[]).args(set), &[]);
    let old = age(&server).await;
    assert!((5 * DAY..6 * DAY).contains(&old), "{old}");
}
