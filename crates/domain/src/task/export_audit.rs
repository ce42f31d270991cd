//! Writing the audit log to a file.

use super::export_batch::{ExportFormat, ExportLanguage};
use serde::{Deserialize, Serialize};

/// The input of `export_audit`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportAuditInput {
    /// The file's format, as a table; without one it is JSON lines with the entries of the API's list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<ExportFormat>,
    /// The language of headers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<ExportLanguage>,
    /// Which rows.
    #[serde(default)]
    pub options: ExportAuditOptions,
}

/// Which rows of the log are exported; all of them without options.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ExportAuditOptions {
    /// The first day, `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The actor's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// The action.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// The noun that it was done to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject_id: Option<i64>,
}
