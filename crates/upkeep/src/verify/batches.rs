//! Batches and their items: each completed item has exactly one transfer, states and codes are what was recorded, the
//! counters are the sums over the items, and the content is what was added and submitted.

use super::pages;
use super::report::{STEP, Verification};
use super::states::{ItemFound, Recorded};
use crate::Error;
use domain::batch::{BatchState, BatchTally, BatchType};
use domain::id::PostingId;
use domain::item::ItemState;
use domain::similar::Printed;
use domain::transfer::TransferKind;
use hashbrown::HashMap;
use store::Tx;
use store::batch::Batch;
use store::item::ItemFilter;
use store::value::Row;

/// Streams the items: each completed one has exactly one transfer of `transfers`, the number of those that
/// settle items, and the counters are the sums over the items. Returns how many transfers are of items.
pub(super) async fn items(tx: &mut Tx, transfers: i64, found: &mut Verification) -> Result<i64, Error> {
    let mut folds: HashMap<i64, BatchTally> = HashMap::new();
    let mut recorded = Recorded::load(tx).await?;
    let (mut settled, mut of_items) = (0_i64, 0_i64);
    let mut rows = store::verify::items(tx, 0, STEP).await?;
    while let Some(last) = rows.last() {
        let last = last.i64(0)?;
        recorded.read(tx, last).await?;
        // The next page is read while this one is checked.
        let (next, checked) = tokio::join!(store::verify::items(tx, last, STEP), async {
            for row in rows.iter() {
                let number = row.i64(0)?;
                found.items += 1;
                of_items += i64::from(row.opt_i64(5)?.is_some());
                settled += item(&row, number, folds.entry(row.i64(1)?).or_default(), found)?;
                recorded.check(item_found(&row)?, found);
            }
            Ok::<_, Error>(())
        });
        checked?;
        rows = next?;
    }
    recorded.finish(tx, found).await?;
    found.check(settled == transfers, "item_settled_once", || {
        format!("{transfers} transfers of items, but {settled} completed items")
    });
    batches(tx, &folds, found).await?;
    Ok(of_items)
}

fn item_found(row: &Row<'_>) -> Result<ItemFound, Error> {
    let (number, batch, amount) = (row.i64(0)?, row.i64(1)?, row.i64(2)?);
    Ok(ItemFound { number, batch, amount, state: ItemState::from_number(row.i64(3)?), code: row.opt_i64(4)? })
}

/// Checks that runs do not overlap, and that each covers only items of its batch that its chunk paid.
pub(super) async fn runs(tx: &mut Tx, found: &mut Verification) -> Result<(), Error> {
    let (mut after, mut end) = (i64::MIN, i64::MIN);
    loop {
        let page = store::verify::runs(tx, after, STEP).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.first;
        for run in &page {
            let is_of_chunk =
                |posting: &Option<i64>| posting.is_some_and(|id| PostingId(id).chunk() == run.chunk);
            let holds = run.first > end
                && run.items == run.last - run.first + 1
                && run.postings.iter().all(is_of_chunk);
            found.check(holds, "run_has_its_items", || format!("items {} to {}", run.first, run.last));
            end = end.max(run.last);
        }
    }
}

fn item(row: &Row<'_>, number: i64, fold: &mut BatchTally, found: &mut Verification) -> Result<i64, Error> {
    let (amount, state) = (row.i64(2)?, row.i64(3)?);
    let state = ItemState::from_number(state);
    let completed = state == Some(ItemState::Completed);
    let transfer = row.opt_i64(5)?;
    let kind = row.opt_i64(14)?.and_then(BatchType::from_number);
    let kind = kind.map_or(TransferKind::Item, BatchType::transfer_kind);
    let matches = match transfer {
        None => !completed,
        Some(status) => {
            let same = row.i64(6)? == amount && row.i64(8)? == row.i64(10)? && row.i64(9)? == row.i64(11)?;
            let is_plain = row.opt_i64(13)? == Some(kind.number()) && row.i64(15)? == 0;
            completed && status == 1 && same && is_plain
        }
    };
    found.check(matches && state.is_some(), "item_settled_once", || format!("item {number}"));
    // What reads a batch's items reads this range, and would never see the item.
    found.check(row.i64(16)? == 1, "item_in_run", || format!("item {number}: not among its batch's numbers"));
    fold.total_count += 1;
    fold.total_amount += amount;
    match state {
        Some(ItemState::Completed) => {
            fold.success_count += 1;
            fold.success_amount += amount;
            fold.fee_amount += row.opt_i64(7)?.unwrap_or(0);
        }
        Some(ItemState::Failed) => {
            fold.failed_count += 1;
            fold.failed_amount += amount;
        }
        Some(ItemState::Skipped) => fold.skipped_count += 1,
        Some(ItemState::Processing | ItemState::Unknown) => {
            fold.flight_count += 1;
            fold.flight_amount += amount;
            fold.unknown_count += i64::from(state == Some(ItemState::Unknown));
        }
        Some(ItemState::Pending) | None => {}
    }
    // A deposit or withdrawal need not settle an item, so those of batches are not counted with the others.
    Ok(i64::from(completed && kind == TransferKind::Item))
}

