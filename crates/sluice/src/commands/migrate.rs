//! `migrate`: the schema of a database on a server, brought up to date on purpose and not by the first
//! process that happens to be newer than the others.

use crate::cli::Globals;
use crate::exit::{Exit, Failure};
use crate::say::say;
use clap::Args;
use serde_json::json;
use store::{Schema, Store};

/// Arguments of `migrate`.
#[derive(Debug, Args)]
#[command(after_help = "Stop the nodes first, and use the role that owns the tables. A ledger in a data \
                        directory is brought up to date by the first command that writes.\n\nExample:\n  \
                        sluice --database postgres://owner@db/sluice migrate")]
pub(crate) struct MigrateArgs {}

/// Migrates; a schema that is up to date stays as it is.
pub(crate) async fn run(globals: &Globals, _: &MigrateArgs) -> Result<Exit, Failure> {
    let Some(url) = &globals.database else {
        let text = say("Say which database: --database URL", "请指明数据库：--database URL");
        return Err(Failure::usage(text, globals.language()));
    };
    // One that holds no ledger yet is the business of `init`.
    if let Err(store::StoreError::NoLedger) = Store::connect(url, Schema::Expect).await {
        return Err(store::StoreError::NoLedger.into());
    }
    let store = Store::connect(url, Schema::Migrate).await?;
    let place = store.shown();
    let text =
        || say!(globals.language(), "The schema of {place} is up to date.", "{place} 的表结构已是最新。");
    globals.out().answer(json!({ "database": place, "up_to_date": true }), text)?;
    Ok(Exit::Success)
}
