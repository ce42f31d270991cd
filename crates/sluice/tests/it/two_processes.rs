//! One process writes while others read.

use crate::support::{Ledger, answer, payroll};
use serde_json::json;
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// A writer that holds the data directory: an import that waits for the rest of its file.
fn writer(ledger: &Ledger) -> Child {
    let args =
        ["batch", "import", "-", "--type", "one_to_many", "--account", "ACME", "--name", "Slow", "--json"];
    let mut child = ledger.command().args(args).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.as_mut().unwrap().write_all(b"account,amount\nP1,1.00\n").unwrap();
    until_it_writes(ledger, &child);
    child
}

/// Waits until a process holds the data directory and has opened the ledger.
pub fn until_it_writes(ledger: &Ledger, child: &Child) {
    let (lock, mark) = (ledger.path().join("data/sluice.lock"), ledger.path().join("data.sluice-mark"));
    let read = |path: &Path| std::fs::read_to_string(path).unwrap_or_default();
    let begun = Instant::now();
    while read(&lock).trim() != child.id().to_string() || !read(&mark).contains("\"clean\":false") {
        assert!(begun.elapsed() < Duration::from_secs(10), "the writer did not start");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_second_writer_is_told_who_writes_and_readers_continue() {
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
fn a_killed_import_leaves_nothing_behind() {
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
fn without_a_ledger_commands_point_to_init() {
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

#[test]
fn removing_the_lock_file_lets_no_second_writer_in() {
    let ledger = Ledger::funded("10.00");
    ledger.payees(1);
    let mut child = writer(&ledger);
    std::fs::remove_file(ledger.path().join("data/sluice.lock")).unwrap();
    for _ in 0..2 {
        ledger.refused(&["deposit", "--account", "ACME", "--amount", "1.00"], 5, "DATA_DIRECTORY_BUSY");
    }
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
    ledger.ok(&["deposit", "--account", "ACME", "--amount", "1.00"]);
    ledger.verified();
}

#[test]
fn a_link_in_place_of_a_file_is_refused() {
    for name in ["sluice.db", "sluice.lock", "sluice.db-wal", "sluice.db-shm"] {
        for link in [
            |from: &Path, to: &Path| symlink(from, to),
            |from: &Path, to: &Path| std::fs::hard_link(from, to),
        ] {
            let ledger = Ledger::funded("10.00");
            let (file, elsewhere) = (ledger.path().join("data").join(name), ledger.path().join("elsewhere"));
            if file.exists() {
                std::fs::rename(&file, &elsewhere).unwrap();
            } else {
                std::fs::write(&elsewhere, b"").unwrap();
            }
            link(&elsewhere, &file).unwrap();
            let args = ["deposit", "--account", "ACME", "--amount", "1.00"];
            let refused = ledger.refused(&args, 3, "DATA_FILE_LINK");
            assert!(refused.stderr.contains(name), "{refused:?}");
        }
    }
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_new_ledger_is_private_to_its_owner_whatever_the_umask() {
    for umask in ["000", "022", "077"] {
        let ledger = Ledger::none();
        let data = ledger.path().join("data");
        let command = format!("umask {umask}; exec \"$0\" --data \"$1\" init");
        let program = env!("CARGO_BIN_EXE_sluice");
        let made =
            std::process::Command::new("sh").args(["-c", &command, program]).arg(&data).output().unwrap();
        assert!(made.status.success(), "{made:?}");
        assert_eq!(mode(&data), 0o700, "umask {umask}");
        for entry in std::fs::read_dir(&data).unwrap() {
            let path = entry.unwrap().path();
            assert_eq!(mode(&path), 0o600, "umask {umask}: {path:?}");
        }
        assert_eq!(mode(&ledger.path().join("data.sluice-mark")), 0o600, "umask {umask}");
    }
}
