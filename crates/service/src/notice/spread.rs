//! Spreading: what was committed becomes notices, e-mails and deliveries to webhooks, once.

use super::audience;
use crate::{Error, Service};
use std::collections::BTreeSet;
use store::Tx;

/// Events that are spread in one transaction.
const AT_ONCE: i64 = 100;

/// Whether there is anything to spread.
pub async fn is_due(service: &Service) -> Result<bool, Error> {
    let mut tx = service.store.read().await?;
    Ok(!store::outbox::unspread(&mut tx, 1).await?.is_empty())
}

/// Spreads the next events, in the order of their numbers, within the caller's transaction. Returns how many.
/// Without `with_mail` nobody is told by e-mail, then or later.
pub async fn spread(tx: &mut Tx, with_mail: bool, now: i64) -> Result<usize, Error> {
    let rows = store::outbox::unspread(tx, AT_ONCE).await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let active = store::user::active(tx).await?;
    for row in &rows {
        let users = audience::told(tx, row, &active).await?;
        store::notice::add(tx, row.id, &users).await?;
        if with_mail && row.kind.is_mailed() {
            let addresses = store::mail_address::of_users(tx, users).await?;
            let mailed: BTreeSet<i64> = addresses.iter().map(|address| address.user).collect();
            store::mail::add(tx, row.id, &mailed.into_iter().collect::<Vec<_>>(), now).await?;
        }
        store::webhook_delivery::spread(tx, row, now).await?;
    }
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    store::outbox::spread(tx, ids, now).await?;
    Ok(rows.len())
}
