//! Named locks: rows that are only locked, for what two nodes must not do at once. A node waits for the lock
//! until the other's transaction has ended. Taken first in a transaction, before any other lock.

use crate::args;
use crate::bulk::{Named, Sql, named};
use crate::error::StoreError;
use crate::tx::Tx;

static TAKE: Sql = Sql::exclusive("SELECT name FROM named_lock WHERE name = $1");

/// Every fixed statement of this file.
pub const CATALOGUE: &[Named] = named![&TAKE];

/// What only one node does at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamedLock {
    /// Looking up a currency, holder or account and adding it if it does not exist.
    Directory,
    /// Numbering a day's batches.
    Batch,
    /// Submitting a batch and checking whether an earlier one pays the same. Taken after [`Self::Batch`]
    /// where both are needed.
    Submit,
}

/// Waits for the lock and holds it until the transaction ends.
pub async fn take(tx: &mut Tx, lock: NamedLock) -> Result<(), StoreError> {
    let name = match lock {
        NamedLock::Directory => "directory",
        NamedLock::Batch => "batch",
        NamedLock::Submit => "submit",
    };
    tx.fetch(&TAKE, args![name]).await.map(|_| ())
}
