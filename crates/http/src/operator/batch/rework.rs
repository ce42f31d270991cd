//! Retrying and skipping transfers.

use super::input::{BatchConsentInput, Maybe};
use super::lifecycle::{BatchCountView, BatchMovedView};
use super::note::BatchNoteInput;
use super::path::{BatchName, RelationName};
use crate::kit::answer::{Answer, Envelope, Message};
use crate::kit::once::Once;
use crate::kit::problem::OperatorProblem;
use crate::kit::routes::Routes;
use crate::kit::who::Who;
use domain::access::Operation as O;
use domain::batch::BatchState;
use domain::code::Code;
use domain::code::groups::{BATCH, DEBIT, ITEM, NOTE};
use serde::Serialize;
use service::batch;
use service::batch::rework::Rework;
use utoipa::ToSchema;
use utoipa_axum::routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .add_operator(O::RelationRetry, routes!(retry), &[ITEM, DEBIT, &[Code::RateChanged]])
        .add_operator(O::BatchRetry, routes!(retry_failed), &[BATCH, DEBIT, &[Code::RateChanged]])
        .add_operator(O::RelationSkip, routes!(skip), &[ITEM, NOTE])
        .add_operator(O::BatchSkipFailed, routes!(skip_failed), &[BATCH, NOTE])
}

const RETRIED: Message =
    Message { english: "The transfer is being retried", chinese: "转账重试已开始" };
const ALL_RETRIED: Message =
    Message { english: "The failed transfers are being retried", chinese: "批量重试已开始" };
const WAITS: Message = Message {
    english: "The transfer is pending again; it will be retried when the paused batch is resumed",
    chinese: "转账已恢复为等待状态；恢复已暂停的批次后将重试",
};
const ALL_WAIT: Message = Message {
    english: "The failed transfers are pending again; they will be retried when the paused batch is resumed",
    chinese: "失败的转账已恢复为等待状态；恢复已暂停的批次后将重试",
};
const NONE_FAILED: Message =
    Message { english: "There is no failed transfer to retry", chinese: "没有失败的转账需要重试" };
const SKIPPED: Message = Message { english: "The transfer was skipped", chinese: "转账已跳过" };
const ALL_SKIPPED: Message =
    Message { english: "The failed transfers were skipped", chinese: "失败的转账已跳过" };
const NONE_TO_SKIP: Message =
    Message { english: "There is no failed transfer to skip", chinese: "没有失败的转账需要跳过" };

/// A relation that was retried or skipped.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RelationReworkedView {
    /// The relation's id.
    #[schema(example = 1041)]
    relation_id: i64,
    /// The batch.
    #[serde(flatten)]
    batch: BatchMovedView,
}

/// Retries a failed transfer.
///
/// The batch must have begun: nothing that was cancelled or not approved can be paid this way.
#[utoipa::path(post, path = "/api/batch-transfers/{id}/relations/{relationId}/retry", operation_id = "retryRelation",
    tag = "batches",
    params(("id" = String, Path, description = "The batch's id or number", example = "17"),
        ("relationId" = String, Path, description = "The relation's id", example = "1041")),
    request_body = Option<BatchConsentInput>,
    responses((status = 200, description = "The transfer is pending again.", body = Envelope<RelationReworkedView>)))]
pub(crate) async fn retry(
    who: Who,
    RelationName { batch, relation }: RelationName,
    once: Once<Maybe<BatchConsentInput>>,
) -> Result<Answer<RelationReworkedView>, OperatorProblem> {
    let service = once.body.0.of(&once.service).await;
    let batch = batch::retry_item(&service, who.actor(), batch, relation).await?;
    let message = if batch.state == BatchState::Paused { WAITS } else { RETRIED };
    Ok(Answer::saying(message, RelationReworkedView { relation_id: relation, batch: batch.into() }))
}

/// Retries all failed transfers of a batch, including interrupted ones.
#[utoipa::path(post, path = "/api/batch-transfers/{id}/retry-failed", operation_id = "retryFailedRelations",
    tag = "batches", params(("id" = String, Path, description = "The batch's id or number", example = "17")),
    request_body = Option<BatchConsentInput>,
    responses((status = 200, description = "How many transfers are being retried.", body = Envelope<BatchCountView>)))]
pub(crate) async fn retry_failed(
    who: Who,
    BatchName(batch): BatchName,
    once: Once<Maybe<BatchConsentInput>>,
) -> Result<Answer<BatchCountView>, OperatorProblem> {
    let service = once.body.0.of(&once.service).await;
    let (batch, count) = batch::retry(&service, who.actor(), batch, Rework::AllFailed).await?;
    let message = match (count, batch.state) {
        (0, _) => NONE_FAILED,
        (_, BatchState::Paused) => ALL_WAIT,
        _ => ALL_RETRIED,
    };
    Ok(Answer::saying(message, (batch, count).into()))
}

/// Skips a failed or pending transfer permanently. The batch must have begun.
#[utoipa::path(post, path = "/api/batch-transfers/{id}/relations/{relationId}/skip", operation_id = "skipRelation",
    tag = "batches",
    params(("id" = String, Path, description = "The batch's id or number", example = "17"),
        ("relationId" = String, Path, description = "The relation's id", example = "1041")),
    request_body = Option<BatchNoteInput>,
    responses((status = 200, description = "The transfer was skipped.", body = Envelope<RelationReworkedView>)))]
pub(crate) async fn skip(
    who: Who,
    RelationName { batch, relation }: RelationName,
    once: Once<Maybe<BatchNoteInput>>,
) -> Result<Answer<RelationReworkedView>, OperatorProblem> {
    let Once { body: Maybe(body), service } = once;
    let note = body.text()?;
    let batch = batch::skip_item(&service, who.actor(), batch, relation, &note).await?;
    Ok(Answer::saying(SKIPPED, RelationReworkedView { relation_id: relation, batch: batch.into() }))
}

/// Skips all failed transfers of a batch permanently, including interrupted ones.
///
/// The batch's state is updated accordingly.
#[utoipa::path(post, path = "/api/batch-transfers/{id}/skip-failed", operation_id = "skipFailedRelations",
    tag = "batches", params(("id" = String, Path, description = "The batch's id or number", example = "17")),
    request_body = Option<BatchNoteInput>,
    responses((status = 200, description = "How many transfers were skipped.", body = Envelope<BatchCountView>)))]
pub(crate) async fn skip_failed(
    who: Who,
    BatchName(batch): BatchName,
    once: Once<Maybe<BatchNoteInput>>,
) -> Result<Answer<BatchCountView>, OperatorProblem> {
    let Once { body: Maybe(body), service } = once;
    let note = body.text()?;
    let (batch, count) = batch::skip_failed(&service, who.actor(), batch, &note).await?;
    let message = if count == 0 { NONE_TO_SKIP } else { ALL_SKIPPED };
    Ok(Answer::saying(message, (batch, count).into()))
}
