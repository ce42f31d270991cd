//! The state changes of a batch.

use super::draft::{OnVersion, ask, remark};
use super::found::BatchFoundView;
use super::input::{BatchConsentInput, Maybe};
use super::note::{BatchCancelInput, BatchNoteInput, BatchSubmitInput};
use super::path::BatchName;
use super::words::{BatchStateWord, BatchStatusWord};
use crate::kit::answer::{Answer, Envelope, Message};
use crate::kit::approval::ApprovalView;
use crate::kit::once::Once;
use crate::kit::operation::Groups;
use crate::kit::problem::OperatorProblem;
use crate::kit::routes::Routes;
use crate::kit::who::Who;
use domain::access::Operation as O;
use domain::batch::BatchState;
use domain::code::Code;
use domain::code::groups::{self, APPROVED, BATCH, DEBIT, DRAFT, NOTE, TEXT};
use serde::Serialize;
use service::batch::submit::PreparedBatch;
use service::{Batch, approval, batch};
use utoipa::ToSchema;
use utoipa_axum::routes;

/// The codes of a submission, in either view.
pub(crate) const SUBMIT: Groups = &[
    DRAFT,
    groups::SUBMITTED,
    TEXT,
    &[
        Code::BatchEmpty,
        Code::BatchTooLargeForAtomic,
        Code::BatchAboveMaximum,
        Code::ProblemsOpen,
        Code::RateNotFound,
        Code::LinkedItemSettled,
        Code::BatchSimilar,
        Code::OutsideShape,
    ],
];
/// The codes of an execution apart from those of any state change, in either view.
pub(crate) const EXECUTE: &[Code] = &[Code::BatchAboveMaximum, Code::RateChanged];
const RESUME: &[Code] = &[Code::BatchNotResumable];
const CANCEL: &[Code] = &[Code::BatchCannotCancel, Code::BatchCancelled, Code::Forbidden];

pub(super) fn routes() -> Routes {
    Routes::new()
        .add_operator(O::BatchSubmit, routes!(submit), SUBMIT)
        .add_operator(O::BatchExecute, routes!(execute), &[BATCH, APPROVED, EXECUTE, DEBIT])
        .add_operator(O::BatchPause, routes!(pause), &[BATCH, NOTE])
        .add_operator(O::BatchResume, routes!(resume), &[BATCH, APPROVED, EXECUTE, DEBIT, RESUME])
        .add_operator(O::BatchCancel, routes!(cancel), &[BATCH, NOTE, CANCEL])
}

const SUBMITTED: Message =
    Message { english: "The batch transfer was submitted", chinese: "批量转账已提交" };
const STARTED: Message =
    Message { english: "The batch transfer has started", chinese: "批量转账已开始" };
const PAUSING: Message =
    Message { english: "The batch transfer is being paused", chinese: "批量转账正在暂停" };
const PAUSED: Message = Message { english: "The batch transfer is paused", chinese: "批量转账已暂停" };
const RESUMED: Message =
    Message { english: "The batch transfer was resumed", chinese: "批量转账已恢复" };
const NOTHING_WAITS: Message = Message {
    english: "There is no unfinished transfer to resume",
    chinese: "没有未完成的转账需要恢复",
};
const CANCELLED: Message =
    Message { english: "The batch transfer was cancelled", chinese: "批量转账已取消" };
const INTERRUPTING: Message =
    Message { english: "The batch transfer is being interrupted", chinese: "批量转账正在中断" };
const INTERRUPTED: Message =
    Message { english: "The batch transfer was interrupted", chinese: "批量转账已中断" };
const CALLING_OFF: Message = Message {
    english: "The batch transfer is being cancelled permanently",
    chinese: "批量转账正在永久终止",
};
const CALLED_OFF: Message = Message {
    english: "The batch transfer was cancelled permanently; unpaid transfers were skipped",
    chinese: "批量转账已永久终止，未支付的转账已跳过",
};

