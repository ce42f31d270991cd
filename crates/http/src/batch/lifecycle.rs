//! The moves of a batch's life.

use super::draft::{OnVersion, ask, remark};
use super::found::BatchFoundView;
use super::input::{BatchConsentInput, Maybe};
use super::note::{BatchCancelInput, BatchNoteInput, BatchSubmitInput};
use super::path::BatchName;
use super::words::{BatchStateWord, BatchStatusWord};
use crate::answer::{Answer, Envelope, Message};
use crate::once::Once;
use crate::problem::OperatorProblem;
use crate::who::Who;
use domain::batch::BatchState;
use serde::Serialize;
use service::Batch;
use service::batch::submit::Prepared;
use utoipa::ToSchema;

const SUBMITTED: Message =
    Message { english: "The batch transfer was submitted", chinese: "批量转账已提交" };
const STARTED: Message =
    Message { english: "The batch transfer has started", chinese: "批量转账已开始" };
const PAUSING: Message =
    Message { english: "The batch transfer is being paused", chinese: "批量转账正在暂停" };
const PAUSED: Message = Message { english: "The batch transfer is paused", chinese: "批量转账已暂停" };
const RESUMED: Message =
    Message { english: "The batch transfer was resumed", chinese: "批量转账已恢复" };
const NOTHING_WAITS: Message =
    Message { english: "No transfer waits to be resumed", chinese: "没有未完成的转账需要恢复" };
const CANCELLED: Message =
    Message { english: "The batch transfer was cancelled", chinese: "批量转账已取消" };
const INTERRUPTING: Message =
    Message { english: "The batch transfer is being interrupted", chinese: "批量转账正在中断" };
const INTERRUPTED: Message =
    Message { english: "The batch transfer was interrupted", chinese: "批量转账已中断" };
const CALLING_OFF: Message = Message {
    english: "The batch transfer is being called off for good",
    chinese: "批量转账正在永久终止",
};
const CALLED_OFF: Message = Message {
    english: "The batch transfer was called off for good; what was not paid is skipped",
    chinese: "批量转账已永久终止，未支付的转账已跳过",
};

/// A batch that was moved on.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BatchMovedView {
    /// Its id.
    #[schema(example = 17)]
    batch_id: i64,
    /// Its number.
    #[schema(example = "batch-20260310-001")]
    batch_number: String,
    /// Document 000's status after it.
    status: BatchStatusWord,
    /// The exact state after it.
    state: BatchStateWord,
}

/// Transfers that were set going.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BatchCountView {
    /// How many; 0 if there was nothing to do.
    #[schema(example = 12)]
    count: i64,
    /// Their batch.
    #[serde(flatten)]
    batch: BatchMovedView,
}

impl From<Batch> for BatchMovedView {
    fn from(batch: Batch) -> Self {
        Self {
            batch_id: batch.id.0,
            batch_number: batch.number(),
            status: BatchStatusWord::of_batch(batch.state),
            state: batch.state.into(),
        }
    }
}

impl From<(Batch, i64)> for BatchCountView {
    fn from((batch, count): (Batch, i64)) -> Self {
        Self { count, batch: batch.into() }
    }
}

/// A batch that was submitted.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BatchSubmittedView {
    /// The batch.
    #[serde(flatten)]
    batch: BatchMovedView,
    /// What was found about it.
    #[serde(flatten)]
    found: BatchFoundView,
}

/// Submits a draft: its content is frozen. One with refused rows that are neither corrected nor dropped is submitted
/// only with their exact number. One that pays what an earlier batch pays is refused with `BATCH_SIMILAR`, unless
/// `again` says why it is to be paid; `withoutPaid` leaves out what is paid already.
#[utoipa::path(post, path = "/api/batch-transfers/{id}/submit", operation_id = "submitBatchTransfer",
    tag = "batches", params(("id" = String, Path, description = "Its id or number", example = "17"),
        ("If-Match" = Option<String>, Header, description = "The version that was read; another one is refused")),
    request_body = Option<BatchSubmitInput>,
    responses((status = 200, description = "It waits to be executed.", body = Envelope<BatchSubmittedView>)))]
pub(crate) async fn submit(
    who: Who,
    BatchName(name): BatchName,
    OnVersion(version): OnVersion,
    once: Once<Maybe<BatchSubmitInput>>,
) -> Result<Answer<BatchSubmittedView>, OperatorProblem> {
    let Once { body: Maybe(body), service } = once;
    let (note, submission) = body.read()?;
    let ask = ask(&who, &name).on_version(version).noted(&note);
    let Prepared { batch, found } = service.batch_submit(who.actor(), ask, &submission).await?;
    let remark = remark(&who, &batch.batch.created_by);
    let found = BatchFoundView::of(found, &batch.asset);
    Ok(Answer::saying(SUBMITTED, BatchSubmittedView { batch: batch.batch.into(), found }).remarking(remark))
}

