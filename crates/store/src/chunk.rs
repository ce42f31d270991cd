//! Chunks: which one was committed when. A chunk's row is written last, beside the ledger's head, so it
//! stands if and only if the chunk does.

use crate::args;
use crate::bulk::{Insert, Lock, Lookup, Sql};
use crate::error::StoreError;
use crate::head;
use crate::tx::{Store, Tx};
use crate::value::{Column, Rows};

/// A chunk that was committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chunk {
    /// Its number: the upper part of its postings' numbers.
    pub number: i64,
    /// Its place in the order of commits.
    pub commit_number: i64,
    /// How many postings it has.
    pub postings: i64,
}

static INSERT: Insert = Insert { table: "chunk", columns: &["number", "commit_number", "postings"] };
static BY_NUMBER: Lookup = Lookup {
    columns: "number, commit_number, postings",
    from: "chunk",
    key: "number",
    and: "",
    lock: Lock::None,
};
static AFTER: Sql = Sql::new(
    "SELECT number, commit_number, postings FROM chunk WHERE commit_number > $1
     ORDER BY commit_number LIMIT $2",
);

/// Every fixed statement of this file.
pub const CATALOGUE: &[&Sql] = &[&AFTER];

fn columns(chunk: Chunk) -> Vec<Column> {
    [chunk.number, chunk.commit_number, chunk.postings].into_iter().map(|n| Column::I64(vec![n])).collect()
}

fn read(rows: &Rows) -> Result<Vec<Chunk>, StoreError> {
    rows.iter()
        .map(|row| Ok(Chunk { number: row.i64(0)?, commit_number: row.i64(1)?, postings: row.i64(2)? }))
        .collect()
}

/// Writes the row of a chunk that is about to be committed.
pub async fn insert(tx: &mut Tx, chunk: Chunk) -> Result<(), StoreError> {
    tx.insert(&INSERT, columns(chunk)).await.map(|_| ())
}

/// Chunks committed after a commit number, in the order of commits.
pub async fn after(tx: &mut Tx, commit_number: i64, limit: i64) -> Result<Vec<Chunk>, StoreError> {
    read(&tx.fetch(&AFTER, args![commit_number, limit]).await?)
}

/// The chunks of these numbers.
pub async fn by_numbers(tx: &mut Tx, numbers: Vec<i64>) -> Result<Vec<Chunk>, StoreError> {
    read(&tx.lookup(&BY_NUMBER, Column::I64(numbers)).await?)
}

/// Whether a chunk whose COMMIT got no answer stands. Its row is written once more: that waits until the
/// transaction in doubt has ended, and then is refused if it stands. The answer is confirmed by a commit
/// of its own, because a change that can be seen need not have reached the standby yet; that commit's place
/// in the log is behind it.
pub async fn settle(store: &Store, number: i64) -> Result<bool, StoreError> {
    let mut tx = store.write().await?;
    let stead = Chunk { number, commit_number: -number, postings: 0 };
    let is_new = tx.insert_new(&INSERT, columns(stead)).await? > 0;
    if is_new {
        // It does not stand, and cannot any more; the row that was written in its stead is dropped.
        return Ok(false);
    }
    head::advance(&mut tx).await?;
    tx.commit().await?;
    Ok(true)
}
