//! Where an export goes: to a file, which is complete or not there, or to standard output.

use crate::commands::export_form::{self, number_of_rows};
use crate::data_dir::replace;
use crate::exit::{Exit, Failure};
use crate::say::say;
use crate::session::Session;
use clap::Args;
use formats::export::manifest::Manifest;
use formats::export::options::{ExportForm, ExportOptions};
use serde_json::json;
use service::Error;
use std::io::Write;
use std::num::NonZeroU64;
use std::path::PathBuf;

/// The file of an export.
#[derive(Debug, Args)]
pub(crate) struct ExportOutArgs {
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

/// A file that was written.
#[derive(Debug)]
pub(crate) struct WrittenExport {
    /// Its path.
    pub file: String,
    /// Its rows.
    pub rows: i64,
    /// What it contains.
    pub manifest: Manifest,
}

impl ExportOutArgs {
    fn options(&self, session: &Session) -> ExportOptions {
        let named = self.out.as_deref().and_then(export_form::by_name);
        let options = export_form::options(session, self.format.or(named).unwrap_or_default());
        ExportOptions { rows_per_file: self.rows_per_file, ..options }
    }

    /// Writes an export of a command; none if it went to standard output, which then has nothing else.
    pub(crate) async fn write(
        &self,
        session: &Session,
        command: &str,
        export: impl AsyncFnOnce(&mut (dyn Write + Send), &ExportOptions) -> Result<Manifest, Error>,
    ) -> Result<Option<WrittenExport>, Failure> {
        let options = self.options(session);
        let Some(path) = &self.out else {
            if session.out.json {
                return Err(Failure::Usage(say!(
                    session.language,
                    "`{command}` with --json needs --out FILE",
                    "`{command}` 与 --json 同用时须指定 --out FILE"
                )));
            }
            export(&mut std::io::stdout(), &options).await?;
            return Ok(None);
        };
        let mut manifest = None;
        let rows = replace(path, async |writer| {
            let written = export(writer, &options).await?;
            let rows = number_of_rows(&written);
            manifest = Some(written);
            Ok(rows)
        })
        .await?;
        let file = path.display().to_string();
        Ok(manifest.map(|manifest| WrittenExport { file, rows, manifest }))
    }
}

/// Answers with what was written.
pub(crate) fn answer(session: &Session, written: Option<WrittenExport>) -> Result<Exit, Failure> {
    let Some(WrittenExport { file, rows, manifest }) = written else { return Ok(Exit::Success) };
    let text = || say!(session.language, "{rows} rows were written to {file}", "{rows} 行已写入 {file}");
    session.out.answer(json!({ "rows": rows, "file": file, "manifest": manifest }), text)?;
    Ok(Exit::Success)
}
