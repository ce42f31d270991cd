//! New exchange rates for a batch.

use super::path::BatchName;
use super::view::BatchView;
use crate::answer::{Answer, Envelope, Message};
use crate::body::Nothing;
use crate::once::Once;
use crate::problem::OperatorProblem;
use crate::who::Who;
use serde::Serialize;
use utoipa::ToSchema;

const RENEWED: Message = Message {
    english: "The batch transfer has the current rates and waits to be approved or executed",
    chinese: "批量转账已采用当前汇率，等待审批或执行",
};
const DRAFTED: Message = Message {
    english: "The unpaid transfers are a draft; submit it to pay them at the current rates",
    chinese: "未支付的转账已生成草稿；提交后将按当前汇率支付",
};

/// The batch to go on with.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BatchRepricedView {
    /// Of a new draft: the batch whose unpaid transfers it has. Null if the batch itself has new rates.
    #[schema(example = json!(null))]
    repriced_from: Option<i64>,
    /// The batch, or the draft.
    #[serde(flatten)]
    batch: BatchView,
}

/// Gives a batch that converts the current rates. One that has not begun takes them, and its approvals are void. Of
/// one that has begun and is not running, the unpaid transfers become a linked draft; submitting the draft skips them
/// in this batch.
#[utoipa::path(post, path = "/api/batch-transfers/{id}/reprice", operation_id = "repriceBatchTransfer",
    tag = "batches", params(("id" = String, Path, description = "Its id or number", example = "17")),
    responses((status = 200, description = "The batch to go on with.", body = Envelope<BatchRepricedView>)))]
pub(crate) async fn reprice(
    who: Who,
    BatchName(name): BatchName,
    once: Once<Nothing>,
) -> Result<Answer<BatchRepricedView>, OperatorProblem> {
    let repriced = once.settle(once.service.batch_reprice(who.actor(), who.reach, &name).await).await?;
    let message = if repriced.from.is_some() { DRAFTED } else { RENEWED };
    let view = BatchRepricedView { repriced_from: repriced.from, batch: BatchView::of(repriced.batch) };
    Ok(Answer::saying(message, view))
}
