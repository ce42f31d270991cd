//! What is different about submitted batches: a report each, and its changes as text, in parts by kind, so that
//! a page is one row. The other statements read what a report is made from.

use crate::args;
use crate::batch::{self, Batch};
use crate::bulk::{Lock, Lookup, Named, Sql, named};
use crate::error::StoreError;
use crate::record::record;
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::{Cells, Column, Row};
use domain::batch::BatchState;
use domain::change::{Change, ChangeKind};
use domain::id::{AccountId, AssetId, BatchId, HolderId};
use std::fmt::Write as _;

/// Changes in one part, which is a text of about 50 kB.
pub const PART: usize = 1_000;
/// Earlier batches among which a base is sought.
const BASES: i64 = 200;
/// Batches without a report that are named at once.
const DUE_AT_ONCE: i64 = 16;

/// How many changes of a kind there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangeCount {
    /// Their kind.
    pub kind: ChangeKind,
    /// All of them, listed or not.
    pub found: i64,
    /// How many are listed.
    pub listed: i64,
    /// What they pay, in minor units; for payees that are gone, what they were paid.
    pub amount: i64,
}

record! {
    /// What is different about a batch, apart from the changes themselves.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ChangeReport {
        /// The batch.
        pub batch: BatchId,
        /// The submission it was made for, microseconds UTC.
        pub submitted_at: i64,
        /// When it was made.
        pub made_at: i64,
        /// The batch that it was compared with.
        pub base: Option<BatchId>,
        /// Since when payments were compared.
        pub recent_since: i64,
        /// How many changes there are, in the order of kinds.
        pub counts: Vec<ChangeCount> = "counts" with read_counts,
    }
}

record! {
    /// What a report needs to know about an account.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct KnownAccount {
        /// The account.
        pub id: AccountId = "a.id",
        /// Its currency.
        pub asset: AssetId = "a.asset",
        /// Its holder; none for the ledger's own.
        pub holder: Option<HolderId> = "a.holder",
        /// When it was opened, microseconds UTC.
        pub opened_at: i64 = "a.opened_at",
        /// Its newest posting, if it has one.
        pub head: Option<i64> = "b.head",
    }
}

static ADD: Sql = Sql::new(
    "INSERT INTO change_report (batch, submitted_at, made_at, base, recent_since, counts)
     VALUES ($1, $2, $3, $4, $5, $6)",
);
static ADD_PART: Sql =
    Sql::new("INSERT INTO change_part (batch, kind, part, changes) VALUES ($1, $2, $3, $4)");
static FORGET: Sql = Sql::new("DELETE FROM change_report WHERE batch = $1");
static FORGET_PARTS: Sql = Sql::new("DELETE FROM change_part WHERE batch = $1");
static GET: Sql = Sql::new(sql!("SELECT ", ChangeReport::COLUMNS, " FROM change_report WHERE batch = $1"));
static GET_PART: Sql =
    Sql::new("SELECT changes FROM change_part WHERE batch = $1 AND kind = $2 AND part = $3");
