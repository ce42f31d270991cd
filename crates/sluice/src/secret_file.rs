//! Files with a secret, which only their owner may read.

use crate::exit::Failure;
use crate::say::{Say, say};
use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use zeroize::Zeroizing;

/// More than a key and a line break.
const BYTES_MAX: u64 = 1_024;

const OPEN: Say = say(
    "only its owner may have access to it: run chmod 600 on it",
    "只允许文件所有者访问：请对其执行 chmod 600",
);
const STRANGE: Say = say("it must belong to the user who runs sluice", "该文件须属于运行 sluice 的用户");
const NO_FILE: Say = say("it must be a regular file", "须为普通文件");

/// Reads such a file, checking what was opened and not what its name pointed to before.
pub(crate) fn read(path: &Path, wrong: impl Fn(Say) -> Failure) -> Result<Zeroizing<String>, Failure> {
    let failed = |error| Failure::File { path: path.to_owned(), error };
    let file = File::open(path).map_err(failed)?;
    let meta = file.metadata().map_err(failed)?;
    if !meta.is_file() {
        return Err(wrong(NO_FILE));
    }
    if meta.mode() & 0o177 != 0 {
        return Err(wrong(OPEN));
    }
    if meta.uid() != rustix::process::geteuid().as_raw() {
        return Err(wrong(STRANGE));
    }
    let mut text = Zeroizing::new(String::new());
    file.take(BYTES_MAX).read_to_string(&mut text).map_err(failed)?;
    Ok(text)
}

/// Writes a secret to a new file; an existing file is left as it is.
pub(crate) fn write(path: &Path, secret: &str) -> Result<(), Failure> {
    let failed = |error| Failure::File { path: path.to_owned(), error };
    let mut file = File::options().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
    file.write_all(secret.as_bytes()).and_then(|()| file.write_all(b"\n")).map_err(failed)?;
    file.sync_all().map_err(failed)
}
