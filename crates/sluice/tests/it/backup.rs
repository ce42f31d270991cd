//! Backups: the drill of docs/guide/backup.md, and refusals.

use crate::support::{Ledger, payroll, stop};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Child;

const GUIDE: &str = include_str!("../../../../docs/guide/backup.md");

/// A server on the ledger.
fn server(ledger: &Ledger) -> Child {
    let mut child = ledger.command().args(["--json", "serve", "--listen", "127.0.0.1:0"]).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.contains("url"), "{line}");
    child
}

fn ledger() -> Ledger {
    let ledger = Ledger::funded("100.00");
    ledger.payees(3);
    let batch = ledger.import(&payroll(3), &[]).json["batch_id"].as_str().unwrap().to_owned();
    ledger.ok(&["batch", "run", &batch]);
    ledger
}

fn backed_up(ledger: &Ledger, name: &str) -> PathBuf {
    let to = ledger.path().join(name);
    let made = ledger.ok(&["backup", "--to", to.to_str().unwrap()]).json;
    assert_eq!(made["verified"], true, "{made}");
    to
}

/// The commands of the guide's drill, in order; the test does what happens in between.
fn drill() -> Vec<Vec<String>> {
    let block = GUIDE.split("<!-- drill -->").nth(1).unwrap();
    let code = block.split("```sh").nth(1).unwrap().split("```").next().unwrap();
    let words = |line: &str| shlex(line);
    code.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(words).collect()
}

/// Splits a line into words; text in double quotes is one word.
fn shlex(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut is_quoted = false;
    for c in line.chars() {
        match c {
            '"' => is_quoted = !is_quoted,
            ' ' if !is_quoted => words.push(String::new()),
            c => words.last_mut().unwrap().push(c),
        }
    }
    words
}

/// Runs the guide's drill verbatim in the ledger's folder.
#[test]
fn the_guides_drill_restores_the_ledger() {
    let ledger = ledger();
    let (mut running, mut ran) = (Some(server(&ledger)), Vec::new());
    for words in drill() {
        let (program, args) = words.split_first().unwrap();
        let program = if program == "sluice" { env!("CARGO_BIN_EXE_sluice") } else { program.as_str() };
        let mut command = std::process::Command::new(program);
        command.env("USER", "tester").env_remove("SLUICE_DATA").current_dir(ledger.path()).args(args);
        let output = command.output().unwrap();
        // After the restore, `verify` reports that the mark is ahead; once the loss is accepted, it finds
        // nothing.
        let expected = match (args.iter().any(|word| word == "verify"), ran.len()) {
            (true, n) if n < 4 => 2,
            _ => 0,
        };
        assert_eq!(output.status.code(), Some(expected), "{words:?}: {output:?}");
        if let Some(mut child) = running.take() {
            // Between the backup and the disaster the server stops and a deposit is made.
            stop(&child);
            assert!(child.wait().unwrap().success());
            ledger.ok(&["deposit", "--account", "ACME", "--amount", "5.00"]);
        }
        ran.push(words);
    }
    assert!(ran.len() >= 6, "{ran:?}");
    assert_eq!(ledger.balance("ACME"), "97.00", "the balance at the time of the backup");
    ledger.verified();
}

#[test]
fn a_backup_taken_while_a_server_runs_is_verified_and_private_to_its_owner() {
    let ledger = ledger();
    let mut child = server(&ledger);
    let to = backed_up(&ledger, "b1");
    stop(&child);
    assert!(child.wait().unwrap().success());
    let mut names: Vec<_> =
        std::fs::read_dir(&to).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["manifest.json", "sluice.db"]);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(
        (mode(&to), mode(&to.join("sluice.db")), mode(&to.join("manifest.json"))),
        (0o700, 0o600, 0o600)
    );
    let manifest: Value = serde_json::from_slice(&std::fs::read(to.join("manifest.json")).unwrap()).unwrap();
    for key in ["ledger", "commitNumber", "schema", "sha256", "audit", "auditSha256", "madeAt", "bytes"] {
        assert!(!manifest[key].is_null(), "{key}: {manifest}");
    }
    ledger.refused(&["backup", "--to", to.to_str().unwrap()], 1, "BACKUP_EXISTS");
}

#[test]
fn an_invalid_backup_is_not_restored() {
    let ledger = ledger();
    let to = backed_up(&ledger, "b1");
    let restore = |from: &Path, data: &str| {
        let data = ledger.path().join(data);
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_sluice"));
        command.args(["--json", "--data", data.to_str().unwrap(), "restore", "--from"]).arg(from);
        crate::support::answer(&command.output().unwrap())
    };
    let code =
        |answer: &crate::support::Answer| answer.json["error"]["code"].as_str().unwrap_or("").to_owned();
    let refused = restore(&to, "data");
    assert_eq!((refused.exit, code(&refused).as_str()), (1, "LEDGER_EXISTS"));
    assert_eq!(code(&restore(&ledger.path().join("none"), "new")), "BACKUP_INVALID");
    let file = to.join("sluice.db");
    let mut bytes = std::fs::read(&file).unwrap();
    let whole = bytes.clone();
    let place = bytes.len() / 2;
    bytes[place] ^= 1;
    for wrong in [&bytes[..], &whole[..whole.len() - 1]] {
        std::fs::write(&file, wrong).unwrap();
        assert_eq!(code(&restore(&to, "new")), "BACKUP_INVALID");
        assert!(!ledger.path().join("new/sluice.db").exists());
    }
    std::fs::write(&file, whole).unwrap();
    assert_eq!(restore(&to, "new").exit, 0);
    // A log left by another database would be taken for the restored one's.
    std::fs::create_dir_all(ledger.path().join("other")).unwrap();
    std::fs::write(ledger.path().join("other/sluice.db-wal"), b"x").unwrap();
    assert_eq!(code(&restore(&to, "other")), "LEDGER_EXISTS");
}
