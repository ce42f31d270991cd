//! Entries by account and value date. They lag behind the postings and are written in sorted runs: each run
//! is one pass through the b-tree in key order, so a page is written once per run, not once per entry. A run
//! may be written in several transactions: the last one moves the mark, and entries above the mark may or may
//! not exist yet.

use crate::args;
use crate::bulk::{Insert, Named, Sql, named};
use crate::chunk;
use crate::error::StoreError;
use crate::tx::Tx;
use crate::value::{Column, Row};
use domain::id::{AccountId, PostingId};

static MARK: Sql = Sql::new("SELECT commit_number FROM history_mark WHERE id = 1");
static MARK_LOCKED: Sql = Sql::locking("SELECT commit_number FROM history_mark WHERE id = 1");
static SET_MARK: Sql = Sql::new("UPDATE history_mark SET commit_number = $1 WHERE id = 1");
static SOURCE: Sql = Sql::new(
    "SELECT id, debit, credit, value_date FROM posting WHERE id > $1 AND id < $2 ORDER BY id LIMIT $3",
);
static INSERT: Insert = Insert { table: "history", columns: &["account", "value_date", "posting"] };
static PAGE: Sql = Sql::new(
    "SELECT value_date, posting FROM history
     WHERE account = $1 AND value_date >= $2 AND (value_date, posting) < ($3, $4)
     ORDER BY value_date DESC, posting DESC LIMIT $5",
);

static COUNT: Sql =
    Sql::new("SELECT COUNT(*) FROM (SELECT 1 FROM history WHERE account = $1 LIMIT $2) counted");
static COUNT_BETWEEN: Sql = Sql::new(
    "SELECT COUNT(*) FROM (SELECT 1 FROM history WHERE account = $1 AND value_date BETWEEN $2 AND $3 LIMIT $4) counted",
);

/// The statements of this noun.
pub const CATALOGUE: &[Named] =
    named![&MARK, &MARK_LOCKED, &SET_MARK, &SOURCE, &PAGE, &COUNT, &COUNT_BETWEEN];

/// The last commit up to which the history holds all postings.
pub async fn mark(tx: &mut Tx) -> Result<i64, StoreError> {
    tx.fetch(&MARK, args![]).await?.first().map_or(Ok(0), |row| row.i64(0))
}

/// Postings read at a time while gathering a run: rows are wide in memory, entries are not.
const GATHER: i64 = 50_000;
/// Chunks read for a run.
const CHUNKS: i64 = 20_000;
/// Entries written per call.
const WRITE: usize = 100_000;

/// An account, a value date and a posting.
pub type Entry = (i64, i64, i64);

/// Whole chunks in commit order that the history does not hold yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gathered {
    /// The mark when they were gathered.
    pub marked: i64,
    /// The mark once all of them are written.
    pub mark: i64,
    /// The number of their postings.
    pub postings: i64,
    /// Their entries, in key order.
    pub entries: Vec<Entry>,
}

/// Gathers the next chunks until `limit` postings are reached; writes nothing.
pub async fn gather(tx: &mut Tx, limit: i64) -> Result<Gathered, StoreError> {
    let marked = mark(tx).await?;
    gather_after(tx, marked, limit).await
}

async fn gather_after(tx: &mut Tx, marked: i64, limit: i64) -> Result<Gathered, StoreError> {
    let mut gathered = Gathered { marked, mark: marked, ..Gathered::default() };
    let mut numbers = Vec::new();
    for chunk in chunk::after(tx, marked, CHUNKS).await? {
        numbers.push(chunk.number);
        gathered.postings += chunk.postings;
        gathered.mark = chunk.commit_number;
        if gathered.postings >= limit {
            break;
        }
    }
    numbers.sort_unstable();
    for run in numbers.chunk_by(|a, b| a + 1 == *b) {
        if let (Some(first), Some(last)) = (run.first(), run.last()) {
            let (from, before) = (PostingId::first_of_chunk(*first), PostingId::first_of_chunk(last + 1));
            entries(tx, from, before, &mut gathered.entries).await?;
        }
    }
    gathered.entries.sort_unstable();
    Ok(gathered)
}

