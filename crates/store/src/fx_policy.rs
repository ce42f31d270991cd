//! The exchange rules of a currency pair; a pair without a row follows the shipped rules.

use crate::args;
use crate::bulk::{Named, Sql, named};
use crate::error::StoreError;
use crate::head;
use crate::record::record;
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::{Cells, Row};
use domain::fx::{FxPolicy, Rounding};
use domain::id::AssetId;

record! {
    /// The rules of a pair in one direction, from source to target.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct PairPolicy {
        /// From.
        pub source: AssetId,
        /// To.
        pub target: AssetId,
        /// Its rules.
        pub policy: FxPolicy = "tolerance_ppm, rounding, minimum, max_age_h" with read_policy,
    }
}

static OF: Sql =
    Sql::new(sql!("SELECT ", PairPolicy::COLUMNS, " FROM fx_policy WHERE source = $1 AND target = $2"));
static ALL: Sql = Sql::new(sql!("SELECT ", PairPolicy::COLUMNS, " FROM fx_policy ORDER BY source, target"));
static SET: Sql = Sql::new(
    "INSERT INTO fx_policy (source, target, tolerance_ppm, rounding, minimum, max_age_h)
     VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (source, target) DO UPDATE SET tolerance_ppm = $3, rounding = $4, minimum = $5, max_age_h = $6",
);

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&OF, &ALL, &SET];

fn read_policy(cells: &mut Cells<'_>) -> Result<FxPolicy, StoreError> {
    Ok(FxPolicy {
        tolerance_ppm: cells.i64()?,
        rounding: cells.stored(Rounding::from_number)?,
        minimum: cells.i64()?,
        max_age_h: cells.i64()?,
    })
}

/// The rules that apply to a pair.
pub async fn of(tx: &mut Tx, source: AssetId, target: AssetId) -> Result<FxPolicy, StoreError> {
    let rows = tx.fetch(&OF, args![source.0, target.0]).await?;
    let pair: Option<PairPolicy> = rows.first().map(Row::read).transpose()?;
    Ok(pair.map_or(FxPolicy::SHIPPED, |pair| pair.policy))
}

/// The rules of every pair for which some were set.
pub async fn all(tx: &mut Tx) -> Result<Vec<PairPolicy>, StoreError> {
    tx.fetch(&ALL, args![]).await?.iter().map(Row::read).collect()
}

/// Sets a pair's rules and raises the policy version, which tells doors that their cache is stale.
pub async fn set(tx: &mut Tx, pair: &PairPolicy) -> Result<(), StoreError> {
    let FxPolicy { tolerance_ppm, rounding, minimum, max_age_h } = pair.policy;
    let args = args![pair.source.0, pair.target.0, tolerance_ppm, rounding.number(), minimum, max_age_h];
    tx.execute(&SET, args).await?;
    head::raise_policy_version(tx).await
}
