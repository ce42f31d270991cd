//! The node's pulse: says that this process is alive, on a connection and in a task of its own, so that a
//! long chunk does not make it look dead.

use service::node::BEAT;
use service::{Error, Service};
use std::sync::Arc;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

/// A node at work. Dropping it ends the beat, and the others give the node up after a while; [`Pulse::leave`]
/// leaves at once.
#[derive(Debug)]
pub struct Pulse {
    service: Service,
    task: JoinHandle<()>,
    /// Whether it goes on; held during a beat.
    beating: Arc<Mutex<bool>>,
}

impl Drop for Pulse {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Pulse {
    /// Joins the nodes and keeps this one alive.
    pub async fn start(service: Service, is_worker: bool) -> Result<Self, Error> {
        service.node_join(is_worker).await?;
        let beating = Arc::new(Mutex::new(true));
        let task = tokio::spawn(beat(service.clone(), is_worker, beating.clone()));
        Ok(Self { service, task, beating })
    }

    /// Leaves the nodes; what this one had leased is free. May be called again if it failed.
    pub async fn leave(&self) -> Result<(), Error> {
        // A beat under way ends first, and there is none after it: none may bring the node back.
        *self.beating.lock().await = false;
        self.service.node_leave().await
    }
}

async fn beat(service: Service, is_worker: bool, beating: Arc<Mutex<bool>>) {
    let mut due = tokio::time::interval(BEAT);
    due.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    // Where one process is alone nobody looks whether it is alive.
    while !service.store().is_sole_writer() {
        due.tick().await;
        let goes_on = beating.lock().await;
        if !*goes_on {
            return;
        }
        if let Err(error) = once(&service, is_worker).await {
            tracing::warn!(%error, "the node could not say that it is alive");
        }
    }
}

async fn once(service: &Service, is_worker: bool) -> Result<(), Error> {
    if service.node_beat().await? {
        return Ok(());
    }
    tracing::warn!(node = service.store().node(), "fenced: the others gave this node up; it joins anew");
    service.node_join(is_worker).await
}
