//! Edits a draft: its head and its rows. The batch's counters change in the same transaction.

use super::described::{Described, DescribedItem, describe_items, described, tell_times};
use super::draft::{check_draft, check_head};
use super::items::{delete_items, extent, insert_items, number_of_rows};
use super::lookup::{changed, locked};
use super::request::BatchRequest;
use super::rows::row::{Accepted, AcceptedRows, NewRow, ROWS_MAX, too_many_rows};
use super::rows::{self, Amounts};
use super::terms::{BatchTerms, RepeatKey, check_outside, terms_of_draft};
use crate::approval::makers;
use crate::write::{Write, WriteResult, claimed};
use crate::{Error, Service};
use domain::batch::{BATCH_ITEMS_MAX, BatchMode, BatchState, BatchTally};
use domain::code::Code;
use domain::fact::{Action, BatchEvent, Fact};
use domain::id::BatchId;
use hashbrown::HashSet;
use store::Tx;
use store::audit::Actor;
use store::batch::{Batch, DraftFields};
use store::item::Page;

/// Items per step.
const STEP: i64 = 10_000;

/// Changes to a draft; fields that are not given stay as they are.
#[derive(Debug, Clone, Default)]
pub struct EditBatch {
    /// The new name.
    pub name: Option<String>,
    /// The new remarks; an empty text removes them.
    pub remarks: Option<String>,
    /// How a failed item affects the rest.
    pub mode: Option<BatchMode>,
    /// Rows that replace all existing rows.
    pub rows: Option<(Amounts, Vec<NewRow>)>,
}

/// Rows that were added, as a stored answer holds them.
#[derive(Debug, Clone)]
pub struct AddedItems {
    /// The batch.
    pub batch: Described,
    /// The numbers of the new items, in request order.
    pub items: Vec<i64>,
}

/// Changes a draft.
pub async fn edit(
    service: &Service,
    actor: &Actor,
    request: &BatchRequest<'_>,
    edit: &EditBatch,
) -> Result<Described, Error> {
    let mut write = claimed!(service.write(actor, Action::BatchEdit));
    let done = edit_draft(&mut write, request, edit).await;
    write.end(done).await
}

/// Adds rows to a draft.
pub async fn add_items(
    service: &Service,
    actor: &Actor,
    request: &BatchRequest<'_>,
    amounts: &Amounts,
    rows: &[NewRow],
) -> Result<AddedItems, Error> {
    let mut write = claimed!(service.write(actor, Action::BatchEdit));
    let done = add(&mut write, request, amounts, rows).await;
    write.end(done).await
}

/// Items by their numbers, described, in number order.
pub async fn items_by_number(
    service: &Service,
    batch: BatchId,
    numbers: Vec<i64>,
) -> Result<Vec<DescribedItem>, Error> {
    let mut tx = service.store.read().await?;
    let items = store::item::by_numbers(&mut tx, numbers).await?;
    let mut items = describe_items(&mut tx, items).await?;
    tell_times(&mut tx, batch, &mut items).await?;
    Ok(items)
}

/// Deletes a row from a draft.
pub async fn delete_item(
    service: &Service,
    actor: &Actor,
    request: &BatchRequest<'_>,
    number: i64,
) -> Result<Described, Error> {
    let mut write = claimed!(service.write(actor, Action::BatchEdit));
    let done = delete(&mut write, request, number).await;
    write.end(done).await
}

