//! The duty of delivering events to webhooks. One node at a time does it, under a lease; it takes the lease when there
//! is something to deliver.
//!
//! An attempt is recorded after it was made, so a kill in between repeats it: every event arrives at least once, under
//! the same id. Messages are sent in tasks of their own, at most `send::AT_ONCE` of them, and what they wait for is
//! the network alone: they hold no transaction.

use crate::duty::{Duty, POLL};
use crate::engine::Engine;
use crate::webhook::Sender;
use crate::{lease, meter};
use domain::code::Code;
use domain::webhook::delivery::{Attempt, DeliveryFailure, DeliveryState};
use domain::work::Work;
use service::Error;
use service::webhook::send::{self, DueDelivery, Flight};
use service::webhook::{self, Delivery};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::{AtHand, crash};
use tokio::task::{Id, JoinError, JoinSet};

/// How often what waits is counted for the metrics.
const COUNTED: Duration = Duration::from_secs(10);
const SECOND: i64 = 1_000_000;

/// Delivers events to webhooks.
#[derive(Default)]
pub(crate) struct Deliver {
    lease: Option<HeldLease>,
    sender: Option<Arc<Sender>>,
    sends: JoinSet<Attempt>,
    /// What the tasks are sending.
    flights: HashMap<Id, Delivery>,
    counted: Option<Instant>,
}

/// The lease of this node.
struct HeldLease {
    epoch: i64,
    _at_hand: AtHand,
}

impl Duty for Deliver {
    const NAME: &'static str = "webhooks";
    const IS_WOKEN: bool = true;

    /// Sends what is due until nothing is in flight.
    async fn turn(&mut self, engine: &Engine) -> Result<Duration, Error> {
        match self.deliver(engine).await {
            // Another node has the lease; it sends again what is in flight here.
            Err(error) if error.code() == Some(Code::Fenced) => {
                self.lease = None;
                self.sends.abort_all();
                self.sends.detach_all();
                self.flights.clear();
                Ok(POLL)
            }
            ended => ended.map(|()| POLL),
        }
    }

    /// What is in flight is sent again by the next node, or at the next start.
    async fn end(mut self, engine: &Engine) {
        self.sends.shutdown().await;
        if let Some(HeldLease { epoch, .. }) = self.lease
            && let Err(error) = lease::release(&engine.store, Work::deliver(), epoch).await
        {
            tracing::warn!(%error, "could not release the lease of deliveries");
        }
    }
}

impl Deliver {
    async fn deliver(&mut self, engine: &Engine) -> Result<(), Error> {
        loop {
            self.count(engine).await?;
            self.start_due(engine).await?;
            if self.sends.is_empty() {
                return Ok(());
            }
            tokio::select! {
                ended = self.sends.join_next_with_id() => {
                    if let Some(ended) = ended {
                        self.ended(engine, ended).await?;
                    }
                }
                // Something else may be due.
                () = tokio::time::sleep(POLL) => {}
            }
        }
    }

    /// Starts to send what is due.
    async fn start_due(&mut self, engine: &Engine) -> Result<(), Error> {
        let flights: Vec<Flight> = self.flights.values().map(Flight::of).collect();
        let due = send::due(&engine.service, &flights).await?;
        if due.is_empty() || !self.holds_lease(engine).await? {
            return Ok(());
        }
        let sender = self.sender(engine)?;
        for DueDelivery { delivery, message } in due {
            match message {
                Err(failure) => self.record(engine, &delivery, Attempt::failed(failure)).await?,
                Ok(message) => {
                    let sender = sender.clone();
                    let task = self.sends.spawn(async move { sender.send(&message).await });
                    self.flights.insert(task.id(), delivery);
                }
            }
        }
        Ok(())
    }

    fn sender(&mut self, engine: &Engine) -> Result<Arc<Sender>, Error> {
        if let Some(sender) = &self.sender {
            return Ok(sender.clone());
        }
        let sender = Arc::new(Sender::new(engine.service.webhook_networks().clone())?);
        self.sender = Some(sender.clone());
        Ok(sender)
    }

    /// Takes the lease unless another node has it.
    async fn holds_lease(&mut self, engine: &Engine) -> Result<bool, Error> {
        if self.lease.is_some() {
            return Ok(true);
        }
        let (store, work) = (&engine.store, Work::deliver());
        let held = store::lease::get(&mut store.read().await?, work).await?;
        if held.is_some_and(|held| held.is_live && held.owner != store.node()) {
            return Ok(false);
        }
        let Some(at_hand) = store.begin_work(work) else { return Ok(false) };
        match lease::take(store, work).await {
            Ok(epoch) => {
                self.lease = Some(HeldLease { epoch, _at_hand: at_hand });
                Ok(true)
            }
            Err(error) if error.code() == Some(Code::BatchRunning) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn ended(&mut self, engine: &Engine, ended: Result<(Id, Attempt), JoinError>) -> Result<(), Error> {
        let (id, attempt) = match ended {
            Ok(ended) => ended,
            Err(error) => {
                meter::panicked("webhook");
                tracing::error!("sending a webhook panicked; it counts as a failed attempt");
                (error.id(), Attempt::failed(DeliveryFailure::AnswerInvalid))
            }
        };
        match self.flights.remove(&id) {
            Some(delivery) => self.record(engine, &delivery, attempt).await,
            None => Ok(()),
        }
    }

    /// Records an attempt.
    async fn record(&self, engine: &Engine, delivery: &Delivery, attempt: Attempt) -> Result<(), Error> {
        let Some(HeldLease { epoch, .. }) = self.lease else { return Err(Code::Fenced.into()) };
        crash::point("webhook_sent");
        let state = engine.with_retries(|| settle(engine, epoch, delivery, attempt)).await?;
        crash::point("webhook_settled");
        let Some(state) = state else { return Ok(()) };
        meter::webhook_attempt(state);
        let (webhook, event, id) = (delivery.webhook.0, delivery.event, delivery.id);
        let failure = attempt.failure.map(DeliveryFailure::name);
        match state {
            DeliveryState::Dead => {
                tracing::warn!(webhook, event, delivery = id, failure, "a webhook delivery was given up");
            }
            _ => tracing::debug!(webhook, event, delivery = id, failure, "a webhook delivery was attempted"),
        }
        Ok(())
    }

    /// Counts what waits, now and then.
    async fn count(&mut self, engine: &Engine) -> Result<(), Error> {
        if self.counted.is_some_and(|counted| counted.elapsed() < COUNTED) {
            return Ok(());
        }
        let (count, age) = webhook::waiting(&engine.service).await?;
        meter::webhooks_waiting(count, age / SECOND);
        self.counted = Some(Instant::now());
        Ok(())
    }
}

/// One transaction, under the lease.
async fn settle(
    engine: &Engine,
    epoch: i64,
    delivery: &Delivery,
    attempt: Attempt,
) -> Result<Option<DeliveryState>, Error> {
    let mut tx = engine.store.write().await?;
    lease::fence(&mut tx, engine.store.node(), Work::deliver(), epoch).await?;
    let state = send::settle(&mut tx, delivery, attempt, engine.service.now()).await?;
    if state.is_some() {
        // The delivery has images.
        store::head::advance(&mut tx).await?;
    }
    tx.commit().await?;
    Ok(state)
}
