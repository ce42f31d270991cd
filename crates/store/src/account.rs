//! Accounts: who owns them, what they are called, and whether they may take part in transfers. What changes
//! with money is in [`crate::balance`].

use crate::args;
use crate::bulk::{Lock, Lookup, Named, Sql, named};
use crate::error::StoreError;
use crate::record::{inserted, record};
use crate::script::{Asked, Script};
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::{Column, Row};
use domain::account::{AccountKind, AccountStatus};
use domain::account_ref::AccountRef;
use domain::id::{AccountId, AssetId, HolderId};
use domain::script::skeleton;

record! {
    /// An account for display: identity, owner and balance.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct AccountView {
        /// Its id.
        pub id: AccountId = "a.id",
        /// Its number, as users write it.
        pub number: String = "a.number",
        /// What it is for.
        pub kind: AccountKind = "a.kind",
        /// Its currency.
        pub asset: AssetId = "a.asset",
        /// Its owner.
        pub holder: Option<HolderId> = "a.holder",
        /// The owner's name.
        pub holder_name: Option<String> = "h.name",
        /// The owner's e-mail address.
        pub email: Option<String> = "h.email",
        /// The owner's uid.
        pub uid: Option<String> = "h.uid",
        /// Whether it may take part in transfers.
        pub status: AccountStatus = "a.status",
        /// Sum of its postings.
        pub balance: i64 = "b.balance",
        /// Reserved.
        pub held: i64 = "b.held",
        /// How far below zero it may go.
        pub overdraft: i64 = "COALESCE(b.overdraft, 0)",
        /// Its newest posting.
        pub head: Option<i64> = "b.head",
        /// When it was opened, microseconds UTC.
        pub opened_at: i64 = "a.opened_at",
        /// Whether it is the account that payments to the owner's e-mail address or uid in its currency go to.
        pub is_default: bool = "CAST(CASE WHEN d.account IS NULL THEN 0 ELSE 1 END AS BIGINT)",
        /// Whether it may only be debited with a code.
        pub is_totp_bound: bool = "CAST(CASE WHEN f.account IS NULL THEN 0 ELSE 1 END AS BIGINT)",
    }
}

/// A new account.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Its id.
    pub id: AccountId,
    /// Its number.
    pub number: String,
    /// Its owner.
    pub holder: Option<HolderId>,
    /// Its currency.
    pub asset: AssetId,
    /// What it is for.
    pub kind: AccountKind,
    /// Which of the ledger's own accounts of its kind; 0 for a customer's.
    pub stripe: i64,
    /// When it is opened, microseconds UTC.
    pub opened_at: i64,
}

record! {
    /// What a payee is resolved to.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Resolved {
        /// The account.
        pub account: AccountId = "a.id",
        /// Its currency.
        pub asset: AssetId = "a.asset",
        /// What it is for.
        pub kind: AccountKind = "a.kind",
        /// Whether it may take part in transfers.
        pub status: AccountStatus = "a.status",
        /// Whether it is the holder's default in its currency, the one that e-mail and uid refer to. Always false
        /// in a lookup by number.
        pub is_default: bool = "CAST(CASE WHEN d.account IS NULL THEN 0 ELSE 1 END AS BIGINT)",
    }
}

/// The tables of [`AccountView::COLUMNS`].
pub(crate) const TABLES: &str =
    "account a JOIN balance b ON b.account = a.id LEFT JOIN holder h ON h.id = a.holder
    LEFT JOIN holder_default d ON d.account = a.id
    LEFT JOIN account_totp f ON f.account = a.id AND f.confirmed_at IS NOT NULL";

static BY_NUMBER: Sql =
    Sql::new(sql!("SELECT ", AccountView::COLUMNS, " FROM ", TABLES, " WHERE a.number = $1"));
static BY_ID: Sql = Sql::new(sql!("SELECT ", AccountView::COLUMNS, " FROM ", TABLES, " WHERE a.id = $1"));
static REFERENCED: Sql = Sql::new(sql!(
    "SELECT ",
    AccountView::COLUMNS,
    " FROM ",
    TABLES,
    " WHERE a.number IN ($1, $2) OR a.id IN ($3, $4)"
));
static SYSTEM: Sql = Sql::new(sql!(
    "SELECT ",
    SystemAccount::COLUMNS,
    " FROM account WHERE kind <> ",
    [AccountKind::Customer],
    " ORDER BY id"
));
/// The accounts of holders, with those that e-mail and uid refer to.
const OF_HOLDER: &str =
    "holder h JOIN account a ON a.holder = h.id LEFT JOIN holder_default d ON d.account = a.id";