/// A batch after a state change.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BatchMovedView {
    /// The batch's id.
    #[schema(example = 17)]
    batch_id: i64,
    /// The batch's number.
    #[schema(example = "batch-20260310-001")]
    batch_number: String,
    /// Document 000's status after the change.
    status: BatchStatusWord,
    /// The exact state after the change.
    #[schema(value_type = BatchStateWord)]
    state: BatchState,
}

/// How many transfers a request affected, and their batch.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BatchCountView {
    /// How many transfers were affected; 0 if there was nothing to do.
    #[schema(example = 12)]
    count: i64,
    /// The batch.
    #[serde(flatten)]
    batch: BatchMovedView,
}

impl From<Batch> for BatchMovedView {
    fn from(batch: Batch) -> Self {
        Self {
            batch_id: batch.id.0,
            batch_number: batch.number(),
            status: BatchStatusWord::of_batch(batch.state),
            state: batch.state,
        }
    }
}

impl From<(Batch, i64)> for BatchCountView {
    fn from((batch, count): (Batch, i64)) -> Self {
        Self { count, batch: batch.into() }
    }
}

/// A submitted batch and the findings about it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BatchSubmittedView {
    /// The batch.
    #[serde(flatten)]
    batch: BatchMovedView,
    /// The findings about the batch.
    #[serde(flatten)]
    found: BatchFoundView,
    /// The approvals that the batch needs, and who may give them.
    approval: ApprovalView,
}

/// Submits a draft, which freezes its content.
///
/// While refused rows are open (neither corrected nor dropped), their exact number must be confirmed with
/// `leaveProblems`. A batch that pays the same as an earlier one is refused with `BATCH_SIMILAR`, unless
/// `again` gives a reason; `withoutPaid` leaves out rows that have already been paid.
#[utoipa::path(post, path = "/api/batch-transfers/{id}/submit", operation_id = "submitBatchTransfer",
    tag = "batches", params(("id" = String, Path, description = "The batch's id or number", example = "17"),
        ("If-Match" = Option<String>, Header, description = "The expected version; refused if the draft has changed since")),
    request_body = Option<BatchSubmitInput>,
    responses((status = 200, description = "The batch was submitted.", body = Envelope<BatchSubmittedView>)))]
pub(crate) async fn submit(
    who: Who,
    BatchName(batch): BatchName,
    OnVersion(version): OnVersion,
    once: Once<Maybe<BatchSubmitInput>>,
) -> Result<Answer<BatchSubmittedView>, OperatorProblem> {
    let Once { body: Maybe(body), service } = once;
    let (note, submission) = body.read()?;
    let ask = ask(&who, batch).on_version(version).noted(&note);
    let PreparedBatch { batch, found } = batch::submit(&service, who.actor(), ask, &submission).await?;
    let remark = remark(&who, &batch.batch.created_by);
    let found = BatchFoundView::of(found, &batch.asset);
    let approval = ApprovalView::of(approval::standing_of(&service, &batch.batch).await?, &batch.asset);
    let view = BatchSubmittedView { batch: batch.batch.into(), found, approval };
    Ok(Answer::saying(SUBMITTED, view).remarking(remark))
}

/// Executes a submitted batch.
///
/// The response is immediate; the money moves in the background. A batch that has already begun is refused;
/// `resume` continues it.
#[utoipa::path(post, path = "/api/batch-transfers/{id}/execute", operation_id = "executeBatchTransfer",
    tag = "batches", params(("id" = String, Path, description = "The batch's id or number", example = "17")),
    request_body = Option<BatchConsentInput>,
    responses((status = 200, description = "The batch has started.", body = Envelope<BatchMovedView>)))]
pub(crate) async fn execute(
    who: Who,
    BatchName(batch): BatchName,
    once: Once<Maybe<BatchConsentInput>>,
) -> Result<Answer<BatchMovedView>, OperatorProblem> {
    let service = once.body.0.of(&once.service).await;
    let batch = batch::execute(&service, who.actor(), batch).await?;
    Ok(Answer::saying(STARTED, batch.into()))
}

