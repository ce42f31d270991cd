//! The vouchers of a batch: where its invoices, payroll sheets and receipts are.

use super::lookup::{find, locked};
use super::request::BatchRequest;
use crate::voucher::read_vouchers;
use crate::write::{Write, WriteResult, claimed};
use crate::{Error, Service};
use domain::access::Reach;
use domain::batch_ref::BatchRef;
use domain::code::Code;
use domain::fact::{Action, Fact};
use store::audit::Actor;

/// The vouchers of a batch, in the order in which they were set.
pub async fn vouchers(service: &Service, batch: BatchRef) -> Result<Vec<String>, Error> {
    let mut tx = service.store.read().await?;
    let batch = find(&mut tx, batch).await?;
    Ok(store::batch_voucher::get(&mut tx, batch.id).await?)
}

/// Sets the vouchers of a batch, in any state: proof often arrives after the payment. Callers limited to their own
/// batches are refused for other people's.
pub async fn set_vouchers(
    service: &Service,
    actor: &Actor,
    request: &BatchRequest<'_>,
    vouchers: &[String],
) -> Result<Vec<String>, Error> {
    let mut write = claimed!(service.write(actor, Action::BatchVouchers));
    let done = set_in(&mut write, request, vouchers).await;
    write.end(done).await
}

async fn set_in(
    write: &mut Write,
    request: &BatchRequest<'_>,
    vouchers: &[String],
) -> Result<WriteResult<Vec<String>>, Error> {
    let batch = locked(write, request.batch).await?;
    let is_own = batch.created_by.principal == write.actor.author.principal;
    if request.reach == Reach::Own && !is_own {
        return Err(Error::refused(Code::Forbidden, batch.number()));
    }
    let after = read_vouchers(vouchers)?;
    let before = store::batch_voucher::get(&mut write.tx, batch.id).await?;
    if after == before {
        return Ok(WriteResult::nothing(after));
    }
    store::batch_voucher::set(&mut write.tx, batch.id, &after).await?;
    let fact = Fact::new(Action::BatchVouchers, Some(batch.id.0))
        .with("before", before)
        .with("after", after.clone());
    Ok(WriteResult::one(after, fact))
}
