//! The files of a backup: made for their owner alone, and durable before anybody is told that they are there.

use crate::Error;
use data_encoding::HEXLOWER;
use domain::code::Code;
use sha2::{Digest, Sha256};
use std::fs::{DirBuilder, File, Permissions};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// The database in a backup.
pub(super) const FILE: &str = "sluice.db";
/// What says what it is.
pub(super) const MANIFEST: &str = "manifest.json";
/// Bytes that are read at once.
const STEP: usize = 1 << 20;

/// Makes the folder, or takes an empty one; says whether it was made.
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

/// Removes what a backup that failed has left.
pub(super) fn clear(folder: &Path, made: bool) {
    drop(std::fs::remove_file(folder.join(FILE)));
    if made {
        drop(std::fs::remove_dir(folder));
    }
}

/// A new file for its owner alone, whatever the umask.
pub(super) fn make(path: &Path) -> Result<File, Error> {
    let file = File::options().write(true).create_new(true).mode(0o600).open(path)?;
    file.set_permissions(Permissions::from_mode(0o600))?;
    Ok(file)
}

pub(super) fn sync(path: &Path) -> Result<(), Error> {
    Ok(File::open(path)?.sync_all()?)
}

/// Writes a file that is there as a whole or not at all.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let part = path.with_extension("part");
    let mut file = make(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    rename(&part, path)
}

/// Writes a file that anybody may read in the place of the one that is there: readers see one or the other.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = Path::new(&part);
    // Left by a process that was killed, or by another user's.
    drop(std::fs::remove_file(part));
    let mut file = make(part)?;
    file.set_permissions(Permissions::from_mode(0o644))?;
    file.write_all(bytes)?;
    file.sync_all()?;
    rename(part, path)
}

/// Gives a file its name, durably.
pub(super) fn rename(from: &Path, to: &Path) -> Result<(), Error> {
    std::fs::rename(from, to)?;
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
    sync(folder.unwrap_or(Path::new(".")))
}

/// Copies a file; says its length and hash.
pub(super) fn copy(from: &Path, to: &Path) -> Result<(u64, String), Error> {
    // Left by a restore that was killed.
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
