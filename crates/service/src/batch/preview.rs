//! A dry run: the same decisions as the run, on the same accounts, without writing anything.

use super::change::{self, ComparedBatch, RowSource};
use super::create::{self, CreateBatch};
use super::described::{Described, described};
use super::fold::{fold, fold_of, next_items};
use super::lookup::find;
use super::similar::{self, Found};
use super::{external_id, promise};
use crate::consent::{self, Debited};
use crate::{Error, Service};
use domain::asset::Asset;
use domain::batch::BatchState;
use domain::batch_ref::BatchRef;
use ledger::content::{self, Content};
use ledger::rates::Rates;
use store::Tx;
use store::account_totp::Unpaid;
use store::batch::Batch;
use store::item::Item;

pub use super::predicted::{
    PredictedItem, PredictedRefusal, Preview, PreviewPart, REFUSALS_SHOWN, SingleAccount,
};

/// Carries balances forward item by item and reports what a run would do now; lists a part of the items.
pub async fn preview(
    service: &Service,
    batch: BatchRef,
    part: impl Into<PreviewPart>,
) -> Result<(Described, Preview), Error> {
    let mut tx = service.store.read().await?;
    let batch = find(&mut tx, batch).await?;
    let mut fold = fold_of(service, &mut tx, &batch, part.into()).await?;
    let single = batch.account.filter(|_| !batch.kind.is_outside());
    fold.begin(&mut tx, single).await?;
    let mut content = Content::default();
    let mut after = batch.first_number - 1;
    while let Some((items, last)) = next_items(&mut tx, &batch, after).await? {
        after = last;
        content.prints.extend(items.iter().map(content::printed));
        fold.items(&mut tx, items).await?;
    }
    let mut preview = fold.end(&mut tx, single).await?;
    preview.found = found(service, &mut tx, &batch, content).await?;
    preview.bound = consent::bound(&mut tx, Debited::Items(&batch, Unpaid::Pending)).await?;
    let described = described(&mut tx, batch).await?;
    drop(tx);
    preview.changes = change::summary(service, &described.batch).await?;
    Ok((described, preview))
}

/// The same for a batch that does not exist: nothing is stored. Refuses whatever creating it would
/// refuse.
pub async fn preview_new(
    service: &Service,
    new: &CreateBatch,
    part: impl Into<PreviewPart>,
) -> Result<(Asset, Option<String>, Preview), Error> {
    super::draft::check_head(&new.name, new.remarks.as_deref())?;
    let read = create::read_batch(service, new).await?;
    let mut tx = service.store.read().await?;
    let rates = if new.convert { Some(Rates::load(&mut tx).await?) } else { None };
    let mut fold = fold(service, &mut tx, rates, (new.kind, new.mode), part.into()).await?;
    let single = read.terms.single.map(|(account, _)| account).filter(|_| !new.kind.is_outside());
    external_id::check(&mut tx, read.accepted.rows.iter().map(|row| &row.item)).await?;
    let (subject, rows) = (read.terms.subject(), read.accepted.rows);
    let (rows, found) = similar::examine_rows(&mut tx, &subject, rows, false, service.now()).await?;
    let payers = rows.iter().map(|row| row.item.source);
    let bound = consent::bound_among(&mut tx, payers).await?;
    fold.begin(&mut tx, single).await?;
    let items: Vec<Item> = rows.into_iter().map(|row| row.item).collect();
    let now = service.now();
    let (rows, name) = (RowSource::Given(&items), new.name.as_str());
    let compared = ComparedBatch { subject, name, rows, against: None, until: now, now };
    drop(tx);
    let changes = change::summary_of(service, &compared).await?;
    let mut tx = service.store.read().await?;
    fold.items(&mut tx, items).await?;
    let preview = Preview { found, bound, changes, ..fold.end(&mut tx, single).await? };
    let ids = single.into_iter().map(|id| id.0).collect();
    let number = store::account::numbers(&mut tx, ids).await?.pop().map(|(_, number)| number);
    Ok((read.terms.asset, number, preview))
}

/// A draft is compared with submitted batches; for a submitted batch only the balance matters.
async fn found(service: &Service, tx: &mut Tx, batch: &Batch, content: Content) -> Result<Found, Error> {
    if batch.state == BatchState::Draft {
        return Ok(similar::examine(tx, batch.clone(), content, false, service.now()).await?.found);
    }
    let waiting = store::similar::pending_amount(tx, batch).await?;
    let promise = promise::of(tx, &similar::subject(batch), waiting).await?;
    Ok(Found { promise, ..Found::default() })
}
