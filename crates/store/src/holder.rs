//! Who owns accounts.

use crate::args;
use crate::bulk::{Insert, Lock, Lookup, Sql};
use crate::error::StoreError;
use crate::listing::{Listing, Slice};
use crate::tx::Tx;
use crate::value::{Column, Row};
use domain::id::HolderId;
use serde::{Deserialize, Serialize};

/// An owner of accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Its id.
    pub id: HolderId,
    /// Its name.
    pub name: String,
    /// Its e-mail address, lower case; unique.
    pub email: Option<String>,
    /// Its number with the organisation; unique.
    pub uid: Option<String>,
    /// When it was added, microseconds UTC.
    pub created_at: i64,
}

static INSERT: Insert = Insert { table: "holder", columns: &["id", "name", "email", "uid", "created_at"] };
static GET: Sql = Sql::new("SELECT id, name, email, uid, created_at FROM holder WHERE id = $1");
static BY_EMAIL: Lookup =
    Lookup { columns: "email, id, name, uid", from: "holder", key: "email", and: "", lock: Lock::None };
static BY_UID: Lookup =
    Lookup { columns: "uid, id, name, email", from: "holder", key: "uid", and: "", lock: Lock::None };

static BY_NAME: Sql =
    Sql::new("SELECT id FROM holder WHERE name = $1 AND email IS NULL AND uid IS NULL ORDER BY id LIMIT 1");

/// The statements of this noun.
pub const CATALOGUE: &[&Sql] = &[&GET, &BY_NAME];

fn read(row: Row<'_>) -> Result<Holder, StoreError> {
    Ok(Holder {
        id: HolderId(row.i64(0)?),
        name: row.text(1)?,
        email: row.opt_text(2)?,
        uid: row.opt_text(3)?,
        created_at: row.i64(4)?,
    })
}

/// Adds holders.
pub async fn insert(tx: &mut Tx, holders: &[Holder]) -> Result<(), StoreError> {
    let columns = vec![
        Column::I64(holders.iter().map(|h| h.id.0).collect()),
        Column::Text(holders.iter().map(|h| h.name.clone()).collect()),
        Column::OptText(holders.iter().map(|h| h.email.clone()).collect()),
        Column::OptText(holders.iter().map(|h| h.uid.clone()).collect()),
        Column::I64(holders.iter().map(|h| h.created_at).collect()),
    ];
    tx.insert(&INSERT, columns).await.map(|_| ())
}

/// One holder.
pub async fn get(tx: &mut Tx, id: HolderId) -> Result<Option<Holder>, StoreError> {
    tx.fetch(&GET, args![id.0]).await?.first().map(read).transpose()
}

/// The ids of holders by e-mail address (lower case): pairs of address and id.
pub async fn by_email(tx: &mut Tx, emails: Vec<String>) -> Result<Vec<(String, HolderId)>, StoreError> {
    pairs(tx, &BY_EMAIL, emails).await
}

/// The ids of holders by uid: pairs of uid and id.
pub async fn by_uid(tx: &mut Tx, uids: Vec<String>) -> Result<Vec<(String, HolderId)>, StoreError> {
    pairs(tx, &BY_UID, uids).await
}

async fn pairs(
    tx: &mut Tx,
    lookup: &'static Lookup,
    keys: Vec<String>,
) -> Result<Vec<(String, HolderId)>, StoreError> {
    let rows = tx.lookup(lookup, Column::Text(keys)).await?;
    rows.iter().map(|row| Ok((row.text(0)?, HolderId(row.i64(1)?)))).collect()
}

/// The holder that is known by its name alone.
pub async fn by_name(tx: &mut Tx, name: &str) -> Result<Option<HolderId>, StoreError> {
    tx.fetch(&BY_NAME, args![name]).await?.first().map(|row| row.i64(0).map(HolderId)).transpose()
}

/// Holders of whom name, e-mail address or uid contains a text, after an id, in the order of ids.
pub async fn search(tx: &mut Tx, text: Option<&str>, slice: Slice) -> Result<Vec<Holder>, StoreError> {
    let (text, args) = listing(text).page("id, name, email, uid, created_at", "id", "id", slice);
    tx.fetch_text(text, args).await?.iter().map(read).collect()
}

/// How many holders contain a text.
pub async fn count(tx: &mut Tx, text: Option<&str>) -> Result<i64, StoreError> {
    let (text, args) = listing(text).count();
    tx.fetch_text(text, args).await?.first().map_or(Ok(0), |row| row.i64(0))
}

fn listing(text: Option<&str>) -> Listing {
    let mut listing = Listing::over("holder");
    if let Some(part) = text {
        listing.contains(&["name", "email", "uid"], part);
    }
    listing
}
