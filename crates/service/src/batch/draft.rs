//! Checks what a draft may be called, who may change it, and which version of it an edit is based on.

use super::request::BatchRequest;
use crate::error::Refusal;
use crate::write::Write;
use crate::{Error, visible};
use domain::access::Reach;
use domain::batch::BatchState;
use domain::code::Code;
use domain::text::Text;
use jiff::Timestamp;
use serde_json::json;
use store::batch::Batch;

/// Refuses callers limited to their own batches on other people's drafts, batches that are no longer drafts,
/// and edits based on another version.
pub(crate) async fn check_draft(
    write: &mut Write,
    batch: &Batch,
    request: &BatchRequest<'_>,
) -> Result<(), Error> {
    may_edit(write, batch, request.reach)?;
    if batch.state != BatchState::Draft {
        return Err(Error::refused(Code::BatchState, batch.state_text()));
    }
    is_current(write, batch, request.version).await
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
        ..Refusal::bilingual(
            Code::DraftChanged,
            format!("{} is at version {}", batch.number(), batch.version),
            format!("{} 当前版本为 {}", batch.number(), batch.version),
        )
    }))
}

/// Checks the name and the remarks, and returns them as they are stored.
pub(crate) fn check_head(name: &str, remarks: Option<&str>) -> Result<(String, Option<String>), Error> {
    let name = visible(name)?;
    let remarks = remarks.map(Text::parse).transpose().map_err(|code| Error::refused(code, "remarks"))?;
    Ok((name, remarks.flatten().map(String::from)))
}