async fn edit_draft(
    write: &mut Write,
    request: &BatchRequest<'_>,
    edit: &EditBatch,
) -> Result<WriteResult<Described>, Error> {
    let batch = draft(write, request).await?;
    let tx = &mut write.tx;
    let head = head(&batch, edit)?;
    store::batch::set_fields(tx, batch.id, &head).await?;
    if let Some((amounts, rows)) = &edit.rows {
        let terms = terms_of_draft(tx, &batch).await?;
        if !rows.is_empty() {
            check_outside(batch.kind, number_of_rows(rows.len()))?;
        }
        let accepted = take(tx, &terms, amounts, rows).await?;
        let total = terms.within_maximum(accepted.total)?;
        delete_items(tx, batch.id, &[batch.range()]).await?;
        store::item_extent::forget(tx, batch.id).await?;
        let items = insert_items(tx, batch.id, accepted.rows).await?;
        let (first, last) = extent(&items);
        store::batch::set_range(tx, batch.id, first, last).await?;
        set_total(tx, &batch, items.len(), total).await?;
    }
    let changed = as_changed(write, &batch).await?;
    let fact = edited(&batch, request)
        .with("name", edit.name.as_deref())
        .with("mode", edit.mode.map(BatchMode::name))
        .with("relations", edit.rows.as_ref().map(|(_, rows)| rows.len()));
    let first = changed.batch.first_number;
    let fact = if edit.rows.is_some() { fact.of_item(first) } else { fact };
    Ok(WriteResult::one(changed, fact))
}

async fn add(
    write: &mut Write,
    request: &BatchRequest<'_>,
    amounts: &Amounts,
    rows: &[NewRow],
) -> Result<WriteResult<AddedItems>, Error> {
    if rows.is_empty() {
        return Err(Code::BatchEmpty.into());
    }
    let batch = draft(write, request).await?;
    let tx = &mut write.tx;
    let terms = terms_of_draft(tx, &batch).await?;
    let mut accepted = take(tx, &terms, amounts, rows).await?;
    let last_line = check_against(tx, &terms, &batch, &accepted).await?;
    for (row, line) in accepted.rows.iter_mut().zip(last_line + 1..) {
        row.item.line = line;
    }
    let total = terms.within_maximum(i128::from(batch.tally.total_amount) + accepted.total)?;
    let items = insert_items(tx, batch.id, accepted.rows).await?;
    let (first, last) = extent(&items);
    let first = if batch.tally.total_count == 0 { first } else { batch.first_number };
    let count = usize::try_from(batch.tally.total_count).unwrap_or(0) + items.len();
    check_outside(batch.kind, number_of_rows(count))?;
    if i64::try_from(count).unwrap_or(i64::MAX) > BATCH_ITEMS_MAX {
        return Err(Code::FileTooLarge.into());
    }
    store::batch::set_range(tx, batch.id, first, last).await?;
    set_total(tx, &batch, count, total).await?;
    let numbers: Vec<i64> = items.iter().map(|item| item.number.0).collect();
    let first_added = numbers.first().copied().unwrap_or_default();
    let fact = edited(&batch, request)
        .with("added", items.len())
        .with("first", numbers.first().copied())
        .of_item(first_added);
    Ok(WriteResult::one(AddedItems { batch: as_changed(write, &batch).await?, items: numbers }, fact))
}

async fn delete(
    write: &mut Write,
    request: &BatchRequest<'_>,
    number: i64,
) -> Result<WriteResult<Described>, Error> {
    let batch = draft(write, request).await?;
    let tx = &mut write.tx;
    let found = store::item::get(tx, batch.id, number).await?;
    let found = found.ok_or_else(|| Error::refused(Code::ItemNotFound, number.to_string()))?;
    delete_items(tx, batch.id, &[(number, number)]).await?;
    let count = usize::try_from(batch.tally.total_count - 1).unwrap_or(0);
    set_total(tx, &batch, count, batch.tally.total_amount - found.amount).await?;
    let fact = edited(&batch, request)
        .with("deleted", number)
        .with("amount", found.amount)
        .with("target", found.target.0);
    Ok(WriteResult::one(as_changed(write, &batch).await?, fact))
}

/// Locks a batch and checks that it can still be edited.
pub(crate) async fn draft(write: &mut Write, request: &BatchRequest<'_>) -> Result<Batch, Error> {
    let batch = unchanged(write, request).await?;
    makers::add(write, batch.id).await?;
    Ok(batch)
}

