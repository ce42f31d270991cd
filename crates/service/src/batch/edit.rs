//! Editing a draft: its head and its rows. The counters follow in the same transaction.

use super::create::{check_head, extent, frame_of};
use super::list::{DescribedItem, describe_items, described};
use super::rows::{self, Amounts, Frame, NewRow, ROWS_MAX, Taken};
use super::{Described, find, find_locked};
use crate::{Deed, Error, Refusal, Service};
use domain::batch::{BATCH_ITEMS_MAX, BatchMode, BatchState, BatchTally};
use domain::code::Code;
use hashbrown::HashSet;
use serde::{Deserialize, Serialize};
use serde_json::json;
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
        let (mut tx, batch) = self.begin_edit(actor, name).await?;
        let head = head(&batch, edit)?;
        store::batch::set_head(&mut tx, batch.id, &head).await?;
        if let Some((amounts, rows)) = &edit.rows {
            let frame = frame_of_draft(&mut tx, &batch).await?;
            let taken = take(&mut tx, &frame, amounts, rows).await?;
            let total = frame.within_maximum(taken.total)?;
            store::item::delete_range(&mut tx, batch.id, batch.range()).await?;
            let items = self.insert_items(&mut tx, batch.id, taken.items).await?;
            let (first, last) = extent(&items);
            store::batch::set_range(&mut tx, batch.id, first, last).await?;
            set_total(&mut tx, &batch, items.len(), total).await?;
        }
        let detail = json!({ "name": edit.name, "mode": edit.mode.map(BatchMode::name),
                             "relations": edit.rows.as_ref().map(|(_, rows)| rows.len()) });
        self.close_edit(tx, actor, &batch, detail).await
    }

    /// Adds rows to a draft.
    pub async fn batch_add_items(
        &self,
        actor: &Actor,
        name: &str,
        amounts: &Amounts,
        rows: &[NewRow],
    ) -> Result<Added, Error> {
        self.look().await?;
        let (mut tx, batch) = self.begin_edit(actor, name).await?;
        let frame = frame_of_draft(&mut tx, &batch).await?;
        let mut taken = take(&mut tx, &frame, amounts, rows).await?;
        let mut line = check_against(&mut tx, &frame, &batch, &taken).await?;
        for item in &mut taken.items {
            line += 1;
            item.line = line;
        }
        let total = frame.within_maximum(i128::from(batch.tally.total_amount) + taken.total)?;
        let items = self.insert_items(&mut tx, batch.id, taken.items).await?;
        let (first, last) = extent(&items);
        let first = if batch.tally.total_count == 0 { first } else { batch.first_number };
        let count = usize::try_from(batch.tally.total_count).unwrap_or(0) + items.len();
        if i64::try_from(count).unwrap_or(i64::MAX) > BATCH_ITEMS_MAX {
            return Err(Code::FileTooLarge.into());
        }
        store::batch::set_range(&mut tx, batch.id, first, last).await?;
        set_total(&mut tx, &batch, count, total).await?;
        let changed = find(&mut tx, &batch.id.to_string()).await?;
        let numbers = items.iter().map(|item| item.number.0).collect();
        let added = Added { batch: described(&mut tx, changed).await?, items: numbers };
        self.keep(&mut tx, &added).await?;
        let detail = json!({ "added": items.len(), "first": items.first().map(|item| item.number.0) });
        self.finish_edit(tx, actor, &batch, detail).await?;
        Ok(added)
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
        let (mut tx, batch) = self.begin_edit(actor, name).await?;
        let found = store::item::get(&mut tx, batch.id, number).await?;
        let found = found.ok_or_else(|| Error::refused(Code::ItemNotFound, number.to_string()))?;
        store::item::delete_range(&mut tx, batch.id, (number, number)).await?;
        let count = usize::try_from(batch.tally.total_count - 1).unwrap_or(0);
        set_total(&mut tx, &batch, count, batch.tally.total_amount - found.amount).await?;
        let detail = json!({ "deleted": number, "amount": found.amount, "target": found.target.0 });
        self.close_edit(tx, actor, &batch, detail).await
    }

    /// Begins a transaction over a batch that can still be edited.
    async fn begin_edit(&self, actor: &Actor, name: &str) -> Result<(Tx, Batch), Error> {
        let mut tx = self.begin().await?;
        let batch = find_locked(&mut tx, name).await?;
        if batch.state == BatchState::Draft {
            return Ok((tx, batch));
        }
        drop(tx);
        let refusal = Refusal::new(Code::BatchState, batch.state.name());
        self.refuse_move(actor, "batch.edit", &batch, refusal).await
    }

    async fn close_edit(
        &self,
        mut tx: Tx,
        actor: &Actor,
        batch: &Batch,
        detail: serde_json::Value,
    ) -> Result<Described, Error> {
        let changed = find(&mut tx, &batch.id.to_string()).await?;
        let changed = described(&mut tx, changed).await?;
        self.keep(&mut tx, &changed).await?;
        self.finish_edit(tx, actor, batch, detail).await?;
        Ok(changed)
    }

    async fn finish_edit(
        &self,
        tx: Tx,
        actor: &Actor,
        batch: &Batch,
        detail: serde_json::Value,
    ) -> Result<(), Error> {
        let mut event = self.event(BatchState::Draft, "edited", actor);
        event.detail = Some(detail.to_string());
        let deed = Deed { actor, action: "batch.edit", subject: "batch", id: Some(batch.id.0), detail };
        self.finish_batch(tx, batch.id, event, deed).await
    }
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
