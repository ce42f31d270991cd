//! The file that a task made.

use crate::id::FileId;
use serde::{Deserialize, Serialize};

/// A file that a task made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeFile {
    /// The file.
    #[serde(with = "crate::noun::tagged")]
    pub file_id: FileId,
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub bytes: i64,
    /// SHA-256 of its content, in hexadecimal.
    pub sha256: String,
    /// How many records it has, where it has records.
    pub rows: Option<i64>,
    /// The sums of its amounts, by column and currency, where it has amounts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sums: Vec<MadeSum>,
}

/// The sum of a column in a currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeSum {
    /// The column.
    pub column: String,
    /// The currency.
    pub currency: String,
    /// The sum, in major units.
    pub sum: String,
}
