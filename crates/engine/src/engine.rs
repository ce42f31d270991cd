//! The engine: what runs and duties share.

use crate::back_off::BackOff;
use crate::mailer::Mailer;
use crate::task_runner::TaskRunner;
use domain::id::BatchId;
use domain::work::WorkKind;
use ledger::Door;
use service::{Error, Service};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use store::{Store, StoreError};

/// Options of the engine.
#[derive(Debug, Clone)]
pub struct EngineOptions {
    /// How long a run keeps retrying an unreachable database before it fails; the batch can be resumed later.
    pub retry_for: Duration,
    /// The most batches a worker runs concurrently.
    pub runs_max: usize,
    /// What sends e-mails; without it nobody is told by e-mail.
    pub mailer: Option<Mailer>,
    /// The most tasks that this process does concurrently.
    pub tasks_max: usize,
    /// What does them in place of the kinds as shipped.
    pub tasks: Option<TaskRunner<Engine>>,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self { retry_for: Duration::from_secs(60), runs_max: 4, mailer: None, tasks_max: 2, tasks: None }
    }
}

/// The pause between two attempts while the database is unreachable.
pub(crate) const PAUSE: Duration = Duration::from_millis(200);

/// Runs batches.
#[derive(Debug, Clone)]
pub struct Engine {
    pub(crate) store: Store,
    pub(crate) door: Door,
    pub(crate) service: Service,
    pub(crate) options: EngineOptions,
    /// Batches whose run failed, which are backing off.
    pub(crate) back_off: Arc<Mutex<BackOff>>,
    /// Set when this process is stopping: runs stop at the next chunk boundary and leave the batch to others.
    pub(crate) stopping: Arc<AtomicBool>,
}

impl Engine {
    /// Creates an engine over a store, its door, and the service over both.
    #[must_use]
    pub fn new(store: Store, door: Door, service: Service, options: EngineOptions) -> Self {
        let (back_off, stopping) = Default::default();
        Self { store, door, service, options, back_off, stopping }
    }

    /// Batches in `processing` that need a runner and that no other live node has leased, oldest first.
    pub async fn waiting(&self) -> Result<Vec<BatchId>, Error> {
        let mut tx = self.store.read().await?;
        Ok(store::batch::waiting(&mut tx, self.store.node()).await?)
    }

    /// Whether this process is running a batch.
    pub(crate) fn is_running(&self) -> bool {
        !self.store.work_at_hand(WorkKind::Run).is_empty()
    }

    /// Retries a job while the database is unreachable, busy, or left a commit outcome unknown. Everything a
    /// run does is safe to repeat: it is decided under the lease, from stored state.
    pub(crate) async fn with_retries<T, F: Future<Output = Result<T, Error>>>(
        &self,
        job: impl Fn() -> F,
    ) -> Result<T, Error> {
        let begun = Instant::now();
        loop {
            match job().await {
                Err(Error::Store(error))
                    if is_passing(&error) && begun.elapsed() < self.options.retry_for =>
                {
                    tracing::info!(%error, "waiting for the database");
                    tokio::time::sleep(PAUSE).await;
                }
                done => return done,
            }
        }
    }
}

/// Whether the error may go away by itself. A full disk needs an operator.
pub(crate) const fn is_passing(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::Away(_) | StoreError::Busy(_) | StoreError::Conflict(_) | StoreError::InDoubt(_)
    )
}
