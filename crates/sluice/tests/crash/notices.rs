//! SIGKILL at each step between a commit and an e-mail: nothing that was committed is told twice or not at all, and only
//! an e-mail whose fate is unknown is left to be sent again.

use crate::ledger::Ledger;
use rusqlite::{Connection, OpenFlags};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use testkit::binary::with_failpoints;

/// Two people with addresses, and one event that both are told.
const TOLD: &str = "
    UPDATE outbox SET spread_at = 1;
    INSERT INTO app_user (login, name, role, password, password_at, created_by, created_at)
      VALUES ('lin', 'Lin', 2, 'h', 1, 'x', 1), ('mei', 'Mei', 2, 'h', 1, 'x', 1);
    INSERT INTO mail_address (app_user, email, language)
      SELECT id, login || '@example.com', 1 FROM app_user;
    INSERT INTO outbox (at, kind, subject, subject_id, detail, audience)
      VALUES (1, 17, 'user', 1, '{}', 'money');";

/// The point; then how many notices there are, how many e-mails wait, how many are being sent, how many files.
const KILLS: [(&str, [i64; 4]); 4] = [
    ("spread_written", [0, 0, 0, 0]),
    ("spread_committed", [2, 2, 0, 0]),
    ("mail_taken", [2, 1, 1, 0]),
    ("mail_sent", [2, 0, 2, 1]),
];

/// Commits [`TOLD`], as a server would.
fn tell(database: &Path) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let opened = ::store::Store::open(database).await.unwrap();
        let mut tx = opened.write().await.unwrap();
        for text in TOLD.split(';').filter(|text| !text.trim().is_empty()) {
            tx.fetch_text(text.to_owned(), vec![]).await.unwrap();
        }
        ::store::head::advance(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
    });
}

fn found(database: &Path, folder: &Path) -> [i64; 4] {
    // A connection that may write deletes the log when it closes the file, and the next start would miss it.
    let file = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let count = |query: &str| file.query_row(query, [], |row| row.get::<_, i64>(0)).unwrap();
    let files = std::fs::read_dir(folder).map_or(0, Iterator::count);
    [
        count("SELECT COUNT(*) FROM notice"),
        count("SELECT COUNT(*) FROM mail WHERE state = 1"),
        count("SELECT COUNT(*) FROM mail WHERE state = 2"),
        i64::try_from(files).unwrap(),
    ]
}

#[test]
fn what_was_committed_is_told_once_wherever_the_worker_is_killed() {
    assert!(with_failpoints().is_some(), "SLUICE_BIN must name a binary with the feature `failpoints`");
    let folder = tempfile::tempdir().unwrap();
    let (ledger, _) = Ledger::with_batch(folder.path(), 1);
    let (database, mails) = (ledger.dir.join("sluice.db"), folder.path().join("mails"));
    tell(&database);
    for (point, expected) in KILLS {
        let mut worker = ledger.command(&["work"]);
        worker.env("SLUICE_MAIL_FROM", "pay@example.com").env("SLUICE_MAIL_DIR", &mails);
        let killed = worker.env("FAILPOINTS", format!("{point}=return")).output().unwrap();
        assert_eq!(killed.status.signal(), Some(9), "{point}: {killed:?}");
        assert_eq!(found(&database, &mails), expected, "{point}");
        ledger.verified();
    }
}
