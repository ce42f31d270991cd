//! Updates the mark of a ledger file on its own thread and connection: no commit waits for it.

use super::file::{INTERVAL, MarkFile};
use super::state::state_of;
use crate::crash;
use crate::error::StoreError;
use crate::guard::Guard;
use crate::sqlite::{self, Access};
use crate::store::Store;
use rusqlite::Connection;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often, and how far apart, the checkpoint of a clean end is tried.
const CLOSE_TRIES: u32 = 50;
const CLOSE_PAUSE: Duration = Duration::from_millis(10);

/// Keeps a mark up to date until closed. If dropped instead, the mark stays unclean, as after a kill.
#[derive(Debug)]
pub struct Keeper {
    stop: Sender<()>,
    thread: JoinHandle<KeeperThread>,
}

#[derive(Debug)]
struct KeeperThread {
    connection: Connection,
    file: MarkFile,
    guard: Arc<Guard>,
    kept: u64,
}

impl Keeper {
    pub(super) fn start(store: &Store, database: PathBuf, file: MarkFile) -> Result<Self, StoreError> {
        let connection = sqlite::connect(&database, Access::Read)?;
        let (stop, stopped) = channel();
        let work = KeeperThread { connection, file, guard: store.guard().clone(), kept: 0 };
        let thread = std::thread::Builder::new()
            .name("mark".to_owned())
            .spawn(move || work.keep(&stopped))
            .map_err(|error| StoreError::Unavailable(format!("thread: {error}")))?;
        Ok(Self { stop, thread })
    }

    /// Stops writes permanently, checkpoints everything into the main file, then writes a clean mark with the
    /// head. Returns whether the mark is clean: it is not while an older state is still being read, which
    /// loses nothing.
    pub async fn close(self, store: &Store) -> Result<bool, StoreError> {
        store.guard().close();
        drop(self.stop);
        let ended = tokio::task::spawn_blocking(move || self.thread.join());
        let gone = || StoreError::Unavailable("the mark's thread has ended".to_owned());
        let work = ended.await.map_err(|_| gone())?.map_err(|_| gone())?;
        let Some(database) = store.file() else { return Ok(false) };
        let mut is_whole = database.checkpoint_without_waiting().await?;
        // A read that nobody waits for any more ends on its own thread, a moment later.
        for _ in 0..CLOSE_TRIES {
            if is_whole {
                break;
            }
            tokio::time::sleep(CLOSE_PAUSE).await;
            is_whole = database.checkpoint_without_waiting().await?;
        }
        crash::point("mark_checkpointed");
        tokio::task::spawn_blocking(move || work.write(is_whole)).await.map_err(|_| gone())??;
        crash::point("mark_clean");
        Ok(is_whole)
    }
}

impl KeeperThread {
    fn keep(mut self, stopped: &Receiver<()>) -> Self {
        while stopped.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Timeout) {
            let commits = self.guard.commits();
            if commits == self.kept {
                continue;
            }
            match self.write(false) {
                Ok(()) => self.kept = commits,
                // Payments continue: the mark matters only once something else has failed as well.
                Err(error) => tracing::error!(%error, "could not update the mark of the ledger's head"),
            }
        }
        self
    }

    fn write(&self, is_clean: bool) -> Result<(), StoreError> {
        let Some(state) = state_of(&self.connection, None)? else { return Ok(()) };
        self.file.write(&state.mark(is_clean))?;
        self.guard.know(state.commit_number);
        Ok(())
    }
}
