//! Rounds of approval: what a batch needs, frozen when it is submitted. Whatever makes earlier approvals void
//! begins another round; the last one counts.

use crate::args;
use crate::bulk::{Named, Sql, named};
use crate::error::StoreError;
use crate::record::record;
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::Row;
use domain::approval::RoundCause;
use domain::batch::BatchState;
use domain::id::{AccountId, AssetId, BatchId};

record! {
    /// What a batch needs from when it began to wait.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ApprovalRound {
        /// The batch.
        pub batch: BatchId = "r.batch",
        /// Its number, from 1.
        pub round: i64 = "r.round",
        /// The levels, in their canonical form.
        pub levels: String = "r.levels",
        /// How many approvals they ask for.
        pub needed: i64 = "r.needed",
        /// How many hours an approved batch may wait for its first execution; 0: any time.
        pub valid_hours: i64 = "r.valid_h",
        /// The version of the policy that asked for it; 0 if there was none.
        pub policy_version: i64 = "r.policy_version",
        /// The content that approvals are for.
        pub content_hash: String = "r.content_hash",
        /// The day of the submission, `yyyymmdd` in the organisation's time zone.
        pub day: i64 = "r.day",
        /// The batch's currency.
        pub asset: AssetId = "r.asset",
        /// The batch's single account.
        pub account: Option<AccountId> = "r.account",
        /// The batch's total, in minor units.
        pub amount: i64 = "r.amount",
        /// What the maker submitted that day before, with the same single account, as far as it counts towards the band.
        pub same_day: i64 = "r.same_day",
        /// Who submitted it: a person also for a key that the person made.
        pub maker: String = "r.maker",
        /// Why it began.
        pub cause: RoundCause = "r.cause",
        /// When it began, microseconds UTC.
        pub opened_at: i64 = "r.opened_at",
    }
}

static OPEN: Sql = Sql::new(
    "INSERT INTO approval_round (batch, round, levels, needed, valid_h, policy_version, content_hash, day, asset,
       account, amount, same_day, maker, cause, opened_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
);
static LAST: Sql = Sql::new(sql!(
    "SELECT ",
    ApprovalRound::COLUMNS,
    " FROM approval_round r WHERE r.batch = $1 ORDER BY r.round DESC LIMIT 1",
));
// What the same maker promised to pay that day from or to the same account.
static SAME_DAY: Sql = Sql::new(sql!(
    "SELECT r.amount FROM approval_round r JOIN batch b ON b.id = r.batch
     WHERE r.day = $1 AND r.asset = $2 AND r.maker = $3 AND COALESCE(r.account, 0) = $4 AND r.batch <> $5
       AND b.state NOT IN (",
    [BatchState::Draft],
    ", ",
    [BatchState::Rejected],
    ", ",
    [BatchState::Cancelled],
    ") AND r.round = (SELECT MAX(n.round) FROM approval_round n WHERE n.batch = r.batch)",
));
static WAITING: Sql = Sql::new(sql!(
    "SELECT ",
    ApprovalRound::COLUMNS,
    " FROM approval_round r JOIN batch b ON b.id = r.batch
     WHERE b.state = ",
    [BatchState::Pending],
    " AND b.ready = 1 AND r.needed > 0
       AND r.round = (SELECT MAX(n.round) FROM approval_round n WHERE n.batch = r.batch)
     ORDER BY r.opened_at, r.batch",
));

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&OPEN, &LAST, &SAME_DAY, &WAITING];

/// Begins a round.
pub async fn open(tx: &mut Tx, round: &ApprovalRound) -> Result<(), StoreError> {
    let args = args![
        round.batch.0,
        round.round,
        round.levels.as_str(),
        round.needed,
        round.valid_hours,
        round.policy_version,
        round.content_hash.as_str(),
        round.day,
        round.asset.0,
        round.account.map(|account| account.0),
        round.amount,
        round.same_day,
        round.maker.as_str(),
        round.cause.number(),
        round.opened_at,
    ];
    tx.execute(&OPEN, args).await.map(|_| ())
}

/// The last round of a batch; none if it was never submitted.
pub async fn last(tx: &mut Tx, batch: BatchId) -> Result<Option<ApprovalRound>, StoreError> {
    tx.fetch(&LAST, args![batch.0]).await?.first().map(Row::read).transpose()
}

/// The totals of the other batches that the maker of a round submitted on its day, with the same single account,
/// and that are neither drafts again nor rejected nor cancelled.
pub async fn same_day(tx: &mut Tx, round: &ApprovalRound) -> Result<Vec<i64>, StoreError> {
    let account = round.account.map_or(0, |account| account.0);
    let args = args![round.day, round.asset.0, round.maker.as_str(), account, round.batch.0];
    tx.fetch(&SAME_DAY, args).await?.iter().map(|row| row.i64(0)).collect()
}

/// The rounds of all pending batches that need approvals, the longest waiting first.
pub async fn waiting(tx: &mut Tx) -> Result<Vec<ApprovalRound>, StoreError> {
    tx.fetch(&WAITING, args![]).await?.iter().map(Row::read).collect()
}
