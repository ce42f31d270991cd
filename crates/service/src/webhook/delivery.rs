//! Listing and replaying deliveries.

use super::checked;
use crate::write::{Write, WriteResult, claimed};
use crate::{Error, Service};
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::id::WebhookId;
use domain::webhook::delivery::DeliveryState;
use store::audit::Actor;
use store::outbox;
use store::webhook::Webhook;
use store::webhook_delivery::{self, Delivery};

/// Which deliveries to list.
#[derive(Debug, Clone, Copy)]
pub struct DeliveryQuery {
    /// Of this webhook.
    pub webhook: WebhookId,
    /// Only those in this state.
    pub state: Option<DeliveryState>,
    /// Only those before this number; `i64::MAX` for the newest.
    pub before: i64,
    /// The most of them.
    pub limit: i64,
}

/// The deliveries to a webhook, newest first.
pub async fn deliveries(service: &Service, query: DeliveryQuery) -> Result<Vec<Delivery>, Error> {
    let mut tx = service.store.read().await?;
    if store::webhook::get(&mut tx, query.webhook).await?.is_none() {
        return Err(checked::missing(query.webhook));
    }
    let page = (query.before, query.limit);
    Ok(webhook_delivery::list(&mut tx, query.webhook, query.state, page).await?)
}

/// Sends a delivery again, whether it was delivered, is dead or still waits, with all its attempts ahead of it. If an
/// earlier one of its batch waits, it waits for that one; otherwise it is sent at once. The receiver knows it by the id
/// of its event, which stays the same.
pub async fn replay(
    service: &Service,
    actor: &Actor,
    webhook: WebhookId,
    delivery: i64,
) -> Result<Webhook, Error> {
    let mut write = claimed!(service.write(actor, Action::WebhookReplay));
    write.about.id = Some(webhook.0);
    write.about.detail.insert("delivery".to_owned(), delivery.into());
    let done = replay_in(&mut write, webhook, delivery).await;
    let replayed = write.end(done).await;
    service.store.wake();
    replayed
}

/// How many deliveries wait, and for how long the oldest event among them has, in microseconds.
pub async fn waiting(service: &Service) -> Result<(i64, i64), Error> {
    let mut tx = service.store.point_read().await?;
    let waiting = webhook_delivery::waiting(&mut tx).await?;
    let oldest = match waiting.oldest {
        Some(event) => outbox::by_ids(&mut tx, vec![event]).await?,
        None => Vec::new(),
    };
    let age = oldest.first().map_or(0, |event| service.now().saturating_sub(event.at).max(0));
    Ok((waiting.count, age))
}

async fn replay_in(write: &mut Write, id: WebhookId, number: i64) -> Result<WriteResult<Webhook>, Error> {
    let webhook = checked::locked(&mut write.tx, id).await?;
    let found = webhook_delivery::get(&mut write.tx, number).await?;
    let found = found.filter(|delivery| delivery.webhook == id);
    let mut delivery = found.ok_or_else(|| Error::refused(Code::DeliveryNotFound, number.to_string()))?;
    if !webhook.is_enabled {
        return Err(Code::WebhookDisabled.into());
    }
    let fact = Fact::new(Action::WebhookReplay, Some(id.0))
        .with("delivery", number)
        .with("event", delivery.event)
        .with("from", delivery.state.name());
    let has_earlier = webhook_delivery::has_earlier(&mut write.tx, &delivery).await?;
    delivery.state = DeliveryState::Waiting;
    delivery.attempts = 0;
    delivery.due_at = (!has_earlier).then_some(write.now);
    delivery.ended_at = None;
    webhook_delivery::settle(&mut write.tx, &delivery, write.now).await?;
    Ok(WriteResult::one(webhook, fact))
}
