//! Updates the mark of a ledger on a server, for one of its nodes. A fail-over to a standby that has every
//! commit needs no action; one to a standby that lost what this node knows stops this node's writes. What it
//! knows is its mark, and its own commits that the mark has not got yet.

use super::behind::Behind;
use super::file::{INTERVAL, Mark, MarkFile};
use super::state::{State, compare, compare_own, state};
use crate::audit;
use crate::error::StoreError;
use crate::guard::OwnCommit;
use crate::postgres::TimelineSight;
use crate::store::Store;
use crate::tx::Tx;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// How often a node that writes nothing checks the server.
const CHECK_EVERY: Duration = Duration::from_secs(5);

/// Keeps a node's mark up to date until closed.
#[derive(Debug)]
pub struct ServerKeeper {
    stop: oneshot::Sender<()>,
    task: JoinHandle<KeeperTask>,
}

#[derive(Debug)]
struct KeeperTask {
    store: Store,
    path: PathBuf,
    file: MarkFile,
    mark: Mark,
    timeline: Option<String>,
    kept: u64,
    checked: Instant,
}

/// The path of a ledger's mark in a folder that several ledgers may share.
async fn path_of(store: &Store, folder: &Path) -> Result<PathBuf, StoreError> {
    let state = state(&mut store.read().await?, None).await?;
    Ok(folder.join(format!("{}.sluice-mark", state.ledger)))
}

impl ServerKeeper {
    /// Compares the ledger with this node's mark in a folder, and keeps the mark up to date from then on.
    pub async fn start(store: &Store, folder: &Path) -> Result<Self, StoreError> {
        // Read before the ledger is: if a standby is promoted in between, its timeline is another one.
        let timeline = store.timeline().await;
        if let Some(behind) = Self::compare(store, folder).await? {
            return Err(StoreError::Behind(behind));
        }
        let timeline = timeline.map(|sight| {
            store.compared_on(sight.clone());
            sight.timeline
        });
        let path = path_of(store, folder).await?;
        let state = state(&mut store.read().await?, None).await?;
        let mark = state.mark(false);
        let file = MarkFile::put(&path, &mark)?;
        store.guard().know(mark.commit_number);
        let (stop, stopped) = oneshot::channel();
        let (store, checked) = (store.clone(), Instant::now());
        let work = KeeperTask { store, path, file, mark, timeline, kept: 0, checked };
        Ok(Self { stop, task: tokio::spawn(work.keep(stopped)) })
    }

    /// Resets this node's mark to the ledger's current state. Running processes notice it and resume.
    pub async fn renew(store: &Store, folder: &Path) -> Result<(), StoreError> {
        store.renew_mark(&path_of(store, folder).await?).await
    }

    /// Compares the ledger with this node's mark, without changing the mark.
    pub async fn compare(store: &Store, folder: &Path) -> Result<Option<Behind>, StoreError> {
        let mark = match Mark::read(&path_of(store, folder).await?) {
            Err(StoreError::Behind(why)) => return Ok(Some(why)),
            mark => mark?,
        };
        let Some(mark) = mark else { return Ok(None) };
        let state = state(&mut store.read().await?, Some(&mark)).await?;
        Ok(compare(&mark, &state).err())
    }

    /// What this node's mark knows; an unreadable mark knows nothing.
    pub async fn known(store: &Store, folder: &Path) -> Result<Option<Mark>, StoreError> {
        match Mark::read(&path_of(store, folder).await?) {
            Err(StoreError::Behind(_)) => Ok(None),
            mark => mark,
        }
    }

    /// Updates the mark one last time.
    pub async fn close(self) -> Result<(), StoreError> {
        drop(self.stop);
        let gone = |_| StoreError::Unavailable("the mark's task has ended".to_owned());
        let mut work = self.task.await.map_err(gone)?;
        work.check(true).await
    }
}

impl KeeperTask {
    async fn keep(mut self, mut stopped: oneshot::Receiver<()>) -> Self {
        let mut due = tokio::time::interval(INTERVAL);
        due.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = &mut stopped => return self,
                _ = due.tick() => {}
            }
            let commits = self.store.guard().commits();
            let is_due = commits != self.kept || self.checked.elapsed() >= CHECK_EVERY;
            // Nothing is written on a new timeline before the comparison.
            if !is_due && !self.store.is_on_new_timeline() {
                continue;
            }
            match self.check(false).await {
                Ok(()) => (self.kept, self.checked) = (commits, Instant::now()),
                Err(StoreError::Behind(behind)) => {
                    tracing::error!(%behind, "the ledger lost commits that this node knows; writing stopped");
                    self.checked = Instant::now();
                    self.kept = commits;
                }
                Err(error) => tracing::warn!(%error, "could not update the mark of the ledger's head"),
            }
        }
    }

    /// Compares, then updates. Reads the file first, because accepting a loss rewrites it.
    async fn check(&mut self, is_clean: bool) -> Result<(), StoreError> {
        if let Some(mark) = Mark::read(&self.path)? {
            // The loss was accepted, whether or not it was noted here before.
            let is_lower = mark.commit_number < self.mark.commit_number;
            if !mark.is_behind && (self.mark.is_behind || is_lower) {
                self.store.guard().forget();
            }
            self.mark = mark;
        }
        // Known before the read begins, so that the read must see it.
        let own = self.store.guard().own();
        let timeline = self.store.timeline().await;
        let mut tx = self.store.read().await?;
        let state = state(&mut tx, Some(&self.mark)).await?;
        let behind = match compare(&self.mark, &state) {
            Ok(()) => self.lost(&mut tx, own, &state).await?,
            Err(behind) => Some(behind),
        };
        drop(tx);
        // Before writes are allowed on this timeline again.
        self.store.guard().stop(behind.clone());
        self.note_timeline(timeline);
        if let Some(behind) = behind {
            self.note_loss()?;
            return Err(StoreError::Behind(behind));
        }
        let mark = state.mark(is_clean);
        if mark != self.mark {
            self.file.write(&mark)?;
            self.mark = mark;
        }
        self.store.guard().know(self.mark.commit_number);
        Ok(())
    }

    /// What the ledger lacks of the commits of this process since the mark.
    async fn lost(
        &self,
        tx: &mut Tx,
        own: Option<OwnCommit>,
        state: &State,
    ) -> Result<Option<Behind>, StoreError> {
        let newer = own.filter(|own| own.commit_number > self.mark.commit_number);
        let Some(own) = newer else { return Ok(None) };
        let (first, last) = audit::ids(tx, Some(own.audited_at), Some(own.audited_at + 1)).await?;
        Ok(compare_own(own, state.commit_number, first <= last).err())
    }

    /// Notes a loss in the mark with the highest commit that this node knows, so that every process that reads
    /// the mark refuses to write until the loss is accepted, and numbers continue above it.
    fn note_loss(&mut self) -> Result<(), StoreError> {
        let own = self.store.guard().own().map_or(0, |own| own.commit_number);
        let commit_number = self.mark.commit_number.max(own);
        let noted = Mark { commit_number, is_behind: true, ..self.mark.clone() };
        if noted != self.mark {
            self.file.write(&noted)?;
            self.mark = noted;
        }
        Ok(())
    }

    fn note_timeline(&mut self, sight: Option<TimelineSight>) {
        let Some(sight) = sight else { return };
        let now = &sight.timeline;
        if let Some(before) = self.timeline.as_ref().filter(|before| *before != now) {
            tracing::warn!(before, now, "the server is on a new timeline: a standby was promoted");
        }
        self.timeline = Some(now.clone());
        self.store.compared_on(sight);
    }
}
