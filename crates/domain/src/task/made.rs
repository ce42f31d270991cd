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
}
