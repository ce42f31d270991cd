//! Writing an account's statement to a file.

use super::export_batch::{ExportFormat, ExportLanguage};
use crate::account_ref::AccountRef;
use serde::{Deserialize, Serialize};

/// The input of `export_statement`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportStatementInput {
    /// The account, by id or number.
    pub account_id: AccountRef,
    /// The file's format; CSV unless it is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<ExportFormat>,
    /// The language of headers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<ExportLanguage>,
    /// Which entries, and how the file is divided.
    #[serde(default)]
    pub options: ExportStatementOptions,
}

/// Which entries are exported, in the words of the statement; all of them without options.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct ExportStatementOptions {
    /// The first value date, `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The last value date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The direction of the money.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<EntryDirection>,
    /// At most so many rows in a file: the result is a zip of numbered files and a manifest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows_per_file: Option<u64>,
}

/// The direction of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EntryDirection {
    /// Into the account.
    In,
    /// Out of the account.
    Out,
}
