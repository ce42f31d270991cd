//! `account export-statement`: an account's entries with the balance before and after each.

use crate::commands::export_out::{ExportOutArgs, answer};
use crate::commands::statement::StatementEntryArgs;
use crate::exit::{Exit, Failure};
use crate::session::Session;
use clap::Args;
use service::statement;

/// Arguments of `account export-statement`.
#[derive(Debug, Args)]
pub(crate) struct StatementExportArgs {
    #[command(flatten)]
    pub entries: StatementEntryArgs,
    #[command(flatten)]
    pub file: ExportOutArgs,
}

/// Runs the command.
pub(crate) async fn run(session: &Session, args: &StatementExportArgs) -> Result<Exit, Failure> {
    let query = args.entries.query();
    let export = args.file.write(session, "account export-statement", async |to, options| {
        statement::export(&session.service, &args.entries.number, query, options, to).await
    });
    answer(session, export.await?)
}
