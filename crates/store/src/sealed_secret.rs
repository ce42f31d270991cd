//! Secrets that the server must be able to read again, each encrypted under the master key (`service::vault`). All of
//! them are rows of this one table, so that a rotation of the key finds them.
//!
//! The row's name is what the ciphertext is bound to, such as `user:7` or `account:18`.

use crate::args;
use crate::bulk::{Lock, Lookup, Named, Sql, named};
use crate::error::StoreError;
use crate::record::record;
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::{Column, Row};
use data_encoding::BASE64;

record! {
    /// An encrypted secret.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct SealedSecret {
        /// Whose it is.
        pub owner: String,
        /// The ciphertext with its nonce.
        sealed: String,
    }
}

impl SealedSecret {
    /// The ciphertext with its nonce; empty if the stored text was damaged.
    #[must_use]
    pub fn sealed(&self) -> Vec<u8> {
        BASE64.decode(self.sealed.as_bytes()).unwrap_or_default()
    }
}

static PUT: Sql = Sql::new(
    "INSERT INTO sealed_secret (owner, key_id, sealed) VALUES ($1, $2, $3)
     ON CONFLICT (owner) DO UPDATE SET key_id = $2, sealed = $3",
);
static GET: Sql = Sql::new(sql!("SELECT ", SealedSecret::COLUMNS, " FROM sealed_secret WHERE owner = $1"));
static OF_OWNERS: Lookup =
    Lookup { columns: SealedSecret::COLUMNS, from: "sealed_secret", key: "owner", and: "", lock: Lock::None };
static UNDER_OTHERS: Sql = Sql::locking(sql!(
    "SELECT ",
    SealedSecret::COLUMNS,
    " FROM sealed_secret WHERE key_id <> $1 AND owner > $2 ORDER BY owner LIMIT $3"
));
static DELETE: Sql = Sql::new("DELETE FROM sealed_secret WHERE owner = $1");

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&PUT, &GET, &UNDER_OTHERS, &DELETE];

/// Stores a secret, or replaces it. `key_id` names the master key that it was encrypted under.
pub async fn put(tx: &mut Tx, owner: &str, key_id: &str, sealed: &[u8]) -> Result<(), StoreError> {
    tx.execute(&PUT, args![owner, key_id, BASE64.encode(sealed)]).await.map(|_| ())
}

/// A secret by its owner.
pub async fn get(tx: &mut Tx, owner: &str) -> Result<Option<SealedSecret>, StoreError> {
    tx.fetch(&GET, args![owner]).await?.first().map(Row::read).transpose()
}

/// The secrets of these owners.
pub async fn of_owners(tx: &mut Tx, owners: Vec<String>) -> Result<Vec<SealedSecret>, StoreError> {
    tx.lookup(&OF_OWNERS, Column::Text(owners)).await?.iter().map(Row::read).collect()
}

/// The first secrets after an owner that are under other keys than this one, locked until the transaction ends.
pub async fn under_others(
    tx: &mut Tx,
    key_id: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<SealedSecret>, StoreError> {
    tx.fetch(&UNDER_OTHERS, args![key_id, after, limit]).await?.iter().map(Row::read).collect()
}

/// Deletes a secret; returns whether it existed.
pub async fn delete(tx: &mut Tx, owner: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(&DELETE, args![owner]).await? > 0)
}
