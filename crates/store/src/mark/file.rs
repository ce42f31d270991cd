//! The mark on disk: one sector, overwritten in place. It therefore always holds either the old or the new
//! mark, and needs no further space once it exists.

use super::behind::Behind;
use super::numbers::{self, Numbers};
use crate::error::StoreError;
use data_encoding::HEXLOWER;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use std::fs::{File, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{FileExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How often the mark is updated while there are writes. The loss of commits newer than this goes unnoticed.
pub(super) const INTERVAL: Duration = Duration::from_millis(200);
/// Size of the file in bytes.
const SECTOR: usize = 512;
/// Version of the file format.
const FORM: i64 = 1;

/// A row of the audit log, which is immutable, and the hash of its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// Its number.
    pub audit: i64,
    /// SHA-256 over its content, hexadecimal.
    pub sha256: String,
}

/// What is known about a ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The ledger's id; empty while it is being created.
    pub ledger: String,
    /// Its highest commit.
    pub commit_number: i64,
    /// The newest row of the audit log at that commit.
    pub witness: Option<Witness>,
    /// The numbers issued up to then.
    pub numbers: Numbers,
    /// Whether the last process checkpointed everything into the main file before it ended.
    pub is_clean: bool,
    /// Whether a loss was found that has not been accepted yet: the evidence may be gone by now.
    pub is_behind: bool,
}

impl Mark {
    /// The mark of a ledger that is being created.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            ledger: String::new(),
            commit_number: 0,
            witness: None,
            numbers: Numbers::none(),
            is_clean: false,
            is_behind: false,
        }
    }

    /// The mark in a file; none if the file does not exist.
    pub fn read(path: &Path) -> Result<Option<Self>, StoreError> {
        match std::fs::read(path) {
            Ok(bytes) => Self::parse(&bytes).ok_or(StoreError::Behind(Behind::Unreadable)).map(Some),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::Unavailable(format!("{}: {error}", path.display()))),
        }
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let json: Json = serde_json::from_slice(bytes).ok()?;
        let mark = json.get("mark")?;
        if json.get("sha256")?.as_str()? != hash(&[&mark.to_string()]) {
            return None;
        }
        let number = |name: &str| mark.get(name).and_then(Json::as_i64);
        let text = |name: &str| mark.get(name).and_then(Json::as_str).map(ToOwned::to_owned);
        let witness = match number("audit")? {
            0 => None,
            audit => Some(Witness { audit, sha256: text("witness")? }),
        };
        let truth = |name: &str| mark.get(name).and_then(Json::as_bool);
        let (is_clean, is_behind) = (truth("clean")?, truth("behind")?);
        (number("form")? == FORM).then_some(())?;
        let (ledger, commit_number) = (text("ledger")?, number("commit")?);
        // A mark of an earlier build has none.
        let numbers: [i64; numbers::COUNT] = mark
            .get("numbers")
            .map_or(Some([0; numbers::COUNT]), |json| Deserialize::deserialize(json).ok())?;
        let numbers = Numbers::of_array(numbers);
        Some(Self { ledger, commit_number, witness, numbers, is_clean, is_behind })
    }

    fn bytes(&self) -> Vec<u8> {
        let (audit, witness) = match &self.witness {
            Some(witness) => (witness.audit, witness.sha256.as_str()),
            None => (0, ""),
        };
        let mark = json!({
            "form": FORM, "ledger": self.ledger, "commit": self.commit_number, "audit": audit, "witness": witness,
            "clean": self.is_clean, "behind": self.is_behind, "numbers": self.numbers.to_array(),
        });
        let sha256 = hash(&[&mark.to_string()]);
        let mut bytes = json!({ "mark": mark, "sha256": sha256 }).to_string().into_bytes();
        bytes.resize(SECTOR.saturating_sub(1), b' ');
        bytes.push(b'\n');
        bytes
    }
}

impl Default for Mark {
    fn default() -> Self {
        Self::new()
    }
}

/// An open mark.
#[derive(Debug)]
pub(super) struct MarkFile {
    path: PathBuf,
    file: File,
}

