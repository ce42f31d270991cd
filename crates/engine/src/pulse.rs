//! The node's pulse: says that this process is alive, on a connection and in a task of its own, so that a
//! long chunk does not make it look dead.

use service::node::BEAT;
use service::{Error, Service};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A node at work. Dropping it ends the beat, and the others give the node up after a while; [`Pulse::stop`]
/// leaves at once.
#[derive(Debug)]
pub struct Pulse {
    service: Service,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Pulse {
    /// Joins the nodes and keeps this one alive.
    pub async fn start(service: Service, is_worker: bool) -> Result<Self, Error> {
        service.node_join(is_worker).await?;
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(beat(service.clone(), is_worker, stopped));
        Ok(Self { service, stop, task })
    }

    /// Leaves the nodes; what this one had leased is free.
    pub async fn stop(self) -> Result<(), Error> {
        drop(self.stop);
        // A beat under way ends first: it must not bring the node back.
        drop(self.task.await);
        self.service.node_leave().await
    }
}

async fn beat(service: Service, is_worker: bool, mut stopped: oneshot::Receiver<()>) {
    let mut due = tokio::time::interval(BEAT);
    due.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = &mut stopped => return,
            _ = due.tick() => {}
        }
        let beaten = match service.node_beat().await {
            Ok(true) => Ok(()),
            Ok(false) => {
                let node = service.store().node();
                tracing::warn!(node, "fenced: this node was given up by the others; it joins anew");
                service.node_join(is_worker).await
            }
            Err(error) => Err(error),
        };
        if let Err(error) = beaten {
            tracing::warn!(%error, "the node could not say that it is alive");
        }
    }
}
