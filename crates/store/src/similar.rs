//! The prints of submitted batches, and which earlier batches a new one is compared with. A print is a cache:
//! a batch without one is compared by its items.

use crate::args;
use crate::batch::{self, Batch};
use crate::bulk::{Named, Sql, named};
use crate::error::StoreError;
use crate::item::{self, ItemFilter};
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::Value;
use domain::batch::{BatchState, BatchType};
use domain::id::{AccountId, AssetId, BatchId};
use domain::item::ItemState;
use domain::similar::Printed;

/// Rows in one part, which is one blob of 786 kB.
const PART: usize = 65_536;
/// Bytes per row: its print, and its item number minus that of the batch's first item.
const BYTES: usize = 12;

static ADD: Sql =
    Sql::new("INSERT INTO batch_print (batch, part, at, row_count, prints) VALUES ($1, $2, $3, $4, $5)");
static PARTS: Sql = Sql::new("SELECT prints FROM batch_print WHERE batch = $1 AND part = $2");
static FORGET: Sql = Sql::new("DELETE FROM batch_print WHERE batch = $1");
static FORGET_OLD: Sql = Sql::new("DELETE FROM batch_print WHERE at < $1");
// Excludes drafts, rejected and cancelled batches. A batch whose rows name both sides is compared with all.
static EARLIER: Sql = Sql::new(sql!(
    "SELECT id FROM batch
     WHERE submitted_at >= $1 AND ready = 1 AND asset = $2 AND id <> $3 AND state NOT IN (",
    [BatchState::Draft],
    ", ",
    [BatchState::Rejected],
    ", ",
    [BatchState::Cancelled],
    ") AND ((account = $4 AND kind = $5) OR account IS NULL OR $4 = 0)
     ORDER BY submitted_at DESC, id DESC",
));
static PROMISED: Sql = Sql::new(sql!(
    "SELECT id FROM batch WHERE state IN (",
    [BatchState::Pending],
    ", ",
    [BatchState::Approved],
    ", ",
    [BatchState::Processing],
    ", ",
    [BatchState::Paused],
    ") AND ready = 1 AND account = $1 AND kind = ",
    [BatchType::OneToMany],
    " AND id <> $2 ORDER BY id",
));
/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&ADD, &PARTS, &FORGET, &FORGET_OLD, &EARLIER, &PROMISED];

/// Stores a batch's print, replacing any it may have.
pub async fn write(tx: &mut Tx, batch: &Batch, rows: &[Printed], now: i64) -> Result<(), StoreError> {
    tx.execute(&FORGET, args![batch.id.0]).await?;
    for (part, rows) in (0_i64..).zip(rows.chunks(PART)) {
        let Some(prints) = encode(batch.first_number, rows) else {
            // Its items are too far apart for this encoding, so they are compared directly.
            return tx.execute(&FORGET, args![batch.id.0]).await.map(|_| ());
        };
        let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        let mut args = args![batch.id.0, part, now, count];
        args.push(Value::Blob(prints));
        tx.execute(&ADD, args).await?;
    }
    Ok(())
}

/// Deletes a batch's print, when its content may change again.
pub async fn forget(tx: &mut Tx, batch: BatchId) -> Result<(), StoreError> {
    tx.execute(&FORGET, args![batch.0]).await.map(|_| ())
}

fn encode(first: i64, rows: &[Printed]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(rows.len() * BYTES);
    for row in rows {
        let offset = u32::try_from(row.item.checked_sub(first)?).ok()?;
        bytes.extend_from_slice(&row.print.to_le_bytes());
        bytes.extend_from_slice(&offset.to_le_bytes());
    }
    Some(bytes)
}

fn decode(first: i64, bytes: &[u8]) -> Option<Vec<Printed>> {
    let whole = bytes.chunks_exact(BYTES);
    if !whole.remainder().is_empty() {
        return None;
    }
    whole
        .map(|row| {
            let (print, offset) = row.split_at_checked(8)?;
            let offset = u32::from_le_bytes(offset.try_into().ok()?);
            Some(Printed {
                print: u64::from_le_bytes(print.try_into().ok()?),
                item: first + i64::from(offset),
            })
        })
        .collect()
}

