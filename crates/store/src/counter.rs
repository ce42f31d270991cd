//! Numbers that are issued only once. Drawing them in blocks takes one statement per chunk.

use crate::args;
use crate::bulk::{Named, Sql, named};
use crate::error::StoreError;
use crate::script::{Asked, Script};
use crate::tx::Tx;

static TAKE: Sql = Sql::new("UPDATE counter SET value = value + $2 WHERE name = $1 RETURNING value - $2 + 1");

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&TAKE];

/// What is numbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counter {
    /// Items and transfers: one number space.
    Number,
    /// Chunks of the door.
    Chunk,
    /// Accounts.
    Account,
    /// Holders.
    Holder,
    /// Batches.
    Batch,
}

impl Counter {
    const fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Chunk => "chunk",
            Self::Account => "account",
            Self::Holder => "holder",
            Self::Batch => "batch",
        }
    }
}

/// Takes `count` numbers and returns the first of them.
pub async fn take(tx: &mut Tx, counter: Counter, count: i64) -> Result<i64, StoreError> {
    tx.ask(|script| take_later(script, counter, count)).await
}

/// [`take`], after the script's statements before it.
pub fn take_later(script: &mut Script, counter: Counter, count: i64) -> Asked<i64> {
    script.draw(&TAKE, args![counter.name(), count], |answer| {
        answer.rows.first().ok_or_else(|| StoreError::Corrupt("counter is missing".to_owned()))?.i64(0)
    })
}
