//! Balances: the narrow rows that a posting decision reads and writes.
//!
//! Only `ledger` calls [`write_later`]: no other code changes a balance. Status changes go through
//! [`set_status`], under the same row lock.

use crate::args;
use crate::bulk::{Lock, Lookup, Named, Sql, Update, named};
use crate::error::StoreError;
use crate::record::{Field, inserted};
use crate::script::{Asked, Script};
use crate::tx::Tx;
use crate::value::{Cells, Column, Row};
use domain::account::{Account, AccountStatus, Window};
use domain::id::AccountId;

const COLUMNS: &str = "account, asset, holder, kind, status, overdraft, balance, held, head, day, day_out, \
                       month, month_out";

static LOCK: Lookup =
    Lookup { columns: COLUMNS, from: "balance", key: "account", and: "", lock: Lock::Write };
static READ: Lookup = Lookup { columns: COLUMNS, from: "balance", key: "account", and: "", lock: Lock::None };
static WRITE: Update = Update {
    table: "balance",
    key: "account",
    columns: &["balance", "head", "day", "day_out", "month", "month_out"],
    and: "",
};
static SET_STATUS: Sql = Sql::new("UPDATE balance SET status = $2 WHERE account = $1");

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&SET_STATUS];

/// Reads [`COLUMNS`].
fn read_account(row: Row<'_>) -> Result<Account, StoreError> {
    let mut cells = row.cells();
    let cells = &mut cells;
    Ok(Account {
        id: Field::read(cells)?,
        asset: Field::read(cells)?,
        holder: Field::read(cells)?,
        kind: Field::read(cells)?,
        status: Field::read(cells)?,
        overdraft: Field::read(cells)?,
        balance: Field::read(cells)?,
        held: Field::read(cells)?,
        head: Field::read(cells)?,
        day: read_window(cells)?,
        month: read_window(cells)?,
    })
}

fn read_window(cells: &mut Cells<'_>) -> Result<Window, StoreError> {
    Ok(Window { key: cells.i64()?, out: cells.i64()? })
}

inserted! {
    INSERT into "balance",
    fn columns(accounts: &[Account]) each account {
        account: account.id,
        asset: account.asset,
        holder: account.holder,
        kind: account.kind,
        status: account.status,
        overdraft: account.overdraft,
        balance: account.balance,
        held: account.held,
        head: account.head,
        day: account.day.key,
        day_out: account.day.out,
        month: account.month.key,
        month_out: account.month.out,
    }
}

/// Creates balance rows.
pub async fn insert(tx: &mut Tx, accounts: &[Account]) -> Result<(), StoreError> {
    tx.insert(&INSERT, columns(accounts)).await.map(|_| ())
}

/// Locks and reads accounts. The ids must be sorted: all writers lock in id order, which rules out deadlocks.
pub async fn lock(tx: &mut Tx, sorted: Vec<i64>) -> Result<Vec<Account>, StoreError> {
    tx.ask(|script| lock_later(script, sorted)).await
}

/// [`lock`] in a script.
pub fn lock_later(script: &mut Script, sorted: Vec<i64>) -> Asked<Vec<Account>> {
    script.lookup(&LOCK, Column::I64(sorted), |answer| answer.rows.iter().map(read_account).collect())
}

/// Reads accounts without locking them.
pub async fn read(tx: &mut Tx, ids: Vec<i64>) -> Result<Vec<Account>, StoreError> {
    tx.lookup(&READ, Column::I64(ids)).await?.iter().map(read_account).collect()
}

/// Writes what a chunk changed, each account once. Only the door calls this.
pub fn write_later<'a>(script: &mut Script, accounts: impl Iterator<Item = &'a Account> + Clone) {
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
    script.update(&WRITE, columns);
}

/// Freezes, unfreezes or closes an account.
pub async fn set_status(tx: &mut Tx, account: AccountId, status: AccountStatus) -> Result<(), StoreError> {
    tx.execute(&SET_STATUS, args![account.0, status.number()]).await.map(|_| ())
}
