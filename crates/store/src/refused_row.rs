//! Refused rows of files. An open one has been neither corrected nor dropped; its id is the key that a repair
//! file refers to. The reason for the refusal is in [`crate::import_problem`].

use crate::args;
use crate::bulk::{Lock, Lookup, Named, Sql, Update, named};
use crate::error::StoreError;
use crate::record::{inserted, record};
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::{Column, Row};
use domain::code::Code;
use domain::id::BatchId;

record! {
    /// A refused row.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct RefusedRow {
        /// Its key, unique in the ledger.
        pub id: i64,
        /// The batch it was meant for.
        pub batch: BatchId,
        /// The line in the file, from 1.
        pub line: i64,
        /// Its fields as JSON; none if the row could not be read.
        pub content: Option<String>,
        /// When it was corrected or dropped, microseconds UTC; none: it is open.
        pub settled_at: Option<i64>,
        /// The item that replaced it; none: it is open, or was dropped.
        pub item: Option<i64>,
    }
}

static SETTLE: Update = Update { table: "refused_row", key: "id", columns: &["settled_at", "item"], and: "" };
static BY_ID: Lookup =
    Lookup { columns: RefusedRow::COLUMNS, from: "refused_row", key: "id", and: "", lock: Lock::None };
static OPEN: Sql = Sql::new(sql!(
    "SELECT ",
    RefusedRow::COLUMNS,
    " FROM refused_row
     WHERE batch = $1 AND settled_at IS NULL AND id > $2
       AND (CAST($3 AS BIGINT) = 0 OR id IN (SELECT refused_row FROM import_problem WHERE batch = $1 AND code = $3))
     ORDER BY id LIMIT $4",
));
static COUNT: Sql = Sql::new(
    "SELECT COUNT(*) FROM refused_row WHERE batch = $1 AND settled_at IS NULL
       AND (CAST($2 AS BIGINT) = 0 OR id IN (SELECT refused_row FROM import_problem WHERE batch = $1 AND code = $2))",
);
static DROP: Sql = Sql::new(
    "UPDATE refused_row SET settled_at = $3 WHERE batch = $1 AND settled_at IS NULL
       AND (CAST($2 AS BIGINT) = 0 OR id IN (SELECT refused_row FROM import_problem WHERE batch = $1 AND code = $2))",
);
static OF_LINES: Sql = Sql::new(sql!(
    "SELECT ",
    RefusedRow::COLUMNS,
    " FROM refused_row WHERE batch = $1 AND line BETWEEN $2 AND $3 AND id <= $4 ORDER BY line, id"
));
static LAST: Sql = Sql::new("SELECT COALESCE(MAX(id), 0) FROM refused_row WHERE batch = $1");
static PURGE: Sql = Sql::new("DELETE FROM refused_row WHERE batch = $1");

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&OPEN, &COUNT, &DROP, &OF_LINES, &LAST, &PURGE];

/// 0 means any code.
fn number(code: Option<Code>) -> i64 {
    code.map_or(0, Code::number)
}

/// Stores open rows.
pub async fn insert(tx: &mut Tx, rows: &[RefusedRow]) -> Result<(), StoreError> {
    tx.insert(&INSERT, columns(rows)).await.map(|_| ())
}

inserted! {
    INSERT into "refused_row",
    fn columns(rows: &[RefusedRow]) each row {
        id: row.id,
        batch: row.batch,
        line: row.line,
        content: row.content.clone(),
    }
}

/// The open rows of a batch after an id, ordered by id; only those refused with a code if one is given.
pub async fn open(
    tx: &mut Tx,
    batch: BatchId,
    code: Option<Code>,
    after: i64,
    limit: i64,
) -> Result<Vec<RefusedRow>, StoreError> {
    tx.fetch(&OPEN, args![batch.0, after, number(code), limit]).await?.iter().map(Row::read).collect()
}

/// How many open rows a batch has; only those refused with a code if one is given.
pub async fn count(tx: &mut Tx, batch: BatchId, code: Option<Code>) -> Result<i64, StoreError> {
    let rows = tx.fetch(&COUNT, args![batch.0, number(code)]).await?;
    rows.first().map_or(Ok(0), |row| row.i64(0))
}

/// Rows by their keys; missing ones are omitted.
pub async fn by_ids(tx: &mut Tx, ids: Vec<i64>) -> Result<Vec<RefusedRow>, StoreError> {
    tx.lookup(&BY_ID, Column::I64(ids)).await?.iter().map(Row::read).collect()
}

/// The rows of a batch on a range of lines, settled or not, up to a key.
pub async fn of_lines(
    tx: &mut Tx,
    batch: BatchId,
    (first, last): (i64, i64),
    up_to: i64,
) -> Result<Vec<RefusedRow>, StoreError> {
    tx.fetch(&OF_LINES, args![batch.0, first, last, up_to]).await?.iter().map(Row::read).collect()
}

/// The highest key of a batch's rows; 0 if it has none.
pub async fn last(tx: &mut Tx, batch: BatchId) -> Result<i64, StoreError> {
    tx.fetch(&LAST, args![batch.0]).await?.first().map_or(Ok(0), |row| row.i64(0))
}

/// Settles rows that were replaced by items: pairs of key and item.
pub async fn settle(tx: &mut Tx, rows: &[(i64, i64)], now: i64) -> Result<(), StoreError> {
    let columns = vec![
        Column::I64(rows.iter().map(|(id, _)| *id).collect()),
        Column::Same(now, rows.len()),
        Column::OptI64(rows.iter().map(|(_, item)| Some(*item)).collect()),
    ];
    tx.update(&SETTLE, columns).await.map(|_| ())
}

/// Drops the open rows of a batch, only those refused with a code if one is given; returns how many.
pub async fn drop_open(tx: &mut Tx, batch: BatchId, code: Option<Code>, now: i64) -> Result<u64, StoreError> {
    tx.execute(&DROP, args![batch.0, number(code), now]).await
}

/// Deletes the rows of an import that did not finish.
pub async fn purge(tx: &mut Tx, batch: BatchId) -> Result<(), StoreError> {
    tx.execute(&PURGE, args![batch.0]).await.map(|_| ())
}
