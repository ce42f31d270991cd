//! The exchange rates fixed for a batch, at which its items are exchanged.

use crate::args;
use crate::bulk::{Lock, Lookup, Named, Sql, named};
use crate::error::StoreError;
use crate::fx::FxRate;
use crate::item_extent::ITEMS_OF_BATCH;
use crate::record::record;
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::{Column, Row};
use domain::id::{AssetId, BatchId};

record! {
    /// A rate fixed for a batch.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct KeptRate {
        /// The batch.
        pub batch: BatchId,
        /// The rate as it was stored.
        pub rate: FxRate = "source, target, rate, origin, at",
        /// When it was fixed for the batch, microseconds UTC.
        pub kept_at: i64,
    }
}

static PAIRS: Sql = Sql::new(sql!(
    "SELECT DISTINCT s.asset, t.asset FROM ",
    ITEMS_OF_BATCH,
    " JOIN account s ON s.id = i.source JOIN account t ON t.id = i.target
     WHERE s.asset <> t.asset ORDER BY s.asset, t.asset"
));
static KEEP: Sql = Sql::new(
    "INSERT INTO batch_rate (batch, source, target, rate, origin, at, kept_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (batch, source, target) DO UPDATE SET rate = $4, origin = $5, at = $6, kept_at = $7",
);
static OF: Sql =
    Sql::new(sql!("SELECT ", KeptRate::COLUMNS, " FROM batch_rate WHERE batch = $1 ORDER BY source, target"));
static OF_MANY: Lookup =
    Lookup { columns: KeptRate::COLUMNS, from: "batch_rate", key: "batch", and: "", lock: Lock::None };

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&PAIRS, &KEEP, &OF];

/// The pairs of different currencies among a batch's items.
pub async fn pairs(tx: &mut Tx, batch: BatchId) -> Result<Vec<(AssetId, AssetId)>, StoreError> {
    let rows = tx.fetch(&PAIRS, args![batch.0]).await?;
    rows.iter().map(Row::read).collect()
}

/// Fixes a rate for a batch, replacing the one it has for the pair.
pub async fn keep(tx: &mut Tx, kept: &KeptRate) -> Result<(), StoreError> {
    let KeptRate { batch, rate, kept_at } = kept;
    let (text, origin) = (rate.rate.as_str(), rate.origin.as_str());
    let args = args![batch.0, rate.source.0, rate.target.0, text, origin, rate.at, *kept_at];
    tx.execute(&KEEP, args).await.map(|_| ())
}

/// The rates fixed for a batch, ordered by currency.
pub async fn of(tx: &mut Tx, batch: BatchId) -> Result<Vec<KeptRate>, StoreError> {
    tx.fetch(&OF, args![batch.0]).await?.iter().map(Row::read).collect()
}

/// The rates fixed for several batches; ids sorted and distinct.
pub async fn of_many(tx: &mut Tx, batches: Vec<i64>) -> Result<Vec<KeptRate>, StoreError> {
    tx.lookup(&OF_MANY, Column::I64(batches)).await?.iter().map(Row::read).collect()
}