/// The draft that an edit leaves as it is. It keeps its version, and the caller is no maker of it.
pub(super) async fn unchanged(write: &mut Write, request: &BatchRequest<'_>) -> Result<Batch, Error> {
    let batch = locked(write, request.batch).await?;
    check_draft(write, &batch, request).await?;
    Ok(batch)
}

/// The batch after an edit, which raises its version.
pub(super) async fn as_changed(write: &mut Write, batch: &Batch) -> Result<Described, Error> {
    store::batch::raise_version(&mut write.tx, batch.id).await?;
    let changed = changed(write, batch.id).await?;
    described(&mut write.tx, changed).await
}

/// The fact of an edit that raises the version. `if_match` is the version that it was based on; null if the
/// request did not name one.
pub(super) fn edited(batch: &Batch, request: &BatchRequest<'_>) -> Fact {
    Fact::of_batch(Action::BatchEdit, batch.id)
        .with("version", batch.version + 1)
        .with("if_match", request.version)
        .moved(BatchState::Draft, BatchEvent::Edited)
}

fn head(batch: &Batch, edit: &EditBatch) -> Result<DraftFields, Error> {
    let (name, remarks) = check_head(edit.name.as_ref().unwrap_or(&batch.name), edit.remarks.as_deref())?;
    let remarks = if edit.remarks.is_some() { remarks } else { batch.remarks.clone() };
    Ok(DraftFields { name, remarks, mode: edit.mode.unwrap_or(batch.mode) })
}

async fn take(
    tx: &mut Tx,
    terms: &BatchTerms,
    amounts: &Amounts,
    rows: &[NewRow],
) -> Result<AcceptedRows, Error> {
    if rows.len() > ROWS_MAX {
        return Err(too_many_rows());
    }
    rows::take_any(tx, terms, &amounts.clone().of_draft(), rows).await
}

/// Refuses rows whose payee, or payer where many pay one, is already in the draft; returns the draft's last
/// line.
async fn check_against(
    tx: &mut Tx,
    terms: &BatchTerms,
    batch: &Batch,
    accepted: &AcceptedRows,
) -> Result<i64, Error> {
    let (met, line) = met(tx, terms, batch).await?;
    if batch.account.is_some() {
        let is_met = |row: &Accepted| met.contains(&terms.repeat_key(&row.item));
        let twice = accepted.rows.iter().zip(&accepted.written).filter(|(row, _)| is_met(row));
        rows::refuse_duplicates(terms.duplicate(), twice.map(|(_, written)| written))?;
    }
    Ok(line)
}

/// The repeat keys that are already in a draft, and its last line.
pub(crate) async fn met(
    tx: &mut Tx,
    terms: &BatchTerms,
    batch: &Batch,
) -> Result<(HashSet<RepeatKey>, i64), Error> {
    let (mut met, mut after, mut line) = (HashSet::new(), batch.first_number - 1, 0);
    loop {
        let page = Page { batch: batch.id, after, last: batch.last_number, limit: STEP };
        let mut items = store::item::page(tx, page, None, None).await?;
        if terms.allow_repeat {
            store::external_id::fill_page(tx, batch.id, &mut items).await?;
        }
        let Some(last) = items.last() else { return Ok((met, line)) };
        after = last.number.0;
        line = items.iter().map(|item| item.line).fold(line, i64::max);
        met.extend(items.iter().map(|item| terms.repeat_key(item)));
    }
}

pub(crate) async fn set_total(tx: &mut Tx, batch: &Batch, count: usize, amount: i64) -> Result<(), Error> {
    let total_count = i64::try_from(count).unwrap_or(i64::MAX);
    let tally = BatchTally { total_count, total_amount: amount, ..BatchTally::default() };
    Ok(store::batch::set_tally(tx, batch.id, &tally).await?)
}
