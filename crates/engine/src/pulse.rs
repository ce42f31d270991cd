//! The node's heartbeat. It runs in its own task and on its own connection, so that a long chunk does not
//! make the node look dead.

use crate::engine::Engine;
use crate::node;
use service::Error;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

/// The heartbeat interval.
const BEAT: Duration = Duration::from_secs(1);

/// A running node. Dropping it stops the heartbeat, and the other nodes evict this one once it has expired;
/// [`Pulse::leave`] leaves at once.
#[derive(Debug)]
pub struct Pulse {
    engine: Engine,
    task: JoinHandle<()>,
    /// Whether the heartbeat continues; locked during a beat.
    beating: Arc<Mutex<bool>>,
}

impl Drop for Pulse {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Pulse {
    /// Registers this node and keeps it alive.
    pub async fn start(engine: Engine, is_worker: bool) -> Result<Self, Error> {
        node::join(&engine.store, is_worker, engine.service.now()).await?;
        let beating = Arc::new(Mutex::new(true));
        let task = tokio::spawn(beat(engine.clone(), is_worker, beating.clone()));
        Ok(Self { engine, task, beating })
    }

    /// Deregisters this node, which releases its leases. May be called again after a failure.
    pub async fn leave(&self) -> Result<(), Error> {
        // Waits for a beat in progress and allows none after it, so that no beat registers the node again.
        *self.beating.lock().await = false;
        node::leave(&self.engine.store).await
    }
}

async fn beat(engine: Engine, is_worker: bool, beating: Arc<Mutex<bool>>) {
    let mut due = tokio::time::interval(BEAT);
    due.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    // A single process has nobody to check its heartbeat.
    while !engine.store.is_sole_writer() {
        due.tick().await;
        let continues = beating.lock().await;
        if !*continues {
            return;
        }
        if let Err(error) = once(&engine, is_worker).await {
            tracing::warn!(%error, "heartbeat failed");
        }
    }
}

async fn once(engine: &Engine, is_worker: bool) -> Result<(), Error> {
    if node::beat(&engine.store).await? {
        return Ok(());
    }
    tracing::warn!(node = engine.store.node(), "fenced: this node was evicted, rejoining");
    node::join(&engine.store, is_worker, engine.service.now()).await
}
