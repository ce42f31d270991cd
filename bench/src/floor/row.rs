//! The rows of the floor, and how many of them are in one transaction.

use crate::input::{cents, shuffled};

/// Items per transaction.
pub(super) const CHUNK: u64 = 50_000;
/// When everything happens, microseconds UTC.
const NOW: i64 = 1_767_198_600_000_000;
/// The value date of every transfer.
pub(super) const DAY: i64 = 20_000;
/// The number of the first posting.
pub(super) const POSTING: i64 = 1 << 30;

/// Columns of numbers.
pub(super) type Row = [i64; 11];

/// The columns of a transfer on a server.
pub(super) const TRANSFER: &str = "number, kind, status, source, target, amount, fee, first_posting, \
                                   posting_count, value_date, created_at";
/// The columns of a posting there.
pub(super) const POSTINGS: &str = "id, transfer, kind, debit, credit, amount, debit_after, credit_after, \
                                   debit_prev, value_date, created_at";
/// The columns of an item: numbers, then texts.
pub(super) const ITEM: &str = "number, batch, line, source, target, amount, state, memo, reference";

fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or_default()
}

/// An item's rows: its transfer, its posting, and a second posting if it pays a fee. `posting` is the number of
/// the next posting.
pub(super) fn of_item(k: u64, n: u64, posting: i64) -> (Row, Row, Option<Row>) {
    let (transfer, cents, target) = (number(k + 1), number(cents(1, k)), number(shuffled(k, n, 0)) + 10);
    let fee = if cents > 90_000 { 100 } else { 0 };
    let count = if fee > 0 { 2 } else { 1 };
    let leg = |id: i64, kind: i64, credit: i64, amount: i64| {
        [id, transfer, kind, 5, credit, amount, 90_000_000_000, amount, id - 1, DAY, NOW]
    };
    (
        [transfer, 2, 1, 5, target, cents, fee, posting, count, DAY, NOW],
        leg(posting, 1, target, cents),
        (fee > 0).then(|| leg(posting + 1, 2, 3, fee)),
    )
}

/// A row of an imported batch: its numbers, its memo and its reference.
pub(super) fn imported(k: u64, n: u64) -> ([i64; 7], String, String) {
    let line = number(k + 2);
    let numbers = [number(k + 1), 1, line, 5, number(shuffled(k, n, 0)) + 10, number(cents(1, k)), 2];
    (numbers, "Salary of round 0".to_owned(), format!("R0-{k:09}"))
}
