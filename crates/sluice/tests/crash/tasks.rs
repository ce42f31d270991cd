//! SIGKILL at each named step of an upload, of imports and of an export: no half-visible batch, no half file, no row twice, and
//! the task continues.

use crate::ledger::Ledger;
use rusqlite::{Connection, OpenFlags};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::time::{Duration, Instant};
use testkit::binary::with_failpoints;

/// Rows of the imported file: three pages.
const ROWS: i64 = 25_000;
/// Rows of the file of accounts: two pages.
const ACCOUNTS: i64 = 12_000;

fn query<T: rusqlite::types::FromSql>(ledger: &Ledger, text: &str) -> T {
    // A connection that may write deletes the log when it closes the file, and the next start would miss it.
    let file =
        Connection::open_with_flags(ledger.dir.join("sluice.db"), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    file.query_row(text, [], |row| row.get(0)).unwrap()
}

/// The names in the file store, with what lies aside.
fn stored(ledger: &Ledger) -> BTreeSet<String> {
    let folders = std::fs::read_dir(ledger.dir.join("files")).unwrap().map(Result::unwrap);
    let folders = folders.filter(|folder| folder.file_type().unwrap().is_dir());
    let files = folders.flat_map(|folder| std::fs::read_dir(folder.path()).unwrap().map(Result::unwrap));
    files.map(|file| file.file_name().into_string().unwrap()).collect()
}

/// A ledger with an uploaded file of payments.
fn ledger(folder: &Path) -> Ledger {
    let (ledger, _) = Ledger::with_batch(folder, 1);
    let mut rows = "source,account,amount\n".to_owned();
    for _ in 0..ROWS {
        writeln!(rows, "PAY,A000000,0.01").unwrap();
    }
    std::fs::write(folder.join("many.csv"), rows).unwrap();
    ledger.ok(&["file", "upload", &folder.join("many.csv").display().to_string()]);
    ledger
}

/// Starts a task, committed as the API does it; no command does.
fn start(ledger: &Ledger, kind: i64, input: &str) -> i64 {
    let text = format!(
        "INSERT INTO task (kind, state, input, batch, upload, place, processed, steps, takes, created_by,
           created_by_kind, created_at)
         SELECT {kind}, 1, '{input}', NULL, CASE WHEN {kind} < 3 THEN id END,
           CASE WHEN {kind} < 3 THEN place ELSE '' END, 0, '[]', 0, 'tester', 2, 1
         FROM upload WHERE id = {kind} OR ({kind} > 2 AND id = 1) RETURNING id"
    );
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let opened = ::store::Store::open(&ledger.dir.join("sluice.db")).await.unwrap();
        let mut tx = opened.write().await.unwrap();
        let id = tx.fetch_text(text, vec![]).await.unwrap().first().unwrap().i64(0).unwrap();
        ::store::head::advance(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        id
    })
}

const IMPORT: &str = r#"{"task_type":"import_batch","file_id":"file_1",
    "options":{"type":"many_to_many","currency":"USD","name":"many","draft":true}}"#;
const ACCOUNT_IMPORT: &str = r#"{"task_type":"import_accounts","file_id":"file_2"}"#;
const EXPORT: &str = r#"{"task_type":"export_batch","batch_id":1}"#;

/// Kills a worker at a point that it has passed so many times before.
fn kill(ledger: &Ledger, point: &str, passed: u32) {
    let armed = format!("{point}={passed}*off->return");
    let killed = ledger.command(&["work"]).env("FAILPOINTS", &armed).output().unwrap();
    assert_eq!(killed.status.signal(), Some(9), "{point}: {killed:?}");
    ledger.verified();
}

/// Works until a task has ended; returns its state and how often it was taken.
fn finish(ledger: &Ledger, task: i64) -> (i64, i64) {
    let mut worker = ledger.command(&["work"]).spawn().unwrap();
    let begun = Instant::now();
    let state = format!("SELECT state FROM task WHERE id = {task}");
    while query::<i64>(ledger, &state) < 3 {
        assert!(begun.elapsed() < Duration::from_secs(60), "the task does not end");
        std::thread::sleep(Duration::from_millis(50));
    }
    worker.kill().unwrap();
    worker.wait().unwrap();
    (query(ledger, &state), query(ledger, &format!("SELECT takes FROM task WHERE id = {task}")))
}

