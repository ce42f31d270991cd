//! What the engine's duty sends: which deliveries are due, each as a signed message, and how far a delivery is after
//! an attempt.

use super::secret;
use crate::{Error, Service, StoreError};
use domain::code::Code;
use domain::id::{BatchId, WebhookId};
use domain::noun::Noun;
use domain::webhook::delivery::{Attempt, DeliveryFailure, DeliveryState, next_attempt};
use domain::webhook::target::Target;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use std::collections::HashMap;
use store::webhook::Webhook;
use store::webhook_delivery::{self, Delivery};
use store::{Tx, batch};

/// The most messages in flight.
pub const AT_ONCE: usize = 8;
/// The most of them to one webhook, so that a slow receiver leaves room for others.
const OF_ONE: usize = 4;
/// Due deliveries of a webhook that are looked at: some belong to batches that have one in flight.
const LOOKED_AT: i64 = 32;
const SECOND: i64 = 1_000_000;

/// A message, signed and ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Where it goes.
    pub target: Target,
    /// The header `webhook-id`: the event's id, the same in every attempt.
    pub id: String,
    /// The header `webhook-timestamp`, in seconds.
    pub at: i64,
    /// The header `webhook-signature`: a signature for each live secret.
    pub signature: String,
    /// The body.
    pub body: String,
}

/// A delivery that is due: with its message, or with the reason why it cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueDelivery {
    /// The delivery.
    pub delivery: Delivery,
    /// The message.
    pub message: Result<Message, DeliveryFailure>,
}

/// A message in flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flight {
    /// The delivery.
    pub delivery: i64,
    /// The webhook.
    pub webhook: WebhookId,
    /// The batch.
    pub batch: Option<BatchId>,
}

impl Flight {
    /// Of a delivery.
    #[must_use]
    pub const fn of(delivery: &Delivery) -> Self {
        Self { delivery: delivery.id, webhook: delivery.webhook, batch: delivery.batch }
    }

    /// Whether a delivery must wait while this one is in flight: it is the same, or of the same batch.
    fn holds_back(self, delivery: &Delivery) -> bool {
        let is_same_batch = self.batch.is_some() && self.batch == delivery.batch;
        self.delivery == delivery.id || (self.webhook == delivery.webhook && is_same_batch)
    }
}

/// The body of a message.
#[derive(Serialize)]
struct EventBody<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    at: String,
    batch_id: Option<&'a str>,
    data: Value,
}

/// The deliveries to send now, beside those in flight. Webhooks take turns: the one with the fewest messages in flight
/// comes first.
pub async fn due(service: &Service, flights: &[Flight]) -> Result<Vec<DueDelivery>, Error> {
    let room = AT_ONCE.saturating_sub(flights.len());
    if room == 0 {
        return Ok(Vec::new());
    }
    let mut tx = service.store.read().await?;
    let mut found = Vec::new();
    for webhook in store::webhook::list(&mut tx).await?.into_iter().filter(|webhook| webhook.is_enabled) {
        let due = webhook_delivery::due(&mut tx, webhook.id, service.now(), LOOKED_AT).await?;
        let busy = flights.iter().filter(|flight| flight.webhook == webhook.id).count();
        let chosen = chosen(due, flights, OF_ONE.saturating_sub(busy));
        found.extend((busy..).zip(chosen).map(|(turn, delivery)| (turn, webhook.clone(), delivery)));
    }
    found.sort_by_key(|(turn, _, delivery)| (*turn, delivery.due_at));
    found.truncate(room);
    let numbers = batch_numbers(&mut tx, found.iter().filter_map(|(_, _, one)| one.batch)).await?;
    let mut due = Vec::with_capacity(found.len());
    for (_, webhook, delivery) in found {
        let batch = delivery.batch.and_then(|id| numbers.get(&id)).map(String::as_str);
        let message = message(service, &mut tx, &webhook, &delivery, batch).await?;
        due.push(DueDelivery { delivery, message });
    }
    Ok(due)
}