static DUE: Sql = Sql::new(sql!(
    "SELECT b.id FROM batch b WHERE b.submitted_at >= $1 AND b.ready = 1 AND b.state NOT IN (",
    [BatchState::Draft],
    ", ",
    [BatchState::Rejected],
    ", ",
    [BatchState::Cancelled],
    ") AND NOT EXISTS (SELECT 1 FROM change_report r
                       WHERE r.batch = b.id AND r.submitted_at = b.submitted_at)
     ORDER BY b.submitted_at, b.id LIMIT $2",
));
static PAID_BASES: Sql = Sql::new(sql!(
    "SELECT id FROM batch
     WHERE submitted_at >= $1 AND submitted_at <= $2 AND ready = 1 AND asset = $3 AND kind = $4
       AND COALESCE(account, 0) = $5 AND id <> $6 AND state IN (",
    [BatchState::Completed],
    ", ",
    [BatchState::PartiallyCompleted],
    ") ORDER BY submitted_at DESC, id DESC LIMIT $7",
));
// A batch may be paid long after its submission, so the index narrows it down and the other times decide.
static PAID_SINCE: Sql = Sql::new(
    "SELECT id FROM batch
     WHERE submitted_at >= $1 AND ready = 1 AND asset = $2 AND id <> $3 AND success_count > 0
       AND (completed_at IS NULL OR completed_at >= $4)
     ORDER BY submitted_at DESC, id DESC",
);
static ACCOUNTS: Lookup = Lookup {
    columns: KnownAccount::COLUMNS,
    from: "account a JOIN balance b ON b.account = a.id",
    key: "a.id",
    and: "",
    lock: Lock::None,
};

/// The statements of this noun.
pub const CATALOGUE: &[Named] =
    named![&ADD, &ADD_PART, &FORGET, &FORGET_PARTS, &GET, &GET_PART, &DUE, &PAID_BASES, &PAID_SINCE,];

/// Stores a report, replacing that of an earlier submission. `listed` are the changes in the order of kinds.
pub async fn write(tx: &mut Tx, report: &ChangeReport, listed: &[Change]) -> Result<(), StoreError> {
    let batch = report.batch.0;
    tx.execute(&FORGET, args![batch]).await?;
    tx.execute(&FORGET_PARTS, args![batch]).await?;
    for of_kind in listed.chunk_by(|one, other| one.kind == other.kind) {
        for (part, changes) in (0_i64..).zip(of_kind.chunks(PART)) {
            let Some(first) = changes.first() else { continue };
            tx.execute(&ADD_PART, args![batch, first.kind.number(), part, encode(changes)]).await?;
        }
    }
    let counts = report
        .counts
        .iter()
        .map(|one| format!("{} {} {} {}", one.kind.number(), one.found, one.listed, one.amount));
    let counts = counts.collect::<Vec<_>>().join("\n");
    let base = report.base.map(|id| id.0);
    let args = args![batch, report.submitted_at, report.made_at, base, report.recent_since, counts];
    tx.execute(&ADD, args).await.map(|_| ())
}

/// A batch's report, if it was made.
pub async fn report(tx: &mut Tx, batch: BatchId) -> Result<Option<ChangeReport>, StoreError> {
    tx.fetch(&GET, args![batch.0]).await?.first().map(Row::read).transpose()
}

/// A part of the changes of a kind, counted from 0; empty after the last.
pub async fn part(
    tx: &mut Tx,
    batch: BatchId,
    kind: ChangeKind,
    part: i64,
) -> Result<Vec<Change>, StoreError> {
    let rows = tx.fetch(&GET_PART, args![batch.0, kind.number(), part]).await?;
    let Some(row) = rows.first() else { return Ok(Vec::new()) };
    let unreadable = || StoreError::Corrupt(format!("invalid changes of batch {batch}"));
    row.text(0)?.lines().map(|line| decode(kind, line).ok_or_else(unreadable)).collect()
}

/// One line a change: account, account before, amounts, origin, time.
fn encode(changes: &[Change]) -> String {
    let mut text = String::with_capacity(changes.len().saturating_mul(48));
    for change in changes {
        let Change { account, account_before, before, after, origin, at, .. } = change;
        let account_before = account_before.map_or(0, |id| id.0);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{account} {account_before} {before} {after} {origin} {at}");
    }
    text
}

fn numbers<const COUNT: usize>(line: &str) -> Option<[i64; COUNT]> {
    let numbers: Vec<i64> = line.split(' ').map(str::parse).collect::<Result<_, _>>().ok()?;
    numbers.try_into().ok()
}

fn decode(kind: ChangeKind, line: &str) -> Option<Change> {
    let [account, account_before, before, after, origin, at] = numbers(line)?;
    let account_before = (account_before != 0).then_some(AccountId(account_before));
    Some(Change { kind, account: AccountId(account), account_before, before, after, origin, at })
}

fn read_counts(cells: &mut Cells<'_>) -> Result<Vec<ChangeCount>, StoreError> {
    let unreadable = || StoreError::Corrupt("invalid counts of changes".to_owned());
    let read = |line: &str| {
        let [kind, found, listed, amount] = numbers(line)?;
        Some(ChangeCount { kind: ChangeKind::from_number(kind)?, found, listed, amount })
    };
    cells.text()?.lines().map(|line| read(line).ok_or_else(unreadable)).collect()
}

/// Batches submitted since a time whose report is missing, oldest first; only some at once.
pub async fn due(tx: &mut Tx, since: i64) -> Result<Vec<BatchId>, StoreError> {
    tx.fetch(&DUE, args![since, DUE_AT_ONCE]).await?.iter().map(|row| Ok(BatchId(row.i64(0)?))).collect()
}

/// Ended batches that paid in the same currency, type and account as a batch, submitted within a range of
/// times, both included, newest first.
pub async fn paid_bases(
    tx: &mut Tx,
    like: &crate::similar::Subject,
    (since, until): (i64, i64),
) -> Result<Vec<Batch>, StoreError> {
    let (id, account) = (like.batch.map_or(0, |id| id.0), like.account.map_or(0, |id| id.0));
    let args = args![since, until, like.asset.0, like.kind.number(), account, id, BASES];
    by_ids(tx, &PAID_BASES, args).await
}

/// Batches in a currency that have paid and were not over before a time, newest submission first.
/// `submitted_since` bounds how far back they are sought.
pub async fn paid_since(
    tx: &mut Tx,
    like: &crate::similar::Subject,
    (submitted_since, since): (i64, i64),
) -> Result<Vec<Batch>, StoreError> {
    let args = args![submitted_since, like.asset.0, like.batch.map_or(0, |id| id.0), since];
    by_ids(tx, &PAID_SINCE, args).await
}

/// Batches by a statement that names their ids, newest submission first.
async fn by_ids(
    tx: &mut Tx,
    sql: &'static Sql,
    args: Vec<crate::value::Value>,
) -> Result<Vec<Batch>, StoreError> {
    let rows = tx.fetch(sql, args).await?;
    let ids = rows.iter().map(|row| row.i64(0)).collect::<Result<Vec<_>, _>>()?;
    let mut batches = batch::by_ids(tx, ids).await?;
    batches.sort_by_key(|batch| std::cmp::Reverse((batch.submitted_at, batch.id)));
    Ok(batches)
}

/// Accounts by id, in any order; missing ones are omitted.
pub async fn accounts(tx: &mut Tx, ids: Vec<i64>) -> Result<Vec<KnownAccount>, StoreError> {
    tx.lookup(&ACCOUNTS, Column::I64(ids)).await?.iter().map(Row::read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_reads_back_and_a_damaged_one_does_not() {
        let change = Change {
            kind: ChangeKind::AccountChanged,
            account: AccountId(7),
            account_before: Some(AccountId(9)),
            before: i64::MAX,
            after: -1,
            origin: 3,
            at: 4,
        };
        let none = Change { account_before: None, ..change };
        let text = encode(&[change, none]);
        let read: Vec<_> = text.lines().map(|line| decode(change.kind, line)).collect();
        assert_eq!(read, [Some(change), Some(none)]);
        for damaged in ["", "1 2 3 4 5", "1 2 3 4 5 6 7", "1 2 3 4 5 x", "1  3 4 5 6"] {
            assert_eq!(decode(change.kind, damaged), None, "{damaged}");
        }
    }
}
