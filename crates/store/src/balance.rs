//! Balances: what postings change, and what bounds it. With the accounts' standing, they are what a posting
//! decision reads.
//!
//! Only `ledger` calls [`write_later`] and [`write_spent_later`]: no other code changes a balance. Whatever else
//! changes something that a decision reads locks the balance first, as [`set_status`] does: a chunk reads
//! everything after it has locked the balances.

use crate::account::{self, Standing};
use crate::args;
use crate::bulk::{Lock, Lookup, Named, Sql, Update, named};
use crate::error::StoreError;
use crate::head;
use crate::record::{inserted, record};
use crate::script::{Answer, Answers, Asked, Script};
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::{Column, Row};
use domain::account::{Account, AccountStatus, Window};
use domain::id::{AccountId, PostingId};

record! {
    /// A row.
    #[derive(Debug, Clone, Copy)]
    struct Balance {
        account: AccountId,
        balance: i64,
        head: Option<PostingId>,
        /// None for the ledger's own accounts, which have no lower bound.
        overdraft: Option<i64>,
        held: i64,
        day: i64,
        day_out: i64,
        month: i64,
        month_out: i64,
    }
}

static LOCK: Lookup =
    Lookup { columns: Balance::COLUMNS, from: "balance", key: "account", and: "", lock: Lock::Write };
static READ: Lookup =
    Lookup { columns: Balance::COLUMNS, from: "balance", key: "account", and: "", lock: Lock::None };
static WRITE: Update = Update { table: "balance", key: "account", columns: &["balance", "head"], and: "" };
static WRITE_SPENT: Update = Update {
    table: "balance",
    key: "account",
    columns: &["balance", "head", "day", "day_out", "month", "month_out"],
    and: "",
};

static AROUND: Sql = Sql::new(sql!(
    "SELECT ",
    Balance::COLUMNS,
    " FROM balance WHERE account BETWEEN $1 AND $2 ORDER BY account"
));

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&AROUND];

impl Balance {
    fn of(self, standing: Standing) -> Account {
        Account {
            id: self.account,
            asset: standing.asset,
            holder: standing.holder,
            kind: standing.kind,
            status: standing.status,
            overdraft: self.overdraft.unwrap_or_default(),
            balance: self.balance,
            held: self.held,
            head: self.head,
            day: Window { key: self.day, out: self.day_out },
            month: Window { key: self.month, out: self.month_out },
        }
    }
}

inserted! {
    INSERT into "balance",
    fn columns(accounts: &[Account]) each account {
        account: account.id,
        balance: account.balance,
        head: account.head,
        overdraft: (!account.kind.is_system()).then_some(account.overdraft),
        held: account.held,
        day: account.day.key,
        day_out: account.day.out,
        month: account.month.key,
        month_out: account.month.out,
    }
}

/// Creates the balances of new accounts.
pub async fn insert(tx: &mut Tx, accounts: &[Account]) -> Result<(), StoreError> {
    tx.insert(&INSERT, columns(accounts)).await.map(|_| ())
}

/// Accounts that a script reads.
#[derive(Debug)]
pub struct AskedAccounts {
    balances: Asked<Vec<Balance>>,
    standings: Asked<Vec<Standing>>,
}

impl AskedAccounts {
    /// Two statements: the standing must be read after the balance is locked, by a statement that sees what was
    /// committed while it waited for the lock.
    fn ask(script: &mut Script, lookup: &'static Lookup, ids: Vec<i64>) -> Self {
        let keys = Column::I64(ids.clone());
        let balances = script.lookup(lookup, keys, |answer| answer.rows.iter().map(Row::read).collect());
        Self { balances, standings: account::standings_later(script, ids) }
    }

    /// The same for a range of ids.
    fn ask_around(script: &mut Script, (first, last): (i64, i64)) -> Self {
        let read = |answer: Answer| answer.rows.iter().map(Row::read).collect();
        let balances = script.fetch(&AROUND, args![first, last], read);
        Self { balances, standings: account::standings_around_later(script, (first, last)) }
    }

