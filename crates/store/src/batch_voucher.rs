//! The vouchers of batches: one row for each, in order.

use crate::args;
use crate::bulk::{Insert, Named, Sql, named};
use crate::error::StoreError;
use crate::tx::Tx;
use crate::value::Column;
use domain::id::BatchId;

static INSERT: Insert = Insert { table: "batch_voucher", columns: &["batch", "place", "url"] };
static GET: Sql = Sql::new("SELECT url FROM batch_voucher WHERE batch = $1 ORDER BY place");
static CLEAR: Sql = Sql::new("DELETE FROM batch_voucher WHERE batch = $1");

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&GET, &CLEAR];

/// The vouchers of a batch.
pub async fn get(tx: &mut Tx, batch: BatchId) -> Result<Vec<String>, StoreError> {
    tx.fetch(&GET, args![batch.0]).await?.iter().map(|row| row.text(0)).collect()
}

/// Sets the vouchers of a batch, replacing those that it had.
pub async fn set(tx: &mut Tx, batch: BatchId, urls: &[String]) -> Result<(), StoreError> {
    tx.execute(&CLEAR, args![batch.0]).await?;
    if urls.is_empty() {
        return Ok(());
    }
    let places = (1..).take(urls.len()).collect();
    let columns = vec![Column::Same(batch.0, urls.len()), Column::I64(places), Column::Text(urls.to_vec())];
    tx.insert(&INSERT, columns).await.map(|_| ())
}