/// Of the deliveries that are due to a webhook, those that may be sent beside the ones in flight: one of each batch.
fn chosen(due: Vec<Delivery>, flights: &[Flight], most: usize) -> Vec<Delivery> {
    let mut chosen: Vec<Delivery> = Vec::new();
    for delivery in due {
        let mut busy = flights.iter().copied().chain(chosen.iter().map(Flight::of));
        if chosen.len() < most && !busy.any(|flight| flight.holds_back(&delivery)) {
            chosen.push(delivery);
        }
    }
    chosen
}

async fn batch_numbers(
    tx: &mut Tx,
    ids: impl Iterator<Item = BatchId>,
) -> Result<HashMap<BatchId, String>, StoreError> {
    let mut ids: Vec<i64> = ids.map(|id| id.0).collect();
    ids.sort_unstable();
    ids.dedup();
    let batches = batch::by_ids(tx, ids).await?;
    Ok(batches.into_iter().map(|batch| (batch.id, batch.number())).collect())
}

async fn message(
    service: &Service,
    tx: &mut Tx,
    webhook: &Webhook,
    delivery: &Delivery,
    batch: Option<&str>,
) -> Result<Result<Message, DeliveryFailure>, Error> {
    let Ok(target) = Target::parse(&webhook.url) else { return Ok(Err(DeliveryFailure::UrlRefused)) };
    // The networks of the configuration file may have changed since the URL was saved.
    if target.expect_reachable(service.webhook_networks()).is_err() {
        return Ok(Err(DeliveryFailure::UrlRefused));
    }
    let secrets = match secret::live(service.vault(), tx, webhook, service.steady_now()).await {
        Err(error) if error.code() == Some(Code::SecretUnreadable) => Vec::new(),
        live => live?,
    };
    if secrets.is_empty() {
        return Ok(Err(DeliveryFailure::SecretUnreadable));
    }
    let (id, at) = (Noun::Event.write(delivery.event), service.now().div_euclid(SECOND));
    let body = body(&id, delivery, batch)?;
    let signatures: Vec<String> = secrets.iter().map(|secret| secret.sign(&id, at, &body)).collect();
    Ok(Ok(Message { target, id, at, signature: signatures.join(" "), body }))
}

/// The body is made from the event alone, so it is the same in every attempt.
fn body(id: &str, delivery: &Delivery, batch: Option<&str>) -> Result<String, StoreError> {
    let unreadable = |error: serde_json::Error| {
        StoreError::Corrupt(format!("the detail of event {}: {error}", delivery.event))
    };
    let data = serde_json::from_str(&delivery.detail).map_err(unreadable)?;
    let at = Timestamp::from_microsecond(delivery.at).unwrap_or_default().to_string();
    let body = EventBody { id, kind: delivery.kind.name(), at, batch_id: batch, data };
    serde_json::to_string(&body).map_err(unreadable)
}

/// Records an attempt. Returns the delivery's state after it; none if the attempt does not count, because the delivery
/// was replayed or dropped in the meantime.
pub async fn settle(
    tx: &mut Tx,
    sent: &Delivery,
    attempt: Attempt,
    now: i64,
) -> Result<Option<DeliveryState>, Error> {
    // Removing a webhook drops what waits; the lock makes this wait for it, or it for this.
    if store::webhook::lock(tx, sent.webhook).await?.is_none() {
        return Ok(None);
    }
    let found = webhook_delivery::get(tx, sent.id).await?;
    let is_sent = |found: &Delivery| found.state == DeliveryState::Waiting && found.attempts == sent.attempts;
    let Some(mut delivery) = found.filter(is_sent) else { return Ok(None) };
    delivery.attempts += 1;
    delivery.tried_at = Some(now);
    delivery.status = attempt.status.map(i64::from);
    delivery.failure = attempt.failure;
    delivery.due_at = attempt.failure.and_then(|_| next_attempt(delivery.attempts, now));
    delivery.state = match (attempt.failure, delivery.due_at) {
        (None, _) => DeliveryState::Delivered,
        (Some(_), Some(_)) => DeliveryState::Waiting,
        (Some(_), None) => DeliveryState::Dead,
    };
    delivery.ended_at = (delivery.state != DeliveryState::Waiting).then_some(now);
    webhook_delivery::settle(tx, &delivery, now).await?;
    Ok(Some(delivery.state))
}
