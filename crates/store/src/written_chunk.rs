//! The row of a chunk that is about to be committed: its span, by which lists skip it, and the digest of what it
//! wrote, by which a verification recomputes it. The row is part of what the commit's link covers.

use crate::args;
use crate::bulk::{Named, Sql, named};
use crate::chain;
use crate::script::Script;
use crate::transfer::Transfer;
use crate::value::Value;

static INSERT: Sql = Sql::new(
    "INSERT INTO chunk (number, commit_number, postings, first_transfer, last_transfer, first_date, last_date,
                        refused, least_amount, most_amount, digest)
     SELECT $1, commit_number, $2, $3, $4, $5, $6, $7, $8, $9, $10 FROM ledger_head WHERE id = 1",
);

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&INSERT];

/// What holds for all transfers of a chunk, completed or refused. Lists skip chunks that cannot contain a
/// match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Their lowest number.
    pub first_transfer: i64,
    /// Their highest number; less than the lowest if there are none.
    pub last_transfer: i64,
    /// Their earliest value date: days since 1970-01-01.
    pub first_date: i64,
    /// Their latest value date.
    pub last_date: i64,
    /// How many of them were refused.
    pub refused: i64,
    /// The smallest amount, in minor units of whatever currency.
    pub least_amount: i64,
    /// The largest amount.
    pub most_amount: i64,
}

impl Span {
    /// The span of no transfers.
    pub const NONE: Self = Self {
        first_transfer: 1,
        last_transfer: 0,
        first_date: 1,
        last_date: 0,
        refused: 0,
        least_amount: 1,
        most_amount: 0,
    };

    /// The span of a chunk's transfers.
    #[must_use]
    pub fn of(transfers: &[Transfer]) -> Self {
        let mut rest = transfers.iter();
        let Some(first) = rest.next() else { return Self::NONE };
        rest.fold(Self::one(first), |span, transfer| {
            let one = Self::one(transfer);
            Self {
                first_transfer: span.first_transfer.min(one.first_transfer),
                last_transfer: span.last_transfer.max(one.last_transfer),
                first_date: span.first_date.min(one.first_date),
                last_date: span.last_date.max(one.last_date),
                refused: span.refused + one.refused,
                least_amount: span.least_amount.min(one.least_amount),
                most_amount: span.most_amount.max(one.most_amount),
            }
        })
    }

    fn one(transfer: &Transfer) -> Self {
        let (number, date, amount) = (transfer.number.0, transfer.value_date, transfer.amount);
        Self {
            first_transfer: number,
            last_transfer: number,
            first_date: date,
            last_date: date,
            refused: i64::from(transfer.code.is_some()),
            least_amount: amount,
            most_amount: amount,
        }
    }
}

/// A chunk that is about to be committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenChunk {
    /// Its number.
    pub number: i64,
    /// How many postings it has.
    pub postings: i64,
    /// Its span.
    pub span: Span,
    /// SHA-256 over what it wrote, hexadecimal.
    pub digest: String,
}

impl WrittenChunk {
    fn values(&self) -> Vec<Value> {
        let Span { first_transfer, last_transfer, first_date, last_date, refused, least_amount, most_amount } =
            self.span;
        args![
            self.number,
            self.postings,
            first_transfer,
            last_transfer,
            first_date,
            last_date,
            refused,
            least_amount,
            most_amount,
            self.digest.as_str(),
        ]
    }

    /// What its commit's digest covers of it.
    pub(crate) fn line(&self) -> String {
        chain::line("chunk", &self.values())
    }
}

/// Writes the row, under the commit number that was drawn before.
pub fn insert_later(script: &mut Script, chunk: &WrittenChunk) {
    script.execute(&INSERT, chunk.values());
}
