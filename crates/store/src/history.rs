//! Entries by account and value date. They follow behind the postings in sorted runs: each run is one pass
//! through the b-tree in key order, so a page is written once a run and not once an entry.

use crate::args;
use crate::bulk::{Insert, Sql};
use crate::error::StoreError;
use crate::tx::Tx;
use crate::value::Column;
use domain::id::AccountId;

static MARK: Sql = Sql::locking("SELECT posting FROM history_mark WHERE id = 1");
static SET_MARK: Sql = Sql::new("UPDATE history_mark SET posting = $1 WHERE id = 1");
static SOURCE: Sql =
    Sql::new("SELECT id, debit, credit, value_date FROM posting WHERE id > $1 ORDER BY id LIMIT $2");
static INSERT: Insert = Insert { table: "history", columns: &["account", "value_date", "posting"] };
static PAGE: Sql = Sql::new(
    "SELECT value_date, posting FROM history
     WHERE account = $1 AND value_date >= $2 AND (value_date, posting) < ($3, $4)
     ORDER BY value_date DESC, posting DESC LIMIT $5",
);

/// The statements of this noun.
pub const CATALOGUE: &[&Sql] = &[&MARK, &SET_MARK, &SOURCE, &PAGE];

/// The last posting that the history holds.
pub async fn mark(tx: &mut Tx) -> Result<i64, StoreError> {
    tx.fetch(&MARK, args![]).await?.first().map_or(Ok(0), |row| row.i64(0))
}

/// Postings read at a time while a run is gathered: rows are wide in memory, entries are not.
const GATHER: i64 = 50_000;

/// Takes the next run of at most `limit` postings into the history; says how many there were.
pub async fn advance(tx: &mut Tx, limit: i64) -> Result<i64, StoreError> {
    let (mut last, mut taken) = (mark(tx).await?, 0);
    let mut entries: Vec<(i64, i64, i64)> = Vec::new();
    while taken < limit {
        let rows = tx.fetch(&SOURCE, args![last, GATHER.min(limit - taken)]).await?;
        for row in rows.iter() {
            last = row.i64(0)?;
            let date = row.i64(3)?;
            entries.push((row.i64(1)?, date, last));
            entries.push((row.i64(2)?, date, last));
        }
        if rows.is_empty() {
            break;
        }
        taken += i64::try_from(rows.len()).unwrap_or(0);
    }
    entries.sort_unstable();
    for run in entries.chunks(100_000) {
        let columns = vec![
            Column::I64(run.iter().map(|entry| entry.0).collect()),
            Column::I64(run.iter().map(|entry| entry.1).collect()),
            Column::I64(run.iter().map(|entry| entry.2).collect()),
        ];
        tx.insert(&INSERT, columns).await?;
    }
    tx.execute(&SET_MARK, args![last]).await?;
    Ok(taken)
}

/// Postings of an account with a value date of at least `from`, before a place, newest first: pairs of
/// value date and posting.
pub async fn page(
    tx: &mut Tx,
    account: AccountId,
    from: i64,
    before: (i64, i64),
    limit: i64,
) -> Result<Vec<(i64, i64)>, StoreError> {
    let rows = tx.fetch(&PAGE, args![account.0, from, before.0, before.1, limit]).await?;
    rows.iter().map(|row| Ok((row.i64(0)?, row.i64(1)?))).collect()
}
