//! The secrets that messages are signed with. They are in the vault, each under a name of its own.

use crate::vault::Vault;
use crate::{Error, secret};
use domain::id::WebhookId;
use domain::webhook::signature::{SECRET_BYTES, SigningSecret};
use store::webhook::Webhook;
use store::{Tx, sealed_secret};
use zeroize::Zeroizing;

fn owner(id: WebhookId) -> String {
    format!("webhook:{id}")
}

fn former_owner(id: WebhookId) -> String {
    format!("webhook_former:{id}")
}

/// Draws a secret for a webhook and stores it.
pub(super) async fn draw(vault: &Vault, tx: &mut Tx, id: WebhookId) -> Result<SigningSecret, Error> {
    let bytes = Zeroizing::new(secret::random::<SECRET_BYTES>()?);
    let drawn = SigningSecret::new(Zeroizing::new(bytes.to_vec()));
    vault.put(tx, &owner(id), drawn.bytes()).await?;
    Ok(drawn)
}

/// Makes the current secret the former one. `false` if there is none, or none that can be read.
pub(super) async fn retire(vault: &Vault, tx: &mut Tx, id: WebhookId) -> Result<bool, Error> {
    use domain::code::Code::SecretUnreadable;
    match vault.get(tx, &owner(id)).await {
        Ok(Some(current)) => {
            vault.put(tx, &former_owner(id), &current).await?;
            Ok(true)
        }
        Ok(None) => Ok(false),
        Err(error) if error.code() == Some(SecretUnreadable) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Deletes a webhook's secrets.
pub(super) async fn forget(tx: &mut Tx, id: WebhookId) -> Result<(), Error> {
    sealed_secret::delete(tx, &owner(id)).await?;
    sealed_secret::delete(tx, &former_owner(id)).await?;
    Ok(())
}

/// The secrets to sign with now, the current one first; none if there is none.
pub(super) async fn live(
    vault: &Vault,
    tx: &mut Tx,
    webhook: &Webhook,
    now: i64,
) -> Result<Vec<SigningSecret>, Error> {
    let current = vault.get(tx, &owner(webhook.id)).await?;
    let has_former = webhook.former_until.is_some_and(|until| now < until);
    let former = if has_former { vault.get(tx, &former_owner(webhook.id)).await? } else { None };
    Ok(current.into_iter().chain(former).map(SigningSecret::new).collect())
}
