//! Removes many rows of a draft at once.

use super::described::{Described, described};
use super::edit::{as_changed, draft, edited, set_total, unchanged};
use super::items::{delete_items, delete_runs};
use super::request::BatchRequest;
use super::rows::ROWS_MAX;
use super::rows::row::too_many_rows;
use crate::audited_ids::audited_ids;
use crate::write::{Write, WriteResult, claimed};
use crate::{Error, Service};
use domain::code::Code;
use domain::fact::Action;
use store::Tx;
use store::audit::Actor;
use store::batch::Batch;
use store::item::{Item, ItemFilter, Page};

/// Items per step.
const STEP: i64 = 10_000;

/// Which rows are removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemsToRemove {
    /// These; one that the draft does not have refuses the request.
    Numbers(Vec<i64>),
    /// Those that wait for their amount.
    Open,
    /// All of them.
    All,
}

/// A draft without the removed rows.
#[derive(Debug, Clone)]
pub struct RemovedItems {
    /// The batch.
    pub batch: Described,
    /// How many were removed.
    pub removed: u64,
}

/// Removes rows from a draft.
pub async fn remove_items(
    service: &Service,
    actor: &Actor,
    request: &BatchRequest<'_>,
    which: &ItemsToRemove,
) -> Result<RemovedItems, Error> {
    let mut write = claimed!(service.write(actor, Action::BatchEdit));
    let done = remove_in(&mut write, request, which).await;
    write.end(done).await
}

async fn remove_in(
    write: &mut Write,
    request: &BatchRequest<'_>,
    which: &ItemsToRemove,
) -> Result<WriteResult<RemovedItems>, Error> {
    if *which == ItemsToRemove::Numbers(Vec::new()) {
        let batch = unchanged(write, request).await?;
        let batch = described(&mut write.tx, batch).await?;
        return Ok(WriteResult::nothing(RemovedItems { batch, removed: 0 }));
    }
    let batch = draft(write, request).await?;
    let tx = &mut write.tx;
    let numbers = match which {
        ItemsToRemove::All => {
            let all = matching(tx, &batch, |_| true).await?;
            delete_items(tx, batch.id, &[batch.range()]).await?;
            store::item_extent::forget(tx, batch.id).await?;
            all
        }
        ItemsToRemove::Open => {
            let open = matching(tx, &batch, |item| item.amount == 0).await?;
            delete_runs(tx, batch.id, &runs(&open)).await?;
            open
        }
        ItemsToRemove::Numbers(numbers) => {
            let numbers = known(tx, &batch, numbers).await?;
            delete_runs(tx, batch.id, &runs(&numbers)).await?;
            numbers
        }
    };
    let (count, amount) = store::item::totals(tx, &ItemFilter::of(batch.id, Vec::new())).await?;
    let removed = u64::try_from(batch.tally.total_count - count).unwrap_or(0);
    set_total(tx, &batch, usize::try_from(count).unwrap_or(0), amount).await?;
    let fact = edited(&batch, request)
        .with("deleted", audited_ids(numbers))
        .with("deleted_count", removed)
        .with("deleted_amount", batch.tally.total_amount - amount);
    let batch = as_changed(write, &batch).await?;
    Ok(WriteResult::one(RemovedItems { batch, removed }, fact))
}

/// The numbers of the rows that match.
async fn matching(tx: &mut Tx, batch: &Batch, is_meant: impl Fn(&Item) -> bool) -> Result<Vec<i64>, Error> {
    let (mut numbers, mut after) = (Vec::new(), batch.first_number - 1);
    loop {
        let page = Page { batch: batch.id, after, last: batch.last_number, limit: STEP };
        let items = store::item::page(tx, page, None, None).await?;
        let Some(last) = items.last() else { return Ok(numbers) };
        after = last.number.0;
        numbers.extend(items.iter().filter(|item| is_meant(item)).map(|item| item.number.0));
    }
}

/// The numbers, each once and in order; all of them must be in the draft.
async fn known(tx: &mut Tx, batch: &Batch, numbers: &[i64]) -> Result<Vec<i64>, Error> {
    if numbers.len() > ROWS_MAX {
        return Err(too_many_rows());
    }
    let mut numbers = numbers.to_vec();
    numbers.sort_unstable();
    numbers.dedup();
    let mut found = store::item::states(tx, numbers.clone()).await?;
    found.retain(|(_, of, _)| *of == batch.id.0);
    let found: hashbrown::HashSet<i64> = found.into_iter().map(|(number, ..)| number).collect();
    match numbers.iter().find(|number| !found.contains(*number)) {
        Some(unknown) => Err(Error::refused(Code::ItemNotFound, unknown.to_string())),
        None => Ok(numbers),
    }
}

/// The runs of consecutive numbers.
fn runs(numbers: &[i64]) -> Vec<(i64, i64)> {
    let mut runs: Vec<(i64, i64)> = Vec::new();
    for &number in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => runs.push((number, number)),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consecutive_numbers_are_one_run() {
        assert_eq!(runs(&[1, 2, 3, 5, 7, 8]), [(1, 3), (5, 5), (7, 8)]);
        assert_eq!(runs(&[]), []);
    }
}
