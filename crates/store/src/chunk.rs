//! Chunks: which one was committed when. A chunk's row is written last, next to the ledger's head, so it
//! exists if and only if the chunk was committed.

use crate::args;
use crate::bulk::{Lock, Lookup, Named, Sql, named};
use crate::error::StoreError;
use crate::head;
use crate::listing::Window;
use crate::record::{inserted, record};
use crate::script::Script;
use crate::sql::sql;
use crate::store::Store;
use crate::transfer::Transfer;
use crate::tx::Tx;
use crate::value::{Column, Row, Rows, Value};

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

/// What holds for all transfers of a chunk, completed or refused. Lists skip chunks that cannot contain a
/// match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Their lowest number.
    pub first_transfer: i64,
    /// Their highest number; less than the lowest if there are none.
    pub last_transfer: i64,
    /// Their earliest value date: days since 1970-01-01.
    pub first_date: i64,
    /// Their latest value date.
    pub last_date: i64,
    /// How many of them were refused.
    pub refused: i64,
    /// The smallest amount, in minor units of whatever currency.
    pub least_amount: i64,
    /// The largest amount.
    pub most_amount: i64,
}

impl Span {
    /// The span of no transfers.
    pub const NONE: Self = Self {
        first_transfer: 1,
        last_transfer: 0,
        first_date: 1,
        last_date: 0,
        refused: 0,
        least_amount: 1,
        most_amount: 0,
    };

    /// The span of a chunk's transfers.
    #[must_use]
    pub fn of(transfers: &[Transfer]) -> Self {
        let mut rest = transfers.iter();
        let Some(first) = rest.next() else { return Self::NONE };
        rest.fold(Self::one(first), |span, transfer| {
            let one = Self::one(transfer);
            Self {
                first_transfer: span.first_transfer.min(one.first_transfer),
                last_transfer: span.last_transfer.max(one.last_transfer),
                first_date: span.first_date.min(one.first_date),
                last_date: span.last_date.max(one.last_date),
                refused: span.refused + one.refused,
                least_amount: span.least_amount.min(one.least_amount),
                most_amount: span.most_amount.max(one.most_amount),
            }
        })
    }

    fn one(transfer: &Transfer) -> Self {
        let (number, date, amount) = (transfer.number.0, transfer.value_date, transfer.amount);
        Self {
            first_transfer: number,
            last_transfer: number,
            first_date: date,
            last_date: date,
            refused: i64::from(transfer.code.is_some()),
            least_amount: amount,
            most_amount: amount,
        }
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
static AFTER: Sql = Sql::new(sql!(
    "SELECT ",
    Chunk::COLUMNS,
    " FROM chunk WHERE commit_number > $1 ORDER BY commit_number LIMIT $2",
));
static INSERT_COMMITTED: Sql = Sql::new(
    "INSERT INTO chunk (number, commit_number, postings, first_transfer, last_transfer, first_date, last_date,
                        refused, least_amount, most_amount)
     SELECT $1, commit_number, $2, $3, $4, $5, $6, $7, $8, $9 FROM ledger_head WHERE id = 1",
);
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
pub const CATALOGUE: &[Named] = named![&AFTER, &INSERT_COMMITTED, &SPANS, &SPANS_WITHIN, &AMOUNTS];

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

/// Writes the row of a chunk that is about to be committed, under the commit number that
/// [`head::advance_later`] drew before it.
pub fn insert_later(script: &mut Script, number: i64, postings: i64, span: Span) {
    let Span { first_transfer, last_transfer, first_date, last_date, refused, least_amount, most_amount } =
        span;
    let args = args![
        number,
        postings,
        first_transfer,
        last_transfer,
        first_date,
        last_date,
        refused,
        least_amount,
        most_amount,
    ];
    script.execute(&INSERT_COMMITTED, args);
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
