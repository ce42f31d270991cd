//! Policies: limits and fees by currency, overridden by account, and from which amounts on a currency's
//! transfers need approval. Account 0 means the whole currency.

use crate::args;
use crate::bulk::{Named, Sql, named};
use crate::error::StoreError;
use crate::tx::Tx;
use crate::value::Cells;
use crate::{approval_policy, head};
use domain::fee::FeePolicy;
use domain::id::{AccountId, AssetId};
use domain::limit::LimitPolicy;
use domain::policy::{Policy, PolicyBook};

static ALL: Sql = Sql::new(
    "SELECT asset, account, min, max, day, month, batch_max, fee_threshold, fee_rate_ppm, fee_min, fee_max,
            shipped
     FROM policy ORDER BY asset, account",
);
static SET: Sql = Sql::new(
    "INSERT INTO policy (asset, account, min, max, day, month, batch_max, fee_threshold, fee_rate_ppm,
                         fee_min, fee_max, shipped)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
     ON CONFLICT (asset, account) DO UPDATE SET min = $3, max = $4, day = $5, month = $6, batch_max = $7,
       fee_threshold = $8, fee_rate_ppm = $9, fee_min = $10, fee_max = $11, shipped = $12",
);

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&ALL, &SET];

/// All policies as of the version in the ledger's head.
pub async fn book(tx: &mut Tx) -> Result<PolicyBook, StoreError> {
    let mut book = PolicyBook::new(head::policy_version(tx).await?);
    for row in tx.fetch(&ALL, args![]).await?.iter() {
        let mut cells = row.cells();
        let (asset, account) = (AssetId(cells.i64()?), cells.i64()?);
        let policy = read(&mut cells)?;
        match (account, cells.i64()?) {
            (0, 0) => book.set_asset(asset, policy),
            (0, _) => book.set_shipped(asset, policy),
            (account, _) => book.set_account(AccountId(account), policy),
        }
    }
    for (asset, from) in approval_policy::lowest(tx).await? {
        book.set_approved_from(asset, from);
    }
    Ok(book)
}

fn read(cells: &mut Cells<'_>) -> Result<Policy, StoreError> {
    Ok(Policy {
        limit: LimitPolicy { min: cells.i64()?, max: cells.i64()?, day: cells.i64()?, month: cells.i64()? },
        batch_max: cells.i64()?,
        fee: FeePolicy {
            threshold: cells.i64()?,
            rate_ppm: cells.i64()?,
            min: cells.i64()?,
            max: cells.i64()?,
        },
    })
}

/// Sets the policy of a currency, or of one of its accounts, and notifies every door.
pub async fn set(
    tx: &mut Tx,
    asset: AssetId,
    account: Option<AccountId>,
    policy: &Policy,
) -> Result<(), StoreError> {
    write(tx, asset, account, policy, false).await
}

/// Gives a new currency the policy that applies until one is set, and notifies every door.
pub async fn ship(tx: &mut Tx, asset: AssetId, policy: &Policy) -> Result<(), StoreError> {
    write(tx, asset, None, policy, true).await
}

async fn write(
    tx: &mut Tx,
    asset: AssetId,
    account: Option<AccountId>,
    policy: &Policy,
    is_shipped: bool,
) -> Result<(), StoreError> {
    let args = args![
        asset.0,
        account.map_or(0, |a| a.0),
        policy.limit.min,
        policy.limit.max,
        policy.limit.day,
        policy.limit.month,
        policy.batch_max,
        policy.fee.threshold,
        policy.fee.rate_ppm,
        policy.fee.min,
        policy.fee.max,
        i64::from(is_shipped),
    ];
    tx.execute(&SET, args).await?;
    head::raise_policy_version(tx).await
}
