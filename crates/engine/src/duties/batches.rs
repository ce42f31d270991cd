//! The duty of running waiting batches: a node's share of them, each in its own task.

use crate::back_off::BackOff;
use crate::duty::{Duty, POLL};
use crate::engine::Engine;
use crate::meter;
use domain::code::Code;
use domain::id::BatchId;
use domain::work::WorkKind;
use service::{Error, batch};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use store::StoreError;
use tokio::task::{JoinError, JoinSet};

/// Starts this node's share of the waiting batches.
#[derive(Default)]
pub(crate) struct Batches {
    runs: JoinSet<Result<(), Error>>,
}

impl Duty for Batches {
    const NAME: &'static str = "batches";
    const IS_WOKEN: bool = true;

    async fn turn(&mut self, engine: &Engine) -> Result<Duration, Error> {
        while let Some(ended) = self.runs.try_join_next() {
            ended_well(ended)?;
        }
        for batch in engine.startable().await? {
            let engine = engine.clone();
            self.runs.spawn(async move { engine.run_one(batch).await });
        }
        Ok(POLL)
    }

    /// Runs end at the next chunk boundary, and other nodes or the next start continue them.
    async fn end(mut self, engine: &Engine) {
        engine.stopping.store(true, Ordering::Relaxed);
        while self.runs.join_next().await.is_some() {}
    }
}

/// The result of a run. A panic affects only its own run: the batch becomes free and is run again.
fn ended_well(ended: Result<Result<(), Error>, JoinError>) -> Result<(), Error> {
    match ended {
        Ok(result) => result,
        Err(_) => {
            meter::panicked("run");
            tracing::error!("a run panicked; the batch will be resumed");
            Ok(())
        }
    }
}

impl Engine {
    /// The waiting batches that this node should start now.
    async fn startable(&self) -> Result<Vec<BatchId>, Error> {
        let waiting = self.waiting().await?;
        let mine = self.store.work_at_hand(WorkKind::Run);
        let back_off = self.back_off.lock().map(|back_off| back_off.clone()).unwrap_or_default();
        let is_free =
            |batch: &BatchId| !mine.contains(&batch.0) && !back_off.holds_back(*batch, Instant::now());
        let mut waiting: Vec<BatchId> = waiting.into_iter().filter(is_free).collect();
        if !waiting.is_empty() {
            waiting.truncate(self.share().await?.saturating_sub(mine.len()));
        }
        Ok(waiting)
    }

    /// How many batches this node may run: an equal share, so that batches spread over the nodes, up to
    /// `runs_max`.
    async fn share(&self) -> Result<usize, Error> {
        let nodes = store::node::all(&mut self.store.read().await?).await?;
        let workers = nodes.iter().filter(|node| node.is_worker).count().max(1);
        let batches = batch::processing(&self.service).await?.len();
        Ok(batches.div_ceil(workers).min(self.options.runs_max))
    }

    /// Runs a batch and logs how it ended; only a write that the disk did not confirm is returned as an
    /// error. Wakes the duty in any case, because there is room for another batch.
    async fn run_one(&self, batch: BatchId) -> Result<(), Error> {
        let ended = self.run(batch, |_| ()).await;
        let result = self.log_end(batch, ended.map(|batch| batch.state.name()));
        self.store.wake();
        result
    }

    fn log_end(&self, batch: BatchId, ended: Result<&'static str, Error>) -> Result<(), Error> {
        match ended {
            Ok(state) => {
                self.change_back_off(|back_off| back_off.ended(batch));
                tracing::info!(batch = batch.0, state, "the run ended");
            }
            // Another node was faster or has taken over.
            Err(error) if matches!(error.code(), Some(Code::BatchRunning | Code::Fenced)) => {
                tracing::info!(batch = batch.0, %error, "another node has the batch");
            }
            Err(error @ Error::Store(StoreError::Fatal(_))) => return Err(error),
            Err(error) => {
                meter::broke_off();
                self.change_back_off(|back_off| back_off.failed(batch, Instant::now()));
                tracing::error!(batch = batch.0, %error, "the run failed; retrying after a back-off");
            }
        }
        Ok(())
    }

    fn change_back_off(&self, change: impl FnOnce(&mut BackOff)) {
        if let Ok(mut back_off) = self.back_off.lock() {
            change(&mut back_off);
        }
    }
}