/// Pauses a running batch once the transfers in flight are done. It can be resumed later.
#[utoipa::path(post, path = "/api/batch-transfers/{id}/pause", operation_id = "pauseBatchTransfer",
    tag = "batches", params(("id" = String, Path, description = "The batch's id or number", example = "17")),
    request_body = Option<BatchNoteInput>,
    responses((status = 200, description = "The batch is paused, or is being paused.", body = Envelope<BatchMovedView>)))]
pub(crate) async fn pause(
    who: Who,
    BatchName(batch): BatchName,
    once: Once<Maybe<BatchNoteInput>>,
) -> Result<Answer<BatchMovedView>, OperatorProblem> {
    let Once { body: Maybe(body), service } = once;
    let note = body.text()?;
    let batch = batch::pause(&service, who.actor(), ask(&who, batch).noted(&note)).await?;
    let message = if batch.state == BatchState::Paused { PAUSED } else { PAUSING };
    Ok(Answer::saying(message, batch.into()))
}

/// Resumes a batch.
///
/// A submitted batch is executed. A paused batch, or one whose server died, continues. In a batch that has
/// ended, the transfers that were not attempted because a person interrupted it or a failure stopped it
/// become pending again. A running batch is left unchanged.
#[utoipa::path(post, path = "/api/batch-transfers/{id}/resume", operation_id = "resumeBatchTransfer",
    tag = "batches", params(("id" = String, Path, description = "The batch's id or number", example = "17")),
    request_body = Option<BatchConsentInput>,
    responses((status = 200, description = "How many transfers are pending.", body = Envelope<BatchCountView>)))]
pub(crate) async fn resume(
    who: Who,
    BatchName(batch): BatchName,
    once: Once<Maybe<BatchConsentInput>>,
) -> Result<Answer<BatchCountView>, OperatorProblem> {
    let service = once.body.0.of(&once.service).await;
    let (batch, count) = batch::resume(&service, who.actor(), batch).await?;
    let message = if count == 0 { NOTHING_WAITS } else { RESUMED };
    Ok(Answer::saying(message, (batch, count).into()))
}

/// Cancels or interrupts a batch.
///
/// A batch that has not begun is cancelled and its transfers are skipped. A batch that has begun is
/// interrupted: transfers in flight finish, the others fail with `INTERRUPTED`. With `forGood`, unpaid
/// transfers are skipped instead, so that no retry can pay them; this is also possible after the batch has
/// ended.
#[utoipa::path(post, path = "/api/batch-transfers/{id}/cancel", operation_id = "cancelBatchTransfer",
    tag = "batches", params(("id" = String, Path, description = "The batch's id or number", example = "17")),
    request_body = Option<BatchCancelInput>,
    responses((status = 200, description = "The batch was cancelled, or is being interrupted.", body = Envelope<BatchMovedView>)))]
pub(crate) async fn cancel(
    who: Who,
    BatchName(batch): BatchName,
    once: Once<Maybe<BatchCancelInput>>,
) -> Result<Answer<BatchMovedView>, OperatorProblem> {
    let Once { body: Maybe(body), service } = once;
    let (note, for_good) = body.read()?;
    let batch = batch::cancel(&service, who.actor(), &ask(&who, batch).noted(&note), for_good).await?;
    Ok(Answer::saying(cancelled(&batch), batch.into()))
}

/// The message for the cancellation's progress so far.
const fn cancelled(batch: &Batch) -> Message {
    match (batch.called_off_at.is_some(), batch.state.has_begun(), batch.state.has_ended()) {
        (true, _, false) => CALLING_OFF,
        (true, _, true) => CALLED_OFF,
        (false, false, _) => CANCELLED,
        (false, true, false) => INTERRUPTING,
        (false, true, true) => INTERRUPTED,
    }
}
