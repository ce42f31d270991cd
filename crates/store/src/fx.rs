//! Exchange rates: append-only; the newest rate of a pair applies.

use crate::args;
use crate::bulk::{Named, Sql, named};
use crate::error::StoreError;
use crate::record::record;
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::Row;
use domain::id::AssetId;

record! {
    /// A rate as it was set.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct FxRate {
        /// From.
        pub source: AssetId,
        /// To.
        pub target: AssetId,
        /// Target major units per source major unit, as text.
        pub rate: String,
        /// Its source.
        pub origin: String,
        /// When it was set, microseconds UTC.
        pub at: i64,
    }
}

static ADD: Sql =
    Sql::new("INSERT INTO fx_rate (source, target, rate, origin, at) VALUES ($1, $2, $3, $4, $5)");
static NEWEST: Sql = Sql::new(sql!(
    "SELECT ",
    FxRate::COLUMNS,
    " FROM fx_rate WHERE source = $1 AND target = $2 ORDER BY id DESC LIMIT 1"
));
static LIST: Sql = Sql::new(sql!(
    "SELECT ",
    FxRate::COLUMNS,
    " FROM fx_rate WHERE id IN (SELECT MAX(id) FROM fx_rate GROUP BY source, target) ORDER BY source, target"
));

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&ADD, &NEWEST, &LIST];

/// Sets a rate.
pub async fn add(tx: &mut Tx, rate: &FxRate) -> Result<(), StoreError> {
    let args = args![rate.source.0, rate.target.0, rate.rate.as_str(), rate.origin.as_str(), rate.at];
    tx.execute(&ADD, args).await.map(|_| ())
}

/// The current rate of a pair.
pub async fn newest(tx: &mut Tx, source: AssetId, target: AssetId) -> Result<Option<FxRate>, StoreError> {
    tx.fetch(&NEWEST, args![source.0, target.0]).await?.first().map(Row::read).transpose()
}

/// The current rate of every pair.
pub async fn list(tx: &mut Tx) -> Result<Vec<FxRate>, StoreError> {
    tx.fetch(&LIST, args![]).await?.iter().map(Row::read).collect()
}
