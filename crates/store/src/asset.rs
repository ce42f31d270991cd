//! Currencies and tokens that accounts can be held in.

use crate::args;
use crate::bulk::{Named, Sql, named};
use crate::error::StoreError;
use crate::tx::Tx;
use domain::asset::Asset;
use domain::id::AssetId;

static ALL: Sql = Sql::new("SELECT id, code, scale FROM asset ORDER BY id");
static ADD: Sql = Sql::new(
    "INSERT INTO asset (id, code, scale, created_at)
     SELECT COALESCE(MAX(id), 0) + 1, $1, $2, $3 FROM asset RETURNING id",
);

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&ALL, &ADD];

/// Every asset, in the order they were enabled.
pub async fn all(tx: &mut Tx) -> Result<Vec<Asset>, StoreError> {
    tx.fetch(&ALL, args![])
        .await?
        .iter()
        .map(|row| {
            let scale = u8::try_from(row.i64(2)?).map_err(|e| StoreError::Corrupt(e.to_string()))?;
            Ok(Asset { id: AssetId(row.i64(0)?), code: row.text(1)?, scale })
        })
        .collect()
}

/// Enables an asset.
pub async fn add(tx: &mut Tx, code: &str, scale: u8, now: i64) -> Result<AssetId, StoreError> {
    let rows = tx.fetch(&ADD, args![code, i64::from(scale), now]).await?;
    Ok(AssetId(rows.first().ok_or_else(|| StoreError::Corrupt("no id".to_owned()))?.i64(0)?))
}
