//! Adding a webhook.

use super::{checked, secret};
use crate::factor::demand::{Need, demand};
use crate::write::{Write, WriteResult, claimed};
use crate::{Error, Service};
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::id::WebhookId;
use domain::webhook::WEBHOOKS_MAX;
use store::audit::Actor;
use store::webhook::Webhook;

/// A webhook to add.
#[derive(Debug, Clone, Default)]
pub struct NewWebhook {
    /// Where it sends.
    pub url: String,
    /// The event types that it sends.
    pub events: Vec<String>,
    /// What it is for.
    pub description: String,
}

/// A webhook that was just added, or got a new secret.
#[derive(Clone)]
pub struct MadeWebhook {
    /// The webhook.
    pub webhook: Webhook,
    /// Its secret; shown once, so none in a repeated answer.
    pub secret: Option<String>,
}

impl std::fmt::Debug for MadeWebhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MadeWebhook").field("webhook", &self.webhook).finish_non_exhaustive()
    }
}

/// Adds a webhook.
pub async fn add(service: &Service, actor: &Actor, new: &NewWebhook) -> Result<MadeWebhook, Error> {
    let mut write = claimed!(service.write(actor, Action::WebhookAdd));
    let done = add_in(&mut write, new).await;
    write.end(done).await
}

async fn add_in(write: &mut Write, new: &NewWebhook) -> Result<WriteResult<MadeWebhook>, Error> {
    let mut webhook = Webhook {
        id: WebhookId(0),
        url: checked::url(&new.url, write.service.webhook_networks())?,
        events: checked::events(&new.events)?,
        description: checked::description(&new.description)?,
        is_enabled: true,
        former_until: None,
        created_by: write.actor.author.clone(),
        created_at: write.now,
    };
    if store::webhook::count(&mut write.tx).await? >= WEBHOOKS_MAX {
        return Err(Code::WebhooksTooMany.into());
    }
    demand(write, Need::StepUp).await?;
    webhook.id = store::webhook::insert(&mut write.tx, &webhook).await?;
    let drawn = secret::draw(write.service.vault(), &mut write.tx, webhook.id).await?;
    let fact = Fact::new(Action::WebhookAdd, Some(webhook.id.0))
        .with("url", webhook.url.as_str())
        .with("events", webhook.events.as_str())
        .with("description", webhook.description.as_str());
    Ok(WriteResult::one(MadeWebhook { webhook, secret: Some(drawn.text()) }, fact))
}
