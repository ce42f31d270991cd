//! Numbering after a loss: others may still hold the lost numbers, so they are not reissued for something
//! else.

use super::file::Mark;
use super::numbers::COUNTERS;
use super::state::{State, state};
use crate::args;
use crate::bulk::Sql;
use crate::error::StoreError;
use crate::tx::Tx;
use crate::value::Rows;

/// How far above the highest known number the counters are set. This also exceeds numbers issued after the
/// mark was last updated, and makes numbers from after a loss recognisable.
pub const LEAP: i64 = 1_000_000;
/// The same for a day's batches: at most a few per second, and their number is read aloud.
pub const LEAP_OF_DAY: i64 = 1_000;

pub(super) static RAISE: Sql = Sql::new(
    "UPDATE counter SET value = CASE WHEN value < $2 THEN $2 ELSE value END + $3 WHERE name = $1
     RETURNING value",
);
pub(super) static FLOOR: Sql = Sql::new(
    "SELECT d.value, n.value FROM counter d JOIN counter n ON n.name = 'batch_day_number'
     WHERE d.name = 'batch_day'",
);
pub(super) static SET: Sql = Sql::new("UPDATE counter SET value = $2 WHERE name = $1");
pub(super) static RAISE_HEAD: Sql = Sql::new(
    "UPDATE ledger_head SET commit_number = CASE WHEN commit_number < $1 THEN $1 ELSE commit_number END + $2
     WHERE id = 1",
);

/// The ledger's position when its loss was accepted, and the number above which transfers are numbered since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leap {
    /// The last commit before the loss was accepted.
    pub commit_number: i64,
    /// Items and transfers have higher numbers than this from then on.
    pub numbers_above: i64,
}

/// Sets every counter far above what the ledger has and what its mark knows. A mark of another ledger is
/// ignored.
pub async fn leap(tx: &mut Tx, mark: Option<&Mark>) -> Result<Leap, StoreError> {
    let State { ledger, commit_number, numbers, .. } = state(tx, None).await?;
    let mark = mark.filter(|mark| mark.ledger == ledger);
    let lost = mark.map(|mark| mark.numbers).unwrap_or_default();
    let mut raised = Vec::with_capacity(COUNTERS.len());
    for (name, known) in COUNTERS.into_iter().zip(lost.counters) {
        let rows = tx.fetch(&RAISE, args![name, known, LEAP]).await?;
        raised.push(rows.first().map_or(Ok(0), |row| row.i64(0))?);
    }
    raise_day(tx, numbers.newest_batch.max(lost.newest_batch)).await?;
    tx.execute(&RAISE_HEAD, args![mark.map_or(0, |mark| mark.commit_number), LEAP]).await?;
    Ok(Leap { commit_number, numbers_above: raised.first().copied().unwrap_or_default() })
}

async fn raise_day(tx: &mut Tx, newest: (i64, i64)) -> Result<(), StoreError> {
    let before: Rows = tx.fetch(&FLOOR, args![]).await?;
    let before = before.first().map_or(Ok((0, 0)), |row| Ok((row.i64(0)?, row.i64(1)?)))?;
    let (day, day_number) = newest.max(before);
    for (name, value) in [("batch_day", day), ("batch_day_number", day_number + LEAP_OF_DAY)] {
        tx.execute(&SET, args![name, value]).await?;
    }
    Ok(())
}
