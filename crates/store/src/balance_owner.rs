//! The owner of the balances: the one node that has moved money for a while, if there is one.
//!
//! While a node owns them, every other node must end the ownership before it writes a chunk, and the row's lock
//! makes it wait for the owner's chunk in progress. So the owner may rely on the balances that its last chunk left:
//! it neither reads nor locks them again. It still writes every balance in every chunk, so there is nothing to
//! recover when it dies: the next writer ends the ownership, and reads what is stored.

use crate::args;
use crate::bulk::{Lock, Named, Sql, named};
use crate::error::StoreError;
use crate::record::record;
use crate::script::{Asked, Script};
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::Row;

record! {
    /// Who owns the balances.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct BalanceOwner {
        /// The node; empty if nobody owns them.
        pub node: String,
        /// How often that has changed.
        pub epoch: i64,
    }
}

impl BalanceOwner {
    /// The epoch of the ownership; none if nobody owns the balances.
    #[must_use]
    pub fn owned_in(&self) -> Option<i64> {
        (!self.node.is_empty()).then_some(self.epoch)
    }
}

const OWNER: &str = sql!("SELECT ", BalanceOwner::COLUMNS, " FROM balance_owner WHERE id = 1");

static GET: Sql = Sql { text: OWNER, lock: Lock::Shared };
static GET_EXCLUSIVE: Sql = Sql::exclusive(OWNER);
static SET: Sql =
    Sql::new("UPDATE balance_owner SET node = $1, epoch = epoch + 1 WHERE id = 1 AND epoch = $2");

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&GET, &GET_EXCLUSIVE, &SET];

/// Who owns the balances, protected from change until the transaction ends.
pub fn lock_later(script: &mut Script) -> Asked<BalanceOwner> {
    script.fetch(&GET, args![], |answer| {
        let row = answer.rows.first();
        row.map(Row::read)
            .transpose()?
            .ok_or_else(|| StoreError::Corrupt("balance_owner is empty".to_owned()))
    })
}

/// Makes a node the owner, or with an empty name nobody, if nothing has changed since the given epoch.
///
/// Locks the row exclusively first, which waits for the chunks in progress. The update alone would not: a row that
/// is held in common may be written, and a chunk would then be decided on balances that another node is changing.
pub async fn set(tx: &mut Tx, node: &str, seen: i64) -> Result<bool, StoreError> {
    let mut script = Script::new();
    script.fetch(&GET_EXCLUSIVE, args![], |_| Ok(()));
    let changed = script.execute(&SET, args![node, seen]);
    Ok(tx.run(script).await?.take(changed)? == 1)
}
