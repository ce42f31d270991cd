//! `transfer export`: every requested transfer that matches, newest first, including refused ones.

use super::filter::TransferFilterArgs;
use crate::commands::export_out::{ExportOutArgs, answer};
use crate::exit::{Exit, Failure};
use crate::session::Session;
use clap::Args;
use service::transfer;

/// Arguments of `transfer export`.
#[derive(Debug, Args)]
pub(crate) struct TransferExportArgs {
    #[command(flatten)]
    pub filter: TransferFilterArgs,
    #[command(flatten)]
    pub file: ExportOutArgs,
}

/// Runs the command.
pub(crate) async fn run(session: &Session, args: &TransferExportArgs) -> Result<Exit, Failure> {
    let query = args.filter.query(session).await?;
    let export = args.file.write(session, "transfer export", async |to, options| {
        transfer::export(&session.service, query, options, to).await
    });
    answer(session, export.await?)
}
