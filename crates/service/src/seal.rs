//! The secret that seals the places in lists which the server gives out.

use crate::{Deed, Error, Service, secret};
use serde_json::json;
use store::audit::Actor;
use store::turn::{self, Turn};

/// Its name among the settings. It is shown to nobody.
const NAME: &str = "cursor_secret";

impl Service {
    /// The secret, the same on every node and after every start; made at the first one.
    pub async fn cursor_secret(&self, actor: &Actor) -> Result<String, Error> {
        let mut tx = self.store.read().await?;
        if let Some(secret) = store::setting::get(&mut tx, NAME).await? {
            return Ok(secret);
        }
        drop(tx);
        let mut tx = self.store.write().await?;
        // Two nodes that start at once agree on one.
        turn::take(&mut tx, Turn::Directory).await?;
        if let Some(secret) = store::setting::get(&mut tx, NAME).await? {
            return Ok(secret);
        }
        let secret = secret::token("")?;
        store::setting::set(&mut tx, NAME, &secret).await?;
        let deed = Deed {
            actor,
            action: "setting.seal",
            subject: "setting",
            id: None,
            detail: json!({ "name": NAME }),
        };
        self.finish(tx, deed).await?;
        Ok(secret)
    }
}
