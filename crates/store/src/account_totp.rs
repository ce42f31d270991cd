//! Second factors of accounts: which accounts may only be debited with a code. The secret itself is in
//! [`crate::sealed_secret`], under the name that [`owner`] gives.
//!
//! A factor is bound once a code has confirmed it. Batches are asked by one join, and not even that while no account
//! is bound.

use crate::args;
use crate::bulk::{Lock, Lookup, Named, Sql, named};
use crate::error::StoreError;
use crate::item_extent::ITEMS_OF_BATCH;
use crate::record::record;
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::{Column, Row};
use domain::code::Code;
use domain::id::{AccountId, BatchId};
use domain::item::ItemState;

record! {
    /// An account's second factor.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct AccountTotp {
        /// The account.
        pub account: AccountId,
        /// Whether the server may generate its codes.
        pub automatic: bool,
        /// When its secret was drawn, microseconds UTC.
        pub begun_at: i64,
        /// When a code confirmed it; not bound before.
        pub confirmed_at: Option<i64>,
    }
}

record! {
    /// An account that may only be debited with a code.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct BoundAccount {
        /// The account.
        pub id: AccountId = "t.account",
        /// Its number.
        pub number: String = "a.number",
        /// Whether the server may generate its codes.
        pub automatic: bool = "t.automatic",
    }
}

/// Which items of a batch are about to be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unpaid {
    /// The pending ones.
    Pending,
    /// The failed ones.
    Failed,
    /// The failed ones that were not tried, because the run was interrupted or stopped.
    Untried,
}

const BOUND: &str = "account_totp t JOIN account a ON a.id = t.account";
/// The payers of a batch's items: the states are looked up only for payers that are bound.
const PAYERS: &str = sql!(
    "SELECT DISTINCT ",
    BoundAccount::COLUMNS,
    " FROM ",
    ITEMS_OF_BATCH,
    " JOIN account_totp t ON t.account = i.source AND t.confirmed_at IS NOT NULL
      JOIN account a ON a.id = t.account
      JOIN item_now n ON n.number = i.number WHERE "
);

static GET: Sql = Sql::new(sql!("SELECT ", AccountTotp::COLUMNS, " FROM account_totp WHERE account = $1"));
static BEGIN: Sql = Sql::new(
    "INSERT INTO account_totp (account, automatic, begun_at, confirmed_at) VALUES ($1, 0, $2, NULL)
     ON CONFLICT (account) DO UPDATE SET begun_at = $2 WHERE account_totp.confirmed_at IS NULL",
);
static CONFIRM: Sql = Sql::new(
    "UPDATE account_totp SET confirmed_at = $2, automatic = $3 WHERE account = $1 AND confirmed_at IS NULL",
);
static DELETE: Sql = Sql::new("DELETE FROM account_totp WHERE account = $1");
static ANY: Sql = Sql::new("SELECT account FROM account_totp WHERE confirmed_at IS NOT NULL LIMIT 1");
static AMONG: Lookup = Lookup {
    columns: BoundAccount::COLUMNS,
    from: BOUND,
    key: "t.account",
    and: "t.confirmed_at IS NOT NULL",
    lock: Lock::None,
};
static PENDING_PAYERS: Sql =
    Sql::new(sql!(PAYERS, "n.state = ", [ItemState::Pending], " ORDER BY t.account"));
static FAILED_PAYERS: Sql = Sql::new(sql!(PAYERS, "n.state = ", [ItemState::Failed], " ORDER BY t.account"));
static UNTRIED_PAYERS: Sql = Sql::new(sql!(
    PAYERS,
    "n.state = ",
    [ItemState::Failed],
    " AND n.code IN (",
    [Code::Interrupted],
    ", ",
    [Code::Stopped],
    ") ORDER BY t.account"
));

/// The statements of this noun.
pub const CATALOGUE: &[Named] =
    named![&GET, &BEGIN, &CONFIRM, &DELETE, &ANY, &PENDING_PAYERS, &FAILED_PAYERS, &UNTRIED_PAYERS,];

/// The name under which an account's secret and its used time steps are stored.
#[must_use]
pub fn owner(account: AccountId) -> String {
    format!("account:{account}")
}

/// An account's factor, confirmed or not.
pub async fn get(tx: &mut Tx, account: AccountId) -> Result<Option<AccountTotp>, StoreError> {
    tx.fetch(&GET, args![account.0]).await?.first().map(Row::read).transpose()
}

/// Notes that a secret was drawn for an account; `false` if the account is bound already.
pub async fn begin(tx: &mut Tx, account: AccountId, now: i64) -> Result<bool, StoreError> {
    Ok(tx.execute(&BEGIN, args![account.0, now]).await? > 0)
}

/// Binds an account to its new secret; `false` if there is none to confirm.
pub async fn confirm(tx: &mut Tx, account: AccountId, automatic: bool, now: i64) -> Result<bool, StoreError> {
    Ok(tx.execute(&CONFIRM, args![account.0, now, i64::from(automatic)]).await? > 0)
}

/// Unbinds an account; returns whether it had a factor.
pub async fn delete(tx: &mut Tx, account: AccountId) -> Result<bool, StoreError> {
    Ok(tx.execute(&DELETE, args![account.0]).await? > 0)
}

/// Whether any account is bound.
pub async fn any(tx: &mut Tx) -> Result<bool, StoreError> {
    Ok(tx.fetch(&ANY, args![]).await?.first().is_some())
}

/// The bound ones among some accounts.
pub async fn among(tx: &mut Tx, accounts: Vec<i64>) -> Result<Vec<BoundAccount>, StoreError> {
    tx.lookup(&AMONG, Column::I64(accounts)).await?.iter().map(Row::read).collect()
}

/// The bound accounts that the items of a batch debit, by id.
pub async fn payers(tx: &mut Tx, batch: BatchId, items: Unpaid) -> Result<Vec<BoundAccount>, StoreError> {
    let sql = match items {
        Unpaid::Pending => &PENDING_PAYERS,
        Unpaid::Failed => &FAILED_PAYERS,
        Unpaid::Untried => &UNTRIED_PAYERS,
    };
    tx.fetch(sql, args![batch.0]).await?.iter().map(Row::read).collect()
}
