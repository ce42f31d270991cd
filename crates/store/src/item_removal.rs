//! Removing many items of a draft at once, with their contacts and external ids.

use crate::error::StoreError;
use crate::script::Script;
use crate::tx::Tx;
use crate::{external_id, item, item_contact};
use domain::id::BatchId;

/// Runs of items that are deleted in one script.
const RUNS_AT_ONCE: usize = 1_000;

/// Deletes runs of consecutive numbers, all of them the draft's.
pub async fn delete_runs(tx: &mut Tx, batch: BatchId, runs: &[(i64, i64)]) -> Result<(), StoreError> {
    for part in runs.chunks(RUNS_AT_ONCE) {
        let mut script = Script::new();
        for run in part {
            // A contact is found by its item.
            item_contact::delete_later(&mut script, batch, *run);
            external_id::delete_later(&mut script, batch, *run);
            item::delete_later(&mut script, batch, *run);
        }
        tx.run(script).await?;
    }
    Ok(())
}
