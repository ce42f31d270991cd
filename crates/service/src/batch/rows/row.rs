//! A row as a client sends it, and as it is accepted.

use crate::Error;
use crate::batch::terms::RepeatKey;
use crate::payee::{Given, Wrong};
use domain::batch::ContactType;
use domain::code::Code;
use store::item::Item;

/// Maximum number of rows in a request: they are taken in one transaction.
pub const ROWS_MAX: usize = 50_000;
/// Problems that a refusal lists, and accounts left out that an answer lists.
pub const PROBLEMS_MAX: usize = 1_000;

/// A row as the client sends it.
#[derive(Debug, Clone, Default)]
pub struct NewRow {
    /// Every way it names an account.
    pub given: Vec<Given>,
    /// The amount, major units.
    pub amount: Option<String>,
    /// Its share of the total.
    pub ratio: Option<String>,
    /// The currency's code.
    pub currency: Option<String>,
    /// What the payment is for.
    pub memo: Option<String>,
    /// Free text for the payee.
    pub reference: Option<String>,
    /// The client's id for the payment.
    pub external_id: Option<String>,
}

/// An accepted row; its item has no number yet.
#[derive(Debug, Clone)]
pub(crate) struct Accepted {
    pub item: Item,
    /// How the row's own side was written, if not as the account number.
    pub contact: Option<Contact>,
}

/// How a row's own side was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// The kind of text.
    pub kind: ContactType,
    /// The text as it was sent.
    pub written: String,
}

/// Rows that were examined together.
#[derive(Debug)]
pub(crate) struct ExaminedRows {
    /// Those that can be accepted, in their order.
    pub accepted: Vec<Accepted>,
    /// What is wrong with the others, by their places from 0.
    pub problems: Vec<(usize, Wrong)>,
    /// How the client wrote each row's own side.
    pub written: Vec<String>,
}

/// Rows that were accepted together.
#[derive(Debug, Default)]
pub(crate) struct AcceptedRows {
    pub rows: Vec<Accepted>,
    pub total: i128,
    /// How the client wrote each row's own side.
    pub written: Vec<String>,
}

/// An account that was left out of a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// How it was named.
    pub payee: String,
    /// The name of the code that says why.
    pub code: String,
}

/// The accounts that were left out of a draft.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LeftOuts {
    /// How many.
    pub count: u64,
    /// The first 1,000 of them.
    pub first: Vec<LeftOut>,
}

impl FromIterator<LeftOut> for LeftOuts {
    fn from_iter<I: IntoIterator<Item = LeftOut>>(all: I) -> Self {
        let mut left = Self::default();
        for one in all {
            left.count += 1;
            if left.first.len() < PROBLEMS_MAX {
                left.first.push(one);
            }
        }
        left
    }
}

/// What identifies the row's own side.
#[derive(PartialEq, Eq, Hash)]
pub(super) enum RowIdentity {
    Known(RepeatKey),
    Unknown(String),
}

/// The refusal for more rows than a request may have.
pub(crate) fn too_many_rows() -> Error {
    Error::bilingual(Code::BodyTooLarge, format!("{ROWS_MAX} relations"), format!("最多 {ROWS_MAX} 笔转账"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_are_left_out_are_counted_and_the_first_are_kept() {
        let all = (0..1_500).map(|place| LeftOut { payee: place.to_string(), code: String::new() });
        let left: LeftOuts = all.collect();
        assert_eq!((left.count, left.first.len()), (1_500, 1_000));
        assert_eq!(left.first.last().map(|last| last.payee.as_str()), Some("999"));
    }
}