/// Writes some of the gathered entries. Entries that exist already are skipped, because an interrupted run is
/// gathered again. Until the mark moves, readers also find these postings by the walk.
pub async fn insert(tx: &mut Tx, entries: &[Entry]) -> Result<(), StoreError> {
    for run in entries.chunks(WRITE) {
        let columns = vec![
            Column::I64(run.iter().map(|entry| entry.0).collect()),
            Column::I64(run.iter().map(|entry| entry.1).collect()),
            Column::I64(run.iter().map(|entry| entry.2).collect()),
        ];
        tx.insert_new(&INSERT, columns).await?;
    }
    Ok(())
}

/// Moves the mark once all entries are written; returns whether the mark was still at its old position.
pub async fn move_mark(tx: &mut Tx, gathered: &Gathered) -> Result<bool, StoreError> {
    if locked_mark(tx).await? != gathered.marked {
        return Ok(false);
    }
    tx.execute(&SET_MARK, args![gathered.mark]).await?;
    Ok(true)
}

async fn locked_mark(tx: &mut Tx) -> Result<i64, StoreError> {
    tx.fetch(&MARK_LOCKED, args![]).await?.first().map_or(Ok(0), |row| row.i64(0))
}

/// Adds the next chunks to the history in one transaction, until `limit` postings are reached, and returns
/// how many there were. Only one node does this at a time.
pub async fn advance(tx: &mut Tx, limit: i64) -> Result<i64, StoreError> {
    let marked = locked_mark(tx).await?;
    let gathered = gather_after(tx, marked, limit).await?;
    insert(tx, &gathered.entries).await?;
    if gathered.mark > marked {
        tx.execute(&SET_MARK, args![gathered.mark]).await?;
    }
    Ok(gathered.postings)
}

/// The entries of the postings from `from` up to, but not including, `before`.
async fn entries(
    tx: &mut Tx,
    from: PostingId,
    before: PostingId,
    entries: &mut Vec<Entry>,
) -> Result<(), StoreError> {
    let mut last = from.0 - 1;
    loop {
        let rows = tx.fetch(&SOURCE, args![last, before.0, GATHER]).await?;
        for row in rows.iter() {
            last = row.i64(0)?;
            let date = row.i64(3)?;
            entries.push((row.i64(1)?, date, last));
            entries.push((row.i64(2)?, date, last));
        }
        if rows.len() < usize::try_from(GATHER).unwrap_or(usize::MAX) {
            return Ok(());
        }
    }
}

/// How many entries of an account the history holds; counting stops at `most`.
pub async fn count(tx: &mut Tx, account: AccountId, most: i64) -> Result<i64, StoreError> {
    tx.fetch(&COUNT, args![account.0, most]).await?.first().map_or(Ok(0), |row| row.i64(0))
}

/// How many of them have a value date in a range; counting stops at `most`.
pub async fn count_between(
    tx: &mut Tx,
    account: AccountId,
    (from, to): (i64, i64),
    most: i64,
) -> Result<i64, StoreError> {
    let rows = tx.fetch(&COUNT_BETWEEN, args![account.0, from, to, most]).await?;
    rows.first().map_or(Ok(0), |row| row.i64(0))
}

/// Postings of an account with a value date of at least `from`, before a position, newest first: pairs of
/// value date and posting.
pub async fn page(
    tx: &mut Tx,
    account: AccountId,
    from: i64,
    before: (i64, i64),
    limit: i64,
) -> Result<Vec<(i64, i64)>, StoreError> {
    let rows = tx.fetch(&PAGE, args![account.0, from, before.0, before.1, limit]).await?;
    rows.iter().map(Row::read).collect()
}
