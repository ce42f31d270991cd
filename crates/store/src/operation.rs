//! Operation ids: a request's name, permanently unique, with the fingerprint of its content; and the stored
//! answers of requests that became no transfer.

use crate::args;
use crate::bulk::{Lock, Lookup, Named, Sql, named};
use crate::error::StoreError;
use crate::record::{inserted, record};
use crate::script::{Asked, Script};
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::{Column, Row};

record! {
    /// A request that was carried out under an operation id.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Operation {
        /// The caller's id.
        pub id: String,
        /// SHA-256 of the request's content, hexadecimal.
        pub fingerprint: String,
        /// The transfer it became (or the refused one that was recorded); 0 if its answer has a row of its own.
        pub transfer: i64,
    }
}

static BY_ID: Lookup =
    Lookup { columns: Operation::COLUMNS, from: "operation", key: "id", and: "", lock: Lock::None };
static ANSWER: Sql = Sql::new(sql!(
    "SELECT ",
    Answered::COLUMNS,
    " FROM operation o LEFT JOIN answer a ON a.operation = o.id WHERE o.id = $1",
));
static KEEP: Sql = Sql::new("INSERT INTO answer (operation, outcome) VALUES ($1, $2)");
static COUNT: Sql = Sql::new("SELECT COUNT(*) FROM operation");

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&ANSWER, &KEEP, &COUNT];

/// The given ids that were used before.
pub fn find_later(script: &mut Script, ids: Vec<String>) -> Asked<Vec<Operation>> {
    script.lookup(&BY_ID, Column::Text(ids), |answer| answer.rows.iter().map(Row::read).collect())
}

/// Claims the operations, sorted by id, whose ids are new. It waits for a transaction that is about to write
/// one of them. Returns how many were new; [`find_later`] shows which operations hold the other ids.
pub async fn reserve(tx: &mut Tx, sorted: &[Operation], now: i64) -> Result<u64, StoreError> {
    tx.ask(|script| reserve_later(script, sorted, now)).await
}

/// [`reserve`] in a script.
pub fn reserve_later(script: &mut Script, sorted: &[Operation], now: i64) -> Asked<u64> {
    script.insert_new(&INSERT, columns(sorted, now))
}

inserted! {
    INSERT into "operation",
    fn columns(sorted: &[Operation], now: i64) each operation {
        id: operation.id.clone(),
        fingerprint: operation.fingerprint.clone(),
        transfer: operation.transfer,
        created_at = Column::Same(now, sorted.len()),
    }
}

record! {
    /// An operation and its stored answer, if it has one.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Answered {
        /// SHA-256 of the request's content, hexadecimal.
        pub fingerprint: String = "o.fingerprint",
        /// The transfer it became; 0 if none.
        pub transfer: i64 = "o.transfer",
        /// The stored answer, as JSON.
        pub outcome: Option<String> = "a.outcome",
    }
}

/// The stored answer to an operation id, if it was used before.
pub async fn answered(tx: &mut Tx, id: &str) -> Result<Option<Answered>, StoreError> {
    let rows = tx.fetch(&ANSWER, args![id]).await?;
    rows.first().map(Row::read).transpose()
}

/// Stores the first answer of a claimed operation.
pub async fn keep(tx: &mut Tx, id: &str, outcome: &str) -> Result<(), StoreError> {
    tx.execute(&KEEP, args![id, outcome]).await.map(|_| ())
}

/// The number of operations.
pub async fn count(tx: &mut Tx) -> Result<i64, StoreError> {
    tx.fetch(&COUNT, args![]).await?.first().map_or(Ok(0), |row| row.i64(0))
}
