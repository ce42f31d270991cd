//! Postings: append-only legs in commit order, each pointing to the previous posting of both its accounts.

use crate::args;
use crate::bulk::{Insert, Lock, Lookup, Sql};
use crate::error::StoreError;
use crate::tx::Tx;
use crate::value::{Column, Row};
use domain::id::{AccountId, PostingId, TransferId};
use domain::posting::{Posting, PostingKind};

/// A posting with its two dates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booked {
    /// The leg.
    pub posting: Posting,
    /// The day it counts for.
    pub value_date: i64,
    /// When it was booked, microseconds UTC.
    pub created_at: i64,
}

const COLUMNS: &str = "id, transfer, kind, debit, credit, amount, debit_after, credit_after, debit_prev, \
                       credit_prev, value_date, created_at";

static INSERT: Insert = Insert {
    table: "posting",
    columns: &[
        "id",
        "transfer",
        "kind",
        "debit",
        "credit",
        "amount",
        "debit_after",
        "credit_after",
        "debit_prev",
        "credit_prev",
        "value_date",
        "created_at",
    ],
};
static AFTER: Sql = Sql::new(
    "SELECT id, transfer, kind, debit, credit, amount, debit_after, credit_after, debit_prev, credit_prev,
            value_date, created_at FROM posting WHERE id > $1 ORDER BY id LIMIT $2",
);
static BY_ID: Lookup = Lookup { columns: COLUMNS, from: "posting", key: "id", and: "", lock: Lock::None };
static LAST: Sql = Sql::new("SELECT COALESCE(MAX(id), 0) FROM posting");
// The walk: back from a posting over one account's postings, along their pointers and never through an index.
static WALK: Sql = Sql::new(
    "WITH RECURSIVE walk (id, transfer, kind, debit, credit, amount, debit_after, credit_after, debit_prev,
                          credit_prev, value_date, created_at, place) AS (
       SELECT id, transfer, kind, debit, credit, amount, debit_after, credit_after, debit_prev, credit_prev,
              value_date, created_at, 1 FROM posting WHERE id = $2
       UNION ALL
       SELECT p.id, p.transfer, p.kind, p.debit, p.credit, p.amount, p.debit_after, p.credit_after,
              p.debit_prev, p.credit_prev, p.value_date, p.created_at, w.place + 1
       FROM walk w JOIN posting p
         ON p.id = CASE WHEN w.debit = $1 THEN w.debit_prev ELSE w.credit_prev END
       WHERE w.place < $3 AND p.id > $4)
     SELECT id, transfer, kind, debit, credit, amount, debit_after, credit_after, debit_prev, credit_prev,
            value_date, created_at FROM walk",
);

/// The statements of this noun.
pub const CATALOGUE: &[&Sql] = &[&AFTER, &LAST, &WALK];

pub(crate) fn read(row: Row<'_>) -> Result<Booked, StoreError> {
    Ok(Booked {
        posting: Posting {
            id: PostingId(row.i64(0)?),
            transfer: TransferId(row.i64(1)?),
            kind: row.stored(2, PostingKind::from_number)?,
            debit: AccountId(row.i64(3)?),
            credit: AccountId(row.i64(4)?),
            amount: row.i64(5)?,
            debit_after: row.i64(6)?,
            credit_after: row.i64(7)?,
            debit_prev: row.opt_i64(8)?.map(PostingId),
            credit_prev: row.opt_i64(9)?.map(PostingId),
        },
        value_date: row.i64(10)?,
        created_at: row.i64(11)?,
    })
}

/// Appends postings; `value_dates` has one date per posting.
pub async fn insert(
    tx: &mut Tx,
    postings: &[Posting],
    value_dates: Vec<i64>,
    now: i64,
) -> Result<(), StoreError> {
    let column = |value: fn(&Posting) -> i64| Column::I64(postings.iter().map(value).collect());
    let optional = |value: fn(&Posting) -> Option<i64>| Column::OptI64(postings.iter().map(value).collect());
    let columns = vec![
        column(|p| p.id.0),
        column(|p| p.transfer.0),
        column(|p| p.kind.number()),
        column(|p| p.debit.0),
        column(|p| p.credit.0),
        column(|p| p.amount),
        column(|p| p.debit_after),
        column(|p| p.credit_after),
        optional(|p| p.debit_prev.map(|id| id.0)),
        optional(|p| p.credit_prev.map(|id| id.0)),
        Column::I64(value_dates),
        Column::Same(now, postings.len()),
    ];
    tx.insert(&INSERT, columns).await.map(|_| ())
}

/// Postings after a number, in order.
pub async fn after(tx: &mut Tx, id: i64, limit: i64) -> Result<Vec<Booked>, StoreError> {
    tx.fetch(&AFTER, args![id, limit]).await?.iter().map(read).collect()
}

/// Postings by their numbers.
pub async fn by_ids(tx: &mut Tx, ids: Vec<i64>) -> Result<Vec<Booked>, StoreError> {
    tx.lookup(&BY_ID, Column::I64(ids)).await?.iter().map(read).collect()
}

/// The last posting's number; 0 if there is none.
pub async fn last(tx: &mut Tx) -> Result<i64, StoreError> {
    tx.fetch(&LAST, args![]).await?.first().map_or(Ok(0), |row| row.i64(0))
}

/// Up to `limit` postings of an account, backwards from `from`, newest first, none at or below `floor`.
pub async fn walk(
    tx: &mut Tx,
    account: AccountId,
    from: i64,
    limit: i64,
    floor: i64,
) -> Result<Vec<Booked>, StoreError> {
    let rows = tx.fetch(&WALK, args![account.0, from, limit, floor]).await?;
    rows.iter().map(read).collect()
}