#[test]
fn an_import_that_is_killed_at_any_step_takes_each_row_once() {
    assert!(with_failpoints().is_some(), "SLUICE_BIN must name a binary with the feature `failpoints`");
    for (point, passed, ready) in [
        ("task_taken", 0, 0),
        ("import_page", 0, 0),
        ("import_page", 2, 0),
        ("import_completed", 0, 1),
        ("task_done", 0, 1),
        ("task_ended", 0, 1),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let ledger = ledger(folder.path());
        let task = start(&ledger, 1, IMPORT);
        kill(&ledger, point, passed);
        let visible = "SELECT COUNT(*) FROM batch WHERE name = 'many' AND ready = 1";
        assert_eq!(query::<i64>(&ledger, visible), ready, "{point}");
        let (state, takes) = finish(&ledger, task);
        // What was complete is not done again.
        assert_eq!((state, takes), (3, if ready == 1 { 1 } else { 2 }), "{point} {passed}");
        assert_eq!(query::<i64>(&ledger, "SELECT COUNT(*) FROM batch WHERE name = 'many'"), 1, "{point}");
        assert_eq!(query::<i64>(&ledger, "SELECT COUNT(*) FROM item"), ROWS + 1, "{point}");
        ledger.verified();
    }
}

#[test]
fn an_import_of_accounts_that_is_killed_at_any_step_opens_each_once_and_pays_each_opening_once() {
    assert!(with_failpoints().is_some(), "SLUICE_BIN must name a binary with the feature `failpoints`");
    for (point, passed, takes) in [
        ("task_taken", 0, 2),
        ("accounts_opened", 0, 2),
        ("accounts_paid", 0, 2),
        ("accounts_page", 0, 2),
        ("accounts_opened", 1, 2),
        ("accounts_page", 1, 2),
        ("task_done", 0, 2),
        ("task_ended", 0, 1),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let ledger = ledger(folder.path());
        let before: i64 = query(&ledger, "SELECT COUNT(*) FROM account");
        let mut rows = "number,holder,currency,opening\n".to_owned();
        for k in 0..ACCOUNTS {
            writeln!(rows, "N{k},Person {k},USD,0.01").unwrap();
        }
        std::fs::write(folder.path().join("accounts.csv"), rows).unwrap();
        ledger.ok(&["file", "upload", &folder.path().join("accounts.csv").display().to_string()]);
        let task = start(&ledger, 2, ACCOUNT_IMPORT);
        kill(&ledger, point, passed);
        assert_eq!(finish(&ledger, task), (3, takes), "{point} {passed}");
        let result: String = query(&ledger, &format!("SELECT result FROM task WHERE id = {task}"));
        for field in ["opened", "openings_paid"] {
            assert!(result.contains(&format!("\"{field}\":{ACCOUNTS}")), "{point} {passed}: {result}");
        }
        assert_eq!(query::<i64>(&ledger, "SELECT COUNT(*) FROM account"), before + ACCOUNTS, "{point}");
        let paid = "SELECT COUNT(*) FROM transfer WHERE kind = 5 AND code IS NULL";
        assert_eq!(query::<i64>(&ledger, paid), ACCOUNTS, "{point} {passed}");
        ledger.verified();
    }
}

#[test]
fn an_export_that_is_killed_at_any_step_makes_one_whole_file() {
    assert!(with_failpoints().is_some(), "SLUICE_BIN must name a binary with the feature `failpoints`");
    for (point, takes) in [
        ("task_taken", 2),
        ("task_file_stored", 2),
        ("task_file_known", 2),
        ("task_done", 2),
        ("task_ended", 1),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let ledger = ledger(folder.path());
        let task = start(&ledger, 3, EXPORT);
        kill(&ledger, point, 0);
        assert_eq!(finish(&ledger, task), (3, takes), "{point}");
        let made: String = query(&ledger, "SELECT u.object FROM task t JOIN upload u ON u.id = t.made");
        assert!(stored(&ledger).contains(&made), "{point}");
        let copy = folder.path().join("results.csv").display().to_string();
        let made: i64 = query(&ledger, &format!("SELECT made FROM task WHERE id = {task}"));
        ledger.ok(&["file", "download", &made.to_string(), "--out", &copy]);
        assert_eq!(std::fs::read_to_string(&copy).unwrap().lines().count(), 2, "{point}");
        ledger.verified();
    }
}

#[test]
fn an_upload_that_is_killed_is_known_or_leaves_bytes_that_nothing_names() {
    assert!(with_failpoints().is_some(), "SLUICE_BIN must name a binary with the feature `failpoints`");
    let folder = tempfile::tempdir().unwrap();
    let ledger = ledger(folder.path());
    for (point, known, bytes) in [("upload_stored", 1, 2), ("upload_known", 2, 3)] {
        let path = folder.path().join("many.csv").display().to_string();
        let mut upload = ledger.command(&["file", "upload", &path]);
        let killed = upload.env("FAILPOINTS", format!("{point}=return")).output().unwrap();
        assert_eq!(killed.status.signal(), Some(9), "{point}: {killed:?}");
        assert_eq!(query::<i64>(&ledger, "SELECT COUNT(*) FROM upload"), known, "{point}");
        assert_eq!(stored(&ledger).len(), bytes, "{point}");
    }
    ledger.verified();
}
