//! Editing a draft: its head and its rows. The counters follow in the same transaction.

use super::create::{check_head, extent, frame_of, insert_items};
use super::list::{DescribedItem, describe_items, described};
use super::rows::{self, Amounts, Frame, NewRow, ROWS_MAX, Taken};
use super::{Described, changed, external_id, locked};
use crate::write::{Done, Write, begun};
use crate::{Error, Service};
use domain::batch::{BATCH_ITEMS_MAX, BatchMode, BatchState, BatchTally};
use domain::code::Code;
use domain::fact::{Action, BatchEvent, Fact};
use hashbrown::HashSet;
use serde::{Deserialize, Serialize};
use store::Tx;
use store::audit::Actor;
use store::batch::{Batch, Head};
use store::item::{Item, Page};

/// Items of one step.
const STEP: i64 = 10_000;

/// What to change of a draft; what is not given stays.
#[derive(Debug, Clone, Default)]
pub struct EditBatch {
    /// What people call it.
    pub name: Option<String>,
    /// What people wrote; an empty text takes it away.
    pub remarks: Option<String>,
    /// What a failed item means for the rest.
    pub mode: Option<BatchMode>,
    /// These rows in place of all that stand.
    pub rows: Option<(Amounts, Vec<NewRow>)>,
}

/// A row that was added, as an answer keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Added {
    /// The batch.
    pub batch: Described,
    /// The numbers of the new items, in the order of the request.
    pub items: Vec<i64>,
}

impl Service {
    /// Changes a draft.
    pub async fn batch_edit(&self, actor: &Actor, name: &str, edit: &EditBatch) -> Result<Described, Error> {
        let mut write = begun!(self.write(actor, Action::BatchEdit));
        let done = edit_draft(&mut write, name, edit).await;
        write.end(done).await
    }

    /// Adds rows to a draft.
    pub async fn batch_add_items(
        &self,
        actor: &Actor,
        name: &str,
        amounts: &Amounts,
        rows: &[NewRow],
    ) -> Result<Added, Error> {
        let mut write = begun!(self.write(actor, Action::BatchEdit));
        let done = add(&mut write, name, amounts, rows).await;
        write.end(done).await
    }

    /// Items by their numbers, described, in the order of numbers.
    pub async fn batch_items_by_number(&self, numbers: Vec<i64>) -> Result<Vec<DescribedItem>, Error> {
        let mut tx = self.store.read().await?;
        let items = store::item::by_numbers(&mut tx, numbers).await?;
        describe_items(&mut tx, items).await
    }

    /// Takes a row out of a draft.
    pub async fn batch_delete_item(
        &self,
        actor: &Actor,
        name: &str,
        number: i64,
    ) -> Result<Described, Error> {
        let mut write = begun!(self.write(actor, Action::BatchEdit));
        let done = delete(&mut write, name, number).await;
        write.end(done).await
    }
}

async fn edit_draft(write: &mut Write, name: &str, edit: &EditBatch) -> Result<Done<Described>, Error> {
    let batch = draft(write, name).await?;
    let tx = &mut write.tx;
    let head = head(&batch, edit)?;
    store::batch::set_head(tx, batch.id, &head).await?;
    if let Some((amounts, rows)) = &edit.rows {
        let frame = frame_of_draft(tx, &batch).await?;
        let taken = take(tx, &frame, amounts, rows).await?;
        let total = frame.within_maximum(taken.total)?;
        external_id::forget(tx, batch.id, batch.range()).await?;
        store::item::delete_range(tx, batch.id, batch.range()).await?;
        let items = insert_items(tx, batch.id, taken.items).await?;
        let (first, last) = extent(&items);
        store::batch::set_range(tx, batch.id, first, last).await?;
        set_total(tx, &batch, items.len(), total).await?;
    }
    let fact = edited(&batch)
        .with("name", edit.name.as_deref())
        .with("mode", edit.mode.map(BatchMode::name))
        .with("relations", edit.rows.as_ref().map(|(_, rows)| rows.len()));
    Ok(Done::one(as_changed(write, &batch).await?, fact))
}

async fn add(
    write: &mut Write,
    name: &str,
    amounts: &Amounts,
    rows: &[NewRow],
) -> Result<Done<Added>, Error> {
    let batch = draft(write, name).await?;
    let tx = &mut write.tx;
    let frame = frame_of_draft(tx, &batch).await?;
    let mut taken = take(tx, &frame, amounts, rows).await?;
    let last_line = check_against(tx, &frame, &batch, &taken).await?;
    for (item, line) in taken.items.iter_mut().zip(last_line + 1..) {
        item.line = line;
    }
    let total = frame.within_maximum(i128::from(batch.tally.total_amount) + taken.total)?;
    let items = insert_items(tx, batch.id, taken.items).await?;
    let (first, last) = extent(&items);
    let first = if batch.tally.total_count == 0 { first } else { batch.first_number };
    let count = usize::try_from(batch.tally.total_count).unwrap_or(0) + items.len();
    if i64::try_from(count).unwrap_or(i64::MAX) > BATCH_ITEMS_MAX {
        return Err(Code::FileTooLarge.into());
    }
    store::batch::set_range(tx, batch.id, first, last).await?;
    set_total(tx, &batch, count, total).await?;
    let numbers: Vec<i64> = items.iter().map(|item| item.number.0).collect();
    let fact = edited(&batch).with("added", items.len()).with("first", numbers.first().copied());
    Ok(Done::one(Added { batch: as_changed(write, &batch).await?, items: numbers }, fact))
}

