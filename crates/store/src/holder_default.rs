//! Which of a holder's accounts in a currency the holder's e-mail address or uid refers to: the one opened
//! first, until another is chosen. A holder whose last account in a currency is closed has none there.

use crate::args;
use crate::bulk::{Insert, Named, Sql, named};
use crate::error::StoreError;
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::Column;
use domain::account::AccountStatus;
use domain::id::{AccountId, AssetId, HolderId};

/// A holder's default account in a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HolderDefault {
    /// The holder.
    pub holder: HolderId,
    /// The currency.
    pub asset: AssetId,
    /// The account.
    pub account: AccountId,
}

static INSERT: Insert = Insert { table: "holder_default", columns: &["holder", "asset", "account"] };
static GET: Sql = Sql::new("SELECT account FROM holder_default WHERE holder = $1 AND asset = $2");
static SET: Sql = Sql::new("UPDATE holder_default SET account = $3 WHERE holder = $1 AND asset = $2");
static CLEAR: Sql = Sql::new("DELETE FROM holder_default WHERE holder = $1 AND asset = $2");
static OTHER: Sql = Sql::new(sql!(
    "SELECT number FROM account WHERE holder = $1 AND asset = $2 AND id <> $3 AND status <> ",
    [AccountStatus::Closed],
    " ORDER BY id LIMIT 1",
));

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&GET, &SET, &CLEAR, &OTHER];

/// Makes accounts the defaults of holders that have none in the currency yet. Of several accounts for one
/// holder and currency, the first is used.
pub async fn add(tx: &mut Tx, mut all: Vec<HolderDefault>) -> Result<(), StoreError> {
    let mut seen = std::collections::HashSet::with_capacity(all.len());
    all.retain(|one| seen.insert((one.holder.0, one.asset.0)));
    let columns = vec![
        Column::I64(all.iter().map(|one| one.holder.0).collect()),
        Column::I64(all.iter().map(|one| one.asset.0).collect()),
        Column::I64(all.iter().map(|one| one.account.0).collect()),
    ];
    tx.insert_new(&INSERT, columns).await.map(|_| ())
}

/// The default account, if any.
pub async fn get(tx: &mut Tx, holder: HolderId, asset: AssetId) -> Result<Option<AccountId>, StoreError> {
    let rows = tx.fetch(&GET, args![holder.0, asset.0]).await?;
    rows.first().map(|row| row.i64(0).map(AccountId)).transpose()
}

/// Sets the default account, replacing any previous one.
pub async fn set(tx: &mut Tx, to: HolderDefault) -> Result<(), StoreError> {
    if tx.execute(&SET, args![to.holder.0, to.asset.0, to.account.0]).await? == 0 {
        add(tx, vec![to]).await?;
    }
    Ok(())
}

/// Removes the default: the holder has no open account in the currency any more.
pub async fn clear(tx: &mut Tx, holder: HolderId, asset: AssetId) -> Result<(), StoreError> {
    tx.execute(&CLEAR, args![holder.0, asset.0]).await.map(|_| ())
}

/// The number of another account of the holder in the currency that is not closed.
pub async fn other(
    tx: &mut Tx,
    holder: HolderId,
    asset: AssetId,
    account: AccountId,
) -> Result<Option<String>, StoreError> {
    let rows = tx.fetch(&OTHER, args![holder.0, asset.0, account.0]).await?;
    rows.first().map(|row| row.text(0)).transpose()
}
