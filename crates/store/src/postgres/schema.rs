//! The schema of a database on a server: brought up to date by one program at a time, checked by all.

use crate::error::StoreError;
use crate::migration::{Dialect, NEWEST, check_version, runner, unavailable, version};
use tokio_postgres::Client;

/// Only one program changes a server's schema at a time. The number is arbitrary.
const LOCK: i64 = 7_312_004_865;

/// Brings the schema up to date, under an advisory lock that ends with the connection.
pub(super) async fn migrate(client: &mut Client) -> Result<(), StoreError> {
    migrate_to(client, version()).await
}

/// Brings the schema up to a version.
pub(crate) async fn migrate_to(client: &mut Client, version: i32) -> Result<(), StoreError> {
    let runner = runner(Dialect::Postgres, version)?;
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
pub(super) async fn expect(client: &Client) -> Result<(), StoreError> {
    let exists = "SELECT to_regclass('refinery_schema_history') IS NOT NULL";
    let exists: bool = client.query_one(exists, &[]).await.map_err(unavailable)?.get(0);
    if !exists {
        return Err(StoreError::NoLedger);
    }
    let newest: Option<i32> = client.query_one(NEWEST, &[]).await.map_err(unavailable)?.get(0);
    check_version(newest, "run `sluice migrate`")
}
