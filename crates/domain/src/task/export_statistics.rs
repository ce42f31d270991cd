//! Writing statistics to a file.

use super::export_batch::{ExportFormat, ExportLanguage};
use crate::account_ref::AccountRef;
use serde::{Deserialize, Serialize};

/// The input of `export_statistics`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportStatisticsInput {
    /// The file's format; CSV unless it is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<ExportFormat>,
    /// The language of headers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<ExportLanguage>,
    /// Which statistics, and how the file is divided.
    pub options: ExportStatisticsOptions,
}

/// Which statistics are exported, in the words of `getStatistics`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ExportStatisticsOptions {
    /// The first value date, `YYYY-MM-DD`.
    pub from: String,
    /// The last value date.
    pub to: String,
    /// The currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// The paying account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<AccountRef>,
    /// What a row is about besides its currency; nothing unless it is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_by: Option<StatisticsGrouping>,
    /// At most so many rows in a file: the result is a zip of numbered files and a manifest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows_per_file: Option<u64>,
}

/// What a row of statistics is about, besides its currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StatisticsGrouping {
    /// A day.
    Day,
    /// A paying account.
    Account,
    /// Nothing else.
    None,
}
