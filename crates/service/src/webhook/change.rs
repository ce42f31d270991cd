//! Changing, removing and testing a webhook.

use super::{checked, secret};
use crate::factor::demand::{Need, demand};
use crate::write::{Write, WriteResult, claimed};
use crate::{Error, Service};
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::id::WebhookId;
use serde_json::{Value, json};
use store::audit::Actor;
use store::webhook::Webhook;
use store::webhook_delivery;

/// Changes to a webhook; an absent field stays as it is.
#[derive(Debug, Clone, Default)]
pub struct WebhookChange {
    /// Where it sends, also what waits already.
    pub url: Option<String>,
    /// The event types that it sends.
    pub events: Option<Vec<String>>,
    /// What it is for.
    pub description: Option<String>,
    /// Whether it sends. While it does not, what waits stays, and new events are not sent to it.
    pub is_enabled: Option<bool>,
}

/// Changes a webhook.
pub async fn change(
    service: &Service,
    actor: &Actor,
    id: WebhookId,
    change: &WebhookChange,
) -> Result<Webhook, Error> {
    let mut write = claimed!(service.write(actor, Action::WebhookChange));
    write.about.id = Some(id.0);
    let done = change_in(&mut write, id, change).await;
    write.end(done).await
}

/// Removes a webhook with its secrets. What waits for it is dropped.
pub async fn remove(service: &Service, actor: &Actor, id: WebhookId) -> Result<Webhook, Error> {
    let mut write = claimed!(service.write(actor, Action::WebhookRemove));
    write.about.id = Some(id.0);
    let done = remove_in(&mut write, id).await;
    write.end(done).await
}

/// Sends a test to a webhook, whatever event types it takes. It is delivered like any other event.
pub async fn test(service: &Service, actor: &Actor, id: WebhookId) -> Result<Webhook, Error> {
    let mut write = claimed!(service.write(actor, Action::WebhookTest));
    write.about.id = Some(id.0);
    let done = test_in(&mut write, id).await;
    let tested = write.end(done).await;
    service.store.wake();
    tested
}

async fn change_in(
    write: &mut Write,
    id: WebhookId,
    change: &WebhookChange,
) -> Result<WriteResult<Webhook>, Error> {
    let before = checked::locked(&mut write.tx, id).await?;
    let mut after = before.clone();
    if let Some(url) = &change.url {
        after.url = checked::url(url, write.service.webhook_networks())?;
    }
    if let Some(events) = &change.events {
        after.events = checked::events(events)?;
    }
    if let Some(description) = &change.description {
        after.description = checked::description(description)?;
    }
    after.is_enabled = change.is_enabled.unwrap_or(before.is_enabled);
    demand(write, Need::StepUp).await?;
    if after == before {
        return Ok(WriteResult::nothing(after));
    }
    store::webhook::change(&mut write.tx, &after).await?;
    let fact = Fact::new(Action::WebhookChange, Some(id.0))
        .with("before", audited(&before))
        .with("after", audited(&after));
    Ok(WriteResult::one(after, fact))
}

fn audited(webhook: &Webhook) -> Value {
    json!({
        "url": webhook.url,
        "events": webhook.events,
        "description": webhook.description,
        "enabled": webhook.is_enabled,
    })
}

async fn remove_in(write: &mut Write, id: WebhookId) -> Result<WriteResult<Webhook>, Error> {
    let webhook = checked::locked(&mut write.tx, id).await?;
    demand(write, Need::StepUp).await?;
    webhook_delivery::drop_waiting(&mut write.tx, id, write.now).await?;
    secret::forget(&mut write.tx, id).await?;
    store::webhook::remove(&mut write.tx, id, write.now).await?;
    let fact = Fact::new(Action::WebhookRemove, Some(id.0)).with("url", webhook.url.as_str());
    Ok(WriteResult::one(webhook, fact))
}

async fn test_in(write: &mut Write, id: WebhookId) -> Result<WriteResult<Webhook>, Error> {
    let webhook = checked::locked(&mut write.tx, id).await?;
    if !webhook.is_enabled {
        return Err(Code::WebhookDisabled.into());
    }
    // The event derives from the fact, as all events do.
    let fact = Fact::new(Action::WebhookTest, Some(id.0)).with("webhook", id.0);
    Ok(WriteResult::one(webhook, fact))
}
