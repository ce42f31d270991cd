//! The networks that users have signed in from, with the latest time of each.

use crate::args;
use crate::bulk::{Named, Sql, named};
use crate::error::StoreError;
use crate::tx::Tx;
use crate::value::Row;

static OF_USER: Sql =
    Sql::new("SELECT network, seen_at FROM seen_network WHERE app_user = $1 ORDER BY network");
static SEE: Sql = Sql::new(
    "INSERT INTO seen_network (app_user, network, seen_at) VALUES ($1, $2, $3)
     ON CONFLICT (app_user, network) DO UPDATE SET seen_at = $3",
);

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&OF_USER, &SEE];

/// A user's networks, each with the time when it was last seen, microseconds UTC.
pub async fn of_user(tx: &mut Tx, user: i64) -> Result<Vec<(String, i64)>, StoreError> {
    tx.fetch(&OF_USER, args![user]).await?.iter().map(Row::read).collect()
}

/// Records that a user signed in from a network.
pub async fn see(tx: &mut Tx, user: i64, network: &str, now: i64) -> Result<(), StoreError> {
    tx.execute(&SEE, args![user, network, now]).await.map(|_| ())
}
