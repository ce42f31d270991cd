//! Attack A-59: someone with access to the database edits an audit row, deletes one, adds one, cuts the log's tail,
//! puts an old copy back, or computes the whole chain again. `verify` finds each, the last three by a checkpoint.

use crate::support::{Ledger, payroll};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// What an attacker may do who owns the database.
const UNGUARDED: &str = "
    DROP TRIGGER IF EXISTS audit_no_update; DROP TRIGGER IF EXISTS audit_no_delete;
    DROP TRIGGER IF EXISTS link_no_update; DROP TRIGGER IF EXISTS link_no_delete;
    DROP TRIGGER IF EXISTS image_no_update; DROP TRIGGER IF EXISTS image_no_delete;";

/// A ledger, its database's file, and a checkpoint after which there were more commits.
struct World {
    ledger: Ledger,
    file: PathBuf,
    checkpoint: String,
    public_key: String,
}

fn world() -> World {
    let ledger = Ledger::funded("100.00");
    let path = |name: &str| ledger.path().join(name).display().to_string();
    let (key, checkpoint, earlier) = (path("key"), path("checkpoint"), path("earlier.db"));
    let made = ledger.ok(&["audit", "key", &key]).json;
    let file = ledger.path().join("data/sluice.db");
    Connection::open(&file).unwrap().execute("VACUUM INTO ?1", [&earlier]).unwrap();
    ledger.payees(3);
    ledger.ok(&["deposit", "--account", "P1", "--amount", "1.00"]);
    let signed = ledger.ok(&["audit", "checkpoint", "--key", &key, "--to", &checkpoint]).json;
    assert_eq!(signed["public_key"], made["public_key"]);
    ledger.ok(&["deposit", "--account", "P2", "--amount", "1.00"]);
    let public_key = made["public_key"].as_str().unwrap().to_owned();
    World { ledger, file, checkpoint, public_key }
}

impl World {
    /// The invariants that `verify` finds violated, without and with the checkpoint.
    fn violated(&self) -> [Vec<String>; 2] {
        let known = ["verify", "--checkpoint", &self.checkpoint, "--public-key", &self.public_key];
        [&["verify"][..], &known].map(|args| {
            let verified = self.ledger.run(args);
            let violations = verified.json["violations"].as_array().unwrap();
            assert_eq!(verified.exit, if violations.is_empty() { 0 } else { 2 }, "{verified:?}");
            violations.iter().map(|one| one["invariant"].as_str().unwrap().to_owned()).collect()
        })
    }

    /// The chain is sound in itself, but it is not the one that was signed.
    fn check_only_the_checkpoint_tells(&self) {
        let [alone, known] = self.violated();
        assert!(!alone.iter().any(|name| name == "audit_chain"), "{alone:?}");
        assert!(known.iter().any(|name| name == "checkpoint"), "{known:?}");
    }

    fn changed(&self, texts: &str) {
        let connection = Connection::open(&self.file).unwrap();
        connection.execute_batch(UNGUARDED).unwrap();
        connection.execute_batch(texts).unwrap();
        flush(&connection);
    }
}

fn flush(connection: &Connection) {
    connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
}

/// The chain's hashes after each commit, computed again from the rows as they are.
fn recompute(file: &Path) {
    let connection = Connection::open(file).unwrap();
    connection.execute_batch(UNGUARDED).unwrap();
    let mut chain: String =
        connection.query_row("SELECT ledger_id FROM ledger_head", [], |row| row.get(0)).unwrap();
    let mut links =
        connection.prepare("SELECT commit_number, last_audit, images FROM commit_link ORDER BY 1").unwrap();
    let links = links.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    let links: Vec<(i64, i64, String)> = links.map(Result::unwrap).collect();
    let mut before = 0;
    for (commit, last, images) in links {
        let mut rows = lines(&connection, AUDIT_ROWS, &[before, last]);
        rows.extend(lines(&connection, CHUNK, &[commit]));
        let digest = store::chain::digest(rows.iter().map(String::as_str));
        chain = store::chain::link(&chain, commit, &format!("{digest}{images}"));
        let set = "UPDATE commit_link SET digest = ?2, chain = ?3 WHERE commit_number = ?1";
        connection.execute(set, (commit, &digest, &chain)).unwrap();
        before = last;
    }
    connection.execute("UPDATE ledger_head SET chain = ?1", [&chain]).unwrap();
    flush(&connection);
}

/// The audit rows of a commit.
const AUDIT_ROWS: &str =
    "SELECT 'audit', at, actor, actor_kind, actor_id, origin, action, subject, subject_id, result,
    detail, digest FROM audit WHERE id > ?1 AND id <= ?2 ORDER BY id";
