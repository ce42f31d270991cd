//! The numbers that a ledger has given out, as far as its mark knows them. After a loss somebody outside still has
//! those of what is lost: they are not given out a second time for something else.

use super::Mark;
use super::state::{State, state};
use crate::args;
use crate::bulk::Sql;
use crate::error::StoreError;
use crate::tx::Tx;
use crate::value::{Row, Rows};

/// How far above the highest known number the counters are set. What was given out after the mark was kept a last
/// time is below that, too, and whoever sees such a number sees that it is from after a loss.
pub const LEAP: i64 = 1_000_000;
/// The same for the batches of a day: a few a second at most, and their number is read aloud.
pub const LEAP_OF_DAY: i64 = 1_000;

/// The counters that are kept, in the order of [`Numbers::counters`].
const COUNTERS: [&str; 5] = ["number", "chunk", "account", "holder", "batch"];
/// Numbers of a mark.
pub(super) const COUNT: usize = COUNTERS.len() + 2;

/// The highest numbers that were given out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Of items and transfers, chunks, accounts, holders, batches.
    counters: [i64; COUNTERS.len()],
    /// The newest day with a batch, and the highest number in that day.
    newest_batch: (i64, i64),
}

impl Numbers {
    /// Nothing was given out, or nothing is known.
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

    /// From a row; a schema that does not count something yet has none of it.
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

/// Where a ledger stood when its loss was accepted, and from where on it numbers transfers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leap {
    /// Its last commit before that.
    pub commit_number: i64,
    /// Items and transfers have higher numbers from now on.
    pub numbers_above: i64,
}

/// Sets every counter far above what the ledger has and what its mark knows. A mark of another ledger says nothing.
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
    fn numbers_are_written_in_the_order_in_which_they_are_read() {
        let numbers = Numbers { counters: [1, 2, 3, 4, 5], newest_batch: (6, 7) };
        assert_eq!(numbers.to_array(), [1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(Numbers::of_array(numbers.to_array()), numbers);
    }
}
