//! Balances: the narrow rows that a posting decision reads and writes.
//!
//! Only `ledger` calls [`write()`]: no other code changes a balance. Status changes go through
//! [`set_status`], under the same row lock.

use crate::args;
use crate::bulk::{Insert, Lock, Lookup, Sql, Update};
use crate::error::StoreError;
use crate::tx::Tx;
use crate::value::{Column, Row};
use domain::account::{Account, AccountKind, AccountStatus, Window};
use domain::id::{AccountId, AssetId, HolderId, PostingId};

const COLUMNS: &str = "account, asset, holder, kind, status, overdraft, balance, held, head, day, day_out, \
                       month, month_out";

static INSERT: Insert = Insert {
    table: "balance",
    columns: &[
        "account",
        "asset",
        "holder",
        "kind",
        "status",
        "overdraft",
        "balance",
        "held",
        "head",
        "day",
        "day_out",
        "month",
        "month_out",
    ],
};
static LOCK: Lookup =
    Lookup { columns: COLUMNS, from: "balance", key: "account", and: "", lock: Lock::Write };
static READ: Lookup = Lookup { columns: COLUMNS, from: "balance", key: "account", and: "", lock: Lock::None };
static WRITE: Update = Update {
    table: "balance",
    key: "account",
    columns: &["balance", "head", "day", "day_out", "month", "month_out"],
};
static SET_STATUS: Sql = Sql::new("UPDATE balance SET status = $2 WHERE account = $1");

/// The statements of this noun.
pub const CATALOGUE: &[&Sql] = &[&SET_STATUS];

pub(crate) fn read_account(row: Row<'_>) -> Result<Account, StoreError> {
    Ok(Account {
        id: AccountId(row.i64(0)?),
        asset: AssetId(row.i64(1)?),
        holder: row.opt_i64(2)?.map(HolderId),
        kind: row.stored(3, AccountKind::from_number)?,
        status: row.stored(4, AccountStatus::from_number)?,
        overdraft: row.i64(5)?,
        balance: row.i64(6)?,
        held: row.i64(7)?,
        head: row.opt_i64(8)?.map(PostingId),
        day: Window { key: row.i64(9)?, out: row.i64(10)? },
        month: Window { key: row.i64(11)?, out: row.i64(12)? },
    })
}

/// Creates balance rows.
pub async fn insert(tx: &mut Tx, accounts: &[Account]) -> Result<(), StoreError> {
    let column = |value: fn(&Account) -> i64| Column::I64(accounts.iter().map(value).collect());
    let columns = vec![
        column(|a| a.id.0),
        column(|a| a.asset.0),
        Column::OptI64(accounts.iter().map(|a| a.holder.map(|h| h.0)).collect()),
        column(|a| a.kind.number()),
        column(|a| a.status.number()),
        column(|a| a.overdraft),
        column(|a| a.balance),
        column(|a| a.held),
        Column::OptI64(accounts.iter().map(|a| a.head.map(|p| p.0)).collect()),
        column(|a| a.day.key),
        column(|a| a.day.out),
        column(|a| a.month.key),
        column(|a| a.month.out),
    ];
    tx.insert(&INSERT, columns).await.map(|_| ())
}

/// Locks and reads accounts. The ids must be sorted: all writers lock in id order, which rules out deadlocks.
pub async fn lock(tx: &mut Tx, sorted: Vec<i64>) -> Result<Vec<Account>, StoreError> {
    tx.lookup(&LOCK, Column::I64(sorted)).await?.iter().map(read_account).collect()
}

/// Reads accounts without locking them.
pub async fn read(tx: &mut Tx, ids: Vec<i64>) -> Result<Vec<Account>, StoreError> {
    tx.lookup(&READ, Column::I64(ids)).await?.iter().map(read_account).collect()
}

/// Writes what a chunk changed, each account once. Only the door calls this.
pub async fn write<'a>(
    tx: &mut Tx,
    accounts: impl Iterator<Item = &'a Account> + Clone,
) -> Result<(), StoreError> {
    let column = |value: fn(&Account) -> i64| Column::I64(accounts.clone().map(value).collect());
    let columns = vec![
        column(|a| a.id.0),
        column(|a| a.balance),
        Column::OptI64(accounts.clone().map(|a| a.head.map(|p| p.0)).collect()),
        column(|a| a.day.key),
        column(|a| a.day.out),
        column(|a| a.month.key),
        column(|a| a.month.out),
    ];
    tx.update(&WRITE, columns).await.map(|_| ())
}

/// Freezes, unfreezes or closes an account.
pub async fn set_status(tx: &mut Tx, account: AccountId, status: AccountStatus) -> Result<(), StoreError> {
    tx.execute(&SET_STATUS, args![account.0, status.number()]).await.map(|_| ())
}
