//! What approvers decided about batches: one row for each person and round, permanently.

use crate::args;
use crate::bulk::{Lock, Lookup, Named, Sql, named};
use crate::error::StoreError;
use crate::record::record;
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::{Column, Row};
use domain::access::Role;
use domain::approval::ApprovalAction;
use domain::id::BatchId;

record! {
    /// A decision.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Approval {
        /// The batch.
        pub batch: BatchId = "a.batch",
        /// The round in which it was made.
        pub round: i64 = "a.round",
        /// Who decided, by the user's id.
        pub user: i64 = "a.app_user",
        /// The role at that time.
        pub role: Role = "a.role",
        /// What was decided.
        pub action: ApprovalAction = "a.action",
        /// The content that it was made for.
        pub content_hash: String = "a.content_hash",
        /// The approver's note.
        pub note: Option<String> = "a.note",
        /// The second factor that was given.
        pub factor: String = "a.factor",
        /// When, microseconds UTC.
        pub at: i64 = "a.at",
        /// The approver's present login.
        pub login: String = "u.login",
    }
}

const FROM: &str = "approval a JOIN app_user u ON u.id = a.app_user";

static INSERT: Sql = Sql::new(
    "INSERT INTO approval (batch, round, app_user, role, action, content_hash, note, factor, at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
);
static OF_BATCH: Sql = Sql::new(sql!(
    "SELECT ",
    Approval::COLUMNS,
    " FROM ",
    FROM,
    " WHERE a.batch = $1 ORDER BY a.round, a.at, a.app_user",
));
static OF_USER: Sql = Sql::new(sql!(
    "SELECT ",
    Approval::COLUMNS,
    " FROM ",
    FROM,
    " WHERE a.app_user = $1 ORDER BY a.at, a.batch LIMIT $2 OFFSET $3",
));
static COUNT_OF_USER: Sql = Sql::new("SELECT COUNT(*) FROM approval WHERE app_user = $1");
static OF_MANY: Lookup =
    Lookup { columns: Approval::COLUMNS, from: FROM, key: "a.batch", and: "", lock: Lock::None };

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&INSERT, &OF_BATCH, &OF_USER, &COUNT_OF_USER];

/// Records a decision; `login` is not stored.
pub async fn insert(tx: &mut Tx, approval: &Approval) -> Result<(), StoreError> {
    let args = args![
        approval.batch.0,
        approval.round,
        approval.user,
        approval.role.number(),
        approval.action.number(),
        approval.content_hash.as_str(),
        approval.note.as_deref(),
        approval.factor.as_str(),
        approval.at,
    ];
    tx.execute(&INSERT, args).await.map(|_| ())
}

/// The decisions about a batch, of all rounds, in order.
pub async fn of_batch(tx: &mut Tx, batch: BatchId) -> Result<Vec<Approval>, StoreError> {
    tx.fetch(&OF_BATCH, args![batch.0]).await?.iter().map(Row::read).collect()
}

/// The decisions about several batches, in no particular order; ids sorted and distinct.
pub async fn of_many(tx: &mut Tx, batches: Vec<i64>) -> Result<Vec<Approval>, StoreError> {
    tx.lookup(&OF_MANY, Column::I64(batches)).await?.iter().map(Row::read).collect()
}

/// The decisions of a user, oldest first, skipping the first `offset`.
pub async fn of_user(tx: &mut Tx, user: i64, limit: i64, offset: i64) -> Result<Vec<Approval>, StoreError> {
    tx.fetch(&OF_USER, args![user, limit, offset]).await?.iter().map(Row::read).collect()
}

/// The number of decisions of a user.
pub async fn count_of_user(tx: &mut Tx, user: i64) -> Result<i64, StoreError> {
    tx.fetch(&COUNT_OF_USER, args![user]).await?.first().map_or(Ok(0), |row| row.i64(0))
}
