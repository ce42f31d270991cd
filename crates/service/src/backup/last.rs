//! Which backup of a ledger is the newest: a small file apart from the data, beside the mark. A command that makes a
//! backup beside a running server cannot write to the ledger, and the server reads here how old its backup is.

use super::{Manifest, files};
use crate::{Error, Service};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The form that is written.
const FORM: i64 = 1;

/// The newest verified backup of a ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LastBackup {
    form: i64,
    /// The ledger's id.
    pub ledger: String,
    /// The last commit that is in it.
    pub commit_number: i64,
    /// When it was made, microseconds UTC.
    pub made_at: i64,
}

impl LastBackup {
    /// What a manifest says.
    #[must_use]
    pub fn of(manifest: &Manifest) -> Self {
        let (ledger, commit_number) = (manifest.ledger.clone(), manifest.commit_number);
        Self { form: FORM, ledger, commit_number, made_at: manifest.made_at }
    }

    /// Reads the note; none if there is none, or none that can be read: then no backup is known.
    #[must_use]
    pub fn read(path: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(path).ok()?;
        serde_json::from_str(&text).ok().filter(|last: &Self| last.form == FORM)
    }

    /// Keeps the note. Everybody who reaches its folder may read it, since the backup's user need not be the
    /// server's, and nothing in it is secret.
    pub fn keep(&self, path: &Path) -> Result<(), Error> {
        let text = serde_json::to_string(self).map_err(std::io::Error::other)?;
        files::replace(path, (text + "\n").as_bytes())
    }
}

/// Since when the newest backup of one ledger is as old as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackedUpSince {
    ledger: String,
    begun_at: i64,
}

impl BackedUpSince {
    /// When the backup that the note names was made. Of a ledger without one: when the ledger was, so that one that
    /// is never backed up shows as well.
    #[must_use]
    pub fn at(&self, last: Option<&LastBackup>) -> i64 {
        let own = last.filter(|last| last.ledger == self.ledger);
        own.map_or(self.begun_at, |last| last.made_at)
    }
}

impl Service {
    /// What the age of this ledger's newest backup is counted from.
    pub async fn backed_up_since(&self) -> Result<BackedUpSince, Error> {
        let mut tx = self.store.read().await?;
        let ledger = store::mark::state(&mut tx, None).await?.ledger;
        let begun_at = store::audit::time(&mut tx, 0).await?.unwrap_or_else(|| self.now());
        Ok(BackedUpSince { ledger, begun_at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last(ledger: &str) -> LastBackup {
        LastBackup { form: FORM, ledger: ledger.to_owned(), commit_number: 7, made_at: 50 }
    }

    #[test]
    fn the_age_counts_from_the_newest_backup_of_this_ledger_or_from_its_beginning() {
        let since = BackedUpSince { ledger: "a".to_owned(), begun_at: 10 };
        for (note, expected) in [(None, 10), (Some(last("a")), 50), (Some(last("b")), 10)] {
            assert_eq!(since.at(note.as_ref()), expected, "{note:?}");
        }
    }

    #[test]
    fn a_note_reads_back_and_one_that_cannot_be_read_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.sluice-backup");
        assert_eq!(LastBackup::read(&path), None);
        // What a killed process has left is in nobody's way.
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
