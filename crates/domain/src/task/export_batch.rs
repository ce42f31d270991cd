//! Writing the results of a batch to a file.

use super::batch_name::BatchName;
use crate::code::Language;
use crate::stored_enum::stored_enum;
use serde::{Deserialize, Serialize};

stored_enum! {
    /// The format of an exported file.
    ExportFormat {
        /// Comma-separated values.
        Csv = 1 "csv",
        /// An Excel workbook.
        Xlsx = 2 "xlsx",
        /// One JSON object per line.
        JsonLines = 3 "jsonl",
    }
}

stored_enum! {
    /// The language of an exported file's texts.
    ExportLanguage {
        /// English.
        English = 1 "en",
        /// Simplified Chinese.
        Chinese = 2 "zh",
    }
}

impl ExportLanguage {
    /// The language.
    #[must_use]
    pub const fn spoken(self) -> Language {
        match self {
            Self::English => Language::English,
            Self::Chinese => Language::Chinese,
        }
    }
}

/// The input of `export_batch`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportBatchInput {
    /// The batch.
    pub batch_id: BatchName,
    /// The file's format; CSV unless it is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<ExportFormat>,
    /// The language of headers and messages; that of the request unless it is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<ExportLanguage>,
    /// How it is divided.
    #[serde(default, skip_serializing_if = "ExportBatchOptions::is_usual")]
    pub options: ExportBatchOptions,
}

/// How an exported file is divided.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct ExportBatchOptions {
    /// At most so many rows in a file: the result is a zip of numbered files and a manifest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows_per_file: Option<u64>,
}

impl ExportBatchOptions {
    fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}
