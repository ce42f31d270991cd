//! Giving a webhook a new secret.

use super::add::MadeWebhook;
use super::{checked, secret};
use crate::factor::demand::{Need, demand};
use crate::write::{Write, WriteResult, claimed};
use crate::{Error, Service};
use domain::fact::{Action, Fact};
use domain::id::WebhookId;
use store::audit::Actor;

/// How long messages are signed with the former secret as well, microseconds: time to change the receiver.
pub const OVERLAP: i64 = 24 * 3_600 * 1_000_000;

/// Gives a webhook a new secret. For [`OVERLAP`] each message has two signatures, so that no receiver has to change at
/// that moment; rotating again in the meantime ends the older of the three secrets.
pub async fn rotate(service: &Service, actor: &Actor, id: WebhookId) -> Result<MadeWebhook, Error> {
    let mut write = claimed!(service.write(actor, Action::WebhookRotate));
    write.about.id = Some(id.0);
    let now = service.steady_now();
    let done = rotate_in(&mut write, id, now).await;
    write.end(done).await
}

async fn rotate_in(write: &mut Write, id: WebhookId, now: i64) -> Result<WriteResult<MadeWebhook>, Error> {
    let mut webhook = checked::locked(&mut write.tx, id).await?;
    demand(write, Need::StepUp).await?;
    let vault = write.service.vault();
    let has_former = secret::retire(vault, &mut write.tx, id).await?;
    let drawn = secret::draw(vault, &mut write.tx, id).await?;
    webhook.former_until = has_former.then(|| now.saturating_add(OVERLAP));
    store::webhook::rotate(&mut write.tx, id, webhook.former_until).await?;
    let fact = Fact::new(Action::WebhookRotate, Some(id.0))
        .with("url", webhook.url.as_str())
        .with("before_until", webhook.former_until);
    Ok(WriteResult::one(MadeWebhook { webhook, secret: Some(drawn.text()) }, fact))
}