static LOOKUP_NUMBER: Lookup = Lookup {
    columns: "number, id, asset, kind, status, CAST(0 AS BIGINT)",
    from: "account",
    key: "number",
    and: "",
    lock: Lock::None,
};
static LOOKUP_EMAIL: Lookup = Lookup {
    columns: sql!("h.email, ", Resolved::COLUMNS),
    from: OF_HOLDER,
    key: "h.email",
    and: "",
    lock: Lock::None,
};
static LOOKUP_UID: Lookup = Lookup {
    columns: sql!("h.uid, ", Resolved::COLUMNS),
    from: OF_HOLDER,
    key: "h.uid",
    and: "",
    lock: Lock::None,
};
static LOOKUP_VIEW: Lookup =
    Lookup { columns: AccountView::COLUMNS, from: TABLES, key: "a.number", and: "", lock: Lock::None };
static LOOKUP_VIEW_ID: Lookup =
    Lookup { columns: AccountView::COLUMNS, from: TABLES, key: "a.id", and: "", lock: Lock::None };
static LOOKUP_SKELETON: Lookup =
    Lookup { columns: "skeleton, number", from: "account", key: "skeleton", and: "", lock: Lock::None };
static LOOKUP_SIDE: Lookup =
    Lookup { columns: Identity::COLUMNS, from: "account", key: "id", and: "", lock: Lock::None };
static LOOKUP_OWNER: Lookup = Lookup {
    columns: "a.id, a.number, h.name",
    from: "account a LEFT JOIN holder h ON h.id = a.holder",
    key: "a.id",
    and: "",
    lock: Lock::None,
};
static LOOKUP_NAME: Lookup =
    Lookup { columns: "id, number", from: "account", key: "id", and: "", lock: Lock::None };
static LOOKUP_STANDING: Lookup =
    Lookup { columns: Standing::COLUMNS, from: "account", key: "id", and: "", lock: Lock::None };
static AROUND: Sql =
    Sql::new(sql!("SELECT ", Standing::COLUMNS, " FROM account WHERE id BETWEEN $1 AND $2 ORDER BY id"));
static SET_STATUS: Sql = Sql::new("UPDATE account SET status = $2 WHERE id = $1");

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&BY_NUMBER, &BY_ID, &REFERENCED, &SYSTEM, &AROUND, &SET_STATUS];

/// Opens accounts, which are active, without their balances ([`crate::balance::insert`]).
pub async fn insert(tx: &mut Tx, accounts: &[NewAccount]) -> Result<(), StoreError> {
    tx.insert(&INSERT, columns(accounts)).await.map(|_| ())
}

inserted! {
    INSERT into "account",
    fn columns(accounts: &[NewAccount]) each account {
        id: account.id,
        number: account.number.clone(),
        holder: account.holder,
        asset: account.asset,
        kind: account.kind,
        stripe: account.stripe,
        status = Column::I64(vec![AccountStatus::Active.number(); accounts.len()]),
        opened_at: account.opened_at,
        skeleton: skeleton(&account.number),
    }
}

/// An account by its number.
pub async fn by_number(tx: &mut Tx, number: &str) -> Result<Option<AccountView>, StoreError> {
    tx.fetch(&BY_NUMBER, args![number]).await?.first().map(Row::read).transpose()
}

/// An account by its id.
pub async fn by_id(tx: &mut Tx, id: AccountId) -> Result<Option<AccountView>, StoreError> {
    tx.fetch(&BY_ID, args![id.0]).await?.first().map(Row::read).transpose()
}

record! {
    /// One of the ledger's own accounts.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct SystemAccount {
        /// Its id.
        pub id: AccountId,
        /// Its currency.
        pub asset: AssetId,
        /// What it is for.
        pub kind: AccountKind,
        /// Which one of its kind: each node uses its own stripe, so that nodes do not wait for each other.
        pub stripe: i64,
    }
}

/// The ledger's own accounts, ordered by id.
pub async fn system(tx: &mut Tx) -> Result<Vec<SystemAccount>, StoreError> {
    tx.fetch(&SYSTEM, args![]).await?.iter().map(Row::read).collect()
}

/// How a payee's account is identified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayeeKey {
    /// By the account's number.
    Number,
    /// By the holder's e-mail address, lower case.
    Email,
    /// By the holder's uid.
    Uid,
}

/// All accounts that the names refer to, as pairs of name and account; a name may match none or several.
/// E-mail and uid refer to the one with [`Resolved::is_default`] in each currency.
pub async fn resolve(
    tx: &mut Tx,
    key: PayeeKey,
    names: Vec<String>,
) -> Result<Vec<(String, Resolved)>, StoreError> {
    let lookup = match key {
        PayeeKey::Number => &LOOKUP_NUMBER,
        PayeeKey::Email => &LOOKUP_EMAIL,
        PayeeKey::Uid => &LOOKUP_UID,
    };
    let rows = tx.lookup(lookup, Column::Text(names)).await?;
    rows.iter().map(Row::read).collect()
}