/// Its chunk.
const CHUNK: &str =
    "SELECT 'chunk', number, postings, first_transfer, last_transfer, first_date, last_date, refused,
    least_amount, most_amount, digest FROM chunk WHERE commit_number = ?1";

/// Rows as a commit's digest covers them.
fn lines(connection: &Connection, text: &str, args: &[i64]) -> Vec<String> {
    let mut rows = connection.prepare(text).unwrap();
    let width = rows.column_count();
    let rows = rows.query_map(rusqlite::params_from_iter(args), |row| {
        let mut line = Vec::new();
        for place in 0..width {
            line.push(match row.get_ref(place)? {
                rusqlite::types::ValueRef::Integer(number) => json!(number),
                rusqlite::types::ValueRef::Text(text) => json!(std::str::from_utf8(text).unwrap()),
                _ => Value::Null,
            });
        }
        Ok(Value::Array(line).to_string())
    });
    rows.unwrap().map(Result::unwrap).collect()
}

#[test]
fn a_59_an_edited_a_deleted_and_an_added_audit_row_are_found() {
    let world = world();
    assert_eq!(world.violated(), [vec![] as Vec<String>, vec![]]);
    let connection = Connection::open(&world.file).unwrap();
    flush(&connection);
    drop(connection);
    let whole = std::fs::read(&world.file).unwrap();
    for change in [
        "UPDATE audit SET detail = '{}' WHERE id = 3",
        "UPDATE audit SET at = at + 1 WHERE id = 3",
        "UPDATE audit SET actor_id = 7 WHERE id = 3",
        "UPDATE audit SET id = id + 1000 WHERE id = (SELECT MAX(id) FROM audit)",
        "DELETE FROM audit WHERE id = 2",
        "DELETE FROM audit WHERE id = (SELECT MAX(id) FROM audit)",
        "DELETE FROM commit_link WHERE commit_number = 3",
        "UPDATE commit_link SET digest = 'x' WHERE commit_number = 3",
        "UPDATE commit_link SET last_audit = last_audit + 1 WHERE commit_number = 3",
        "UPDATE ledger_head SET chain = 'x'",
        "UPDATE image SET digest = '' WHERE (commit_number, place) = (SELECT commit_number, place FROM image LIMIT 1)",
        "DELETE FROM image WHERE commit_number = (SELECT MAX(commit_number) FROM image)",
        "UPDATE chunk SET last_date = last_date + 1 WHERE number = (SELECT MAX(number) FROM chunk)",
        "DELETE FROM chunk WHERE number = (SELECT MAX(number) FROM chunk)",
        "INSERT INTO chunk (number, commit_number, postings) VALUES (99999, 99999, 0)",
        "INSERT INTO audit (at, actor, origin, action, subject, result, detail)
           VALUES (1, 'x', 'x', 'x', 'x', 'ok', '{}')",
    ] {
        world.changed(change);
        let [alone, _] = world.violated();
        assert!(alone.iter().any(|name| name == "audit_chain"), "{change}: {alone:?}");
        std::fs::write(&world.file, &whole).unwrap();
    }
    assert_eq!(world.violated(), [vec![] as Vec<String>, vec![]]);
}

#[test]
fn a_59_a_cut_tail_is_found_by_a_checkpoint() {
    let world = world();
    world.changed(
        "DELETE FROM audit WHERE id > 3;
         DELETE FROM commit_link WHERE last_audit > 3;
         DELETE FROM image WHERE commit_number > (SELECT MAX(commit_number) FROM commit_link);
         DELETE FROM chunk WHERE commit_number > (SELECT MAX(commit_number) FROM commit_link);
         UPDATE ledger_head SET chain = (SELECT chain FROM commit_link ORDER BY commit_number DESC LIMIT 1),
           commit_number = (SELECT MAX(commit_number) FROM commit_link);",
    );
    world.check_only_the_checkpoint_tells();
}

#[test]
fn a_59_an_old_copy_put_back_is_found_by_a_checkpoint() {
    let world = world();
    let earlier = world.ledger.path().join("earlier.db");
    for name in ["sluice.db-wal", "sluice.db-shm"] {
        drop(std::fs::remove_file(world.file.with_file_name(name)));
    }
    std::fs::copy(earlier, &world.file).unwrap();
    world.check_only_the_checkpoint_tells();
}

#[test]
fn a_59_a_chain_computed_again_is_found_by_a_checkpoint() {
    let world = world();
    recompute(&world.file);
    assert_eq!(world.violated(), [vec![] as Vec<String>, vec![]], "the test computes what the program does");
    world.changed("UPDATE audit SET actor = 'somebody else' WHERE id = 3");
    recompute(&world.file);
    world.check_only_the_checkpoint_tells();
}

