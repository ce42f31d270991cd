//! Backup files: readable by their owner only, and durable before they are reported.

use crate::Error;
use data_encoding::HEXLOWER;
use domain::code::Code;
use sha2::{Digest, Sha256};
use std::fs::{DirBuilder, File, Permissions};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// File name of the database in a backup.
pub(super) const FILE: &str = "sluice.db";
/// File name of the manifest.
pub(super) const MANIFEST: &str = "manifest.json";
/// Bytes per read.
const STEP: usize = 1 << 20;

/// Creates the folder, or accepts an existing empty one; returns whether it was created.
pub(super) fn make_folder(folder: &Path) -> Result<bool, Error> {
    if folder.exists() {
        let is_empty = std::fs::read_dir(folder)?.next().is_none();
        return if is_empty {
            Ok(false)
        } else {
            Err(Error::refused(Code::BackupExists, folder.display().to_string()))
        };
    }
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    std::fs::set_permissions(folder, Permissions::from_mode(0o700))?;
    Ok(true)
}

/// Removes the remains of a failed backup.
pub(super) fn clear(folder: &Path, made: bool) {
    drop(std::fs::remove_file(folder.join(FILE)));
    if made {
        drop(std::fs::remove_dir(folder));
    }
}

/// Creates a file that only its owner can access, regardless of the umask.
pub(super) fn make(path: &Path) -> Result<File, Error> {
    let file = File::options().write(true).create_new(true).mode(0o600).open(path)?;
    file.set_permissions(Permissions::from_mode(0o600))?;
    Ok(file)
}

pub(super) fn sync(path: &Path) -> Result<(), Error> {
    Ok(File::open(path)?.sync_all()?)
}

/// Writes a file with this mode atomically: it appears complete or not at all, and readers of a former file
/// see the old or the new content.
pub(super) fn write_whole(path: &Path, bytes: &[u8], mode: u32) -> Result<(), Error> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = Path::new(&part);
    // Left behind by a killed process, possibly another user's.
    drop(std::fs::remove_file(part));
    let mut file = make(part)?;
    file.set_permissions(Permissions::from_mode(mode))?;
    file.write_all(bytes)?;
    file.sync_all()?;
    rename(part, path)
}

/// Renames a file durably.
pub(super) fn rename(from: &Path, to: &Path) -> Result<(), Error> {
    std::fs::rename(from, to)?;
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
    sync(folder.unwrap_or(Path::new(".")))
}

/// Copies a file; returns its length and hash.
pub(super) fn copy(from: &Path, to: &Path) -> Result<(u64, String), Error> {
    // Left behind by a killed restore.
    drop(std::fs::remove_file(to));
    let mut target = make(to)?;
    let sum = read(from, |bytes| target.write_all(bytes))?;
    target.sync_all()?;
    Ok(sum)
}

/// A file's length and hash.
pub(super) fn sum(path: &Path) -> Result<(u64, String), Error> {
    read(path, |_| Ok(()))
}

fn read(path: &Path, mut each: impl FnMut(&[u8]) -> std::io::Result<()>) -> Result<(u64, String), Error> {
    let (mut file, mut hasher, mut length) = (File::open(path)?, Sha256::new(), 0_u64);
    let mut step = vec![0; STEP];
    loop {
        let count = file.read(&mut step)?;
        let Some(bytes) = step.get(..count).filter(|bytes| !bytes.is_empty()) else { break };
        hasher.update(bytes);
        each(bytes)?;
        length += u64::try_from(count).unwrap_or_default();
    }
    Ok((length, HEXLOWER.encode(&hasher.finalize())))
}
