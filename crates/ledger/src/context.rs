//! What the door knows without asking each time: policies, the ledger's own accounts, the time zone. One
//! version number in the ledger's head tells whether it still holds.

use domain::account::AccountKind;
use domain::id::{AccountId, AssetId};
use domain::policy::PolicyBook;
use hashbrown::HashMap;
use jiff::tz::TimeZone;
use store::{StoreError, Tx};

#[derive(Debug)]
pub(crate) struct Context {
    pub policies: PolicyBook,
    pub system: HashMap<(AssetId, AccountKind), AccountId>,
    pub zone: TimeZone,
}

impl Context {
    pub(crate) async fn load(tx: &mut Tx) -> Result<Self, StoreError> {
        let policies = store::policy::book(tx).await?;
        let system = store::account::system(tx).await?;
        let zone = store::setting::get(tx, "time_zone").await?;
        let zone = zone.and_then(|name| TimeZone::get(&name).ok()).unwrap_or(TimeZone::UTC);
        let system = system.into_iter().map(|(id, asset, kind)| ((asset, kind), id)).collect();
        Ok(Self { policies, system, zone })
    }

    /// All system accounts that a request in these currencies may touch.
    pub(crate) fn system_ids(&self) -> impl Iterator<Item = i64> + '_ {
        self.system.values().map(|id| id.0)
    }
}
