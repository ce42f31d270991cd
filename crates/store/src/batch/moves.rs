//! What changes in a batch after it is submitted: its state, what an operator asked of its run, its counters.

use crate::args;
use crate::bulk::Sql;
use crate::error::StoreError;
use crate::script::{Asked, Script};
use crate::sql::sql;
use crate::tx::Tx;
use domain::batch::{BatchIntent, BatchState, BatchTally};
use domain::id::BatchId;

pub(super) static SUBMIT: Sql = Sql::new(sql!(
    "UPDATE batch SET content_hash = $2, submitted_at = $3, state = ",
    [BatchState::Pending],
    " WHERE id = $1 AND state = ",
    [BatchState::Draft],
));
pub(super) static MOVE: Sql = Sql::new(sql!(
    "UPDATE batch SET state = $2, intent = $3, started_at = COALESCE(started_at, $4), completed_at = $5,
       runs = CASE WHEN CAST($2 AS BIGINT) = ",
    [BatchState::Processing],
    " AND state NOT IN (",
    [BatchState::Processing],
    ", ",
    [BatchState::Paused],
    ") THEN runs + 1 ELSE runs END
     WHERE id = $1",
));
pub(super) static THAW: Sql = Sql::new(sql!(
    "UPDATE batch SET content_hash = NULL, completed_at = NULL, state = ",
    [BatchState::Draft],
    " WHERE id = $1",
));
pub(super) static INTEND: Sql =
    Sql::new("UPDATE batch SET intent = $2, interrupted_at = COALESCE($3, interrupted_at) WHERE id = $1");
pub(super) static CALL_OFF: Sql = Sql::new("UPDATE batch SET called_off_at = $2 WHERE id = $1");
pub(super) static TALLY: Sql = Sql::new(
    "UPDATE batch SET total_count = $2, total_amount = $3, success_count = $4, success_amount = $5,
       failed_count = $6, failed_amount = $7, skipped_count = $8, fee_amount = $9, flight_count = $10,
       flight_amount = $11, unknown_count = $12 WHERE id = $1",
);

pub(super) static RAISE_EDITION: Sql = Sql::new("UPDATE batch SET edition = edition + 1 WHERE id = $1");

/// Freezes a draft under the hash of its content.
pub async fn submit(tx: &mut Tx, id: BatchId, content_hash: &str, now: i64) -> Result<u64, StoreError> {
    tx.execute(&SUBMIT, args![id.0, content_hash, now]).await
}

/// Makes a submitted batch a draft again. Its content may change from now on, so the hash of what was submitted is no
/// longer its own; that hash stays with the approval round and in the audit log.
pub async fn thaw(tx: &mut Tx, id: BatchId) -> Result<(), StoreError> {
    tx.execute(&THAW, args![id.0]).await.map(|_| ())
}

/// Changes a batch's state. `started_at` keeps its value if already set; `completed_at` is set as given.
pub async fn set_state(
    tx: &mut Tx,
    id: BatchId,
    state: BatchState,
    intent: BatchIntent,
    started_at: Option<i64>,
    completed_at: Option<i64>,
) -> Result<(), StoreError> {
    let args = args![id.0, state.number(), intent.number(), started_at, completed_at];
    tx.execute(&MOVE, args).await.map(|_| ())
}

/// Records what an operator asked of the run.
pub async fn set_intent(
    tx: &mut Tx,
    id: BatchId,
    intent: BatchIntent,
    interrupted_at: Option<i64>,
) -> Result<(), StoreError> {
    tx.execute(&INTEND, args![id.0, intent.number(), interrupted_at]).await.map(|_| ())
}

/// Records that the batch was called off permanently.
pub async fn set_called_off(tx: &mut Tx, id: BatchId, at: i64) -> Result<(), StoreError> {
    tx.execute(&CALL_OFF, args![id.0, at]).await.map(|_| ())
}

/// Writes the counters.
pub async fn set_tally(tx: &mut Tx, id: BatchId, tally: &BatchTally) -> Result<(), StoreError> {
    tx.ask(|script| set_tally_later(script, id, tally)).await.map(|_| ())
}

/// [`set_tally`] in a script.
pub fn set_tally_later(script: &mut Script, id: BatchId, tally: &BatchTally) -> Asked<u64> {
    let args = args![
        id.0,
        tally.total_count,
        tally.total_amount,
        tally.success_count,
        tally.success_amount,
        tally.failed_count,
        tally.failed_amount,
        tally.skipped_count,
        tally.fee_amount,
        tally.flight_count,
        tally.flight_amount,
        tally.unknown_count,
    ];
    script.execute(&TALLY, args)
}

/// Records that states of a batch's items change outside the door, which locks the batch.
pub async fn raise_edition(tx: &mut Tx, id: BatchId) -> Result<(), StoreError> {
    tx.execute(&RAISE_EDITION, args![id.0]).await.map(|_| ())
}