/// Accounts by their numbers; numbers without an account are omitted.
pub async fn by_numbers(tx: &mut Tx, numbers: Vec<String>) -> Result<Vec<AccountView>, StoreError> {
    tx.lookup(&LOOKUP_VIEW, Column::Text(numbers)).await?.iter().map(Row::read).collect()
}

/// The numbers that look like one with these skeletons, as pairs of skeleton and number.
pub async fn look_alikes(tx: &mut Tx, skeletons: Vec<String>) -> Result<Vec<(String, String)>, StoreError> {
    let rows = tx.lookup(&LOOKUP_SKELETON, Column::Text(skeletons)).await?;
    rows.iter().map(Row::read).collect()
}

/// Account numbers, as pairs of id and number.
pub async fn numbers(tx: &mut Tx, ids: Vec<i64>) -> Result<Vec<(i64, String)>, StoreError> {
    let rows = tx.lookup(&LOOKUP_NAME, Column::I64(ids)).await?;
    rows.iter().map(Row::read).collect()
}

/// Account numbers with the names of their holders; the ledger's own accounts have none.
pub async fn owners(tx: &mut Tx, ids: Vec<i64>) -> Result<Vec<(i64, String, Option<String>)>, StoreError> {
    let rows = tx.lookup(&LOOKUP_OWNER, Column::I64(ids)).await?;
    rows.iter().map(Row::read).collect()
}

record! {
    /// The immutable fields of an account.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Identity {
        /// Its id.
        pub id: AccountId,
        /// Its number.
        pub number: String,
        /// Its currency.
        pub asset: AssetId,
        /// Its owner; none for the ledger's own accounts.
        pub holder: Option<HolderId>,
    }
}

/// The immutable fields of accounts; ids without an account are omitted.
pub async fn identities(tx: &mut Tx, ids: Vec<i64>) -> Result<Vec<Identity>, StoreError> {
    let rows = tx.lookup(&LOOKUP_SIDE, Column::I64(ids)).await?;
    rows.iter().map(Row::read).collect()
}

record! {
    /// What a posting decision reads of an account besides its balance.
    #[derive(Debug, Clone, Copy)]
    pub(crate) struct Standing {
        /// Its id.
        pub id: AccountId,
        /// Its currency.
        pub asset: AssetId,
        /// Its owner; none for the ledger's own accounts.
        pub holder: Option<HolderId>,
        /// What it is for.
        pub kind: AccountKind,
        /// Whether it may take part in transfers.
        pub status: AccountStatus,
    }
}

/// Reads what a posting decision needs besides the balances, in the order given.
pub(crate) fn standings_later(script: &mut Script, ids: Vec<i64>) -> Asked<Vec<Standing>> {
    script.lookup(&LOOKUP_STANDING, Column::I64(ids), |answer| answer.rows.iter().map(Row::read).collect())
}

/// The same for a range of ids, in their order.
pub(crate) fn standings_around_later(script: &mut Script, (first, last): (i64, i64)) -> Asked<Vec<Standing>> {
    script.fetch(&AROUND, args![first, last], |answer| answer.rows.iter().map(Row::read).collect())
}

/// Sets an account's status. Only [`crate::balance::set_status`] calls this, because it needs the balance's
/// lock.
pub(crate) fn set_status_later(script: &mut Script, account: AccountId, status: AccountStatus) {
    script.execute(&SET_STATUS, args![account.0, status.number()]);
}

/// Accounts by their ids, in the order given.
pub async fn by_ids(tx: &mut Tx, ids: Vec<i64>) -> Result<Vec<AccountView>, StoreError> {
    tx.lookup(&LOOKUP_VIEW_ID, Column::I64(ids)).await?.iter().map(Row::read).collect()
}

/// The accounts that two references mean, in no particular order.
pub async fn referenced(
    tx: &mut Tx,
    first: &AccountRef,
    second: &AccountRef,
) -> Result<Vec<AccountView>, StoreError> {
    // No account has an empty number or a negative id.
    let parts = |named: &AccountRef| match named {
        AccountRef::Id(id) => (String::new(), id.0),
        AccountRef::Number(number) => (number.to_string(), -1),
    };
    let ((one, one_id), (other, other_id)) = (parts(first), parts(second));
    tx.fetch(&REFERENCED, args![one, other, one_id, other_id]).await?.iter().map(Row::read).collect()
}