impl MarkFile {
    /// Opens the mark for writing and writes it; creates it if it is missing.
    pub(super) fn put(path: &Path, mark: &Mark) -> Result<Self, StoreError> {
        let failed = |error| failed(path, &error);
        if !path.exists() {
            make(path, mark).map_err(failed)?;
        }
        let file = File::options().write(true).open(path).map_err(failed)?;
        let opened = Self { path: path.to_owned(), file };
        opened.write(mark)?;
        Ok(opened)
    }

    /// Writes the mark and waits until it is on disk.
    pub(super) fn write(&self, mark: &Mark) -> Result<(), StoreError> {
        let written = self.file.write_all_at(&mark.bytes(), 0).and_then(|()| self.file.sync_data());
        written.map_err(|error| failed(&self.path, &error))
    }
}

/// Creates the file atomically, under its final name.
fn make(path: &Path, mark: &Mark) -> std::io::Result<()> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let file = File::options().write(true).create(true).truncate(true).mode(0o600).open(&part)?;
    // Regardless of the umask.
    file.set_permissions(Permissions::from_mode(0o600))?;
    file.write_all_at(&mark.bytes(), 0)?;
    file.sync_all()?;
    std::fs::rename(&part, path)?;
    sync_folder(path)
}

/// Makes the names in a file's folder durable.
pub(crate) fn sync_folder(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Maps a file system error: after a failed sync, the outcome is unknown.
pub(crate) fn failed(path: &Path, error: &std::io::Error) -> StoreError {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => StoreError::DiskFull,
        ErrorKind::PermissionDenied | ErrorKind::NotFound | ErrorKind::ReadOnlyFilesystem => {
            StoreError::Unavailable(format!("{}: {error}", path.display()))
        }
        _ => StoreError::Fatal(format!("{}: {error}", path.display())),
    }
}

/// A short name for something too long for one, such as a path: the same in every version of the program.
#[must_use]
pub fn short_name(of: &str) -> String {
    hash(&[of]).chars().take(16).collect()
}

/// SHA-256 over texts, hexadecimal.
pub(super) fn hash(texts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for text in texts {
        // Prefixed with its length, so that no two lists of texts hash the same bytes.
        hasher.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
        hasher.update(text.as_bytes());
    }
    HEXLOWER.encode(&hasher.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(commit_number: i64) -> Mark {
        let witness = Some(Witness { audit: i64::MAX, sha256: hash(&["a", "b"]) });
        let numbers = Numbers::of_array([i64::MAX; numbers::COUNT]);
        Mark { ledger: "0".repeat(32), commit_number, witness, numbers, is_clean: false, is_behind: false }
    }

    #[test]
    fn a_mark_fills_one_sector_and_reads_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.sluice-mark");
        assert_eq!(Mark::read(&path).unwrap(), None);
        let file = MarkFile::put(&path, &Mark::new()).unwrap();
        assert_eq!(Mark::read(&path).unwrap(), Some(Mark::new()));
        for commit in [1, i64::MAX, 2] {
            file.write(&mark(commit)).unwrap();
            assert_eq!(std::fs::metadata(&path).unwrap().len(), 512);
            assert_eq!(Mark::read(&path).unwrap(), Some(mark(commit)));
        }
    }

    #[test]
    fn an_altered_mark_is_unreadable() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.sluice-mark");
        drop(MarkFile::put(&path, &mark(1_234)).unwrap());
        let whole = std::fs::read(&path).unwrap();
        let text = String::from_utf8(whole.clone()).unwrap();
        let lower = text.replacen("1234", "1233", 1).into_bytes();
        let fewer = text.replacen(&i64::MAX.to_string(), "7", 2).into_bytes();
        for wrong in [Vec::new(), b"{}".to_vec(), whole[..100].to_vec(), lower, fewer] {
            std::fs::write(&path, wrong).unwrap();
            assert!(matches!(Mark::read(&path), Err(StoreError::Behind(Behind::Unreadable))));
        }
    }
}
