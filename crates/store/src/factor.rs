//! Second factors of people: the confirmed one, and one that is being enrolled. The secrets themselves are in
//! `sealed_secret`.

use crate::args;
use crate::bulk::{Lock, Lookup, Named, Sql, named};
use crate::error::StoreError;
use crate::record::record;
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::{Column, Row};

record! {
    /// A user's confirmed factor.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Factor {
        /// The user.
        pub user: i64 = "app_user",
        /// When it was confirmed, microseconds UTC.
        pub since: i64,
        /// Whether it was enrolled in the user's first session.
        pub is_initial: bool,
    }
}

record! {
    /// A factor that is being enrolled.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Enrolment {
        /// The session that began it, and alone can confirm it.
        pub session: i64,
        /// When it was begun.
        pub begun_at: i64,
    }
}

static GET: Sql = Sql::new(sql!("SELECT ", Factor::COLUMNS, " FROM factor WHERE app_user = $1"));
static OF_USERS: Lookup =
    Lookup { columns: Factor::COLUMNS, from: "factor", key: "app_user", and: "", lock: Lock::None };
static SET: Sql = Sql::new(
    "INSERT INTO factor (app_user, since, is_initial) VALUES ($1, $2, $3)
     ON CONFLICT (app_user) DO UPDATE SET since = $2, is_initial = $3",
);
static DELETE: Sql = Sql::new("DELETE FROM factor WHERE app_user = $1");
static BEGIN: Sql = Sql::new(
    "INSERT INTO enrolment (app_user, session, begun_at) VALUES ($1, $2, $3)
     ON CONFLICT (app_user) DO UPDATE SET session = $2, begun_at = $3",
);
static BEGUN: Sql = Sql::new(sql!("SELECT ", Enrolment::COLUMNS, " FROM enrolment WHERE app_user = $1"));
static END_BEGUN: Sql = Sql::new("DELETE FROM enrolment WHERE app_user = $1");

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&GET, &SET, &DELETE, &BEGIN, &BEGUN, &END_BEGUN];

/// A user's factor.
pub async fn get(tx: &mut Tx, user: i64) -> Result<Option<Factor>, StoreError> {
    tx.fetch(&GET, args![user]).await?.first().map(Row::read).transpose()
}

/// The factors of these users.
pub async fn of_users(tx: &mut Tx, users: Vec<i64>) -> Result<Vec<Factor>, StoreError> {
    tx.lookup(&OF_USERS, Column::I64(users)).await?.iter().map(Row::read).collect()
}

/// Sets a user's factor, or replaces it.
pub async fn set(tx: &mut Tx, factor: Factor) -> Result<(), StoreError> {
    let args = args![factor.user, factor.since, i64::from(factor.is_initial)];
    tx.execute(&SET, args).await.map(|_| ())
}

/// Deletes a user's factor; `false` if there is none.
pub async fn delete(tx: &mut Tx, user: i64) -> Result<bool, StoreError> {
    Ok(tx.execute(&DELETE, args![user]).await? > 0)
}

/// Begins an enrolment; it replaces one that was begun before.
pub async fn begin(tx: &mut Tx, user: i64, enrolment: Enrolment) -> Result<(), StoreError> {
    let args = args![user, enrolment.session, enrolment.begun_at];
    tx.execute(&BEGIN, args).await.map(|_| ())
}

/// A user's enrolment.
pub async fn begun(tx: &mut Tx, user: i64) -> Result<Option<Enrolment>, StoreError> {
    tx.fetch(&BEGUN, args![user]).await?.first().map(Row::read).transpose()
}

/// Ends a user's enrolment.
pub async fn end_begun(tx: &mut Tx, user: i64) -> Result<(), StoreError> {
    tx.execute(&END_BEGUN, args![user]).await.map(|_| ())
}
