//! Account holders.

use crate::args;
use crate::bulk::{Lock, Lookup, Named, Sql, named};
use crate::error::StoreError;
use crate::holder_group::InGroup;
use crate::listing::{Listing, PageRequest};
use crate::record::{inserted, record};
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::{Column, Row};
use domain::id::HolderId;

record! {
    /// An owner of accounts.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Holder {
        /// Its id.
        pub id: HolderId,
        /// Its name.
        pub name: String,
        /// Its e-mail address, lower case; unique.
        pub email: Option<String>,
        /// Its number within the organisation; unique.
        pub uid: Option<String>,
        /// When it was added, microseconds UTC.
        pub created_at: i64,
    }
}

static GET: Sql = Sql::new(sql!("SELECT ", Holder::COLUMNS, " FROM holder WHERE id = $1"));
static LOCK: Sql = Sql::locking(sql!("SELECT ", Holder::COLUMNS, " FROM holder WHERE id = $1"));
static CHANGE: Sql = Sql::new("UPDATE holder SET name = $2, email = $3, uid = $4 WHERE id = $1");
static BY_EMAIL: Lookup =
    Lookup { columns: Holder::COLUMNS, from: "holder", key: "email", and: "", lock: Lock::None };
static BY_UID: Lookup =
    Lookup { columns: Holder::COLUMNS, from: "holder", key: "uid", and: "", lock: Lock::None };
static BY_NAME: Lookup = Lookup {
    columns: Holder::COLUMNS,
    from: "holder",
    key: "name",
    and: "email IS NULL AND uid IS NULL",
    lock: Lock::None,
};
static NAMES: Lookup = Lookup { columns: "id, name", from: "holder", key: "id", and: "", lock: Lock::None };

static IDS: Sql = Sql::new("SELECT COALESCE(MIN(id), 1), COALESCE(MAX(id), 0) FROM holder");

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&IDS, &GET, &LOCK, &CHANGE];

/// Adds holders.
pub async fn insert(tx: &mut Tx, holders: &[Holder]) -> Result<(), StoreError> {
    tx.insert(&INSERT, columns(holders)).await.map(|_| ())
}

inserted! {
    INSERT into "holder",
    fn columns(holders: &[Holder]) each holder {
        id: holder.id,
        name: holder.name.clone(),
        email: holder.email.clone(),
        uid: holder.uid.clone(),
        created_at: holder.created_at,
    }
}

/// One holder.
pub async fn get(tx: &mut Tx, id: HolderId) -> Result<Option<Holder>, StoreError> {
    tx.fetch(&GET, args![id.0]).await?.first().map(Row::read).transpose()
}

/// A holder, locked until the transaction ends.
pub async fn lock(tx: &mut Tx, id: HolderId) -> Result<Option<Holder>, StoreError> {
    tx.fetch(&LOCK, args![id.0]).await?.first().map(Row::read).transpose()
}

/// Updates a holder's name, e-mail address and uid.
pub async fn change(tx: &mut Tx, holder: &Holder) -> Result<(), StoreError> {
    let Holder { id, name, email, uid, .. } = holder;
    let args = args![id.0, name.as_str(), email.clone(), uid.clone()];
    tx.execute(&CHANGE, args).await.map(|_| ())
}

/// Holders by e-mail address (lower case); unknown addresses are omitted.
pub async fn by_email(tx: &mut Tx, emails: Vec<String>) -> Result<Vec<Holder>, StoreError> {
    tx.lookup(&BY_EMAIL, Column::Text(emails)).await?.iter().map(Row::read).collect()
}

/// Holders by uid; unknown uids are omitted.
pub async fn by_uid(tx: &mut Tx, uids: Vec<String>) -> Result<Vec<Holder>, StoreError> {
    tx.lookup(&BY_UID, Column::Text(uids)).await?.iter().map(Row::read).collect()
}

/// Holders known by name only: they have neither e-mail address nor uid.
pub async fn by_name(tx: &mut Tx, names: Vec<String>) -> Result<Vec<Holder>, StoreError> {
    tx.lookup(&BY_NAME, Column::Text(names)).await?.iter().map(Row::read).collect()
}

/// Holders' names, as pairs of id and name; unknown ids are omitted.
pub async fn names(tx: &mut Tx, ids: Vec<i64>) -> Result<Vec<(HolderId, String)>, StoreError> {
    tx.lookup(&NAMES, Column::I64(ids)).await?.iter().map(Row::read).collect()
}

/// A page of the holders whose name, e-mail address or uid contains a text, and who are in a group, ordered by id.
pub async fn search(
    tx: &mut Tx,
    text: Option<&str>,
    group: Option<InGroup>,
    slice: PageRequest,
) -> Result<Vec<Holder>, StoreError> {
    let (text, args) = listing(text, group).page(Holder::COLUMNS, "id", "id", slice);
    tx.fetch_text(text, args).await?.iter().map(Row::read).collect()
}

/// The lowest and the highest id.
pub async fn ids(tx: &mut Tx) -> Result<(i64, i64), StoreError> {
    tx.fetch(&IDS, args![]).await?.first().map_or(Ok((1, 0)), |row| Ok((row.i64(0)?, row.i64(1)?)))
}

/// How many holders match a text and are in a group.
pub async fn count(tx: &mut Tx, text: Option<&str>, group: Option<InGroup>) -> Result<i64, StoreError> {
    let (text, args) = listing(text, group).count(None);
    tx.fetch_text(text, args).await?.first().map_or(Ok(0), |row| row.i64(0))
}

pub(crate) fn listing(text: Option<&str>, group: Option<InGroup>) -> Listing {
    let mut listing = Listing::over("holder");
    if let Some(part) = text {
        listing.contains(&["name", "email", "uid"], part);
    }
    if let Some(of) = group {
        listing.and(&of.condition("holder.id"), of.group.0);
    }
    listing
}
