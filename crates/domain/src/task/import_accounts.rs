//! Opening accounts from the rows of a file.

use super::import_batch::FileRead;
use crate::id::FileId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The input of `import_accounts`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImportAccountsInput {
    /// The uploaded file.
    #[serde(with = "crate::noun::tagged")]
    pub file_id: FileId,
    /// How to import it.
    #[serde(default)]
    pub options: ImportAccountsOptions,
}

/// How to read a file of accounts. What is not said is found out, or is as people usually write it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct ImportAccountsOptions {
    /// Open accounts whose numbers look like those of others.
    pub confusable: bool,
    /// The sheet of a workbook, by its name or its number from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// The text encoding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// The field separator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<String>,
    /// The decimal mark of openings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decimal: Option<String>,
    /// Their group mark.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The currency sign or code that is written with them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign: Option<String>,
    /// Which column each field is read from: field to header.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub mapping: BTreeMap<String, String>,
    /// Headers of columns that are set aside.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ignore: Vec<String>,
}

/// The output of `import_accounts`. Each row is counted once: in `opened`, `known`, `known_name_differs` or `refused`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportAccountsOutput {
    /// Accounts opened.
    pub opened: usize,
    /// Accounts that existed and match their rows.
    pub known: usize,
    /// Accounts that existed under another holder name; nothing was changed.
    pub known_name_differs: usize,
    /// Rows refused.
    pub refused: usize,
    /// Openings paid.
    pub openings_paid: usize,
    /// Openings that were not paid: the account is in use, or its holder differs.
    pub openings_unpaid: usize,
    /// Openings that the ledger refused.
    pub openings_refused: usize,
    /// What the file was read as; empty until it was read to its end.
    #[serde(default)]
    pub file: FileRead,
    /// Columns that were not read.
    #[serde(default)]
    pub ignored_columns: Vec<String>,
}
