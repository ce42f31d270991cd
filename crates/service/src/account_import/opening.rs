//! Paying opening balances.

use super::row::ParsedRow;
use crate::{Error, Service};
use domain::id::AccountId;
use domain::noun::NounId;
use domain::transfer::TransferKind;
use ledger::request::OperationKey;
use ledger::{Effects, Outcome, Party, PostingRequest};
use store::audit::Actor;

/// Pays opening balances; the outcomes are in the same order.
pub(super) async fn pay_openings(
    service: &Service,
    actor: &Actor,
    openings: &[(usize, ParsedRow, AccountId)],
) -> Result<Vec<Outcome>, Error> {
    if openings.is_empty() {
        return Ok(Vec::new());
    }
    let requests = openings.iter().map(|(_, row, id)| opening(row, *id)).collect();
    Ok(service.door.bulk(actor.clone(), requests).await?)
}

/// The operation id of an opening is derived from the account id, in a namespace reserved for the ledger: no
/// caller's operation id can collide with it.
fn opening(row: &ParsedRow, account: AccountId) -> PostingRequest {
    let operation = OperationKey {
        id: format!("internal:opening:{}", account.tagged()),
        fingerprint: row.opening.minor().to_string(),
    };
    PostingRequest {
        kind: TransferKind::Opening,
        source: Party::World(row.asset.id),
        target: Party::Account(account),
        amount: row.opening.minor(),
        exchange: Ok(None),
        quote: None,
        value_date: None,
        memo: None,
        refused: None,
        effects: Effects::of(Some(operation), None),
    }
}
