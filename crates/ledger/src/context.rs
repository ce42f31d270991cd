//! What the door caches: policies, rates, system accounts, the time zone. One version number in the ledger's
//! head row shows whether the cache is still valid.

use crate::calendar;
use crate::rates::Rates;
use domain::account::AccountKind;
use domain::id::{AccountId, AssetId};
use domain::policy::PolicyBook;
use hashbrown::HashMap;
use jiff::tz::TimeZone;
use store::{StoreError, Tx};

#[derive(Debug)]
pub(crate) struct Context {
    pub policies: PolicyBook,
    pub rates: Rates,
    pub system: HashMap<(AssetId, AccountKind), AccountId>,
    /// Under which this node adds to sums that all nodes keep.
    pub stripe: i64,
    pub zone: TimeZone,
}

impl Context {
    /// Loads everything for one node. Each node uses its own stripe of system accounts, so that nodes do not
    /// block each other when booking fees. Where its stripe is missing, stripe 0 is used.
    pub(crate) async fn load(tx: &mut Tx, node: &str) -> Result<Self, StoreError> {
        // A process that opened the ledger before it was moved detects it here: sealing raises the version.
        if let Some(place) = store::setting::get(tx, store::setting::MOVED_TO).await? {
            return Err(StoreError::Moved(place));
        }
        let policies = store::policy::book(tx).await?;
        let rates = Rates::load(tx).await?;
        let stripe = store::node::get(tx, node).await?.map_or(0, |node| node.stripe);
        let mut accounts = store::account::system(tx).await?;
        accounts.retain(|account| account.stripe == 0 || account.stripe == stripe);
        accounts.sort_by_key(|account| account.stripe == stripe);
        let zone = calendar::zone(tx).await?;
        // The last entry wins: this node's own stripe overrides stripe 0.
        let system = accounts.into_iter().map(|a| ((a.asset, a.kind), a.id)).collect();
        Ok(Self { policies, rates, system, stripe, zone })
    }

    /// All system accounts that a request in these currencies may touch.
    pub(crate) fn system_ids(&self) -> impl Iterator<Item = i64> + '_ {
        self.system.values().map(|id| id.0)
    }
}
