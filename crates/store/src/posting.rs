//! Postings: append-only legs in commit order, each pointing to the previous posting of both its accounts.

use crate::args;
use crate::bulk::{Lock, Lookup, Named, Sql, named};
use crate::error::StoreError;
use crate::record::{Field, inserted, record};
use crate::script::Script;
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::{Cells, Column, Row};
use domain::id::AccountId;
use domain::posting::Posting;

record! {
    /// A posting with its two dates.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Booked {
        /// The leg.
        pub posting: Posting = "id, transfer, kind, debit, credit, amount, debit_after, credit_after, \
                                debit_prev, credit_prev" with read_posting,
        /// The day it counts for.
        pub value_date: i64,
        /// When it was booked, microseconds UTC.
        pub created_at: i64,
    }
}

static AFTER: Sql =
    Sql::new(sql!("SELECT ", Booked::COLUMNS, " FROM posting WHERE id > $1 ORDER BY id LIMIT $2"));
static BY_ID: Lookup =
    Lookup { columns: Booked::COLUMNS, from: "posting", key: "id", and: "", lock: Lock::None };
static LAST: Sql = Sql::new("SELECT COALESCE(MAX(id), 0) FROM posting");
// The walk: back from a posting over one account's postings, along their pointers and never through an index.
static WALK: Sql = Sql::new(sql!(
    "WITH RECURSIVE walk (",
    Booked::COLUMNS,
    ", place) AS (
       SELECT ",
    Booked::COLUMNS,
    ", 1 FROM posting WHERE id = $2
       UNION ALL
       SELECT p.id, p.transfer, p.kind, p.debit, p.credit, p.amount, p.debit_after, p.credit_after,
              p.debit_prev, p.credit_prev, p.value_date, p.created_at, w.place + 1
       FROM walk w JOIN posting p
         ON p.id = CASE WHEN w.debit = $1 THEN w.debit_prev ELSE w.credit_prev END
       WHERE w.place < $3 AND p.id > $4)
     SELECT ",
    Booked::COLUMNS,
    " FROM walk",
));

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&AFTER, &LAST, &WALK];

fn read_posting(cells: &mut Cells<'_>) -> Result<Posting, StoreError> {
    Ok(Posting {
        id: Field::read(cells)?,
        transfer: Field::read(cells)?,
        kind: Field::read(cells)?,
        debit: Field::read(cells)?,
        credit: Field::read(cells)?,
        amount: Field::read(cells)?,
        debit_after: Field::read(cells)?,
        credit_after: Field::read(cells)?,
        debit_prev: Field::read(cells)?,
        credit_prev: Field::read(cells)?,
    })
}

inserted! {
    INSERT into "posting",
    fn columns(postings: &[Posting], value_dates: Vec<i64>, now: i64) each posting {
        id: posting.id,
        transfer: posting.transfer,
        kind: posting.kind,
        debit: posting.debit,
        credit: posting.credit,
        amount: posting.amount,
        debit_after: posting.debit_after,
        credit_after: posting.credit_after,
        debit_prev: posting.debit_prev,
        credit_prev: posting.credit_prev,
        value_date = Column::I64(value_dates),
        created_at = Column::Same(now, postings.len()),
    }
}

/// Appends postings; `value_dates` has one date per posting.
pub fn insert_later(script: &mut Script, postings: &[Posting], value_dates: Vec<i64>, now: i64) {
    script.insert(&INSERT, columns(postings, value_dates, now));
}

/// Postings after a number, in order.
pub async fn after(tx: &mut Tx, id: i64, limit: i64) -> Result<Vec<Booked>, StoreError> {
    tx.fetch(&AFTER, args![id, limit]).await?.iter().map(Row::read).collect()
}

/// Postings by their numbers.
pub async fn by_ids(tx: &mut Tx, ids: Vec<i64>) -> Result<Vec<Booked>, StoreError> {
    tx.lookup(&BY_ID, Column::I64(ids)).await?.iter().map(Row::read).collect()
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
    rows.iter().map(Row::read).collect()
}
