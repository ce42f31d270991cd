//! Read-only streams for `verify`, one page at a time, so that memory use does not grow with the ledger.

use crate::args;
use crate::batch::Batch;
use crate::bulk::{Named, Sql, named};
use crate::day_sum::{DayKey, DayTotal};
use crate::error::StoreError;
use crate::item_extent::ITEMS_OF_BATCH;
use crate::posting::Booked;
use crate::record::{Field, record};
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::{Cells, Row, Rows};
use domain::batch::BatchType;
use domain::transfer::{TransferKind, TransferStatus};

static POSTINGS: Sql = Sql::new(
    "SELECT p.id, p.transfer, p.kind, p.debit, p.credit, p.amount, p.debit_after, p.credit_after,
            p.debit_prev, p.credit_prev, p.value_date, p.created_at,
            t.first_posting, t.posting_count, t.amount, t.fee, t.source, t.target, t.kind, t.value_date, t.created_at
     FROM posting p LEFT JOIN transfer t ON t.number = p.transfer
     WHERE p.id > $1 ORDER BY p.id LIMIT $2",
);
static BALANCES: Sql = Sql::new(
    "SELECT b.account, a.asset, a.kind, b.balance, b.held, b.overdraft, b.head, b.day, b.day_out, b.month, b.month_out
     FROM balance b LEFT JOIN account a ON a.id = b.account WHERE b.account > $1 ORDER BY b.account LIMIT $2",
);
static ITEMS: Sql = Sql::new(
    "SELECT i.number, i.batch, i.amount, i.state, i.code, t.status, t.amount, t.fee, t.source, t.target,
            i.source, i.target, i.line, t.kind, b.kind, CASE WHEN t.memo IS NULL THEN 0 ELSE 1 END,
            CASE WHEN i.number BETWEEN b.first_number AND b.last_number THEN 1 ELSE 0 END
     FROM item_now i LEFT JOIN transfer t ON t.number = i.number LEFT JOIN batch b ON b.id = i.batch
     WHERE i.number > $1 ORDER BY i.number LIMIT $2",
);
static RUNS: Sql = Sql::new(
    "SELECT r.first_number, r.last_number, r.chunk,
            (SELECT COUNT(*) FROM item i WHERE i.number BETWEEN r.first_number AND r.last_number AND i.batch = r.batch),
            (SELECT t.first_posting FROM transfer t WHERE t.number = r.first_number),
            (SELECT t.first_posting FROM transfer t WHERE t.number = r.last_number)
     FROM item_run r WHERE r.first_number > $1 ORDER BY r.first_number LIMIT $2",
);
static PAYEE_TWICE: Sql = Sql::new(sql!(
    "SELECT i.target FROM ",
    ITEMS_OF_BATCH,
    "
     GROUP BY i.target HAVING COUNT(*) > 1 ORDER BY i.target LIMIT 1"
));
static PAYER_TWICE: Sql = Sql::new(sql!(
    "SELECT i.source FROM ",
    ITEMS_OF_BATCH,
    "
     GROUP BY i.source HAVING COUNT(*) > 1 ORDER BY i.source LIMIT 1"
));
static TRANSFER_SUMS: Sql = Sql::new(sql!(
    "SELECT CAST(COALESCE(SUM(posting_count), 0) AS BIGINT), COALESCE(SUM(CASE WHEN kind = ",
    [TransferKind::Item],
    " THEN 1 ELSE 0 END), 0), COUNT(*)
     FROM transfer",
));
static REFUSED_SUMS: Sql = Sql::new(sql!(
    "SELECT t.value_date, a.asset, t.kind, t.status, COUNT(*),
            CAST(SUM(t.amount / 1000000000) AS BIGINT), CAST(SUM(t.amount % 1000000000) AS BIGINT),
            CAST(SUM(t.fee / 1000000000) AS BIGINT), CAST(SUM(t.fee % 1000000000) AS BIGINT)
     FROM transfer t JOIN account a ON a.id = t.source WHERE t.status <> ",
    [TransferStatus::Completed],
    " GROUP BY t.value_date, a.asset, t.kind, t.status",
));
// By quarter of an hour, in microseconds. Codes from 100 on mean that an item was not attempted.
static FAILURE_COUNTS: Sql = Sql::new(
    "SELECT f.at / 900000000, b.asset, COUNT(*) FROM item_failure f JOIN batch b ON b.id = f.batch
     WHERE f.code < 100 GROUP BY f.at / 900000000, b.asset",
);
static ACCOUNT_ASSETS: Sql = Sql::new("SELECT id, asset FROM account WHERE id > $1 ORDER BY id LIMIT $2");
static ACCOUNTS_WITHOUT_BALANCE: Sql = Sql::new(
    "SELECT a.id FROM account a LEFT JOIN balance b ON b.account = a.id WHERE b.account IS NULL
     ORDER BY a.id LIMIT 1",
);
static HISTORY: Sql = Sql::new(
    "SELECT account, value_date, posting FROM history WHERE (account, value_date, posting) > ($1, $2, $3)
     ORDER BY account, value_date, posting LIMIT $4",
);
static CHUNKS: Sql = Sql::new(
    "SELECT id, subject_id, detail, digest FROM audit
     WHERE digest IS NOT NULL AND action = 'batch.chunk' AND id > $1 ORDER BY id LIMIT $2",
);
static FAILURES: Sql = Sql::new(
    "SELECT id, chunk, item, code, amount, at FROM item_failure WHERE id > $1 AND chunk > 0 ORDER BY id LIMIT $2",
);
static FAILURES_OF_ITEMS: Sql = Sql::new(sql!(
    "SELECT ",
    StoredFailure::COLUMNS,
    " FROM item_failure WHERE (item, id) > ($1, $2) ORDER BY item, id LIMIT $3",
));
static BATCHES: Sql = Sql::new(
    "SELECT id, state, content_hash, total_count, total_amount, success_count, success_amount, failed_count,
            failed_amount, skipped_count, fee_amount, ready, called_off_at, flight_count, flight_amount, unknown_count
     FROM batch ORDER BY id",
);

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![
    &PAYEE_TWICE,
    &PAYER_TWICE,
    &POSTINGS,
    &BALANCES,
    &ITEMS,
    &RUNS,
    &TRANSFER_SUMS,
    &REFUSED_SUMS,
    &FAILURE_COUNTS,
    &ACCOUNT_ASSETS,
    &ACCOUNTS_WITHOUT_BALANCE,
    &HISTORY,
    &CHUNKS,
    &FAILURES,
    &FAILURES_OF_ITEMS,
    &BATCHES,
];

