//! The time steps whose codes were used. A code is accepted once in the whole database: the step's row, written in
//! the transaction that the code lets through, is what makes it once, and it vanishes if that transaction rolls back.
//!
//! The owner is the name of the secret, such as `user:7` or `account:18`: a person's code that signed in does not
//! also approve.

use crate::args;
use crate::bulk::{Named, Sql, named};
use crate::error::StoreError;
use crate::tx::Tx;

// A step before one that was used is refused as well: an attacker who saw an older code cannot
// replay it.
static USE: Sql = Sql::new(
    "INSERT INTO totp_step (owner, step, used_at)
     SELECT CAST($1 AS TEXT), CAST($2 AS BIGINT), CAST($3 AS BIGINT)
      WHERE NOT EXISTS (SELECT 1 FROM totp_step WHERE owner = $1 AND step >= $2)
     ON CONFLICT (owner, step) DO NOTHING",
);
// The newest row stays, for the sake of the older codes.
static FORGET: Sql = Sql::new("DELETE FROM totp_step WHERE owner = $1 AND step < $2");
static FORGET_ALL: Sql = Sql::new("DELETE FROM totp_step WHERE owner = $1");

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&USE, &FORGET, &FORGET_ALL];

/// Uses up a time step of a secret. `false`: it, or a later one, was used before. A concurrent use of the same step
/// waits for the first to commit.
pub async fn use_step(tx: &mut Tx, owner: &str, step: i64, now: i64) -> Result<bool, StoreError> {
    let is_new = tx.execute(&USE, args![owner, step, now]).await? > 0;
    if is_new {
        tx.execute(&FORGET, args![owner, step]).await?;
    }
    Ok(is_new)
}

/// Forgets the steps of a secret that no longer exists: its successor begins with none.
pub async fn forget(tx: &mut Tx, owner: &str) -> Result<(), StoreError> {
    tx.execute(&FORGET_ALL, args![owner]).await.map(|_| ())
}
