//! `batch export`: writes the result; a file is complete or not written at all.

use super::name::BatchName;
use crate::commands::export_form::{self, number_of_rows};
use crate::data_dir::replace;
use crate::exit::{Exit, Failure};
use crate::say::say;
use crate::session::Session;
use clap::Args;
use formats::export::options::{ExportForm, ExportOptions};
use serde_json::json;
use service::batch;
use std::num::NonZeroU64;
use std::path::PathBuf;

/// Arguments of `batch export`.
#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    pub name: BatchName,
    /// File to write [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// csv, xlsx or jsonl [default: by the ending of the file's name, else csv]
    #[arg(long, value_name = "FORM", value_parser = export_form::form)]
    pub format: Option<ExportForm>,
    /// Split into files of at most so many rows, in one zip with a manifest
    #[arg(long, value_name = "N")]
    pub rows_per_file: Option<NonZeroU64>,
}

impl ExportArgs {
    fn options(&self, session: &Session) -> ExportOptions {
        let named = self.out.as_deref().and_then(export_form::by_name);
        let options = export_form::options(session, self.format.or(named).unwrap_or_default());
        ExportOptions { rows_per_file: self.rows_per_file, ..options }
    }
}

/// Runs the command.
pub(crate) async fn run(session: &Session, args: &ExportArgs) -> Result<Exit, Failure> {
    let (service, language) = (&session.service, session.language);
    let (name, options) = (args.name.read()?, args.options(session));
    let Some(path) = &args.out else {
        if session.out.json {
            let text = say(
                "`batch export` with --json needs --out FILE",
                "`batch export` 与 --json 同用时须指定 --out FILE",
            );
            return Err(Failure::usage(text, language));
        }
        batch::export(service, name, &options, std::io::stdout()).await?;
        return Ok(Exit::Success);
    };
    let batch = batch::named(service, name).await?;
    let mut manifest = None;
    let count = replace(path, async |writer| {
        let written = batch::export(service, name, &options, writer).await?;
        let count = number_of_rows(&written);
        manifest = Some(written);
        Ok(count)
    })
    .await?;
    let file = path.display().to_string();
    let json = json!({ "batch_id": batch.number(), "id": batch.id.0, "items": count, "file": file,
                       "manifest": manifest });
    let number = batch.number();
    let text = || {
        say!(
            language,
            "{count} items of {number} were written to {file}",
            "{number} 的 {count} 笔转账明细已写入 {file}"
        )
    };
    session.out.answer(json, text)?;
    Ok(Exit::Success)
}
