//! Writing to a file what a run of a batch would do now.

use super::batch_name::BatchName;
use super::export_batch::{ExportFormat, ExportLanguage};
use serde::{Deserialize, Serialize};

/// The input of `preview`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreviewInput {
    /// The batch.
    pub batch_id: BatchName,
    /// The file's format; CSV unless it is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<ExportFormat>,
    /// The language of headers and messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<ExportLanguage>,
    /// Which items, and how the file is divided.
    #[serde(default)]
    pub options: PreviewOptions,
}

/// Which items a preview writes; all of them without options.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct PreviewOptions {
    /// Only these items.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub only: Option<PreviewedOnly>,
    /// At most so many rows in a file: the result is a zip of numbered files and a manifest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows_per_file: Option<u64>,
}

/// Some of the items of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PreviewedOnly {
    /// Those that would be refused.
    Refused,
}
