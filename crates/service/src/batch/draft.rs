//! Checks who may change a draft, and which version of it an edit is based on.

use super::ask::Ask;
use crate::Error;
use crate::error::Refusal;
use crate::write::Write;
use domain::access::Reach;
use domain::batch::BatchState;
use domain::code::Code;
use jiff::Timestamp;
use serde_json::json;
use store::batch::Batch;

/// Refuses callers limited to their own batches on other people's drafts, batches that are no longer drafts,
/// and edits based on another version.
pub(crate) async fn check_draft(write: &mut Write, batch: &Batch, ask: &Ask<'_>) -> Result<(), Error> {
    may_edit(write, batch, ask.reach)?;
    if batch.state != BatchState::Draft {
        return Err(Error::refused(Code::BatchState, batch.as_it_stands()));
    }
    is_current(write, batch, ask.version).await
}

fn may_edit(write: &Write, batch: &Batch, reach: Reach) -> Result<(), Error> {
    let is_own = batch.created_by.principal == write.actor.author.principal;
    if reach == Reach::All || is_own { Ok(()) } else { Err(Error::refused(Code::Forbidden, batch.number())) }
}

/// The last line of a draft's history is its last edit, or its creation.
async fn is_current(write: &mut Write, batch: &Batch, version: Option<i64>) -> Result<(), Error> {
    if version.is_none_or(|version| version == batch.version) {
        return Ok(());
    }
    let last = store::batch_history::last(&mut write.tx, batch.id).await?;
    let data = json!({
        "version": batch.version,
        "changedBy": last.as_ref().map(|event| &event.actor.name),
        "changedAt": last.as_ref().and_then(|event| Timestamp::from_microsecond(event.at).ok()).map(|at| at.to_string()),
    });
    Err(Error::Refused(Refusal {
        data: Some(data),
        ..Refusal::told(
            Code::DraftChanged,
            format!("{} is at version {}", batch.number(), batch.version),
            format!("{} 当前版本为 {}", batch.number(), batch.version),
        )
    }))
}
