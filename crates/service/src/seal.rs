//! The secret that signs the list cursors the server issues.

use crate::write::{Write, WriteResult};
use crate::{Error, Service, secret};
use domain::fact::{Action, Fact};
use store::audit::Actor;
use store::named_lock::{self, NamedLock};

/// The setting's name. Its value is never shown.
const NAME: &str = "cursor_secret";

/// The secret, the same on every node and after every start; created at the first start.
pub async fn cursor_secret(service: &Service, actor: &Actor) -> Result<String, Error> {
    let mut tx = service.store.read().await?;
    if let Some(secret) = store::setting::get(&mut tx, NAME).await? {
        return Ok(secret);
    }
    drop(tx);
    let mut write = service.step(actor, Action::SettingSeal).await?;
    let done = seal(&mut write).await;
    write.end_unkept(done).await
}

async fn seal(write: &mut Write) -> Result<WriteResult<String>, Error> {
    // The lock makes two nodes that start at once agree on one secret.
    named_lock::take(&mut write.tx, NamedLock::Directory).await?;
    if let Some(secret) = store::setting::get(&mut write.tx, NAME).await? {
        return Ok(WriteResult::nothing(secret));
    }
    let secret = secret::token("")?;
    store::setting::set(&mut write.tx, NAME, &secret).await?;
    Ok(WriteResult::one(secret, Fact::new(Action::SettingSeal, None).with("name", NAME)))
}
