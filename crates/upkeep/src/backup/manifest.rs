//! A backup's description of itself. Its format is numbered: a newer program reads the older formats.

use super::files;
use crate::Error;
use domain::code::Code;
use serde::{Deserialize, Serialize};
use std::path::Path;
use store::mark::State;

/// The format version that is written.
const FORM: i64 = 1;

/// The description of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// The format version of this manifest.
    pub form: i64,
    /// The ledger's id.
    pub ledger: String,
    /// The last commit it contains.
    pub commit_number: i64,
    /// The id of the newest audit row it contains.
    pub audit: i64,
    /// SHA-256 of that row's content, hexadecimal.
    pub audit_sha256: String,
    /// The schema version.
    pub schema: i64,
    /// The version of the program that made it.
    pub program: String,
    /// When it was made, microseconds UTC.
    pub made_at: i64,
    /// Size of the database in bytes.
    pub bytes: u64,
    /// SHA-256 of the database, hexadecimal.
    pub sha256: String,
}

impl Manifest {
    pub(super) fn of(state: &State, file: &Path, made_at: i64) -> Result<Self, Error> {
        let (bytes, sha256) = files::sum(file)?;
        let (audit, audit_sha256) =
            state.newest.as_ref().map_or((0, String::new()), |newest| (newest.audit, newest.sha256.clone()));
        Ok(Self {
            form: FORM,
            ledger: state.ledger.clone(),
            commit_number: state.commit_number,
            audit,
            audit_sha256,
            schema: i64::from(store::schema_version()),
            program: env!("CARGO_PKG_VERSION").to_owned(),
            made_at,
            bytes,
            sha256,
        })
    }

    pub(super) fn text(&self) -> Result<String, Error> {
        let text = serde_json::to_string_pretty(self).map_err(std::io::Error::other)?;
        Ok(text + "\n")
    }

    /// Reads a manifest; a folder without a readable one is not a backup.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let no_backup = |shown: String| Error::refused(Code::BackupInvalid, shown);
        let text = std::fs::read_to_string(path).map_err(|_| no_backup(path.display().to_string()))?;
        let manifest: Self =
            serde_json::from_str(&text).map_err(|_| no_backup(path.display().to_string()))?;
        if manifest.form == FORM { Ok(manifest) } else { Err(no_backup(path.display().to_string())) }
    }
}
