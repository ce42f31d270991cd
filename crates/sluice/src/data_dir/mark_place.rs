//! Where the mark of a ledger's head is: apart from the data, so that both are not lost, or restored from an
//! old copy, at once.

use super::directory::DataDir;
use crate::exit::Failure;
use rustix::fs::{Access, access};
use std::path::{Path, PathBuf};

/// The ending of its file name.
const ENDING: &str = "sluice-mark";
/// The ending of the file beside it that records the newest backup.
const BACKUP: &str = "sluice-backup";

/// The location of a mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MarkPlace {
    /// The file.
    pub path: PathBuf,
    /// Whether it is apart from the data.
    pub is_apart: bool,
}

impl MarkPlace {
    /// For the ledger in a directory: in the configured folder; otherwise in the directory's parent, if it is
    /// writable or already contains the mark; otherwise in the directory itself.
    pub(crate) fn of(directory: &DataDir, set: Option<&Path>) -> Result<Self, Failure> {
        let failed = |error| Failure::File { path: directory.0.clone(), error };
        let real = directory.0.canonicalize().map_err(failed)?;
        let name = real.file_name().map_or_else(|| "data".into(), |name| name.to_string_lossy());
        if let Some(folder) = set {
            // Directories of the same name may share the folder.
            let which = store::mark::short_name(&real.to_string_lossy());
            let path = folder.join(format!("{name}-{which}.{ENDING}"));
            return Ok(Self { path, is_apart: !folder.starts_with(&directory.0) });
        }
        if let Some(parent) = real.parent() {
            let path = parent.join(format!("{name}.{ENDING}"));
            let can_write = access(parent, Access::WRITE_OK | Access::EXEC_OK).is_ok();
            if can_write || path.exists() {
                return Ok(Self { path, is_apart: true });
            }
        }
        Ok(Self { path: real.join(ENDING), is_apart: false })
    }

    /// The file that records the newest backup.
    pub(crate) fn last_backup(&self) -> PathBuf {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        self.path.with_file_name(name.replace(ENDING, BACKUP))
    }
}
