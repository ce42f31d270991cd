//! The vouchers of a batch: where its invoices, payroll sheets and receipts are.

use super::lookup::{find, locked};
use super::request::BatchRequest;
use crate::upload::show::{gone, kept};
use crate::voucher::read_vouchers;
use crate::write::{Write, WriteResult, claimed};
use crate::{Error, Service};
use domain::access::{Asker, Reach};
use domain::batch_ref::BatchRef;
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::id::{BatchId, FileId};
use domain::voucher::Voucher;
use store::audit::Actor;

/// The vouchers of a batch, in the order in which they were set.
pub async fn vouchers(service: &Service, batch: BatchRef) -> Result<Vec<String>, Error> {
    let mut tx = service.store.read().await?;
    let batch = find(&mut tx, batch).await?;
    Ok(store::batch_voucher::get(&mut tx, batch.id).await?)
}

/// Sets the vouchers of a batch, in any state: proof often arrives after the payment. Callers limited to their own
/// batches are refused for other people's. A file must be one that the caller may read; it is kept with the batch, and
/// all who may read the batch may read it.
pub async fn set_vouchers(
    service: &Service,
    actor: &Actor,
    asker: Asker<'_>,
    request: &BatchRequest<'_>,
    vouchers: &[String],
) -> Result<Vec<String>, Error> {
    let mut write = claimed!(service.write(actor, Action::BatchVouchers));
    let done = set_in(&mut write, asker, request, vouchers).await;
    write.end(done).await
}

async fn set_in(
    write: &mut Write,
    asker: Asker<'_>,
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
    let new = after.iter().filter(|url| !before.contains(url));
    for file in new.filter_map(|url| file_of(url)) {
        keep_with(write, asker, file, batch.id).await?;
    }
    store::batch_voucher::set(&mut write.tx, batch.id, &after).await?;
    let fact = Fact::new(Action::BatchVouchers, Some(batch.id.0))
        .with("before", before)
        .with("after", after.clone());
    Ok(WriteResult::one(after, fact))
}

/// The file that a stored voucher is.
fn file_of(url: &str) -> Option<FileId> {
    match Voucher::parse(url) {
        Ok(Voucher::File(id)) => Some(id),
        _ => None,
    }
}

/// Keeps a file with a batch. One that is kept with another batch already stays with it: who may read one batch may read
/// all.
async fn keep_with(write: &mut Write, asker: Asker<'_>, file: FileId, batch: BatchId) -> Result<(), Error> {
    kept(&mut write.tx, file, write.actor.author.principal, asker).await?;
    // Its time may have ended meanwhile.
    if store::upload::attach(&mut write.tx, file, batch).await? { Ok(()) } else { Err(gone(file)) }
}
