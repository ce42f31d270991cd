//! Operation ids: a single request's name, unique for ever, with the fingerprint of its content.

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
    /// The transfer it became (or the refusal that was kept).
    pub transfer: i64,
}

static INSERT: Insert =
    Insert { table: "operation", columns: &["id", "fingerprint", "transfer", "created_at"] };
static BY_ID: Lookup =
    Lookup { columns: "id, fingerprint, transfer", from: "operation", key: "id", and: "", lock: Lock::None };
static COUNT: Sql = Sql::new("SELECT COUNT(*) FROM operation");

/// The statements of this noun.
pub const CATALOGUE: &[&Sql] = &[&COUNT];

/// Those of the ids that were used before.
pub async fn find(tx: &mut Tx, ids: Vec<String>) -> Result<Vec<Operation>, StoreError> {
    let rows = tx.lookup(&BY_ID, Column::Text(ids)).await?;
    rows.iter()
        .map(|row| Ok(Operation { id: row.text(0)?, fingerprint: row.text(1)?, transfer: row.i64(2)? }))
        .collect()
}

/// Keeps those operations, sorted by id, whose ids were not used before; what another transaction is about to
/// write is waited for. [`find`] then tells whose they are.
pub async fn reserve(tx: &mut Tx, sorted: &[Operation], now: i64) -> Result<(), StoreError> {
    let columns = vec![
        Column::Text(sorted.iter().map(|o| o.id.clone()).collect()),
        Column::Text(sorted.iter().map(|o| o.fingerprint.clone()).collect()),
        Column::I64(sorted.iter().map(|o| o.transfer).collect()),
        Column::Same(now, sorted.len()),
    ];
    tx.insert_new(&INSERT, columns).await.map(|_| ())
}

/// How many there are.
pub async fn count(tx: &mut Tx) -> Result<i64, StoreError> {
    tx.fetch(&COUNT, args![]).await?.first().map_or(Ok(0), |row| row.i64(0))
}