/// What a posting's transfer claims about it.
#[derive(Debug, Clone, Copy)]
pub struct Claim {
    /// The transfer's first posting.
    pub first: i64,
    /// The number of its postings.
    pub count: i64,
    /// Its amount.
    pub amount: i64,
    /// Its fee.
    pub fee: i64,
    /// Its source.
    pub source: i64,
    /// Its target.
    pub target: i64,
    /// Its kind.
    pub kind: i64,
    /// Its value date.
    pub value_date: i64,
    /// When it was carried out, microseconds UTC.
    pub created_at: i64,
}

/// Postings after a number, each with its transfer's claim; none if the transfer is missing or refused.
pub async fn postings(
    tx: &mut Tx,
    after: i64,
    limit: i64,
) -> Result<Vec<(Booked, Option<Claim>)>, StoreError> {
    let rows = tx.fetch(&POSTINGS, args![after, limit]).await?;
    rows.iter()
        .map(|row| {
            let mut cells = row.cells();
            let booked = Field::read(&mut cells)?;
            let claim = if cells.is_next_null() { None } else { Some(claim(&mut cells)?) };
            Ok((booked, claim))
        })
        .collect()
}

fn claim(cells: &mut Cells<'_>) -> Result<Claim, StoreError> {
    Ok(Claim {
        first: cells.i64()?,
        count: cells.i64()?,
        amount: cells.i64()?,
        fee: cells.i64()?,
        source: cells.i64()?,
        target: cells.i64()?,
        kind: cells.i64()?,
        value_date: cells.i64()?,
        created_at: cells.i64()?,
    })
}

/// A page of balances: account, the account's asset and kind (none if it is missing), balance, held, overdraft,
/// head, day, what left in it, month, what left in it.
pub async fn balances(tx: &mut Tx, after: i64, limit: i64) -> Result<Rows, StoreError> {
    tx.fetch(&BALANCES, args![after, limit]).await
}

/// A page of items with their transfers: number, batch, amount, state, code, transfer's status, amount,
/// fee, source, target, item's source, target, line, transfer's kind,
/// batch's type, whether the transfer has a memo, whether the number is one of its batch's range.
pub async fn items(tx: &mut Tx, after: i64, limit: i64) -> Result<Rows, StoreError> {
    tx.fetch(&ITEMS, args![after, limit]).await
}

/// A run of completed items.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    /// Its first number.
    pub first: i64,
    /// Its last number.
    pub last: i64,
    /// The chunk that completed it.
    pub chunk: i64,
    /// How many items of its batch have one of its numbers.
    pub items: i64,
    /// The first postings of its first and last transfers.
    pub postings: [Option<i64>; 2],
}

/// A page of runs.
pub async fn runs(tx: &mut Tx, after: i64, limit: i64) -> Result<Vec<Run>, StoreError> {
    let rows = tx.fetch(&RUNS, args![after, limit]).await?;
    let run = |row: Row<'_>| {
        let (first, last, chunk, items) = (row.i64(0)?, row.i64(1)?, row.i64(2)?, row.i64(3)?);
        Ok(Run { first, last, chunk, items, postings: [row.opt_i64(4)?, row.opt_i64(5)?] })
    };
    rows.iter().map(run).collect()
}

