//! A connection on its own thread. A call is one hop to the thread and back.

use super::row::error;
use crate::error::StoreError;
use rusqlite::{Connection, InterruptHandle};
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use tokio::sync::oneshot;

/// Statement steps between two checks of the stop flag: some hundred microseconds.
const STEPS: i32 = 10_000;

/// Scheduling priority when threads compete for the CPU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rank {
    /// Payments, and lookups of single rows.
    First,
    /// Lists, searches and reports: on a machine with few cores, four of them would leave little for the
    /// others.
    Behind,
}

impl Rank {
    /// Applies to the calling thread.
    fn take(self) {
        // On other systems this would change the whole process.
        #[cfg(target_os = "linux")]
        if self == Self::Behind
            && let Err(error) = rustix::process::setpriority_process(None, NICE)
        {
            tracing::debug!(%error, "could not lower a reader thread's priority");
        }
    }
}

/// The nice value of low-priority threads: about a tenth of the weight of others.
#[cfg(target_os = "linux")]
const NICE: i32 = 10;

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// A connection on its thread. Clones share the connection.
#[derive(Clone)]
pub(super) struct Worker {
    jobs: Sender<Job>,
    /// Set while the call in flight must end early.
    stop: Arc<AtomicBool>,
    interrupt: Arc<InterruptHandle>,
}

impl std::fmt::Debug for Worker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Worker")
    }
}

impl Worker {
    /// Starts the thread. `file` is a descriptor of the database file that must not be closed before the
    /// connection: closing any descriptor of a file drops all locks the process holds on it.
    pub(super) fn start(
        mut connection: Connection,
        name: &str,
        rank: Rank,
        file: Option<Arc<File>>,
    ) -> Result<Self, StoreError> {
        let (jobs, queue) = channel::<Job>();
        let stop = Arc::new(AtomicBool::new(false));
        let is_stopped = Arc::clone(&stop);
        let handler = move || is_stopped.load(Ordering::Relaxed);
        connection.progress_handler(STEPS, Some(handler)).map_err(error)?;
        let interrupt = Arc::new(connection.get_interrupt_handle());
        std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                rank.take();
                while let Ok(job) = queue.recv() {
                    // A connection interrupted midway may hold half a transaction, which would block all
                    // writes: the next start finds what was committed.
                    if catch_unwind(AssertUnwindSafe(|| job(&mut connection))).is_err() {
                        tracing::error!("a database thread panicked; aborting the process");
                        std::process::abort();
                    }
                }
                drop(connection);
                drop(file);
            })
            .map_err(|error| StoreError::Unavailable(format!("thread: {error}")))?;
        Ok(Self { jobs, stop, interrupt })
    }

    pub(super) async fn call<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.jobs.send(Box::new(move |c| drop(reply.send(job(c))))).map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }

    /// Like [`Self::call`], for a thread that may block.
    pub(super) fn call_blocking<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = channel();
        self.jobs.send(Box::new(move |c| drop(reply.send(job(c))))).map_err(|_| gone())?;
        answer.recv().map_err(|_| gone())?
    }

    /// Sends a job without waiting, for use where nothing can be awaited (drop).
    pub(super) fn post(&self, job: impl FnOnce(&mut Connection) + Send + 'static) {
        drop(self.jobs.send(Box::new(job)));
    }

    /// Cancels the call in flight, whether its statement has begun or is still waiting; the next job must be
    /// [`Self::post_after_stop`].
    pub(super) fn stop(&self) {
        // The flag also reaches a statement that has not begun: an interrupt before it begins is lost.
        self.stop.store(true, Ordering::Relaxed);
        // Some long steps, such as counting a table, check only the interrupt.
        self.interrupt.interrupt();
    }

    /// Queues a job after a stopped one; from it on, calls work again.
    pub(super) fn post_after_stop(&self, job: impl FnOnce(&mut Connection) + Send + 'static) {
        let stop = Arc::clone(&self.stop);
        self.post(move |connection| {
            stop.store(false, Ordering::Relaxed);
            job(connection);
        });
    }
}

fn gone() -> StoreError {
    StoreError::Unavailable("the database thread has ended".to_owned())
}
