//! Payees that were paid the same amount lately, in whatever batch. Batches are searched from the newest on, up
//! to a number of items; the report says since when they were searched.

use super::compared::{ComparedBatch, DAY_US};
use super::found::FoundChanges;
use super::rows::row_of;
use crate::Error;
use domain::batch::BatchType;
use domain::change::{Change, ChangeKind, LATELY_DAYS, Paid, RECENT_DAYS};
use domain::id::AccountId;
use domain::item::ItemState;
use hashbrown::HashSet;
use store::Tx;
use store::batch::Batch;
use store::item::{Item, Page};

/// Items per step.
const STEP: i64 = 10_000;
/// Paid items that are searched.
const ITEMS_MAX: i64 = 2_000_000;

/// The batches to search, and since when they were paid.
#[derive(Debug)]
pub(super) struct Recents {
    batches: Vec<Batch>,
    pub since: i64,
}

/// Whom a row pays, and how much.
type Same = (AccountId, i64);

/// The batches that paid in the currency within the days of the rule.
pub(super) async fn batches(tx: &mut Tx, compared: &ComparedBatch<'_>) -> Result<Recents, Error> {
    let mut since = compared.until.saturating_sub(RECENT_DAYS * DAY_US);
    let submitted_since = since.saturating_sub(LATELY_DAYS * DAY_US);
    let found = store::change::paid_since(tx, &compared.subject, (submitted_since, since)).await?;
    let (mut batches, mut items) = (Vec::new(), 0_i64);
    for batch in found.into_iter().filter(|batch| paid_at(batch) <= compared.until) {
        if items > 0 && items.saturating_add(batch.tally.success_count) > ITEMS_MAX {
            since = since.max(paid_at(&batch));
            break;
        }
        items = items.saturating_add(batch.tally.success_count);
        batches.push(batch);
    }
    Ok(Recents { batches, since })
}

/// When a batch paid, as far as it is known without reading its items.
fn paid_at(batch: &Batch) -> i64 {
    batch.completed_at.or(batch.started_at).unwrap_or(batch.created_at)
}

/// Finds the rows that pay what one of the batches paid; each with the newest of them.
pub(super) async fn compare(
    tx: &mut Tx,
    compared: &ComparedBatch<'_>,
    recents: &Recents,
    rows: &[Paid],
    found: &mut FoundChanges,
) -> Result<(), Error> {
    if recents.batches.is_empty() {
        return Ok(());
    }
    let mut open: HashSet<Same> = rows.iter().map(|row| (row.account, row.amount)).collect();
    for batch in &recents.batches {
        let mut after = batch.first_number - 1;
        loop {
            let page = Page { batch: batch.id, after, last: batch.last_number, limit: STEP };
            let items = store::item::page(tx, page, Some(ItemState::Completed), None).await?;
            let Some(last) = items.last() else { break };
            after = last.number.0;
            let same = items.iter().filter_map(|item| paid_by(item, compared));
            let hits = same.filter(|same| open.remove(same));
            let change = |(account, amount): Same| {
                let change = Change::of(ChangeKind::PaidRecently, account, (amount, amount));
                change.since(batch.id.0, paid_at(batch))
            };
            found.add(hits.map(change).collect());
        }
    }
    Ok(())
}

/// Whom an earlier item paid and how much, as a row of the new batch says it. Where many pay one, only payments to
/// that one count.
fn paid_by(item: &Item, compared: &ComparedBatch<'_>) -> Option<Same> {
    let subject = &compared.subject;
    let counts = match subject.kind {
        BatchType::ManyToOne | BatchType::Withdrawal => Some(item.target) == subject.account,
        BatchType::OneToMany | BatchType::ManyToMany | BatchType::Deposit => true,
    };
    let row = row_of(item, subject.kind);
    counts.then_some((row.account, row.amount))
}