/// How many postings all transfers claim in total, how many transfers are of the kind that settles items, and how
/// many transfers there are.
pub async fn transfer_sums(tx: &mut Tx) -> Result<(i64, i64, i64), StoreError> {
    let rows = tx.fetch(&TRANSFER_SUMS, args![]).await?;
    rows.first().map_or(Ok((0, 0, 0)), |row| Ok((row.i64(0)?, row.i64(1)?, row.i64(2)?)))
}

/// Totals of all refused transfers.
pub async fn refused_sums(tx: &mut Tx) -> Result<Vec<(DayKey, DayTotal)>, StoreError> {
    tx.fetch(&REFUSED_SUMS, args![]).await?.iter().map(Row::read).collect()
}

/// How many attempts of items were refused: quarter of an hour, currency and number.
pub async fn failure_counts(tx: &mut Tx) -> Result<Vec<(i64, i64, i64)>, StoreError> {
    tx.fetch(&FAILURE_COUNTS, args![]).await?.iter().map(Row::read).collect()
}

/// A page of accounts, each with its currency.
pub async fn account_assets(tx: &mut Tx, after: i64, limit: i64) -> Result<Vec<(i64, i64)>, StoreError> {
    tx.fetch(&ACCOUNT_ASSETS, args![after, limit]).await?.iter().map(Row::read).collect()
}

/// The first account without a balance.
pub async fn account_without_balance(tx: &mut Tx) -> Result<Option<i64>, StoreError> {
    tx.fetch(&ACCOUNTS_WITHOUT_BALANCE, args![]).await?.first().map(|row| row.i64(0)).transpose()
}

/// A page of history entries after a key.
pub async fn history(
    tx: &mut Tx,
    after: (i64, i64, i64),
    limit: i64,
) -> Result<Vec<(i64, i64, i64)>, StoreError> {
    let rows = tx.fetch(&HISTORY, args![after.0, after.1, after.2, limit]).await?;
    rows.iter().map(|row| Ok((row.i64(0)?, row.i64(1)?, row.i64(2)?))).collect()
}

/// The audit rows of slices: id, batch, detail, the digest of their chunk.
pub async fn chunks(tx: &mut Tx, after: i64, limit: i64) -> Result<Rows, StoreError> {
    tx.fetch(&CHUNKS, args![after, limit]).await
}

record! {
    /// A failed attempt as it is stored.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct StoredFailure {
        /// Its number.
        pub id: i64,
        /// The item.
        pub item: i64,
        /// The item's batch.
        pub batch: i64,
        /// Why it failed.
        pub code: i64,
        /// The amount that it tried to move.
        pub amount: i64,
        /// The chunk that decided it; 0 if none did.
        pub chunk: i64,
        /// When, microseconds UTC.
        pub at: i64,
    }
}

/// Failed attempts after an item's, in the order of items, and of each item in the order they were written.
pub async fn failures_of_items(
    tx: &mut Tx,
    (item, id): (i64, i64),
    limit: i64,
) -> Result<Vec<StoredFailure>, StoreError> {
    tx.fetch(&FAILURES_OF_ITEMS, args![item, id, limit]).await?.iter().map(Row::read).collect()
}

/// A failed attempt: chunk, item, code, amount, microseconds UTC.
pub type FailedTry = (i64, i64, i64, i64, i64);

/// Failed attempts decided by a chunk, in the order they were written.
pub async fn failures_by_chunk(tx: &mut Tx, step: i64) -> Result<Vec<FailedTry>, StoreError> {
    let (mut after, mut all) = (0, Vec::new());
    loop {
        let rows = tx.fetch(&FAILURES, args![after, step]).await?;
        for row in rows.iter() {
            after = row.i64(0)?;
            all.push((row.i64(1)?, row.i64(2)?, row.i64(3)?, row.i64(4)?, row.i64(5)?));
        }
        if rows.is_empty() {
            return Ok(all);
        }
    }
}

/// All batches: id, state, content hash, eight counters, ready, when they were called off permanently, the
/// three counters of items in flight.
pub async fn batches(tx: &mut Tx) -> Result<Rows, StoreError> {
    tx.fetch(&BATCHES, args![]).await
}

/// The first account that a batch pays twice or, in a many-to-one batch, that pays twice.
pub async fn paid_twice(tx: &mut Tx, batch: &Batch) -> Result<Option<i64>, StoreError> {
    let sql = match batch.kind {
        BatchType::ManyToOne | BatchType::Withdrawal => &PAYER_TWICE,
        BatchType::OneToMany | BatchType::ManyToMany | BatchType::Deposit => &PAYEE_TWICE,
    };
    tx.fetch(sql, args![batch.id.0]).await?.first().map(|row| row.i64(0)).transpose()
}
