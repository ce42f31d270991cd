//! Outgoing webhooks: where events are sent to, and the deliveries. The engine's duty sends them (`send`); a verb
//! only writes rows.

mod add;
mod change;
mod checked;
mod delivery;
mod rotate;
mod secret;
pub mod send;

pub use add::{MadeWebhook, NewWebhook, add};
pub use change::{WebhookChange, change, remove, test};
pub use delivery::{DeliveryQuery, deliveries, replay, waiting};
pub use rotate::{OVERLAP, rotate};
pub use store::webhook::Webhook;
pub use store::webhook_delivery::Delivery;

use crate::{Error, Service};
use domain::id::WebhookId;

/// All webhooks, in the order in which they were added.
pub async fn list(service: &Service) -> Result<Vec<Webhook>, Error> {
    let mut tx = service.store.read().await?;
    Ok(store::webhook::list(&mut tx).await?)
}

/// A webhook.
pub async fn show(service: &Service, id: WebhookId) -> Result<Webhook, Error> {
    let mut tx = service.store.point_read().await?;
    let found = store::webhook::get(&mut tx, id).await?;
    found.ok_or_else(|| checked::missing(id))
}
