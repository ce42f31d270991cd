//! Chunks: which one was committed when. A chunk's row is written last, next to the ledger's head
//! ([`crate::written_chunk`]), so it exists if and only if the chunk was committed.

use crate::args;
use crate::bulk::{Lock, Lookup, Named, Sql, named};
use crate::chain;
use crate::error::StoreError;
use crate::head;
use crate::listing::Window;
use crate::record::{inserted, record};
use crate::sql::sql;
use crate::store::Store;
use crate::tx::Tx;
use crate::value::{Column, Row, Rows, Value};
use crate::written_chunk::Span;

record! {
    /// A committed chunk.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Chunk {
        /// Its number: the upper part of its postings' numbers.
        pub number: i64,
        /// Its position in the order of commits.
        pub commit_number: i64,
        /// How many postings it has.
        pub postings: i64,
    }
}

record! {
    /// What a committed chunk claims to have written.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ChunkSeal {
        /// Its number.
        pub number: i64,
        /// Its position in the order of commits.
        pub commit_number: i64,
        /// How many postings it has.
        pub postings: i64,
        /// SHA-256 over what it wrote, hexadecimal.
        pub digest: String,
    }
}

/// Which chunks may contain rows of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpanFilter {
    /// With a value date on or after this.
    pub from_date: i64,
    /// With a value date on or before this.
    pub to_date: i64,
    /// With at least this many refused transfers ...
    pub refused: i64,
    /// ... or committed after this number.
    pub after_commit: i64,
}

static BY_NUMBER: Lookup =
    Lookup { columns: Chunk::COLUMNS, from: "chunk", key: "number", and: "", lock: Lock::None };
static SEALS: Lookup =
    Lookup { columns: ChunkSeal::COLUMNS, from: "chunk", key: "number", and: "", lock: Lock::None };
static WITHOUT_POSTINGS: Sql = Sql::new(sql!(
    "SELECT ",
    ChunkSeal::COLUMNS,
    " FROM chunk WHERE postings = 0 AND number > $1 ORDER BY number LIMIT $2",
));
static LINES: Sql = Sql::new(
    "SELECT commit_number, number, postings, first_transfer, last_transfer, first_date, last_date, refused,
            least_amount, most_amount, digest
     FROM chunk WHERE commit_number > $1 ORDER BY commit_number LIMIT $2",
);
static AFTER: Sql = Sql::new(sql!(
    "SELECT ",
    Chunk::COLUMNS,
    " FROM chunk WHERE commit_number > $1 ORDER BY commit_number LIMIT $2",
));
const MATCHES: &str = "(first_transfer = 0
        OR first_transfer <= $1 AND last_transfer >= $2 AND first_date <= $3 AND last_date >= $4
           AND (refused >= $5 OR commit_number > $6))";
const WITHIN: &str = " AND commit_number BETWEEN $7 AND $8";
const BY_NUMBER_OF_TRANSFER: &str = " ORDER BY first_transfer, last_transfer";
static SPANS: Sql =
    Sql::new(sql!("SELECT first_transfer, last_transfer FROM chunk WHERE ", MATCHES, BY_NUMBER_OF_TRANSFER));
static SPANS_WITHIN: Sql = Sql::new(sql!(
    "SELECT first_transfer, last_transfer FROM chunk WHERE ",
    MATCHES,
    WITHIN,
    BY_NUMBER_OF_TRANSFER
));
static AMOUNTS: Sql = Sql::new(sql!(
    "SELECT first_transfer, last_transfer, least_amount, most_amount FROM chunk WHERE ",
    MATCHES,
    WITHIN
));

/// Every fixed statement of this file.
pub const CATALOGUE: &[Named] = named![&AFTER, &WITHOUT_POSTINGS, &LINES, &SPANS, &SPANS_WITHIN, &AMOUNTS];

inserted! {
    INSERT into "chunk",
    fn columns(rows: &[(Chunk, Span)]) each row {
        number: row.0.number,
        commit_number: row.0.commit_number,
        postings: row.0.postings,
        first_transfer: row.1.first_transfer,
        last_transfer: row.1.last_transfer,
        first_date: row.1.first_date,
        last_date: row.1.last_date,
        refused: row.1.refused,
        least_amount: row.1.least_amount,
        most_amount: row.1.most_amount,
    }
}

fn matching(bounds: Window, filter: &SpanFilter) -> Vec<Value> {
    let SpanFilter { from_date, to_date, refused, after_commit } = *filter;
    args![bounds.last, bounds.first, to_date, from_date, refused, after_commit]
}

/// The part of a chunk's numbers within bounds; all of the bounds if the chunk's span is unknown.
fn within(bounds: Window, first: i64, last: i64) -> Window {
    if first == 0 {
        return bounds;
    }
    Window { first: first.max(bounds.first), last: last.min(bounds.last) }
}

