//! The moves of a batch's life.

use super::found::BatchFoundView;
use super::input::{BatchConsentInput, BatchReasonInput, BatchSubmitInput, Maybe};
use super::path::BatchName;
use super::words::{BatchStateWord, BatchStatusWord};
use crate::answer::{Answer, Envelope, Message};
use crate::body::Nothing;
use crate::once::Once;
use crate::problem::OperatorProblem;
use crate::who::Who;
use serde::Serialize;
use service::Batch;
use service::batch::lifecycle::Prepared;
use utoipa::ToSchema;

const SUBMITTED: Message =
    Message { english: "The batch transfer was submitted", chinese: "批量转账已提交" };
const STARTED: Message =
    Message { english: "The batch transfer has started", chinese: "批量转账已开始" };
const PAUSED: Message =
    Message { english: "The batch transfer is being paused", chinese: "批量转账正在暂停" };
const RESUMED: Message = Message { english: "The batch transfer goes on", chinese: "批量转账已恢复" };
const NOTHING_WAITS: Message =
    Message { english: "No transfer waits to be resumed", chinese: "没有未完成的转账需要恢复" };
const CANCELLED: Message =
    Message { english: "The batch transfer was cancelled", chinese: "批量转账已取消" };
const INTERRUPTED: Message =
    Message { english: "The batch transfer was interrupted", chinese: "批量转账已中断" };

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

/// Submits a draft: its content is frozen. One that pays what an earlier batch pays is refused with `BATCH_SIMILAR`,
/// unless `again` says why it is to be paid; `withoutPaid` leaves out what is paid already.
#[utoipa::path(post, path = "/api/batch-transfers/{id}/submit", operation_id = "submitBatchTransfer",
    tag = "batches", params(("id" = String, Path, description = "Its id or number", example = "17")),
    request_body = Option<BatchSubmitInput>,
    responses((status = 200, description = "It waits to be executed.", body = Envelope<BatchSubmittedView>)))]
pub(crate) async fn submit(
    who: Who,
    BatchName(name): BatchName,
    once: Once<Maybe<BatchSubmitInput>>,
) -> Result<Answer<BatchSubmittedView>, OperatorProblem> {
    let Once { body: Maybe(body), service } = once;
    let submitted = service.batch_submit(who.actor(), &name, &body.into()).await;
    let Prepared { batch, found } = service.settle(submitted).await?;
    let found = BatchFoundView::of(found, &batch.asset);
    Ok(Answer::saying(SUBMITTED, BatchSubmittedView { batch: batch.batch.into(), found }))
}

/// Executes a batch that was submitted: the answer comes at once, the money moves in the background. Of a
/// paused one it is going on; of a running one it changes nothing.
#[utoipa::path(post, path = "/api/batch-transfers/{id}/execute", operation_id = "executeBatchTransfer",
    tag = "batches", params(("id" = String, Path, description = "Its id or number", example = "17")),
    request_body = Option<BatchConsentInput>,
    responses((status = 200, description = "It has started.", body = Envelope<BatchMovedView>)))]
pub(crate) async fn execute(
    who: Who,
    BatchName(name): BatchName,
    once: Once<Maybe<BatchConsentInput>>,
) -> Result<Answer<BatchMovedView>, OperatorProblem> {
    let batch = once.settle(once.service.batch_execute(who.actor(), &name).await).await?;
    Ok(Answer::saying(STARTED, batch.into()))
}

/// Asks a running batch to stop after the transfers that are on their way. It can go on later.
#[utoipa::path(post, path = "/api/batch-transfers/{id}/pause", operation_id = "pauseBatchTransfer",
    tag = "batches", params(("id" = String, Path, description = "Its id or number", example = "17")),
    responses((status = 200, description = "It is paused, or about to be.", body = Envelope<BatchMovedView>)))]
pub(crate) async fn pause(
    who: Who,
    BatchName(name): BatchName,
    once: Once<Nothing>,
) -> Result<Answer<BatchMovedView>, OperatorProblem> {
    let batch = once.settle(once.service.batch_pause(who.actor(), &name).await).await?;
    Ok(Answer::saying(PAUSED, batch.into()))
}

/// Goes on with a batch. One that was submitted is executed; a paused one, or one whose server ended, goes on;
/// of an interrupted one the interrupted transfers are taken back. Of a running one it changes nothing.
#[utoipa::path(post, path = "/api/batch-transfers/{id}/resume", operation_id = "resumeBatchTransfer",
    tag = "batches", params(("id" = String, Path, description = "Its id or number", example = "17")),
    request_body = Option<BatchConsentInput>,
    responses((status = 200, description = "How many transfers wait for it.", body = Envelope<BatchCountView>)))]
pub(crate) async fn resume(
    who: Who,
    BatchName(name): BatchName,
    once: Once<Maybe<BatchConsentInput>>,
) -> Result<Answer<BatchCountView>, OperatorProblem> {
    let (batch, count) = once.settle(once.service.batch_resume(who.actor(), &name).await).await?;
    let message = if count == 0 { NOTHING_WAITS } else { RESUMED };
    Ok(Answer::saying(message, (batch, count).into()))
}

/// Calls a batch off. One that has not begun is cancelled, and its transfers are skipped. One that has begun is
/// interrupted: the transfers on their way are finished, the others fail with `INTERRUPTED`.
#[utoipa::path(post, path = "/api/batch-transfers/{id}/cancel", operation_id = "cancelBatchTransfer",
    tag = "batches", params(("id" = String, Path, description = "Its id or number", example = "17")),
    request_body = Option<BatchReasonInput>,
    responses((status = 200, description = "It is called off, or about to be.", body = Envelope<BatchMovedView>)))]
pub(crate) async fn cancel(
    who: Who,
    BatchName(name): BatchName,
    once: Once<Maybe<BatchReasonInput>>,
) -> Result<Answer<BatchMovedView>, OperatorProblem> {
    let Once { body: Maybe(body), service } = once;
    let reason = body.text()?;
    let cancelled = service.batch_cancel(who.actor(), who.reach, &name, &reason).await;
    let batch = service.settle(cancelled).await?;
    let message = if batch.state.has_begun() { INTERRUPTED } else { CANCELLED };
    Ok(Answer::saying(message, batch.into()))
}
