//! The form of a file that is written: as it is asked for, or as its name ends.

use crate::say::{Say, say};
use crate::session::Session;
use formats::export::manifest::Manifest;
use formats::export::options::{ExportForm, ExportOptions};
use std::path::Path;

/// Parses the value of `--format`.
pub(crate) fn form(text: &str) -> Result<ExportForm, Say> {
    ExportForm::parse(text).ok_or(say("must be csv, xlsx or jsonl", "可用 csv、xlsx 或 jsonl"))
}

/// The form of a file: as asked for, else as its name ends, else CSV.
pub(crate) fn form_of(path: &Path, asked: Option<ExportForm>) -> ExportForm {
    asked.or_else(|| by_name(path)).unwrap_or_default()
}

/// The form that the name of a file ends in.
pub(crate) fn by_name(path: &Path) -> Option<ExportForm> {
    ExportForm::parse(&path.extension()?.to_str()?.to_ascii_lowercase())
}

/// An export in a form, for this caller and time.
pub(crate) fn options(session: &Session, form: ExportForm) -> ExportOptions {
    let made_at = session.service.now();
    ExportOptions { form, language: session.language, made_at, ..ExportOptions::default() }
}

/// The rows of an export.
pub(crate) fn number_of_rows(manifest: &Manifest) -> i64 {
    i64::try_from(manifest.rows).unwrap_or(i64::MAX)
}
