//! Writing accounts to a file.

use super::export_batch::{ExportFormat, ExportLanguage};
use crate::account::AccountStatus;
use serde::{Deserialize, Serialize};

/// The input of `export_accounts`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportAccountsInput {
    /// The file's format; CSV unless it is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<ExportFormat>,
    /// The language of headers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<ExportLanguage>,
    /// Which accounts, and how the file is divided.
    #[serde(default)]
    pub options: ExportAccountsOptions,
}

/// Which accounts are exported, in the words of their list; all of them without options.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct ExportAccountsOptions {
    /// Part of the number, or of the holder's name, e-mail address or uid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// The status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<AccountStatus>,
    /// The group of holders, by id or name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The holder's e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The holder's uid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
    /// The least balance, in minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_balance_cents: Option<i64>,
    /// The greatest balance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_balance_cents: Option<i64>,
    /// At most so many rows in a file: the result is a zip of numbered files and a manifest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows_per_file: Option<u64>,
}