/// A part of a batch's print, counted from 0; none after the last.
pub async fn part(tx: &mut Tx, batch: &Batch, part: i64) -> Result<Option<Vec<Printed>>, StoreError> {
    let rows = tx.fetch(&PARTS, args![batch.id.0, part]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let corrupt = || StoreError::Corrupt(format!("invalid print of batch {}", batch.id));
    decode(batch.first_number, row.blob(0)?).map(Some).ok_or_else(corrupt)
}

/// Deletes the prints of batches submitted before a time.
pub async fn forget_before(tx: &mut Tx, at: i64) -> Result<u64, StoreError> {
    tx.execute(&FORGET_OLD, args![at]).await
}

/// The properties of a new batch that determine which earlier ones it is compared with.
#[derive(Debug, Clone, Copy)]
pub struct Subject {
    /// Its id, if it has been created.
    pub batch: Option<BatchId>,
    /// Its currency.
    pub asset: AssetId,
    /// Which side is the single account.
    pub kind: BatchType,
    /// The single account.
    pub account: Option<AccountId>,
}

/// Batches submitted since a time that have paid or may still pay, newest first.
pub async fn earlier(tx: &mut Tx, new: &Subject, since: i64) -> Result<Vec<Batch>, StoreError> {
    let id = new.batch.map_or(0, |id| id.0);
    let account = new.account.map_or(0, |id| id.0);
    let rows = tx.fetch(&EARLIER, args![since, new.asset.0, id, account, new.kind.number()]).await?;
    let ids = rows.iter().map(|row| row.i64(0)).collect::<Result<Vec<_>, _>>()?;
    batch::by_ids(tx, ids).await
}

/// The numbers of a batch's items in a state.
pub async fn numbers(tx: &mut Tx, batch: &Batch, state: ItemState) -> Result<Vec<i64>, StoreError> {
    item::numbers(tx, &ItemFilter::of(batch.id, vec![state])).await
}

/// What other submitted batches have yet to pay out of an account, in minor units: the total of their pending
/// items. Only batches with this account as single payer count.
pub async fn promised(tx: &mut Tx, account: AccountId, except: Option<BatchId>) -> Result<i128, StoreError> {
    let rows = tx.fetch(&PROMISED, args![account.0, except.map_or(0, |id| id.0)]).await?;
    let ids = rows.iter().map(|row| row.i64(0)).collect::<Result<Vec<_>, _>>()?;
    let mut sum = 0;
    for batch in batch::by_ids(tx, ids).await? {
        sum += i128::from(pending_amount(tx, &batch).await?);
    }
    Ok(sum)
}

/// The total of a batch's pending items. The counters tell it unless some items were skipped.
pub async fn pending_amount(tx: &mut Tx, batch: &Batch) -> Result<i64, StoreError> {
    let tally = &batch.tally;
    if tally.skipped_count == 0 {
        return Ok(tally.total_amount - tally.success_amount - tally.failed_amount);
    }
    let pending = ItemFilter::of(batch.id, vec![ItemState::Pending]);
    item::totals(tx, &pending).await.map(|(_, amount)| amount)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_print_reads_back_and_one_that_does_not_fit_is_not_encoded() {
        let rows =
            [Printed { print: u64::MAX, item: 7 }, Printed { print: 0, item: 7 + i64::from(u32::MAX) }];
        let bytes = encode(7, &rows).unwrap();
        assert_eq!(bytes.len(), 2 * BYTES);
        assert_eq!(decode(7, &bytes).unwrap(), rows);
        assert_eq!(decode(7, &bytes[1..]), None);
        assert_eq!(encode(6, &rows), None);
        assert_eq!(encode(8, &rows), None);
    }
}