async fn delete(write: &mut Write, name: &str, number: i64) -> Result<Done<Described>, Error> {
    let batch = draft(write, name).await?;
    let tx = &mut write.tx;
    let found = store::item::get(tx, batch.id, number).await?;
    let found = found.ok_or_else(|| Error::refused(Code::ItemNotFound, number.to_string()))?;
    external_id::forget(tx, batch.id, (number, number)).await?;
    store::item::delete_range(tx, batch.id, (number, number)).await?;
    let count = usize::try_from(batch.tally.total_count - 1).unwrap_or(0);
    set_total(tx, &batch, count, batch.tally.total_amount - found.amount).await?;
    let fact =
        edited(&batch).with("deleted", number).with("amount", found.amount).with("target", found.target.0);
    Ok(Done::one(as_changed(write, &batch).await?, fact))
}

/// A batch that can still be edited, locked.
async fn draft(write: &mut Write, name: &str) -> Result<Batch, Error> {
    let batch = locked(write, name).await?;
    match batch.state {
        BatchState::Draft => Ok(batch),
        other => Err(Error::refused(Code::BatchState, other.name())),
    }
}

async fn as_changed(write: &mut Write, batch: &Batch) -> Result<Described, Error> {
    let changed = changed(write, batch.id).await?;
    described(&mut write.tx, changed).await
}

fn edited(batch: &Batch) -> Fact {
    Fact::of_batch(Action::BatchEdit, batch.id).moved(BatchState::Draft, BatchEvent::Edited)
}

fn head(batch: &Batch, edit: &EditBatch) -> Result<Head, Error> {
    let name = check_head(edit.name.as_ref().unwrap_or(&batch.name), edit.remarks.as_deref())?;
    let remarks = edit.remarks.clone().or_else(|| batch.remarks.clone()).filter(|text| !text.is_empty());
    Ok(Head { name, remarks, mode: edit.mode.unwrap_or(batch.mode) })
}

/// What holds for the rows of a draft that stands.
async fn frame_of_draft(tx: &mut Tx, batch: &Batch) -> Result<Frame, Error> {
    let single = match batch.account {
        Some(id) => store::account::by_id(tx, id).await?.map(|account| (id, account.asset)),
        None => None,
    };
    let asset = Service::asset(tx, batch.asset).await?;
    frame_of(tx, batch.kind, asset, single, batch.convert).await
}

async fn take(tx: &mut Tx, frame: &Frame, amounts: &Amounts, rows: &[NewRow]) -> Result<Taken, Error> {
    if rows.len() > ROWS_MAX {
        return Err(Error::refused(Code::BodyTooLarge, format!("{ROWS_MAX} relations")));
    }
    rows::take(tx, frame, amounts, rows).await
}

/// Refuses rows whose own side stands in the draft already; gives the draft's last line.
async fn check_against(tx: &mut Tx, frame: &Frame, batch: &Batch, taken: &Taken) -> Result<i64, Error> {
    let mut met = HashSet::new();
    let (mut after, mut line) = (batch.first_number - 1, 0);
    loop {
        let page = Page { batch: batch.id, after, last: batch.last_number, limit: STEP };
        let items = store::item::page(tx, page, None, None).await?;
        let Some(last) = items.last() else { break };
        after = last.number.0;
        line = items.iter().map(|item| item.line).fold(line, i64::max);
        met.extend(items.iter().map(|item| frame.other(item)));
    }
    if batch.account.is_some() {
        let is_met = |item: &Item| met.contains(&frame.other(item));
        let twice = taken.items.iter().zip(&taken.written).filter(|(item, _)| is_met(item));
        rows::refuse_duplicates(batch.kind, twice.map(|(_, written)| written))?;
    }
    Ok(line)
}

async fn set_total(tx: &mut Tx, batch: &Batch, count: usize, amount: i64) -> Result<(), Error> {
    let total_count = i64::try_from(count).unwrap_or(i64::MAX);
    let tally = BatchTally { total_count, total_amount: amount, ..BatchTally::default() };
    Ok(store::batch::set_tally(tx, batch.id, &tally).await?)
}
