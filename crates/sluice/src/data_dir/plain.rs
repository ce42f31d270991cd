//! The files of a data directory are regular files that only their owner can access. A link would let two
//! directories write to one database, each under a separate lock.

use super::directory::DataDir;
use crate::exit::Failure;
use std::fs::{DirBuilder, File, Metadata, Permissions};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The permissions of group and others.
const OTHERS: u32 = 0o077;

/// Opens or creates a file that only its owner can access, whatever the umask.
pub(super) fn open(path: &Path) -> std::io::Result<File> {
    let is_new = !path.exists();
    let file = File::options().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
    if is_new {
        file.set_permissions(Permissions::from_mode(0o600))?;
    }
    Ok(file)
}

impl DataDir {
    /// Creates the directory, accessible to its owner alone. An existing directory stays as it is.
    pub(crate) fn make(&self) -> Result<(), Failure> {
        let failed = |error| Failure::File { path: self.0.clone(), error };
        if self.0.is_dir() {
            return Ok(());
        }
        DirBuilder::new().recursive(true).mode(0o700).create(&self.0).map_err(failed)?;
        std::fs::set_permissions(&self.0, Permissions::from_mode(0o700)).map_err(failed)
    }

    /// Creates the database file; the engine creates the files beside it with the same permissions.
    pub(crate) fn make_database(&self) -> Result<(), Failure> {
        let path = self.database();
        open(&path).map(|_| ()).map_err(|error| Failure::File { path, error })
    }

    /// Refuses symbolic and hard links in place of files.
    pub(super) fn expect_plain(&self) -> Result<(), Failure> {
        for path in self.files() {
            let Ok(meta) = path.symlink_metadata() else { continue };
            if meta.is_symlink() || (meta.is_file() && meta.nlink() > 1) {
                return Err(Failure::Link(path));
            }
        }
        Ok(())
    }

    /// The files that users other than the owner can access.
    pub(crate) fn open_to_others(&self) -> Vec<PathBuf> {
        let is_open = |meta: &Metadata| meta.mode() & OTHERS != 0;
        if !self.0.metadata().is_ok_and(|meta| is_open(&meta)) {
            return Vec::new();
        }
        self.files().into_iter().filter(|path| path.metadata().is_ok_and(|meta| is_open(&meta))).collect()
    }
}