/// Executes a batch that was submitted: the answer comes at once, the money moves in the background. A batch that
/// has begun is refused; `resume` continues it.
#[utoipa::path(post, path = "/api/batch-transfers/{id}/execute", operation_id = "executeBatchTransfer",
    tag = "batches", params(("id" = String, Path, description = "Its id or number", example = "17")),
    request_body = Option<BatchConsentInput>,
    responses((status = 200, description = "It has started.", body = Envelope<BatchMovedView>)))]
pub(crate) async fn execute(
    who: Who,
    BatchName(name): BatchName,
    once: Once<Maybe<BatchConsentInput>>,
) -> Result<Answer<BatchMovedView>, OperatorProblem> {
    let batch = once.service.batch_execute(who.actor(), &name).await?;
    Ok(Answer::saying(STARTED, batch.into()))
}

/// Asks a running batch to stop after the transfers that are on their way. It can go on later.
#[utoipa::path(post, path = "/api/batch-transfers/{id}/pause", operation_id = "pauseBatchTransfer",
    tag = "batches", params(("id" = String, Path, description = "Its id or number", example = "17")),
    request_body = Option<BatchNoteInput>,
    responses((status = 200, description = "It is paused, or about to be.", body = Envelope<BatchMovedView>)))]
pub(crate) async fn pause(
    who: Who,
    BatchName(name): BatchName,
    once: Once<Maybe<BatchNoteInput>>,
) -> Result<Answer<BatchMovedView>, OperatorProblem> {
    let Once { body: Maybe(body), service } = once;
    let note = body.text()?;
    let batch = service.batch_pause(who.actor(), ask(&who, &name).noted(&note)).await?;
    let message = if batch.state == BatchState::Paused { PAUSED } else { PAUSING };
    Ok(Answer::saying(message, batch.into()))
}

/// Resumes a batch. A submitted batch is executed. A paused batch, or one whose server ended, continues. Of a batch
/// that has ended, the transfers are taken back that were not tried because a person interrupted it or a failure
/// stopped it. A running batch is left as it is.
#[utoipa::path(post, path = "/api/batch-transfers/{id}/resume", operation_id = "resumeBatchTransfer",
    tag = "batches", params(("id" = String, Path, description = "Its id or number", example = "17")),
    request_body = Option<BatchConsentInput>,
    responses((status = 200, description = "How many transfers wait for it.", body = Envelope<BatchCountView>)))]
pub(crate) async fn resume(
    who: Who,
    BatchName(name): BatchName,
    once: Once<Maybe<BatchConsentInput>>,
) -> Result<Answer<BatchCountView>, OperatorProblem> {
    let (batch, count) = once.service.batch_resume(who.actor(), &name).await?;
    let message = if count == 0 { NOTHING_WAITS } else { RESUMED };
    Ok(Answer::saying(message, (batch, count).into()))
}

/// Calls a batch off. One that has not begun is cancelled, and its transfers are skipped. One that has begun is
/// interrupted: the transfers on their way are finished, the others fail with `INTERRUPTED`. With `forGood`, what
/// is not paid is skipped instead, so that no retry can pay it; a batch that has ended takes that, too.
#[utoipa::path(post, path = "/api/batch-transfers/{id}/cancel", operation_id = "cancelBatchTransfer",
    tag = "batches", params(("id" = String, Path, description = "Its id or number", example = "17")),
    request_body = Option<BatchCancelInput>,
    responses((status = 200, description = "It is called off, or about to be.", body = Envelope<BatchMovedView>)))]
pub(crate) async fn cancel(
    who: Who,
    BatchName(name): BatchName,
    once: Once<Maybe<BatchCancelInput>>,
) -> Result<Answer<BatchMovedView>, OperatorProblem> {
    let Once { body: Maybe(body), service } = once;
    let (note, for_good) = body.read()?;
    let batch = service.batch_cancel(who.actor(), &ask(&who, &name).noted(&note), for_good).await?;
    Ok(Answer::saying(cancelled(&batch), batch.into()))
}

/// What came of a cancellation so far.
const fn cancelled(batch: &Batch) -> Message {
    match (batch.called_off_at.is_some(), batch.state.has_begun(), batch.state.has_ended()) {
        (true, _, false) => CALLING_OFF,
        (true, _, true) => CALLED_OFF,
        (false, false, _) => CANCELLED,
        (false, true, false) => INTERRUPTING,
        (false, true, true) => INTERRUPTED,
    }
}
