//! Where a copy begins: at the start, or where an earlier copy was killed; or why it must not begin at all.

use super::progress::{self, CopyProgress};
use super::request::Copy;
use crate::Error;
use crate::seal::{self, UNFINISHED};
use data_encoding::HEXLOWER;
use domain::code::Code;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use store::named_lock::{self, NamedLock};
use store::{Store, StoreError, Tx};

/// The setting that identifies the source of the copy.
const SOURCE: &str = "copy.source";
/// The settings of the target while the copy is unfinished.
pub(super) const SETTINGS: [&str; 3] = [progress::NAME, SOURCE, UNFINISHED];

/// Where the copy begins.
pub(super) struct CopyStart {
    /// The source's last commit, which must stay the last.
    pub commit_number: i64,
    /// The target's progress.
    pub progress: CopyProgress,
}

/// Distinguishes a source from all other ledgers, and one state of it from its other states.
#[derive(PartialEq, Eq)]
struct Origin {
    identity: String,
    commit_number: i64,
}

impl Copy<'_> {
    /// Checks both sides, seals the source and marks the target, or refuses. A refusal changes nothing.
    pub(super) async fn start(&self) -> Result<CopyStart, Error> {
        let is_sealed = seal::may_move(self.from, self.to_shown).await?;
        let begun = begun(self.to).await?;
        if begun.is_none() && !store::copy::is_pristine(&mut self.to.read().await?).await? {
            return Err(Error::refused(Code::CopyTargetNotEmpty, self.to_shown));
        }
        match begun {
            Some(origin) => self.compare_origins(&origin, is_sealed).await?,
            None => {
                seal::set(self.from, self.actor, self.to_shown, self.clock.now()).await?;
                self.begin(&origin(self.from).await?).await?;
            }
        }
        let commit_number = commit_number(self.from).await?;
        Ok(CopyStart { commit_number, progress: CopyProgress::of(&mut self.to.read().await?).await? })
    }

    /// An unfinished copy resumes only with the same state of the source that it began with.
    async fn compare_origins(&self, begun: &Origin, is_sealed: bool) -> Result<(), Error> {
        let source = origin(self.from).await?;
        if source.identity != begun.identity {
            return Err(Error::refused(Code::CopyTargetNotEmpty, self.to_shown));
        }
        if source.commit_number != begun.commit_number || !is_sealed {
            return Err(Error::refused(Code::CopySourceChanged, self.from_shown));
        }
        Ok(())
    }

    /// Marks the target, before anything else is written to it.
    async fn begin(&self, origin: &Origin) -> Result<(), Error> {
        let mut tx = self.to.write().await?;
        named_lock::take(&mut tx, NamedLock::Directory).await?;
        let is_marked = store::setting::get(&mut tx, UNFINISHED).await?.is_some();
        if is_marked || !store::copy::is_pristine(&mut tx).await? {
            return Err(StoreError::Busy("another process is writing to the target".to_owned()).into());
        }
        let source = json!({ "identity": origin.identity, "commit_number": origin.commit_number,
                             "place": self.from_shown });
        store::setting::set(&mut tx, UNFINISHED, "1").await?;
        store::setting::set(&mut tx, SOURCE, &source.to_string()).await?;
        CopyProgress::default().begin(&mut tx).await?;
        Ok(tx.commit().await?)
    }
}

/// The ledger's last commit.
pub(super) async fn commit_number(store: &Store) -> Result<i64, Error> {
    Ok(store::head::get(&mut store.read().await?).await?.commit_number)
}

/// The source of this copy, if it is an unfinished one.
async fn begun(to: &Store) -> Result<Option<Origin>, Error> {
    let mut tx = to.read().await?;
    if store::setting::get(&mut tx, UNFINISHED).await?.is_none() {
        return Ok(None);
    }
    let text = store::setting::get(&mut tx, SOURCE).await?.unwrap_or_default();
    let source: Json = serde_json::from_str(&text).unwrap_or_default();
    let identity = source.get("identity").and_then(Json::as_str);
    let commit_number = source.get("commit_number").and_then(Json::as_i64);
    match (identity, commit_number) {
        (Some(identity), Some(commit_number)) => {
            Ok(Some(Origin { identity: identity.to_owned(), commit_number }))
        }
        _ => Err(StoreError::Corrupt(format!("{SOURCE}: {text}")).into()),
    }
}

async fn origin(from: &Store) -> Result<Origin, Error> {
    let mut tx = from.read().await?;
    let commit_number = store::head::get(&mut tx).await?.commit_number;
    Ok(Origin { identity: identity(&mut tx).await?, commit_number })
}

/// The hash of the audit log's first row, which never changes. It identifies a ledger, because the same actor
/// does not create two ledgers in the same microsecond.
async fn identity(tx: &mut Tx) -> Result<String, Error> {
    let step = progress::named("audit")?;
    let mut bytes = Vec::new();
    store::copy::read(tx, step, &step.begin(), 1).await?.encode(&mut bytes);
    Ok(HEXLOWER.encode(&Sha256::digest(&bytes)))
}
