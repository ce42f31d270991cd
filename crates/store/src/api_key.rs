//! API keys, with which programs sign in. Only the hash of a key's secret is stored.

use crate::args;
use crate::bulk::{Lock, Lookup, Named, Sql, named};
use crate::error::StoreError;
use crate::record::record;
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::{Column, Row};
use domain::principal::Author;

record! {
    /// A key, without its secret.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ApiKey {
        /// Its id.
        pub id: i64,
        /// Its name; unique.
        pub name: String,
        /// The first characters of the secret, to tell keys apart.
        pub hint: String,
        /// Scope names, separated by spaces.
        pub scopes: String,
        /// Addresses and networks it may be used from, separated by spaces; empty: any.
        pub addresses: String,
        /// Its creator.
        pub created_by: Author = "created_by, created_by_kind, created_by_id",
        /// When it was created, microseconds UTC.
        pub created_at: i64,
        /// When it expires.
        pub expires_at: Option<i64>,
        /// When it was revoked.
        pub revoked_at: Option<i64>,
    }
}

static INSERT: Sql = Sql::new(
    "INSERT INTO api_key (name, token, hint, scopes, addresses, created_by, created_at, expires_at,
       created_by_kind, created_by_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id",
);
static BY_TOKEN: Sql = Sql::new(sql!("SELECT ", ApiKey::COLUMNS, " FROM api_key WHERE token = $1"));
static BY_FORMER_TOKEN: Sql = Sql::new(sql!(
    "SELECT ",
    ApiKey::COLUMNS,
    " FROM api_key WHERE id = (SELECT api_key FROM api_key_secret WHERE token = $1 AND until > $2)"
));
static KEEP_FORMER: Sql = Sql::new(
    "INSERT INTO api_key_secret (token, api_key, until) SELECT token, id, $2 FROM api_key WHERE id = $1",
);
static FORGET_FORMER: Sql = Sql::new("DELETE FROM api_key_secret WHERE api_key = $1 AND until <= $2");
static ROTATE: Sql = Sql::new("UPDATE api_key SET token = $2, hint = $3 WHERE id = $1");
static BY_NAME: Sql = Sql::new(sql!("SELECT ", ApiKey::COLUMNS, " FROM api_key WHERE name = $1"));
static GET: Sql = Sql::new(sql!("SELECT ", ApiKey::COLUMNS, " FROM api_key WHERE id = $1"));
static BY_ID: Lookup = Lookup {
    columns: ApiKey::COLUMNS,
    from: "api_key",
    key: "id",
    and: "revoked_at IS NULL",
    lock: Lock::None,
};
static LIST: Sql =
    Sql::new(sql!("SELECT ", ApiKey::COLUMNS, " FROM api_key WHERE id > $1 ORDER BY id LIMIT $2"));
static COUNT: Sql = Sql::new("SELECT COUNT(*) FROM api_key");
static REVOKE: Sql = Sql::new("UPDATE api_key SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL");

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![
    &INSERT,
    &BY_TOKEN,
    &BY_FORMER_TOKEN,
    &KEEP_FORMER,
    &FORGET_FORMER,
    &ROTATE,
    &BY_NAME,
    &GET,
    &LIST,
    &COUNT,
    &REVOKE,
];

/// Adds a key under the hash of its secret; its id is assigned here.
pub async fn insert(tx: &mut Tx, key: &ApiKey, token: &str) -> Result<i64, StoreError> {
    let args = args![
        key.name.as_str(),
        token,
        key.hint.as_str(),
        key.scopes.as_str(),
        key.addresses.as_str(),
        key.created_by.name.as_str(),
        key.created_at,
        key.expires_at,
        key.created_by.principal.kind(),
        key.created_by.principal.id(),
    ];
    let rows = tx.fetch(&INSERT, args).await?;
    rows.first().ok_or_else(|| StoreError::Corrupt("no id".to_owned()))?.i64(0)
}

/// A key by the hash of its secret.
pub async fn by_token(tx: &mut Tx, token: &str) -> Result<Option<ApiKey>, StoreError> {
    tx.fetch(&BY_TOKEN, args![token]).await?.first().map(Row::read).transpose()
}

/// A key by the hash of a previous secret, if that is still valid.
pub async fn by_former_token(tx: &mut Tx, token: &str, now: i64) -> Result<Option<ApiKey>, StoreError> {
    tx.fetch(&BY_FORMER_TOKEN, args![token, now]).await?.first().map(Row::read).transpose()
}

/// Gives a key a new secret, known by its hash and its first characters. The current secret stays valid until
/// a given time; previous ones that have expired are deleted.
pub async fn rotate(
    tx: &mut Tx,
    id: i64,
    (token, hint): (&str, &str),
    (now, until): (i64, i64),
) -> Result<(), StoreError> {
    tx.execute(&FORGET_FORMER, args![id, now]).await?;
    tx.execute(&KEEP_FORMER, args![id, until]).await?;
    tx.execute(&ROTATE, args![id, token, hint]).await.map(|_| ())
}

/// A key by its name.
pub async fn by_name(tx: &mut Tx, name: &str) -> Result<Option<ApiKey>, StoreError> {
    tx.fetch(&BY_NAME, args![name]).await?.first().map(Row::read).transpose()
}

/// A key by its id.
pub async fn get(tx: &mut Tx, id: i64) -> Result<Option<ApiKey>, StoreError> {
    tx.fetch(&GET, args![id]).await?.first().map(Row::read).transpose()
}

/// The given keys that are not revoked.
pub async fn by_ids(tx: &mut Tx, ids: Vec<i64>) -> Result<Vec<ApiKey>, StoreError> {
    tx.lookup(&BY_ID, Column::I64(ids)).await?.iter().map(Row::read).collect()
}

/// Keys after an id, including revoked ones.
pub async fn list(tx: &mut Tx, after: i64, limit: i64) -> Result<Vec<ApiKey>, StoreError> {
    tx.fetch(&LIST, args![after, limit]).await?.iter().map(Row::read).collect()
}

/// The number of keys, including revoked ones.
pub async fn count(tx: &mut Tx) -> Result<i64, StoreError> {
    tx.fetch(&COUNT, args![]).await?.first().map_or(Ok(0), |row| row.i64(0))
}

/// Revokes a key; `false` if it was already revoked.
pub async fn revoke(tx: &mut Tx, id: i64, now: i64) -> Result<bool, StoreError> {
    Ok(tx.execute(&REVOKE, args![id, now]).await? > 0)
}
