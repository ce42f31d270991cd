//! The numbered list of schema changes, one for all engines. To add one, take the next number and add its
//! text for each engine under `migrations` and its line here. A released migration is never edited. A test
//! compares the schemas that the texts produce.

use crate::error::StoreError;
use crate::sqlite;
use refinery::{Migration, Runner};

/// Name, SQLite's text, PostgreSQL's text.
const LIST: &[(&str, &str, &str)] = &[
    (
        "V1__ledger",
        include_str!("../migrations/0001_ledger.sqlite.sql"),
        include_str!("../migrations/0001_ledger.postgres.sql"),
    ),
    (
        "V2__nodes",
        include_str!("../migrations/0002_nodes.sqlite.sql"),
        include_str!("../migrations/0002_nodes.postgres.sql"),
    ),
    (
        "V3__people",
        include_str!("../migrations/0003_people.sqlite.sql"),
        include_str!("../migrations/0003_people.postgres.sql"),
    ),
    (
        "V4__meaning",
        include_str!("../migrations/0004_meaning.sqlite.sql"),
        include_str!("../migrations/0004_meaning.postgres.sql"),
    ),
    (
        "V5__availability",
        include_str!("../migrations/0005_availability.sqlite.sql"),
        include_str!("../migrations/0005_availability.postgres.sql"),
    ),
    (
        "V6__extents_and_secrets",
        include_str!("../migrations/0006_extents_and_secrets.sqlite.sql"),
        include_str!("../migrations/0006_extents_and_secrets.postgres.sql"),
    ),
    (
        "V7__truth",
        include_str!("../migrations/0007_truth.sqlite.sql"),
        include_str!("../migrations/0007_truth.postgres.sql"),
    ),
    (
        "V8__spans",
        include_str!("../migrations/0008_spans.sqlite.sql"),
        include_str!("../migrations/0008_spans.postgres.sql"),
    ),
    (
        "V9__flight",
        include_str!("../migrations/0009_flight.sqlite.sql"),
        include_str!("../migrations/0009_flight.postgres.sql"),
    ),
];

/// The schema version that this program works with.
#[must_use]
pub fn version() -> i32 {
    i32::try_from(LIST.len()).unwrap_or(i32::MAX)
}

/// Only one program changes a server's schema at a time. The number is arbitrary.
const LOCK: i64 = 7_312_004_865;

fn unavailable(error: impl std::error::Error) -> StoreError {
    let mut text = format!("migration: {error}");
    let mut source = error.source();
    while let Some(inner) = source {
        text += &format!(": {inner}");
        source = inner.source();
    }
    StoreError::Unavailable(text)
}

fn runner<'a>(texts: impl Iterator<Item = (&'a str, &'a str)>) -> Result<Runner, StoreError> {
    let list: Result<Vec<_>, _> = texts.map(|(name, sql)| Migration::unapplied(name, sql)).collect();
    let runner = Runner::new(&list.map_err(unavailable)?);
    // One transaction for everything: otherwise a migration and the record of it would be two, and a process
    // killed in between would leave a database that no program can open.
    Ok(runner.set_grouped(true).set_abort_missing(true).set_abort_divergent(true))
}

pub(crate) fn migrate_sqlite(connection: &mut rusqlite::Connection) -> Result<(), StoreError> {
    let runner = runner(LIST.iter().map(|(name, sqlite, _)| (*name, *sqlite)))?;
    runner.run(connection).map(|_| ()).map_err(unavailable)
}

/// Brings a server's schema up to date, under an advisory lock that ends with the connection.
pub(crate) async fn migrate_postgres(client: &mut tokio_postgres::Client) -> Result<(), StoreError> {
    let runner = runner(LIST.iter().map(|(name, _, postgres)| (*name, *postgres)))?;
    let (take, give) = ("SELECT pg_advisory_lock($1)", "SELECT pg_advisory_unlock($1)");
    // Another program's migration may take a while.
    client.batch_execute("SET lock_timeout = 0; SET statement_timeout = 0").await.map_err(unavailable)?;
    client.execute(take, &[&LOCK]).await.map_err(unavailable)?;
    let done = runner.run_async(client).await.map(|_| ()).map_err(unavailable);
    client.execute(give, &[&LOCK]).await.map_err(unavailable)?;
    client.batch_execute("RESET lock_timeout; RESET statement_timeout").await.map_err(unavailable)?;
    done
}

/// Refuses a schema version other than this program's.
pub(crate) async fn expect_postgres(client: &tokio_postgres::Client) -> Result<(), StoreError> {
    let there = "SELECT to_regclass('refinery_schema_history') IS NOT NULL";
    let there: bool = client.query_one(there, &[]).await.map_err(unavailable)?.get(0);
    if !there {
        return Err(StoreError::NoLedger);
    }
    let newest: Option<i32> = client.query_one(NEWEST, &[]).await.map_err(unavailable)?.get(0);
    judge(newest, "run `sluice migrate`")
}

/// Like [`expect_postgres`], for a file opened read-only.
pub(crate) fn expect_sqlite(connection: &rusqlite::Connection) -> Result<(), StoreError> {
    let there = "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'refinery_schema_history'";
    let there: i64 = connection.query_row(there, [], |row| row.get(0)).map_err(sqlite::error)?;
    if there == 0 {
        return Err(StoreError::NoLedger);
    }
    let newest = connection.query_row(NEWEST, [], |row| row.get(0)).map_err(sqlite::error)?;
    judge(newest, "the first command that writes updates it")
}

const NEWEST: &str = "SELECT MAX(version) FROM refinery_schema_history";

fn judge(newest: Option<i32>, advice: &str) -> Result<(), StoreError> {
    // Creating the schema was started but not finished.
    let Some(found) = newest else { return Err(StoreError::NoLedger) };
    let expected = version();
    match found.cmp(&expected) {
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Less => Err(StoreError::Unavailable(format!(
            "the schema is at version {found}, but this program uses {expected}: {advice}"
        ))),
        std::cmp::Ordering::Greater => Err(StoreError::Unavailable(format!(
            "the schema is at version {found}, newer than this program's ({expected}): use a newer program"
        ))),
    }
}
