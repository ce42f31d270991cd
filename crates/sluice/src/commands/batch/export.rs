//! `batch export`: writes the result; a file is complete or not written at all.

use super::name::BatchName;
use crate::commands::export_out::{ExportOutArgs, WrittenExport};
use crate::exit::{Exit, Failure};
use crate::say::say;
use crate::session::Session;
use clap::Args;
use serde_json::json;
use service::batch::{self, ANNOTATED_AT_ONCE, Annotating};

/// Arguments of `batch export`.
#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    pub name: BatchName,
    #[command(flatten)]
    pub file: ExportOutArgs,
    /// Write the uploaded file again, in its own form, with status, code, reason and transfer beside each row
    #[arg(long, conflicts_with_all = ["format", "rows_per_file"])]
    pub original: bool,
}

/// Runs the command.
pub(crate) async fn run(session: &Session, args: &ExportArgs) -> Result<Exit, Failure> {
    let (service, name) = (&session.service, args.name.read()?);
    // Refused before a file is begun.
    let annotating =
        if args.original { Some(Annotating::open(service, name, ANNOTATED_AT_ONCE).await?) } else { None };
    let export = args.file.write(session, "batch export", async move |to, options| match annotating {
        Some(annotating) => annotating.write(service, options, to, |_| Ok(())).await,
        None => batch::export(service, name, options, to).await,
    });
    let Some(written) = export.await? else { return Ok(Exit::Success) };
    let batch = batch::named(service, name).await?;
    let (number, WrittenExport { file, rows, manifest }) = (batch.number(), written);
    let json =
        json!({ "batch_id": number, "id": batch.id.0, "items": rows, "file": file, "manifest": manifest });
    let text = || {
        say!(
            session.language,
            "{rows} items of {number} were written to {file}",
            "{number} 的 {rows} 笔转账明细已写入 {file}"
        )
    };
    session.out.answer(json, text)?;
    Ok(Exit::Success)
}
