//! The numbers that a ledger has issued, as far as its mark knows them.

use crate::error::StoreError;
use crate::value::Row;

/// The recorded counters, in the order of [`Numbers::counters`].
pub(super) const COUNTERS: [&str; 5] = ["number", "chunk", "account", "holder", "batch"];
/// How many numbers a mark holds.
pub(super) const COUNT: usize = COUNTERS.len() + 2;

/// The highest numbers issued.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Numbers {
    /// For items and transfers, chunks, accounts, holders, batches.
    pub(super) counters: [i64; COUNTERS.len()],
    /// The newest day with a batch, and the highest number in that day.
    pub(super) newest_batch: (i64, i64),
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