    /// The accounts, in the order of the ids.
    pub fn take(self, answers: &mut Answers) -> Result<Vec<Account>, StoreError> {
        let balances = answers.take(self.balances)?;
        let mut standings = answers.take(self.standings)?.into_iter();
        let account = |balance: Balance| {
            // An account that was opened between the two statements has a standing only.
            let standing = standings.find(|standing| standing.id == balance.account);
            let missing = || StoreError::Corrupt(format!("balance {} has no account", balance.account.0));
            standing.map(|standing| balance.of(standing)).ok_or_else(missing)
        };
        balances.into_iter().map(account).collect()
    }
}

/// Locks and reads accounts. The ids must be sorted: all writers lock in id order, which rules out deadlocks.
pub async fn lock(tx: &mut Tx, sorted: Vec<i64>) -> Result<Vec<Account>, StoreError> {
    let mut script = Script::new();
    let asked = lock_later(&mut script, sorted);
    asked.take(&mut tx.run(script).await?)
}

/// [`lock`] in a script.
pub fn lock_later(script: &mut Script, sorted: Vec<i64>) -> AskedAccounts {
    AskedAccounts::ask(script, &LOCK, sorted)
}

/// Reads accounts without locking them.
pub async fn read(tx: &mut Tx, ids: Vec<i64>) -> Result<Vec<Account>, StoreError> {
    let mut script = Script::new();
    let asked = AskedAccounts::ask(&mut script, &READ, ids);
    asked.take(&mut tx.run(script).await?)
}

/// Finding a row by its key costs about as much as reading this many rows of a range.
const ROWS_A_KEY: usize = 10;

/// Reads accounts without locking them, and perhaps others between them: where much of a range is asked for, reading
/// all of it costs less than finding each. The ids must be sorted.
pub async fn read_around(tx: &mut Tx, sorted: &[i64]) -> Result<Vec<Account>, StoreError> {
    let (Some(first), Some(last)) = (sorted.first(), sorted.last()) else { return Ok(Vec::new()) };
    let is_dense = usize::try_from(last - first).is_ok_and(|range| range < ROWS_A_KEY * sorted.len());
    let mut script = Script::new();
    let asked = if is_dense {
        AskedAccounts::ask_around(&mut script, (*first, *last))
    } else {
        AskedAccounts::ask(&mut script, &READ, sorted.to_vec())
    };
    asked.take(&mut tx.run(script).await?)
}

/// Writes what postings changed in accounts from which nothing was spent, each account once. What was spent
/// before is neither sent nor written. Only the door calls this.
pub fn write_later<'a>(script: &mut Script, accounts: impl Iterator<Item = &'a Account>) {
    script.update(&WRITE, balances(&in_order(accounts)));
}

/// [`write_later`] for accounts from which something was spent.
pub fn write_spent_later<'a>(script: &mut Script, accounts: impl Iterator<Item = &'a Account>) {
    let accounts = in_order(accounts);
    let column = |value: fn(&Account) -> i64| Column::I64(accounts.iter().map(|a| value(a)).collect());
    let mut columns = balances(&accounts);
    columns.extend([
        column(|a| a.day.key),
        column(|a| a.day.out),
        column(|a| a.month.key),
        column(|a| a.month.out),
    ]);
    script.update(&WRITE_SPENT, columns);
}

/// In the order of the table, so that a page is written once.
fn in_order<'a>(accounts: impl Iterator<Item = &'a Account>) -> Vec<&'a Account> {
    let mut accounts: Vec<_> = accounts.collect();
    accounts.sort_unstable_by_key(|account| account.id.0);
    accounts
}

/// The keys, the balances and the heads.
fn balances(accounts: &[&Account]) -> Vec<Column> {
    vec![
        Column::I64(accounts.iter().map(|a| a.id.0).collect()),
        Column::I64(accounts.iter().map(|a| a.balance).collect()),
        Column::OptI64(accounts.iter().map(|a| a.head.map(|head| head.0)).collect()),
    ]
}

/// Freezes, unfreezes or closes an account. Locks its balance, so that a chunk either has it locked and commits
/// before the change, or sees the change.
pub async fn set_status(tx: &mut Tx, account: AccountId, status: AccountStatus) -> Result<(), StoreError> {
    let mut script = Script::new();
    script.lookup(&LOCK, Column::I64(vec![account.0]), |_| Ok(()));
    account::set_status_later(&mut script, account, status);
    tx.run(script).await?;
    // The door may carry accounts in memory.
    head::raise_accounts_version(tx).await
}
