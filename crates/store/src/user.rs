//! Users who may sign in. They are disabled, never deleted: the records of what they did refer to them
//! permanently.

use crate::args;
use crate::bulk::{Named, Sql, named};
use crate::error::StoreError;
use crate::record::record;
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::Row;
use domain::access::Role;
use domain::principal::Author;

record! {
    /// A user, without the password.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct User {
        /// Its id.
        pub id: i64,
        /// The login name, lower case; unique.
        pub login: String,
        /// The display name.
        pub name: String,
        /// The role.
        pub role: Role,
        /// When the password was set, microseconds UTC; none until the invitation was accepted.
        pub password_at: Option<i64>,
        /// When the user was disabled; a disabled user cannot sign in.
        pub disabled_at: Option<i64>,
        /// Who added the user.
        pub created_by: Author = "created_by, created_by_kind, created_by_id",
        /// When the user was added, microseconds UTC.
        pub created_at: i64,
    }
}

static INSERT: Sql = Sql::new(
    "INSERT INTO app_user (login, name, role, created_by, created_at, created_by_kind, created_by_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
);
static GET: Sql = Sql::new(sql!("SELECT ", User::COLUMNS, ", password FROM app_user WHERE id = $1"));
static LOCK: Sql = Sql::locking(sql!("SELECT ", User::COLUMNS, ", password FROM app_user WHERE id = $1"));
static BY_LOGIN: Sql = Sql::new(sql!("SELECT ", User::COLUMNS, ", password FROM app_user WHERE login = $1"));
static LIST: Sql =
    Sql::new(sql!("SELECT ", User::COLUMNS, " FROM app_user WHERE id > $1 ORDER BY id LIMIT $2"));
static COUNT: Sql = Sql::new("SELECT COUNT(*) FROM app_user");
static OTHERS: Sql = Sql::new(
    "SELECT COUNT(*) FROM app_user
     WHERE role = $2 AND id <> $1 AND disabled_at IS NULL AND password IS NOT NULL",
);
static CHANGE: Sql = Sql::new("UPDATE app_user SET name = $2, role = $3, disabled_at = $4 WHERE id = $1");
static SET_PASSWORD: Sql = Sql::new("UPDATE app_user SET password = $2, password_at = $3 WHERE id = $1");
static MARK_NEW: Sql = Sql::new("UPDATE app_user SET is_new = 1 WHERE id = $1");
static TAKE_NEW: Sql = Sql::new("UPDATE app_user SET is_new = 0 WHERE id = $1 AND is_new = 1");

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![
    &INSERT,
    &GET,
    &LOCK,
    &BY_LOGIN,
    &LIST,
    &COUNT,
    &OTHERS,
    &CHANGE,
    &SET_PASSWORD,
    &MARK_NEW,
    &TAKE_NEW
];

fn read_both(row: Row<'_>) -> Result<(User, Option<String>), StoreError> {
    row.read()
}

/// Adds a user without a password; the id is assigned here.
pub async fn insert(tx: &mut Tx, user: &User) -> Result<i64, StoreError> {
    let User { login, name, role, created_by, created_at, .. } = user;
    let Author { principal, name: author } = created_by;
    let args = args![
        login.as_str(),
        name.as_str(),
        role.number(),
        author.as_str(),
        *created_at,
        principal.kind(),
        principal.id(),
    ];
    let rows = tx.fetch(&INSERT, args).await?;
    rows.first().ok_or_else(|| StoreError::Corrupt("no id".to_owned()))?.i64(0)
}

/// A user by id.
pub async fn get(tx: &mut Tx, id: i64) -> Result<Option<User>, StoreError> {
    tx.fetch(&GET, args![id]).await?.first().map(Row::read).transpose()
}

/// A user and the password hash.
pub async fn with_hash(tx: &mut Tx, id: i64) -> Result<Option<(User, Option<String>)>, StoreError> {
    tx.fetch(&GET, args![id]).await?.first().map(read_both).transpose()
}

/// A user and the password hash, locked against other writers.
pub async fn lock(tx: &mut Tx, id: i64) -> Result<Option<(User, Option<String>)>, StoreError> {
    tx.fetch(&LOCK, args![id]).await?.first().map(read_both).transpose()
}

/// A user and the password hash, by login.
pub async fn by_login(tx: &mut Tx, login: &str) -> Result<Option<(User, Option<String>)>, StoreError> {
    tx.fetch(&BY_LOGIN, args![login]).await?.first().map(read_both).transpose()
}

/// Users after an id, including disabled ones.
pub async fn list(tx: &mut Tx, after: i64, limit: i64) -> Result<Vec<User>, StoreError> {
    tx.fetch(&LIST, args![after, limit]).await?.iter().map(Row::read).collect()
}

/// The number of users.
pub async fn count(tx: &mut Tx) -> Result<i64, StoreError> {
    tx.fetch(&COUNT, args![]).await?.first().map_or(Ok(0), |row| row.i64(0))
}

/// How many other users with a role can sign in.
pub async fn others(tx: &mut Tx, id: i64, role: Role) -> Result<i64, StoreError> {
    tx.fetch(&OTHERS, args![id, role.number()]).await?.first().map_or(Ok(0), |row| row.i64(0))
}

/// Changes name, role, and whether the user may sign in.
pub async fn change(tx: &mut Tx, user: &User) -> Result<(), StoreError> {
    let args = args![user.id, user.name.as_str(), user.role.number(), user.disabled_at];
    tx.execute(&CHANGE, args).await.map(|_| ())
}

/// Sets the password hash, or removes the password.
pub async fn set_password(tx: &mut Tx, id: i64, hash: Option<&str>, now: i64) -> Result<(), StoreError> {
    let at = hash.map(|_| now);
    tx.execute(&SET_PASSWORD, args![id, hash, at]).await.map(|_| ())
}

/// Records that a user accepted an invitation, or was set up: the next session is the user's first.
pub async fn mark_new(tx: &mut Tx, id: i64) -> Result<(), StoreError> {
    tx.execute(&MARK_NEW, args![id]).await.map(|_| ())
}

/// Whether the session that begins now is the user's first; no later one is.
pub async fn take_new(tx: &mut Tx, id: i64) -> Result<bool, StoreError> {
    Ok(tx.execute(&TAKE_NEW, args![id]).await? > 0)
}
