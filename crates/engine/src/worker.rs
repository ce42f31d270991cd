//! The worker: one of any number of nodes that pick up batches to run, until it is asked to stop. It is woken
//! when there may be work, and also polls every second.

use crate::back_off::BackOff;
use crate::meter;
use crate::pulse::Pulse;
use crate::runner::Engine;
use domain::code::Code;
use domain::id::BatchId;
use service::Error;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use store::StoreError;
use tokio::task::{JoinError, JoinSet};

/// Poll interval of a worker that is not woken.
const POLL: Duration = Duration::from_secs(1);

/// The result of a task. A panic affects only its own task: the batch becomes free and is run again, and the
/// history task is restarted.
fn ended_well(ended: Result<Result<(), Error>, JoinError>, task: &'static str) -> Result<(), Error> {
    match ended {
        Ok(result) => result,
        Err(_) => {
            metrics::counter!("sluice_panics_total", "task" => task).increment(1);
            tracing::error!(task, "a task panicked; its work will be resumed");
            Ok(())
        }
    }
}

impl Engine {
    /// Works until `stop` completes. Then runs end at the next chunk boundary, and other nodes or the next
    /// start continue them.
    pub async fn work(&self, stop: impl Future<Output = ()>) -> Result<(), Error> {
        let pulse = self.with_retries(|| Pulse::start(self.service.clone(), true)).await?;
        let mut wakes = self.service.store().wakes();
        let (mut runs, mut stop) = (JoinSet::new(), std::pin::pin!(stop));
        // Runs in its own task: while it holds SQLite's writer, the poll below has to wait.
        let (mut history, follower) = (JoinSet::new(), self.clone());
        history.spawn(async move { follower.follow().await });
        loop {
            wakes.mark_unchanged();
            match self.poll(&mut runs).await {
                // Only a restart can tell what was committed.
                Err(error @ Error::Store(StoreError::Fatal(_))) => return Err(error),
                Err(error) => tracing::warn!(%error, "polling for batches failed"),
                Ok(()) => {}
            }
            tokio::select! {
                () = &mut stop => break,
                woken = wakes.changed() => if woken.is_err() { break },
                Some(ended) = runs.join_next() => ended_well(ended, "run")?,
                Some(ended) = history.join_next() => {
                    ended_well(ended, "history")?;
                    let follower = self.clone();
                    history.spawn(async move { follower.follow().await });
                }
                () = tokio::time::sleep(POLL) => {}
            }
        }
        history.shutdown().await;
        self.stopping.store(true, Ordering::Relaxed);
        while runs.join_next().await.is_some() {}
        self.with_retries(|| pulse.leave()).await
    }

    /// Runs no batches but registers as a node, as every writing process must, so that the ledger is not
    /// moved away meanwhile. Keeps the history up to date until `stop` completes.
    pub async fn keep_history(&self, stop: impl Future<Output = ()>) -> Result<(), Error> {
        let pulse = self.with_retries(|| Pulse::start(self.service.clone(), false)).await?;
        tokio::select! {
            ended = self.follow() => ended?,
            () = stop => {}
        }
        self.with_retries(|| pulse.leave()).await
    }

    /// Evicts dead nodes, discards their unfinished imports, and starts this node's share of the waiting
    /// batches.
    async fn poll(&self, runs: &mut JoinSet<Result<(), Error>>) -> Result<(), Error> {
        self.service.node_reap().await?;
        self.service.batch_purge_unfinished().await?;
        let waiting = self.service.batch_waiting().await?;
        let mine = self.running.lock().map(|running| running.clone()).unwrap_or_default();
        let back_off = self.back_off.lock().map(|back_off| back_off.clone()).unwrap_or_default();
        let is_free = |batch: &BatchId| !mine.contains(batch) && !back_off.holds_back(*batch, Instant::now());
        let waiting: Vec<BatchId> = waiting.into_iter().filter(is_free).collect();
        if waiting.is_empty() {
            return Ok(());
        }
        let share = self.share().await?;
        for batch in waiting.into_iter().take(share.saturating_sub(mine.len())) {
            let engine = self.clone();
            runs.spawn(async move { engine.run_one(batch).await });
        }
        Ok(())
    }

    /// How many batches this node may run: an equal share, so that batches spread over the nodes, up to
    /// `runs_max`.
    async fn share(&self) -> Result<usize, Error> {
        let nodes = self.service.node_list().await?;
        let workers = nodes.iter().filter(|node| node.is_worker).count().max(1);
        let batches = self.service.batch_left().await?.len();
        Ok(batches.div_ceil(workers).min(self.options.runs_max))
    }

    /// Runs a batch and logs how it ended; only a write that the disk did not confirm is returned as an
    /// error.
    async fn run_one(&self, batch: BatchId) -> Result<(), Error> {
        match self.run(&batch.to_string(), |_| ()).await {
            Ok(ended) => {
                self.change_back_off(|back_off| back_off.ended(batch));
                tracing::info!(batch = batch.0, state = ended.state.name(), "the run ended");
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
                return Ok(());
            }
        }
        self.service.store().wake();
        Ok(())
    }

    fn change_back_off(&self, change: impl FnOnce(&mut BackOff)) {
        if let Ok(mut back_off) = self.back_off.lock() {
            change(&mut back_off);
        }
    }
}
