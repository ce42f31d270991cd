//! Whether a batch repeats payments of an earlier one. A row is compared by what it pays, whatever file,
//! order or spelling it came in; rules and bounds are those of the contract ("Files, duplicates, problems").
//!
//! A row's content is reduced to a 64-bit fingerprint, its [`print()`], so that a batch of a million rows is
//! compared in a second.

use crate::id::AccountId;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization;

/// Days within which a similar batch is refused, unless a setting says otherwise: Friday's batch is compared
/// up to and including Tuesday.
pub const WINDOW_SHIPPED: i64 = 4;
/// Days within which a similar batch at least causes a remark; also the longest window.
pub const REMARK_DAYS: i64 = 35;

/// What a row pays.
#[derive(Debug, Clone, Copy)]
pub struct Payment<'a> {
    /// The paying account.
    pub source: AccountId,
    /// The account that is paid.
    pub target: AccountId,
    /// In minor units of the batch's currency.
    pub amount: i64,
    /// The text for the payee.
    pub reference: Option<&'a str>,
    /// The payment's id in the client's system.
    pub external_id: Option<&'a str>,
    /// What it is for.
    pub memo: Option<&'a str>,
}

/// A 64-bit fingerprint of a row's content: equal rows have equal prints, and for as many rows as a ledger
/// holds, different rows have different prints for all practical purposes. It is stored, so the function must
/// never change.
#[must_use]
pub fn print(payment: &Payment<'_>) -> u64 {
    let mut hash = Sha256::new();
    for number in [payment.source.0, payment.target.0, payment.amount] {
        hash.update(number.to_le_bytes());
    }
    for text in [payment.reference, payment.external_id, payment.memo] {
        let text = text.map(as_read).unwrap_or_default();
        // A length prefix before each text, so that different contents never hash the same bytes.
        hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_le_bytes());
        hash.update(text.as_bytes());
    }
    let digest = hash.finalize();
    let mut first = [0; 8];
    first.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    u64::from_le_bytes(first)
}

/// A text as a reader sees it: letter encodings, line ends and runs of whitespace make no difference, and
/// neither does the `'` that our result files put before text that a spreadsheet would take for a formula.
fn as_read(text: &str) -> Cow<'_, str> {
    let text = text.trim().trim_start_matches('\'').trim();
    let is_plain = text.is_ascii() && !text.contains("  ") && !text.bytes().any(|b| b.is_ascii_control());
    if is_plain {
        return Cow::Borrowed(text);
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    Cow::Owned(words.join(" ").nfc().collect())
}

/// A row's print and its item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Printed {
    /// Its print.
    pub print: u64,
    /// The item's id, or its position if it has no id yet.
    pub item: i64,
}

/// How close in time two submissions are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nearness {
    /// Within the window: a similar batch is refused.
    Within,
    /// Beyond the window, but close enough for a remark.
    Remark,
    /// Not compared.
    Apart,
}

impl Nearness {
    /// Compares two days in the organisation's time zone, for a window in calendar days; a window of 0
    /// switches the comparison off.
    #[must_use]
    pub const fn of(earlier: i64, now: i64, window: i64) -> Self {
        let days = now.saturating_sub(earlier);
        if window <= 0 {
            Self::Apart
        } else if days <= window {
            Self::Within
        } else if days <= REMARK_DAYS {
            Self::Remark
        } else {
            Self::Apart
        }
    }
}

/// What a new batch and an earlier one have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Overlap {
    /// Rows of the new batch.
    pub rows: i64,
    /// Those among them that the earlier batch has paid or can still pay.
    pub same: i64,
    /// Whether the earlier batch was interrupted or cancelled permanently after it paid one of them.
    pub is_broken_off: bool,
}

impl Overlap {
    /// Whether the new batch is refused: more than half of its rows match, or a single one if the earlier
    /// batch was broken off, since the new one is then likely to be the same file again.
    #[must_use]
    pub const fn is_similar(self) -> bool {
        self.same > self.rows - self.same || (self.is_broken_off && self.same > 0)
    }
}

/// The rows of a new batch, ready to be compared with those of earlier ones.
#[derive(Debug)]
pub struct Rows(Vec<Printed>);

impl Rows {
    /// From rows in any order.
    #[must_use]
    pub fn new(mut rows: Vec<Printed>) -> Self {
        rows.sort_unstable();
        Self(rows)
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> i64 {
        i64::try_from(self.0.len()).unwrap_or(i64::MAX)
    }

    /// Begins a comparison with an earlier batch.
    #[must_use]
    pub const fn against(&self) -> Comparison<'_> {
        Comparison { rows: self, met: BTreeMap::new(), pairs: Vec::new() }
    }
}

/// A comparison with one earlier batch, whose rows can be fed in any portions.
#[derive(Debug)]
pub struct Comparison<'a> {
    rows: &'a Rows,
    /// How many rows with a given print are matched, keyed by the index of the first of them.
    met: BTreeMap<usize, usize>,
    pairs: Vec<(i64, i64)>,
}

impl Comparison<'_> {
    /// Feeds a row of the earlier batch. Each row is matched at most once: two equal payments match only two.
    pub fn show(&mut self, earlier: Printed) {
        let rows = &self.rows.0;
        let first = rows.partition_point(|row| row.print < earlier.print);
        if rows.get(first).is_none_or(|row| row.print != earlier.print) {
            return;
        }
        let met = self.met.entry(first).or_default();
        if let Some(row) = rows.get(first + *met).filter(|row| row.print == earlier.print) {
            *met += 1;
            self.pairs.push((row.item, earlier.item));
        }
    }

    /// Pairs of equal rows: the new batch's item and the earlier one's.
    #[must_use]
    pub fn pairs(self) -> Vec<(i64, i64)> {
        self.pairs
    }
}

#[cfg(test)]
#[path = "similar_tests.rs"]
mod tests;
