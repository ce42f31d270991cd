//! Operation ids: a request's name, unique for ever, with the fingerprint of its content; and the first answers
//! of those requests that became no transfer.

use crate::args;
use crate::bulk::{Insert, Lock, Lookup, Sql};
use crate::error::StoreError;
use crate::tx::Tx;
use crate::value::Column;

/// A request that was carried out under an operation id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// The caller's id.
    pub id: String,
    /// SHA-256 of the request's content, hexadecimal.
    pub fingerprint: String,
    /// The transfer it became (or the refusal that was kept); 0 if its answer stands in a row of its own.
    pub transfer: i64,
}

static INSERT: Insert =
    Insert { table: "operation", columns: &["id", "fingerprint", "transfer", "created_at"] };
static BY_ID: Lookup =
    Lookup { columns: "id, fingerprint, transfer", from: "operation", key: "id", and: "", lock: Lock::None };
static ANSWER: Sql = Sql::new(
    "SELECT o.fingerprint, o.transfer, a.outcome FROM operation o LEFT JOIN answer a ON a.operation = o.id
     WHERE o.id = $1",
);
static KEEP: Sql = Sql::new("INSERT INTO answer (operation, outcome) VALUES ($1, $2)");
static COUNT: Sql = Sql::new("SELECT COUNT(*) FROM operation");

/// The statements of this noun.
pub const CATALOGUE: &[&Sql] = &[&ANSWER, &KEEP, &COUNT];

/// Those of the ids that were used before.
pub async fn find(tx: &mut Tx, ids: Vec<String>) -> Result<Vec<Operation>, StoreError> {
    let rows = tx.lookup(&BY_ID, Column::Text(ids)).await?;
    rows.iter()
        .map(|row| Ok(Operation { id: row.text(0)?, fingerprint: row.text(1)?, transfer: row.i64(2)? }))
        .collect()
}

/// Keeps those operations, sorted by id, whose ids were not used before; what another transaction is about to
/// write is waited for. Says how many were new; [`find`] tells whose the others are.
pub async fn reserve(tx: &mut Tx, sorted: &[Operation], now: i64) -> Result<u64, StoreError> {
    let columns = vec![
        Column::Text(sorted.iter().map(|o| o.id.clone()).collect()),
        Column::Text(sorted.iter().map(|o| o.fingerprint.clone()).collect()),
        Column::I64(sorted.iter().map(|o| o.transfer).collect()),
        Column::Same(now, sorted.len()),
    ];
    tx.insert_new(&INSERT, columns).await
}

/// An operation and its first answer, if it has one of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// SHA-256 of the request's content, hexadecimal.
    pub fingerprint: String,
    /// The transfer it became; 0 if none.
    pub transfer: i64,
    /// The first answer, as JSON.
    pub outcome: Option<String>,
}

/// What was answered to an operation id, if it was used before.
pub async fn answered(tx: &mut Tx, id: &str) -> Result<Option<Answered>, StoreError> {
    let rows = tx.fetch(&ANSWER, args![id]).await?;
    rows.first()
        .map(|row| {
            Ok(Answered { fingerprint: row.text(0)?, transfer: row.i64(1)?, outcome: row.opt_text(2)? })
        })
        .transpose()
}

/// Keeps the first answer of an operation that was reserved.
pub async fn keep(tx: &mut Tx, id: &str, outcome: &str) -> Result<(), StoreError> {
    tx.execute(&KEEP, args![id, outcome]).await.map(|_| ())
}

/// How many there are.
pub async fn count(tx: &mut Tx) -> Result<i64, StoreError> {
    tx.fetch(&COUNT, args![]).await?.first().map_or(Ok(0), |row| row.i64(0))
}
