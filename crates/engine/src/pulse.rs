//! The node's heartbeat. It runs in its own task and on its own connection, so that a long chunk does not
//! make the node look dead.

use service::node::BEAT;
use service::{Error, Service};
use std::sync::Arc;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

/// A running node. Dropping it stops the heartbeat, and the other nodes evict this one once it has expired;
/// [`Pulse::leave`] leaves at once.
#[derive(Debug)]
pub struct Pulse {
    service: Service,
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
    pub async fn start(service: Service, is_worker: bool) -> Result<Self, Error> {
        service.node_join(is_worker).await?;
        let beating = Arc::new(Mutex::new(true));
        let task = tokio::spawn(beat(service.clone(), is_worker, beating.clone()));
        Ok(Self { service, task, beating })
    }

    /// Deregisters this node, which releases its leases. May be called again after a failure.
    pub async fn leave(&self) -> Result<(), Error> {
        // Waits for a beat in progress and allows none after it, so that no beat registers the node again.
        *self.beating.lock().await = false;
        self.service.node_leave().await
    }
}

async fn beat(service: Service, is_worker: bool, beating: Arc<Mutex<bool>>) {
    let mut due = tokio::time::interval(BEAT);
    due.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    // A single process has nobody to check its heartbeat.
    while !service.store().is_sole_writer() {
        due.tick().await;
        let continues = beating.lock().await;
        if !*continues {
            return;
        }
        if let Err(error) = once(&service, is_worker).await {
            tracing::warn!(%error, "heartbeat failed");
        }
    }
}

async fn once(service: &Service, is_worker: bool) -> Result<(), Error> {
    if service.node_beat().await? {
        return Ok(());
    }
    tracing::warn!(node = service.store().node(), "fenced: this node was evicted, rejoining");
    service.node_join(is_worker).await
}