async fn batches(
    tx: &mut Tx,
    folds: &HashMap<i64, BatchTally>,
    found: &mut Verification,
) -> Result<(), Error> {
    let rows = store::verify::batches(tx).await?;
    for row in rows.iter() {
        let id = row.i64(0)?;
        if row.i64(11)? == 0 {
            continue;
        }
        let fold = folds.get(&id).copied().unwrap_or_default();
        let stored = BatchTally {
            total_count: row.i64(3)?,
            total_amount: row.i64(4)?,
            success_count: row.i64(5)?,
            success_amount: row.i64(6)?,
            failed_count: row.i64(7)?,
            failed_amount: row.i64(8)?,
            skipped_count: row.i64(9)?,
            fee_amount: row.i64(10)?,
            flight_count: row.i64(13)?,
            flight_amount: row.i64(14)?,
            unknown_count: row.i64(15)?,
        };
        found.check(stored == fold, "batch_counters", || format!("batch {id}"));
        if let Some(batch) = store::batch::get(tx, domain::id::BatchId(id)).await? {
            content(tx, &batch, found).await?;
        }
        let state = row.stored(1, BatchState::from_number)?;
        let is_called_off = row.opt_i64(12)?.is_some();
        found.check(fits(state, &fold, is_called_off), "batch_state", || {
            format!("batch {id} is {}", state.name())
        });
    }
    Ok(())
}

/// Checks that the items are those submitted, and that each payee (in many-to-one batches, each payer) occurs
/// once: imports and edits ensure that, and no index enforces it (ADR 19).
async fn content(tx: &mut Tx, batch: &Batch, found: &mut Verification) -> Result<(), Error> {
    let key = || format!("batch {}", batch.id);
    let content = pages::content(tx, batch, found).await?;
    if let Some(frozen) = &batch.content_hash {
        found.check(content.hash == *frozen, "batch_content", key);
        let matches = is_print_of(tx, batch, &content.prints).await?;
        found.check(matches, "batch_print", key);
    } else {
        // A draft has no hash that would reveal an item outside its runs of numbers.
        let states = Vec::new();
        let all = ItemFilter { batch: batch.id, after: i64::MIN, last: i64::MAX, states, codes: Vec::new() };
        let seen = store::item::count(tx, &all).await?;
        found.check(seen == batch.tally.total_count, "item_in_run", key);
    }
    let is_bound = batch.kind != BatchType::ManyToMany && !batch.allow_repeat;
    if is_bound && let Some(twice) = store::verify::paid_twice(tx, batch).await? {
        found.bad("payee_once", || format!("batch {} account {twice}", batch.id));
    }
    Ok(())
}

/// Whether a batch's stored fingerprints, if it has any, are those of its items.
async fn is_print_of(tx: &mut Tx, batch: &Batch, prints: &[Printed]) -> Result<bool, Error> {
    let mut rest = prints;
    let mut part = 0;
    while let Some(kept) = store::similar::part(tx, batch, part).await? {
        match rest.split_at_checked(kept.len()) {
            Some((same, more)) if same == kept => rest = more,
            _ => return Ok(false),
        }
        part += 1;
    }
    Ok(part == 0 || rest.is_empty())
}

/// Whether a state fits the counters: a batch that has not started has moved nothing, and one that has ended
/// has the state that its counters imply.
fn fits(state: BatchState, fold: &BatchTally, is_called_off: bool) -> bool {
    match state {
        BatchState::Processing | BatchState::Paused => true,
        BatchState::Draft | BatchState::Pending | BatchState::Approved | BatchState::Rejected => {
            fold.success_count == 0 && fold.failed_count == 0 && fold.flight_count == 0
        }
        BatchState::Completed
        | BatchState::PartiallyCompleted
        | BatchState::Failed
        | BatchState::Cancelled => fold.open_count() == 0 && fold.state(state, is_called_off) == state,
    }
}
