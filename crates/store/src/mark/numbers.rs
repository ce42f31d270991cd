//! The numbers that a ledger has issued, as far as its mark knows them. After a loss, others may still hold
//! the lost numbers, so they are not reissued for something else.

use super::Mark;
use super::state::{State, state};
use crate::args;
use crate::bulk::Sql;
use crate::error::StoreError;
use crate::tx::Tx;
use crate::value::{Row, Rows};

/// How far above the highest known number the counters are set. This also exceeds numbers issued after the
/// mark was last updated, and makes numbers from after a loss recognisable.
pub const LEAP: i64 = 1_000_000;
/// The same for a day's batches: at most a few per second, and their number is read aloud.
pub const LEAP_OF_DAY: i64 = 1_000;

/// The recorded counters, in the order of [`Numbers::counters`].
const COUNTERS: [&str; 5] = ["number", "chunk", "account", "holder", "batch"];
/// How many numbers a mark holds.
pub(super) const COUNT: usize = COUNTERS.len() + 2;

/// The highest numbers issued.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Numbers {
    /// For items and transfers, chunks, accounts, holders, batches.
    counters: [i64; COUNTERS.len()],
    /// The newest day with a batch, and the highest number in that day.
    newest_batch: (i64, i64),
}

impl Numbers {
    /// Nothing was issued, or nothing is known.
    pub(super) const fn none() -> Self {
        Self::of_array([0; COUNT])
    }

    pub(super) fn to_array(self) -> [i64; COUNT] {
        let [number, chunk, account, holder, batch] = self.counters;
        [number, chunk, account, holder, batch, self.newest_batch.0, self.newest_batch.1]
    }

    pub(super) const fn of_array(numbers: [i64; COUNT]) -> Self {
        let [number, chunk, account, holder, batch, day, day_number] = numbers;
        Self { counters: [number, chunk, account, holder, batch], newest_batch: (day, day_number) }
    }

    /// From a row; what the schema does not count yet is 0.
    pub(super) fn read(row: &Row<'_>, from: usize) -> Result<Self, StoreError> {
        let mut numbers = [0; COUNT];
        for (place, number) in numbers.iter_mut().enumerate() {
            *number = row.opt_i64(from + place)?.unwrap_or_default();
        }
        Ok(Self::of_array(numbers))
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_the_order_they_are_read() {
        let numbers = Numbers { counters: [1, 2, 3, 4, 5], newest_batch: (6, 7) };
        assert_eq!(numbers.to_array(), [1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(Numbers::of_array(numbers.to_array()), numbers);
    }
}
