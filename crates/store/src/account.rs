//! Accounts: who owns them and how they are named. What moves is in [`crate::balance`].

use crate::args;
use crate::bulk::{Insert, Lock, Lookup, Sql};
use crate::error::StoreError;
use crate::tx::Tx;
use crate::value::{Column, Row, Value};
use domain::account::{AccountKind, AccountStatus};
use domain::id::{AccountId, AssetId, HolderId};
use serde::{Deserialize, Serialize};

/// An account for people: identity, owner and balance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountView {
    /// Its id.
    pub id: AccountId,
    /// Its number, as people write it.
    pub number: String,
    /// What it is for.
    pub kind: AccountKind,
    /// Its currency.
    pub asset: AssetId,
    /// Its owner.
    pub holder: Option<HolderId>,
    /// The owner's name.
    pub holder_name: Option<String>,
    /// The owner's e-mail address.
    pub email: Option<String>,
    /// The owner's uid.
    pub uid: Option<String>,
    /// Whether it takes part in transfers.
    pub status: AccountStatus,
    /// Sum of its postings.
    pub balance: i64,
    /// Reserved.
    pub held: i64,
    /// How far below zero it may go.
    pub overdraft: i64,
    /// Its newest posting.
    pub head: Option<i64>,
    /// When it was opened, microseconds UTC.
    pub opened_at: i64,
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
    /// Which of the ledger's own accounts of a kind; 0 for a customer's.
    pub stripe: i64,
    /// When, microseconds UTC.
    pub opened_at: i64,
}

/// What a payee is resolved to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resolved {
    /// The account.
    pub account: AccountId,
    /// Its currency.
    pub asset: AssetId,
    /// What it is for.
    pub kind: AccountKind,
    /// Whether it takes part.
    pub status: AccountStatus,
}

macro_rules! view {
    ($tail:literal) => {
        concat!(
            "SELECT a.id, a.number, a.kind, a.asset, a.holder, h.name, h.email, h.uid, b.status, b.balance,
                    b.held, b.overdraft, b.head, a.opened_at
             FROM account a JOIN balance b ON b.account = a.id LEFT JOIN holder h ON h.id = a.holder ",
            $tail
        )
    };
}

static INSERT: Insert =
    Insert { table: "account", columns: &["id", "number", "holder", "asset", "kind", "stripe", "opened_at"] };
static BY_NUMBER: Sql = Sql::new(view!("WHERE a.number = $1"));
static BY_ID: Sql = Sql::new(view!("WHERE a.id = $1"));
static SYSTEM: Sql = Sql::new("SELECT id, asset, kind, stripe FROM account WHERE kind <> 1 ORDER BY id");
static LOOKUP_NUMBER: Lookup = Lookup {
    columns: "a.number, a.id, a.asset, a.kind, b.status",
    from: "account a JOIN balance b ON b.account = a.id",
    key: "a.number",
    and: "",
    lock: Lock::None,
};
static LOOKUP_EMAIL: Lookup = Lookup {
    columns: "h.email, a.id, a.asset, a.kind, b.status",
    from: "holder h JOIN account a ON a.holder = h.id JOIN balance b ON b.account = a.id",
    key: "h.email",
    and: "",
    lock: Lock::None,
};
static LOOKUP_UID: Lookup = Lookup {
    columns: "h.uid, a.id, a.asset, a.kind, b.status",
    from: "holder h JOIN account a ON a.holder = h.id JOIN balance b ON b.account = a.id",
    key: "h.uid",
    and: "",
    lock: Lock::None,
};
static LOOKUP_NAME: Lookup =
    Lookup { columns: "id, number", from: "account", key: "id", and: "", lock: Lock::None };

/// The statements of this noun.
pub const CATALOGUE: &[&Sql] = &[&BY_NUMBER, &BY_ID, &SYSTEM];

fn read(row: Row<'_>) -> Result<AccountView, StoreError> {
    Ok(AccountView {
        id: AccountId(row.i64(0)?),
        number: row.text(1)?,
        kind: row.stored(2, AccountKind::from_number)?,
        asset: AssetId(row.i64(3)?),
        holder: row.opt_i64(4)?.map(HolderId),
        holder_name: row.opt_text(5)?,
        email: row.opt_text(6)?,
        uid: row.opt_text(7)?,
        status: row.stored(8, AccountStatus::from_number)?,
        balance: row.i64(9)?,
        held: row.i64(10)?,
        overdraft: row.i64(11)?,
        head: row.opt_i64(12)?,
        opened_at: row.i64(13)?,
    })
}

