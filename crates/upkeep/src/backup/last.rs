//! The note of a ledger's newest backup: a small file outside the data, beside the mark. A command that makes
//! a backup beside a running server cannot write to the ledger; the server reads the age of its backup from
//! here.

use super::files;
use super::manifest::Manifest;
use crate::Error;
use serde::{Deserialize, Serialize};
use std::path::Path;
use store::Store;

/// The format version that is written.
const FORM: i64 = 1;

/// The newest verified backup of a ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LastBackup {
    form: i64,
    /// The ledger's id.
    pub ledger: String,
    /// The last commit it contains.
    pub commit_number: i64,
    /// When it was made, microseconds UTC.
    pub made_at: i64,
}

impl LastBackup {
    /// The note for a manifest.
    #[must_use]
    pub fn of(manifest: &Manifest) -> Self {
        let (ledger, commit_number) = (manifest.ledger.clone(), manifest.commit_number);
        Self { form: FORM, ledger, commit_number, made_at: manifest.made_at }
    }

    /// Reads the note; none if it is missing or unreadable: then no backup is known.
    #[must_use]
    pub fn read(path: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(path).ok()?;
        serde_json::from_str(&text).ok().filter(|last: &Self| last.form == FORM)
    }

    /// Writes the note. It is world-readable, since the backup may run as a different user than the server,
    /// and nothing in it is secret.
    pub fn keep(&self, path: &Path) -> Result<(), Error> {
        let text = serde_json::to_string(self).map_err(std::io::Error::other)?;
        files::write_whole(path, (text + "\n").as_bytes(), 0o644)
    }
}

/// What the age of a ledger's newest backup is measured from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackedUpSince {
    ledger: String,
    begun_at: i64,
}

impl BackedUpSince {
    /// For a ledger, now.
    pub async fn of(store: &Store, now: i64) -> Result<Self, Error> {
        let mut tx = store.read().await?;
        let ledger = store::mark::state(&mut tx, None).await?.ledger;
        let begun_at = store::audit::time(&mut tx, 0).await?.unwrap_or(now);
        Ok(Self { ledger, begun_at })
    }

    /// When the backup in the note was made. For a ledger without one, when the ledger was created, so that a
    /// ledger that is never backed up shows as well.
    #[must_use]
    pub fn at(&self, last: Option<&LastBackup>) -> i64 {
        let own = last.filter(|last| last.ledger == self.ledger);
        own.map_or(self.begun_at, |last| last.made_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last(ledger: &str) -> LastBackup {
        LastBackup { form: FORM, ledger: ledger.to_owned(), commit_number: 7, made_at: 50 }
    }

    #[test]
    fn the_age_is_measured_from_this_ledgers_newest_backup_or_its_creation() {
        let since = BackedUpSince { ledger: "a".to_owned(), begun_at: 10 };
        for (note, expected) in [(None, 10), (Some(last("a")), 50), (Some(last("b")), 10)] {
            assert_eq!(since.at(note.as_ref()), expected, "{note:?}");
        }
    }

    #[test]
    fn a_note_reads_back_and_an_unreadable_one_is_ignored() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.sluice-backup");
        assert_eq!(LastBackup::read(&path), None);
        // The remains of a killed process do no harm.
        std::fs::write(folder.path().join("data.sluice-backup.part"), b"x").unwrap();
        for ledger in ["a", "b"] {
            last(ledger).keep(&path).unwrap();
            assert_eq!(LastBackup::read(&path), Some(last(ledger)));
        }
        for wrong in [r#"{"form":2,"ledger":"a","commitNumber":7,"madeAt":50}"#, "{", ""] {
            std::fs::write(&path, wrong).unwrap();
            assert_eq!(LastBackup::read(&path), None, "{wrong}");
        }
    }
}
