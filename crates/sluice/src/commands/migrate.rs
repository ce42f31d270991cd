//! `migrate`: upgrades the schema of a database on a server. It is a deliberate step, so that the first
//! process of a newer version does not upgrade the schema under the others.

use crate::exit::{Exit, Failure};
use crate::globals::Globals;
use crate::say::say;
use clap::Args;
use serde_json::json;
use store::{Schema, Store};

/// Arguments of `migrate`.
#[derive(Debug, Args)]
#[command(after_help = "Stop the nodes first, and use the role that owns the tables. A ledger in a data \
                        directory is upgraded by the first command that writes.\n\nExample:\n  \
                        sluice --database postgres://owner@db/sluice migrate")]
pub(crate) struct MigrateArgs {}

/// Migrates the schema; one that is up to date stays unchanged.
pub(crate) async fn run(globals: &Globals, _: &MigrateArgs) -> Result<Exit, Failure> {
    let Some(url) = &globals.database else {
        let text = say("Specify the database: --database URL", "请指定数据库：--database URL");
        return Err(Failure::usage(text, globals.language()));
    };
    // Creating a ledger in an empty database is left to `init`.
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
