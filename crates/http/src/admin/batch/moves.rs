//! Submitting (F-ADMIN-090), cancelling (F-ADMIN-092) and executing (F-ADMIN-126) a batch.

use super::path::AdminBatchName;
use crate::kit::answer::{Answer, Envelope, Message};
use crate::kit::body::Input;
use crate::kit::once::Once;
use crate::kit::problem::Problem;
use crate::kit::routes::Routes;
use crate::kit::time::wire;
use crate::kit::who::Who;
use crate::operator::batch::draft::{ask, remark};
use crate::operator::batch::input::{BatchConsentInput, Maybe};
use crate::operator::batch::lifecycle::{EXECUTE, SUBMIT};
use crate::operator::batch::note::{BatchNoteInput, words};
use crate::operator::batch::words::BatchStateWord;
use domain::access::Operation as O;
use domain::batch::BatchState;
use domain::code::Code;
use domain::code::groups::{APPROVED, BATCH, DEBIT, NOTE};
use serde::{Deserialize, Serialize};
use service::batch;
use service::batch::submit::Submission;
use utoipa::ToSchema;
use utoipa_axum::routes;

pub(super) fn routes() -> Routes {
    const CANCEL: &[Code] = &[Code::BatchCannotCancel, Code::BatchCancelled];
    Routes::new()
        .add(O::AdminBatchSubmit, routes!(submit), SUBMIT)
        .add(O::AdminBatchCancel, routes!(cancel), &[BATCH, NOTE, CANCEL])
        .add(O::AdminBatchExecute, routes!(execute), &[BATCH, APPROVED, EXECUTE, DEBIT])
}

const SUBMITTED: Message =
    Message { english: "The batch was submitted for approval", chinese: "批次已提交审批" };
const CANCELLED: Message = Message { english: "The batch was cancelled", chinese: "批次已取消" };
const STARTED: Message = Message { english: "The batch has started", chinese: "批次已开始执行" };

/// The remark and confirmations of a submission.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "note": "November" }))]
pub(super) struct AdminSubmitInput {
    /// A remark, shown in the timeline.
    #[schema(max_length = 500)]
    note: Option<String>,
    /// The number of refused file rows to leave unpaid; it must equal the number of open ones.
    #[serde(default)]
    #[schema(minimum = 0)]
    leave_problems: i64,
    /// The reason for paying although an earlier batch pays the same.
    #[schema(max_length = 500)]
    again: Option<String>,
    /// Whether to leave out recipients that have been paid the same or can still be.
    #[serde(default)]
    without_paid: bool,
}

impl Input for AdminSubmitInput {}

/// A submitted batch.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AdminSubmittedView {
    /// The batch's number.
    #[schema(example = "batch-20260310-001")]
    batch_id: String,
    /// The exact state.
    #[schema(value_type = BatchStateWord)]
    status: BatchState,
    /// When the batch was submitted.
    #[schema(format = DateTime, example = "2026-03-10T08:30:00Z")]
    submitted_at: Option<String>,
}

/// A cancelled batch.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AdminCancelledView {
    /// The batch's number.
    #[schema(example = "batch-20260310-001")]
    batch_id: String,
    /// The exact state.
    #[schema(value_type = BatchStateWord)]
    status: BatchState,
    /// When the batch was cancelled.
    #[schema(format = DateTime, example = "2026-03-10T08:30:00Z")]
    cancelled_at: Option<String>,
    /// The user or key that cancelled the batch.
    #[schema(example = "maker-1")]
    cancelled_by: String,
}

/// A batch that was started.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AdminStartedView {
    /// The batch's number.
    #[schema(example = "batch-20260310-001")]
    batch_id: String,
    /// The exact state.
    #[schema(value_type = BatchStateWord)]
    status: BatchState,
    /// When the batch was started.
    #[schema(format = DateTime, example = "2026-03-10T09:00:00Z")]
    started_at: Option<String>,
}

/// Submits a draft for approval, which freezes its content.
#[utoipa::path(post, path = "/api/v1/admin/transfer/batches/{batch_id}/submit", operation_id = "submitAdminBatch",
    tag = "admin",
    params(("batch_id" = String, Path, description = "The batch's number or id", example = "batch-20260310-001")),
    request_body = Option<AdminSubmitInput>,
    responses((status = 200, description = "The batch was submitted.", body = Envelope<AdminSubmittedView>)))]
pub(super) async fn submit(
    who: Who,
    AdminBatchName(batch): AdminBatchName,
    once: Once<Maybe<AdminSubmitInput>>,
) -> Result<Answer<AdminSubmittedView>, Problem> {
    let Once { body: Maybe(body), service } = once;
    let AdminSubmitInput { note, leave_problems, again, without_paid } = body;
    let (note, submission) = (words(note, None)?, Submission { leave_problems, again, without_paid });
    let ask = ask(&who, batch).noted(&note);
    let batch = batch::submit(&service, who.actor(), ask, &submission).await?.batch.batch;
    let remark = remark(&who, &batch.created_by);
    let view = AdminSubmittedView {
        batch_id: batch.number(),
        status: batch.state,
        submitted_at: batch.submitted_at.map(wire),
    };
    Ok(Answer::saying(SUBMITTED, view).remarking(remark))
}

/// Cancels a batch that has not begun; one that has is refused with `BATCH_CANNOT_CANCEL`.
#[utoipa::path(post, path = "/api/v1/admin/transfer/batches/{batch_id}/cancel", operation_id = "cancelAdminBatch",
    tag = "admin",
    params(("batch_id" = String, Path, description = "The batch's number or id", example = "batch-20260310-001")),
    request_body = Option<BatchNoteInput>,
    responses((status = 200, description = "The batch was cancelled.", body = Envelope<AdminCancelledView>)))]
pub(super) async fn cancel(
    who: Who,
    AdminBatchName(batch): AdminBatchName,
    once: Once<Maybe<BatchNoteInput>>,
) -> Result<Answer<AdminCancelledView>, Problem> {
    let Once { body: Maybe(body), service } = once;
    let note = body.text()?;
    let batch = batch::cancel_unbegun(&service, who.actor(), &ask(&who, batch).noted(&note)).await?;
    let view = AdminCancelledView {
        batch_id: batch.number(),
        status: batch.state,
        cancelled_at: batch.completed_at.map(wire),
        cancelled_by: who.actor().author.name.clone(),
    };
    Ok(Answer::saying(CANCELLED, view))
}

/// Executes a batch that is approved, or that needs no approval.
///
/// The response is immediate; the money moves in the background.
#[utoipa::path(post, path = "/api/v1/admin/transfer/batches/{batch_id}/execute", operation_id = "executeAdminBatch",
    tag = "admin",
    params(("batch_id" = String, Path, description = "The batch's number or id", example = "batch-20260310-001")),
    request_body = Option<BatchConsentInput>,
    responses((status = 200, description = "The batch has started.", body = Envelope<AdminStartedView>)))]
pub(super) async fn execute(
    who: Who,
    AdminBatchName(batch): AdminBatchName,
    once: Once<Maybe<BatchConsentInput>>,
) -> Result<Answer<AdminStartedView>, Problem> {
    let service = once.body.0.of(&once.service).await;
    let batch = batch::execute(&service, who.actor(), batch).await?;
    let view = AdminStartedView {
        batch_id: batch.number(),
        status: batch.state,
        started_at: batch.started_at.map(wire),
    };
    Ok(Answer::saying(STARTED, view))
}
