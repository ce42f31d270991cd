//! The high-water mark: storage that lost commits is detected, and nothing is written until an operator
//! accepts the loss.

use crate::support::{Ledger, payroll};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

const DEPOSIT: [&str; 5] = ["deposit", "--account", "ACME", "--amount", "1.00"];

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

impl Ledger {
    fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    fn mark(&self) -> PathBuf {
        self.path().join("data.sluice-mark")
    }

    /// Copies the current data directory aside.
    fn put_aside(&self, name: &str) -> PathBuf {
        let aside = self.path().join(name);
        copy_folder(&self.data(), &aside);
        aside
    }

    /// Replaces the data directory with a copy.
    fn put_back(&self, aside: &Path) {
        std::fs::remove_dir_all(self.data()).unwrap();
        copy_folder(aside, &self.data());
    }

    /// Kills a process that holds the ledger open, with commits in its log.
    fn killed_with_commits(&self) {
        self.payees(3);
        let batch = self.import(&payroll(3), &[]).json["batch_id"].as_str().unwrap().to_owned();
        let mut child = self
            .command()
            .args(["batch", "import", "-", "--type", "one_to_many", "--name", "x"])
            .args(["--account", "ACME"])
            .stdin(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        crate::two_processes::until_it_writes(self, &child);
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!batch.is_empty());
    }

    /// Asserts that writes are refused, reads work and `verify` reports the loss; then accepts the loss.
    fn is_behind(&self, why: &str) {
        let refused = self.refused(&DEPOSIT, 1, "LEDGER_BEHIND");
        assert!(refused.json["error"]["detail"].as_str().unwrap().contains(why), "{why}: {refused:?}");
        self.refused(&["serve", "--listen", "127.0.0.1:0"], 1, "LEDGER_BEHIND");
        self.refused(&["backup", "--to", self.path().join("b").to_str().unwrap()], 1, "LEDGER_BEHIND");
        self.ok(&["account", "show", "ACME"]);
        let verified = self.run(&["verify"]);
        assert_eq!((verified.exit, &verified.json["ok"]), (2, &json!(false)), "{why}: {verified:?}");
        let violations = verified.json["violations"].to_string();
        assert!(violations.contains("head_mark") && violations.contains(why), "{violations}");
        self.refused(&DEPOSIT, 1, "LEDGER_BEHIND");

        self.refused(&["accept-loss", "--reason", " "], 1, "LOSS_REASON_MISSING");
        let accepted = self.ok(&["accept-loss", "--reason", "the disk is gone"]);
        assert!(accepted.json["lost"].as_str().unwrap().contains(why), "{accepted:?}");
        let audit = self.ok(&["audit", "--limit", "1"]).json.to_string();
        assert!(audit.contains("ledger.accept_loss") && audit.contains("the disk is gone"), "{audit}");
        self.ok(&DEPOSIT);
        self.verified();
    }
}

#[test]
fn restoring_an_old_copy_is_detected() {
    let ledger = Ledger::funded("10.00");
    let old = ledger.put_aside("old");
    ledger.ok(&DEPOSIT);
    ledger.put_back(&old);
    ledger.is_behind("the mark knows commit");
}

#[test]
fn restoring_an_old_copy_that_was_written_to_without_the_mark_is_detected() {
    let ledger = Ledger::funded("10.00");
    let old = ledger.put_aside("old");
    ledger.ok(&DEPOSIT);
    let mark = std::fs::read(ledger.mark()).unwrap();
    ledger.put_back(&old);
    std::fs::remove_file(ledger.mark()).unwrap();
    ledger.ok(&DEPOSIT);
    ledger.ok(&DEPOSIT);
    std::fs::write(ledger.mark(), mark).unwrap();
    ledger.is_behind("is not the one that the mark knows");
}

/// A number in an answer, bare or after its noun.
fn number(answer: &Value, key: &str) -> i64 {
    let value = &answer[key];
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.rsplit(['_', '-']).next().unwrap().parse().unwrap_or_else(|_| panic!("{key} in {answer}"))
}

impl Ledger {
    /// Allocates a number of each kind: transfer, account and batch of the day; also returns the batch's day.
    fn gives_out(&self, name: &str) -> ([i64; 3], String) {
        let transfer = number(&self.ok(&DEPOSIT).json, "transfer_id");
        let open = ["account", "open", "--number", name, "--holder", name, "--currency", "USD"];
        let account = number(&self.ok(&open).json, "id");
        let batch = self.import(&payroll(3), &["--again", "a test"]).json;
        let day = batch["batch_id"].as_str().unwrap().rsplit_once('-').unwrap().0.to_owned();
        ([transfer, account, number(&batch, "batch_id")], day)
    }
}

#[test]
fn numbers_lost_with_their_commits_are_not_allocated_again() {
    let ledger = Ledger::funded("100.00");
    ledger.payees(3);
    ledger.gives_out("BEFORE");
    let old = ledger.put_aside("old");
    let backup = ledger.path().join("b1");
    let (mut lost, day) = ledger.gives_out("LOST-0");
    for k in 1..4 {
        lost = ledger.gives_out(&format!("LOST-{k}")).0;
    }
    ledger.ok(&["backup", "--to", backup.to_str().unwrap()]);
    let note = ledger.path().join("data.sluice-backup");
    for (round, is_readable) in [(1, true), (2, true), (3, false)] {
        ledger.put_back(&old);
        if !is_readable {
            std::fs::write(ledger.mark(), b"{}").unwrap();
        }
        assert_eq!(note.exists(), round == 1);
        let accepted = ledger.ok(&["accept-loss", "--reason", "an old copy"]).json;
        assert!(!note.exists(), "the backup has commits that this ledger lacks");
        let (next, same_day) = ledger.gives_out(&format!("NEXT-{round}"));
        // An unreadable mark has no counters: numbers then jump far ahead of the copy's.
        let above = if is_readable { lost } else { [1_000_000, 1_000_000, 1_000] };
        let is_above = next.iter().zip(above).all(|(next, lost)| *next > lost);
        assert!(is_above || same_day != day, "round {round}: {next:?} after {above:?}");
        assert!(next[0] > accepted["numbers_above"].as_i64().unwrap(), "{accepted}");
        ledger.verified();
        lost = next;
    }
}

