//! The ledger's own accounts: one of each kind for each currency and stripe.

use domain::account::AccountKind;
use domain::asset::Asset;
use domain::id::AccountId;
use domain::posting::opened;
use store::account::{NewAccount, SystemAccount};
use store::counter::{self, Counter};
use store::{StoreError, Tx};

/// Opens a currency's system accounts for one stripe: one of each kind.
pub async fn open_system(tx: &mut Tx, asset: &Asset, stripe: i64, now: i64) -> Result<(), StoreError> {
    let id = asset.id;
    let count = i64::try_from(AccountKind::SYSTEM.len()).unwrap_or(0);
    let first = counter::take(tx, Counter::Account, count).await?;
    let (mut accounts, mut balances) = (Vec::new(), Vec::new());
    for (account, kind) in (first..).map(AccountId).zip(AccountKind::SYSTEM) {
        let number = system_number(kind, asset, stripe);
        accounts.push(NewAccount {
            id: account,
            number,
            holder: None,
            asset: id,
            kind,
            stripe,
            opened_at: now,
        });
        balances.push(opened(account, id, None, kind));
    }
    store::account::insert(tx, &accounts).await?;
    store::balance::insert(tx, &balances).await
}

/// The stripes in use, always including stripe 0.
pub(crate) async fn stripes(tx: &mut Tx) -> Result<Vec<i64>, StoreError> {
    let accounts = store::account::system(tx).await?;
    let mut stripes: Vec<i64> = accounts.iter().map(|account: &SystemAccount| account.stripe).collect();
    stripes.push(0);
    stripes.sort_unstable();
    stripes.dedup();
    Ok(stripes)
}

/// The number of the ledger's own account of a kind, currency and stripe.
fn system_number(kind: AccountKind, asset: &Asset, stripe: i64) -> String {
    match stripe {
        0 => format!("{}-{}", kind.name(), asset.code),
        stripe => format!("{}-{}-{stripe}", kind.name(), asset.code),
    }
}