/// Windows of transfer numbers, lowest first, outside which no chunk holds a matching transfer. Windows
/// closer together than `gap` are merged.
pub async fn spans(
    tx: &mut Tx,
    bounds: Window,
    filter: &SpanFilter,
    gap: i64,
) -> Result<Vec<Window>, StoreError> {
    merged(&tx.fetch(&SPANS, matching(bounds, filter)).await?, bounds, gap)
}

/// The same of the chunks that were committed under numbers in a window: what a caller with little time reads at once.
pub async fn spans_within(
    tx: &mut Tx,
    bounds: Window,
    filter: &SpanFilter,
    gap: i64,
    commits: Window,
) -> Result<Vec<Window>, StoreError> {
    let mut args = matching(bounds, filter);
    args.extend(args![commits.first, commits.last]);
    merged(&tx.fetch(&SPANS_WITHIN, args).await?, bounds, gap)
}

fn merged(rows: &Rows, bounds: Window, gap: i64) -> Result<Vec<Window>, StoreError> {
    let mut windows: Vec<Window> = Vec::new();
    for row in rows.iter() {
        let window = within(bounds, row.i64(0)?, row.i64(1)?);
        match windows.last_mut() {
            Some(before) if before.reaches(window, gap) => before.last = before.last.max(window.last),
            _ => windows.push(window),
        }
    }
    Ok(windows)
}

/// A chunk's transfer numbers and the range of their amounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AmountSpan {
    /// The numbers.
    pub window: Window,
    /// No transfer has a smaller amount.
    pub least: i64,
    /// No transfer has a larger amount.
    pub most: i64,
}

/// The chunks, committed under numbers in a window, that may hold matching transfers, with the range of their amounts;
/// in no order.
pub async fn amounts(
    tx: &mut Tx,
    bounds: Window,
    filter: &SpanFilter,
    commits: Window,
) -> Result<Vec<AmountSpan>, StoreError> {
    let mut args = matching(bounds, filter);
    args.extend(args![commits.first, commits.last]);
    let mut spans = Vec::new();
    for row in tx.fetch(&AMOUNTS, args).await?.iter() {
        let first = row.i64(0)?;
        let window = within(bounds, first, row.i64(1)?);
        let (least, most) = if first == 0 { (i64::MIN, i64::MAX) } else { (row.i64(2)?, row.i64(3)?) };
        spans.push(AmountSpan { window, least, most });
    }
    Ok(spans)
}

/// Chunks committed after a commit number, in the order of commits.
pub async fn after(tx: &mut Tx, commit_number: i64, limit: i64) -> Result<Vec<Chunk>, StoreError> {
    tx.fetch(&AFTER, args![commit_number, limit]).await?.iter().map(Row::read).collect()
}

/// The chunks with these numbers.
pub async fn by_numbers(tx: &mut Tx, numbers: Vec<i64>) -> Result<Vec<Chunk>, StoreError> {
    tx.lookup(&BY_NUMBER, Column::I64(numbers)).await?.iter().map(Row::read).collect()
}

/// What the chunks with these numbers claim to have written.
pub async fn seals(tx: &mut Tx, numbers: Vec<i64>) -> Result<Vec<ChunkSeal>, StoreError> {
    tx.lookup(&SEALS, Column::I64(numbers)).await?.iter().map(Row::read).collect()
}

/// The chunks without a posting after a number, in order: everything in them was refused.
pub async fn without_postings(tx: &mut Tx, after: i64, limit: i64) -> Result<Vec<ChunkSeal>, StoreError> {
    tx.fetch(&WITHOUT_POSTINGS, args![after, limit]).await?.iter().map(Row::read).collect()
}

/// Chunks committed after a commit number, in the order of commits: that number, and what the commit's digest
/// covers of the chunk.
pub async fn lines(tx: &mut Tx, commit_number: i64, limit: i64) -> Result<Vec<(i64, String)>, StoreError> {
    let rows = tx.fetch(&LINES, args![commit_number, limit]).await?;
    let line = |row: Row<'_>| {
        let values = row.values().get(1..).unwrap_or_default();
        Ok((row.i64(0)?, chain::line("chunk", values)))
    };
    rows.iter().map(line).collect()
}

/// Whether a chunk whose commit outcome is unknown was committed. Inserts its row again: the insert waits
/// until the transaction in doubt has ended, and is refused if that one was committed. A commit of this
/// transaction then confirms the answer, because a visible change need not have reached the standby yet; this
/// commit comes after it in the log.
pub async fn settle(store: &Store, number: i64) -> Result<bool, StoreError> {
    let mut tx = store.write().await?;
    let placeholder = Chunk { number, commit_number: -number, postings: 0 };
    let is_new = tx.insert_new(&INSERT, columns(&[(placeholder, Span::NONE)])).await? > 0;
    if is_new {
        // It was not committed and no longer can be; our placeholder row is rolled back.
        return Ok(false);
    }
    head::advance(&mut tx).await?;
    tx.commit().await?;
    Ok(true)
}
