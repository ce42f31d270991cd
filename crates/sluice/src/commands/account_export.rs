//! `account export`: accounts with their holders and balances, as they are at one moment.

use crate::commands::account_filter::AccountFilterArgs;
use crate::commands::export_out::{ExportOutArgs, answer};
use crate::exit::{Exit, Failure};
use crate::session::Session;
use clap::Args;
use service::account;

/// Arguments of `account export`.
#[derive(Debug, Args)]
pub(crate) struct AccountExportArgs {
    #[command(flatten)]
    pub filter: AccountFilterArgs,
    #[command(flatten)]
    pub file: ExportOutArgs,
}

/// Runs the command.
pub(crate) async fn run(session: &Session, args: &AccountExportArgs) -> Result<Exit, Failure> {
    let query = args.filter.query();
    let export = args.file.write(session, "account export", async |to, options| {
        account::export(&session.service, &query, options, to).await
    });
    answer(session, export.await?)
}
