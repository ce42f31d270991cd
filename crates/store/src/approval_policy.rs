//! The approval policies of currencies. Every version is kept. In force is the highest version that came into
//! force; a version that loosens what is in force waits until it is due or a second administrator confirms it,
//! unless a higher version replaces it meanwhile.

use crate::args;
use crate::bulk::{Named, Sql, named};
use crate::error::StoreError;
use crate::head;
use crate::record::record;
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::Row;
use domain::id::AssetId;
use domain::principal::Author;

record! {
    /// A version of a currency's policy.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ApprovalPolicyVersion {
        /// The currency.
        pub asset: AssetId,
        /// Its number, from 1.
        pub version: i64,
        /// The policy, in its canonical form.
        pub content: String,
        /// Its lowest band, in minor units.
        pub lowest: Option<i64>,
        /// Who set it.
        pub set_by: Author = "set_by, set_by_kind, set_by_id",
        /// When it was set, microseconds UTC.
        pub set_at: i64,
        /// When it comes into force by itself.
        pub due_at: i64,
        /// When it came into force.
        pub in_force_at: Option<i64>,
        /// The administrator who confirmed it, by the user's id.
        pub confirmed_by: Option<i64>,
    }
}

static INSERT: Sql = Sql::new(
    "INSERT INTO approval_policy (asset, version, content, lowest, set_by, set_by_kind, set_by_id, set_at, due_at,
       in_force_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
);
static NEWEST: Sql = Sql::new(sql!(
    "SELECT ",
    ApprovalPolicyVersion::COLUMNS,
    " FROM approval_policy WHERE asset = $1 ORDER BY version DESC LIMIT 1",
));
static GET: Sql = Sql::new(sql!(
    "SELECT ",
    ApprovalPolicyVersion::COLUMNS,
    " FROM approval_policy WHERE asset = $1 AND version = $2",
));
static IN_FORCE: Sql = Sql::new(sql!(
    "SELECT ",
    ApprovalPolicyVersion::COLUMNS,
    " FROM approval_policy WHERE asset = $1 AND in_force_at IS NOT NULL ORDER BY version DESC LIMIT 1",
));
static DUE: Sql = Sql::new(sql!(
    "SELECT ",
    ApprovalPolicyVersion::COLUMNS,
    " FROM approval_policy
     WHERE in_force_at IS NULL AND due_at <= $1
       AND version = (SELECT MAX(n.version) FROM approval_policy n WHERE n.asset = approval_policy.asset)
     ORDER BY asset",
));
static FORCE: Sql = Sql::new(
    "UPDATE approval_policy SET in_force_at = $3, confirmed_by = $4
     WHERE asset = $1 AND version = $2 AND in_force_at IS NULL",
);
static LOWEST: Sql = Sql::new(
    "SELECT asset, lowest FROM approval_policy
     WHERE lowest IS NOT NULL
       AND version = (SELECT MAX(n.version) FROM approval_policy n
                      WHERE n.asset = approval_policy.asset AND n.in_force_at IS NOT NULL)
     ORDER BY asset",
);

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&INSERT, &NEWEST, &GET, &IN_FORCE, &DUE, &FORCE, &LOWEST];

/// Adds a version; one that is in force at once tells every door.
pub async fn insert(tx: &mut Tx, policy: &ApprovalPolicyVersion) -> Result<(), StoreError> {
    let Author { principal, name } = &policy.set_by;
    let args = args![
        policy.asset.0,
        policy.version,
        policy.content.as_str(),
        policy.lowest,
        name.as_str(),
        principal.kind(),
        principal.id(),
        policy.set_at,
        policy.due_at,
        policy.in_force_at,
    ];
    tx.execute(&INSERT, args).await?;
    if policy.in_force_at.is_some() { head::raise_policy_version(tx).await } else { Ok(()) }
}

/// The last version of a currency's policy, in force or not.
pub async fn newest(tx: &mut Tx, asset: AssetId) -> Result<Option<ApprovalPolicyVersion>, StoreError> {
    tx.fetch(&NEWEST, args![asset.0]).await?.first().map(Row::read).transpose()
}

/// A version of a currency's policy.
pub async fn get(
    tx: &mut Tx,
    asset: AssetId,
    version: i64,
) -> Result<Option<ApprovalPolicyVersion>, StoreError> {
    tx.fetch(&GET, args![asset.0, version]).await?.first().map(Row::read).transpose()
}

/// The version that is in force.
pub async fn in_force(tx: &mut Tx, asset: AssetId) -> Result<Option<ApprovalPolicyVersion>, StoreError> {
    tx.fetch(&IN_FORCE, args![asset.0]).await?.first().map(Row::read).transpose()
}

/// The last versions that are due by now and not in force yet.
pub async fn due(tx: &mut Tx, now: i64) -> Result<Vec<ApprovalPolicyVersion>, StoreError> {
    tx.fetch(&DUE, args![now]).await?.iter().map(Row::read).collect()
}

/// Puts a version in force, by itself or confirmed by a user, and tells every door; `false` if it already was.
pub async fn force(
    tx: &mut Tx,
    (asset, version): (AssetId, i64),
    confirmed_by: Option<i64>,
    now: i64,
) -> Result<bool, StoreError> {
    if tx.execute(&FORCE, args![asset.0, version, now, confirmed_by]).await? == 0 {
        return Ok(false);
    }
    head::raise_policy_version(tx).await?;
    Ok(true)
}

/// The lowest bands of the policies that are in force.
pub async fn lowest(tx: &mut Tx) -> Result<Vec<(AssetId, i64)>, StoreError> {
    tx.fetch(&LOWEST, args![]).await?.iter().map(Row::read).collect()
}