#[test]
fn a_log_missing_after_a_kill_is_detected() {
    let ledger = Ledger::funded("10.00");
    ledger.killed_with_commits();
    std::fs::remove_file(ledger.data().join("sluice.db-wal")).unwrap();
    ledger.is_behind("sluice.db-wal");
}

#[test]
fn a_log_present_after_a_kill_is_enough_to_recover() {
    let ledger = Ledger::funded("10.00");
    ledger.killed_with_commits();
    ledger.verified();
    assert!(ledger.data().join("sluice.db-wal").exists(), "readers leave the log in place");
    ledger.ok(&DEPOSIT);
    assert_eq!(ledger.balance("ACME"), "11.00");
    ledger.refused(&["accept-loss", "--reason", "none"], 1, "NO_LOSS");
    ledger.verified();
}

#[test]
fn after_a_clean_shutdown_the_log_is_not_needed() {
    let ledger = Ledger::funded("10.00");
    for ending in ["-wal", "-shm"] {
        drop(std::fs::remove_file(ledger.data().join(format!("sluice.db{ending}"))));
    }
    ledger.verified();
    ledger.ok(&DEPOSIT);
    ledger.verified();
}

#[test]
fn another_ledger_in_the_same_place_and_a_modified_mark_are_detected() {
    let (ledger, other) = (Ledger::funded("10.00"), Ledger::funded("10.00"));
    ledger.put_back(&other.data());
    ledger.is_behind("another ledger");
    let mark = std::fs::read_to_string(ledger.mark()).unwrap();
    std::fs::write(ledger.mark(), mark.replacen("commit\":", "commit\":1", 1)).unwrap();
    ledger.is_behind("cannot be read");
}

#[test]
fn a_file_truncated_by_one_byte_is_detected() {
    let ledger = Ledger::funded("10.00");
    let file = std::fs::File::options().write(true).open(ledger.data().join("sluice.db")).unwrap();
    file.set_len(file.metadata().unwrap().len() - 1).unwrap();
    ledger.refused(&DEPOSIT, 3, "DATABASE_CORRUPT");
    let verified = ledger.run(&["verify"]);
    assert_eq!(verified.exit, 2, "{verified:?}");
    assert!(verified.json["violations"].to_string().contains("file_is_sound"), "{verified:?}");
}

/// The command reads nothing of the damaged index.
#[test]
fn the_pages_of_a_small_file_are_checked_at_the_start_after_a_kill() {
    let ledger = Ledger::funded("10.00");
    let file = ledger.data().join("sluice.db");
    let connection = rusqlite::Connection::open(&file).unwrap();
    let number = |text| connection.query_row(text, [], |row| row.get::<_, u32>(0)).unwrap();
    let root = number("SELECT rootpage FROM sqlite_schema WHERE name = 'holder_name'");
    let size = number("PRAGMA page_size");
    drop(connection);
    let damage = || {
        let mut bytes = std::fs::read(&file).unwrap();
        let (page, size) = (usize::try_from(root).unwrap(), usize::try_from(size).unwrap());
        bytes[(page - 1) * size..page * size].fill(0xFF);
        std::fs::write(&file, bytes).unwrap();
    };
    let whole = ledger.put_aside("whole");
    damage();
    ledger.ok(&["asset", "add", "EUR"]);
    ledger.put_back(&whole);
    drop(std::fs::remove_file(ledger.mark()));
    ledger.killed_with_commits();
    damage();
    ledger.refused(&["asset", "add", "GBP"], 3, "DATABASE_CORRUPT");
}

#[test]
fn a_server_does_not_create_a_ledger_where_the_mark_knows_one() {
    let ledger = Ledger::funded("10.00");
    std::fs::rename(ledger.data(), ledger.path().join("unmounted")).unwrap();
    let refused = ledger.refused(&["serve", "--listen", "127.0.0.1:0"], 1, "LEDGER_BEHIND");
    assert!(refused.stderr.contains("there is no ledger"), "{refused:?}");
    ledger.ok(&["init"]);
    ledger.verified();
}

#[test]
fn the_mark_is_kept_in_the_configured_directory() {
    let ledger = Ledger::none();
    let marks = ledger.path().join("marks");
    std::fs::create_dir(&marks).unwrap();
    let set = ["--mark-dir", marks.to_str().unwrap()];
    ledger.ok(&[&set[..], &["init"]].concat());
    assert!(!ledger.mark().exists());
    assert_eq!(std::fs::read_dir(&marks).unwrap().count(), 1);
    let old = ledger.put_aside("old");
    ledger.ok(&[&set[..], &["asset", "add", "EUR"]].concat());
    ledger.put_back(&old);
    ledger.refused(&[&set[..], &["asset", "add", "EUR"]].concat(), 1, "LEDGER_BEHIND");
}