/// Adds accounts, without their balance rows ([`crate::balance::insert`]).
pub async fn insert(tx: &mut Tx, accounts: &[NewAccount]) -> Result<(), StoreError> {
    let columns = vec![
        Column::I64(accounts.iter().map(|a| a.id.0).collect()),
        Column::Text(accounts.iter().map(|a| a.number.clone()).collect()),
        Column::OptI64(accounts.iter().map(|a| a.holder.map(|h| h.0)).collect()),
        Column::I64(accounts.iter().map(|a| a.asset.0).collect()),
        Column::I64(accounts.iter().map(|a| a.kind.number()).collect()),
        Column::I64(accounts.iter().map(|a| a.stripe).collect()),
        Column::I64(accounts.iter().map(|a| a.opened_at).collect()),
    ];
    tx.insert(&INSERT, columns).await.map(|_| ())
}

/// An account by its number.
pub async fn by_number(tx: &mut Tx, number: &str) -> Result<Option<AccountView>, StoreError> {
    tx.fetch(&BY_NUMBER, args![number]).await?.first().map(read).transpose()
}

/// An account by its id.
pub async fn by_id(tx: &mut Tx, id: AccountId) -> Result<Option<AccountView>, StoreError> {
    tx.fetch(&BY_ID, args![id.0]).await?.first().map(read).transpose()
}

/// One of the ledger's own accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SystemAccount {
    /// Its id.
    pub id: AccountId,
    /// Its currency.
    pub asset: AssetId,
    /// What it is for.
    pub kind: AccountKind,
    /// Which of its kind: each node uses one, so that nodes do not wait for each other.
    pub stripe: i64,
}

/// The ledger's own accounts, in the order of ids.
pub async fn system(tx: &mut Tx) -> Result<Vec<SystemAccount>, StoreError> {
    tx.fetch(&SYSTEM, args![])
        .await?
        .iter()
        .map(|row| {
            Ok(SystemAccount {
                id: AccountId(row.i64(0)?),
                asset: AssetId(row.i64(1)?),
                kind: row.stored(2, AccountKind::from_number)?,
                stripe: row.i64(3)?,
            })
        })
        .collect()
}

/// How payees name accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayeeKey {
    /// By the account's number.
    Number,
    /// By the holder's e-mail address, lower case.
    Email,
    /// By the holder's uid.
    Uid,
}

/// All accounts behind names, as pairs of name and account; a name may have none or several.
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
    rows.iter()
        .map(|row| {
            let resolved = Resolved {
                account: AccountId(row.i64(1)?),
                asset: AssetId(row.i64(2)?),
                kind: row.stored(3, AccountKind::from_number)?,
                status: row.stored(4, AccountStatus::from_number)?,
            };
            Ok((row.text(0)?, resolved))
        })
        .collect()
}

/// The numbers of accounts, as pairs of id and number.
pub async fn numbers(tx: &mut Tx, ids: Vec<i64>) -> Result<Vec<(i64, String)>, StoreError> {
    let rows = tx.lookup(&LOOKUP_NAME, Column::I64(ids)).await?;
    rows.iter().map(|row| Ok((row.i64(0)?, row.text(1)?))).collect()
}

/// Which accounts a list shows.
#[derive(Debug, Clone, Default)]
pub struct AccountFilter {
    /// Part of the number, the holder's name, e-mail address or uid.
    pub text: Option<String>,
    /// Only this currency.
    pub asset: Option<AssetId>,
    /// Only this status.
    pub status: Option<AccountStatus>,
    /// The ledger's own accounts too.
    pub with_system: bool,
    /// After this id.
    pub after: i64,
}

/// A page of accounts in the order of ids.
pub async fn list(tx: &mut Tx, filter: &AccountFilter, limit: i64) -> Result<Vec<AccountView>, StoreError> {
    let mut text = view!("WHERE a.id > $1 ").to_owned();
    let mut args: Vec<Value> = args![filter.after];
    let mut and = |condition: &str, value: Value| {
        args.push(value);
        text += &condition.replace('?', &format!("${}", args.len()));
    };
    if let Some(part) = &filter.text {
        let mut pattern = part.to_lowercase();
        // Else they would stand for any text, and the engines do not agree on what a backslash does.
        for special in ['!', '%', '_'] {
            pattern = pattern.replace(special, &format!("!{special}"));
        }
        let pattern = format!("%{pattern}%");
        let on = "AND (LOWER(a.number) LIKE ? ESCAPE '!' OR LOWER(h.name) LIKE ? ESCAPE '!'
            OR h.email LIKE ? ESCAPE '!' OR LOWER(h.uid) LIKE ? ESCAPE '!') ";
        and(on, pattern.into());
    }
    if let Some(asset) = filter.asset {
        and("AND a.asset = ? ", asset.0.into());
    }
    if let Some(status) = filter.status {
        and("AND b.status = ? ", status.number().into());
    }
    if !filter.with_system {
        and("AND a.kind = ? ", AccountKind::Customer.number().into());
    }
    and("ORDER BY a.id LIMIT ?", limit.into());
    tx.fetch_text(text, args).await?.iter().map(read).collect()
}
