//! Duties: what a node does by itself, again and again, until it is asked to stop.
//!
//! Each duty runs in its own task, so that a slow one does not hold up the others, and all of them share one
//! loop: it pauses between turns and is woken when there may be work, it backs off after an error, it counts
//! errors and panics, and it ends when the node stops.
//!
//! Adding a duty is one file, with a type that implements [`Duty`], in the folder `duties`, and one line in
//! `duties/mod.rs`, which starts it (and, as for any file, its `mod`).

use crate::engine::Engine;
use crate::meter;
use futures_util::FutureExt;
use service::Error;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::time::Duration;
use store::{StoreError, Wakes};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// The usual pause between two turns.
pub(crate) const POLL: Duration = Duration::from_secs(1);
/// The longest pause after errors; it starts at [`POLL`] and doubles with each error in a row.
const BACK_OFF_MAX: Duration = Duration::from_secs(4);

/// A recurring task of a node.
pub(crate) trait Duty: Send + 'static {
    /// Its name in logs and metrics.
    const NAME: &'static str;
    /// Whether a wake-up (`Store::wake`) ends the pause between two turns.
    const IS_WOKEN: bool;

    /// Does what is due and returns how long to pause afterwards. When the node stops, a turn is cancelled at
    /// its next await.
    fn turn(&mut self, engine: &Engine) -> impl Future<Output = Result<Duration, Error>> + Send;

    /// Ends what the turns have started, once the node stops.
    fn end(self, engine: &Engine) -> impl Future<Output = ()> + Send;
}

/// The running duties of a node. Dropping it cancels them.
pub(crate) struct Duties {
    engine: Engine,
    stopping: watch::Sender<bool>,
    tasks: JoinSet<Result<(), Error>>,
}

impl Duties {
    /// A node without duties.
    pub(crate) fn of(engine: &Engine) -> Self {
        Self { engine: engine.clone(), stopping: watch::Sender::new(false), tasks: JoinSet::new() }
    }

    /// Starts a duty.
    pub(crate) fn start<D: Duty>(&mut self, duty: D) {
        meter::duty_begins(D::NAME);
        let wakes = D::IS_WOKEN.then(|| self.engine.store.wakes());
        self.tasks.spawn(perform(duty, self.engine.clone(), wakes, self.stopping.subscribe()));
    }

    /// Waits until `stop` completes, then for all duties to end. An error, which only a restart can clear up,
    /// cancels them at once.
    pub(crate) async fn until(mut self, stop: impl Future<Output = ()>) -> Result<(), Error> {
        let mut stop = pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => break,
                ended = self.tasks.join_next() => match ended {
                    Some(ended) => ended.map_err(|error| StoreError::Unavailable(error.to_string()))??,
                    None => break,
                }
            }
        }
        self.stopping.send_replace(true);
        while let Some(ended) = self.tasks.join_next().await {
            ended.map_err(|error| StoreError::Unavailable(error.to_string()))??;
        }
        Ok(())
    }
}

/// The loop of a duty. Its result is an error only if the disk did not confirm a write.
async fn perform<D: Duty>(
    mut duty: D,
    engine: Engine,
    mut wakes: Option<Wakes>,
    mut stopping: watch::Receiver<bool>,
) -> Result<(), Error> {
    let mut errors = 0;
    loop {
        if let Some(wakes) = &mut wakes {
            wakes.mark_unchanged();
        }
        let turn = AssertUnwindSafe(duty.turn(&engine)).catch_unwind();
        let ended = tokio::select! {
            () = stopped(&mut stopping) => break,
            ended = turn => ended,
        };
        let pause = match ended {
            Ok(Ok(pause)) => {
                errors = 0;
                pause
            }
            // Only a restart can tell what was committed.
            Ok(Err(error @ Error::Store(StoreError::Fatal(_)))) => return Err(error),
            Ok(Err(error)) => {
                tracing::warn!(duty = D::NAME, %error, "a duty failed; retrying after a back-off");
                meter::duty_failed(D::NAME);
                back_off(&mut errors)
            }
            Err(_) => {
                tracing::error!(duty = D::NAME, "a duty panicked; retrying after a back-off");
                meter::panicked(D::NAME);
                back_off(&mut errors)
            }
        };
        tokio::select! {
            () = stopped(&mut stopping) => break,
            () = woken(&mut wakes) => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
    duty.end(&engine).await;
    Ok(())
}

/// Counts an error and returns the pause after it.
fn back_off(errors: &mut u32) -> Duration {
    let pause = POLL.saturating_mul(1_u32.checked_shl(*errors).unwrap_or(u32::MAX)).min(BACK_OFF_MAX);
    *errors = errors.saturating_add(1);
    pause
}

/// Completes when the node stops. A dropped sender counts as a request to stop.
async fn stopped(stopping: &mut watch::Receiver<bool>) {
    drop(stopping.wait_for(|stopping| *stopping).await);
}

/// Completes when there may be work; never, if the duty is not woken.
async fn woken(wakes: &mut Option<Wakes>) {
    if let Some(wakes) = wakes
        && wakes.changed().await.is_ok()
    {
        return;
    }
    std::future::pending().await
}

#[cfg(test)]
#[path = "duty_tests.rs"]
mod tests;
