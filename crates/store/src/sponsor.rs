//! Who added a user, raised the user's role, or reset the user's password or factor: one row per user and
//! principal, with the latest deed.

use crate::args;
use crate::bulk::{Lock, Lookup, Named, Sql, named};
use crate::error::StoreError;
use crate::tx::Tx;
use crate::value::{Column, Row};
use domain::principal::{Principal, SponsorDeed};

/// What a principal last did to a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sponsor {
    /// The principal.
    pub principal: Principal,
    /// What it did.
    pub deed: SponsorDeed,
    /// When, microseconds UTC.
    pub at: i64,
}

static RECORD: Sql = Sql::new(
    "INSERT INTO sponsor (app_user, actor_kind, actor_id, deed, at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (app_user, actor_kind, actor_id) DO UPDATE SET deed = $4, at = $5",
);
static OF_USER: Sql = Sql::new(
    "SELECT app_user, actor_kind, actor_id, deed, at FROM sponsor WHERE app_user = $1
     ORDER BY at, actor_kind, actor_id",
);
static OF_USERS: Lookup = Lookup {
    columns: "app_user, actor_kind, actor_id, deed, at",
    from: "sponsor",
    key: "app_user",
    and: "",
    lock: Lock::None,
};

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&RECORD, &OF_USER];

/// The user, and the deed.
fn read(row: Row<'_>) -> Result<(i64, Sponsor), StoreError> {
    let (user, kind, id) = (row.i64(0)?, row.i64(1)?, row.i64(2)?);
    let unknown = || StoreError::Corrupt(format!("no principal of kind {kind} with id {id}"));
    let principal = Principal::from_stored(kind, (id != 0).then_some(id)).ok_or_else(unknown)?;
    let deed = row.stored(3, SponsorDeed::from_number)?;
    Ok((user, Sponsor { principal, deed, at: row.i64(4)? }))
}

/// Records a deed; it replaces the principal's earlier ones.
pub async fn record(tx: &mut Tx, user: i64, sponsor: Sponsor) -> Result<(), StoreError> {
    let Sponsor { principal, deed, at } = sponsor;
    let args = args![user, principal.kind(), principal.id().unwrap_or(0), deed.number(), at];
    tx.execute(&RECORD, args).await.map(|_| ())
}

/// A user's sponsors, oldest deed first.
pub async fn of_user(tx: &mut Tx, user: i64) -> Result<Vec<Sponsor>, StoreError> {
    tx.fetch(&OF_USER, args![user]).await?.iter().map(|row| Ok(read(row)?.1)).collect()
}

/// The sponsors of these users, each with its user, in no particular order.
pub async fn of_users(tx: &mut Tx, users: Vec<i64>) -> Result<Vec<(i64, Sponsor)>, StoreError> {
    tx.lookup(&OF_USERS, Column::I64(users)).await?.iter().map(read).collect()
}