#[test]
fn a_checkpoint_counts_as_it_was_signed_and_by_the_expected_key() {
    let world = world();
    let (ledger, file) = (&world.ledger, Path::new(&world.checkpoint));
    let other = ledger.path().join("other").display().to_string();
    let other = ledger.ok(&["audit", "key", &other]).json["public_key"].as_str().unwrap().to_owned();
    let args = ["verify", "--checkpoint", &world.checkpoint, "--public-key"];
    ledger.refused(&[&args[..], &[other.as_str()]].concat(), 3, "CHECKPOINT_INVALID");
    let text = std::fs::read_to_string(file).unwrap();
    std::fs::write(file, text.replace("\"madeAt\": ", "\"madeAt\": 1")).unwrap();
    ledger.refused(&["verify", "--checkpoint", &world.checkpoint], 3, "CHECKPOINT_INVALID");
    let nothing = ledger.file("nothing", b"x").display().to_string();
    let to = ledger.path().join("to").display().to_string();
    std::process::Command::new("chmod").args(["600", &nothing]).status().unwrap();
    ledger.refused(&["audit", "checkpoint", "--key", &nothing, "--to", &to], 1, "SIGNING_KEY_INVALID");
    std::process::Command::new("chmod").args(["644", &nothing]).status().unwrap();
    ledger.refused(&["audit", "checkpoint", "--key", &nothing, "--to", &to], 64, "USAGE");
}

/// Runs Python in a folder, and returns whether it succeeded and what it printed.
fn python(folder: &Path, args: &[&str]) -> (bool, String) {
    let output =
        std::process::Command::new("python3").arg("-B").args(args).current_dir(folder).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(text).unwrap())
}

#[test]
fn an_evidence_pack_is_confirmed_up_to_a_signed_checkpoint() {
    let world = world();
    let ledger = &world.ledger;
    ledger.import(&payroll(2), &["--draft"]);
    ledger.ok(&["batch", "submit", "1"]);
    ledger.ok(&["batch", "run", "1"]);
    ledger.ok(&["deposit", "--account", "P2", "--amount", "1.00"]);
    let path = |name: &str| ledger.path().join(name).display().to_string();
    let (key, known, zip) = (path("key"), path("known"), path("pack.zip"));
    let signed = ledger.ok(&["audit", "checkpoint", "--key", &key, "--to", &known]).json;
    let pack =
        |checkpoint: &str| ledger.run(&["batch", "evidence", "1", "--out", &zip, "--checkpoint", checkpoint]);
    // The checkpoint of before the batch.
    assert_eq!(pack(&world.checkpoint).json["error"]["code"], "CHECKPOINT_UNFIT");
    let written = pack(&known);
    assert_eq!((written.exit, &written.json["commit_number"]), (0, &signed["commit_number"]));
    let first = std::fs::read(&zip).unwrap();
    ledger.ok(&["deposit", "--account", "P2", "--amount", "1.00"]);
    assert_eq!(pack(&known).exit, 0);
    assert!(first == std::fs::read(&zip).unwrap());
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    assert!(python(folder, &["-m", "zipfile", "-e", &zip, "."]).0);
    let confirmed = python(folder, &["check.py"]);
    assert!(confirmed.0 && confirmed.1.starts_with("Confirmed: "), "{confirmed:?}");
    let commit = &signed["commit_number"];
    assert_eq!(
        python(folder, &["checkpoint.py", &known, &world.public_key]),
        (true, format!("Confirmed: the chain ends at the checkpoint of commit {commit}\n"))
    );
    let other = path("other");
    let other_key = ledger.ok(&["audit", "key", &other]).json["public_key"].as_str().unwrap().to_owned();
    let text = std::fs::read_to_string(&known).unwrap();
    let changed = ledger.file("changed", text.replace("\"madeAt\": ", "\"madeAt\": 1").as_bytes());
    let changed = changed.display().to_string();
    for (checkpoint, key, reason) in [
        (&known, &other_key, "was not signed with this key"),
        (&changed, &world.public_key, "was not signed with this key"),
        (&world.checkpoint, &world.public_key, "does not end at the checkpoint"),
    ] {
        let (is_confirmed, said) = python(folder, &["checkpoint.py", checkpoint, key]);
        assert!(!is_confirmed && said.contains(reason), "{checkpoint} {key}: {said}");
    }
    // A ledger with another history than the checkpoint's makes no pack for it.
    world.changed("UPDATE audit SET actor = 'somebody else' WHERE id = 3");
    recompute(&world.file);
    assert_eq!(pack(&known).json["error"]["code"], "CHECKPOINT_UNFIT");
}
