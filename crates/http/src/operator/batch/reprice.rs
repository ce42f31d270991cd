//! Repricing: current exchange rates for a batch.

use super::path::BatchName;
use super::view::BatchView;
use crate::kit::answer::{Answer, Envelope, Message};
use crate::kit::body::Nothing;
use crate::kit::once::Once;
use crate::kit::problem::OperatorProblem;
use crate::kit::routes::Routes;
use crate::kit::who::Who;
use domain::access::Operation as O;
use domain::code::Code;
use domain::code::groups::BATCH;
use serde::Serialize;
use service::batch;
use utoipa::ToSchema;
use utoipa_axum::routes;

const CODES: &[Code] = &[Code::BatchEmpty, Code::BatchKeepsNoRate, Code::RateNotFound];

pub(super) fn routes() -> Routes {
    Routes::new().add_operator(O::BatchReprice, routes!(reprice), &[BATCH, CODES])
}

const RENEWED: Message = Message {
    english: "The batch transfer now has the current rates and awaits approval or execution",
    chinese: "批量转账已采用当前汇率，等待审批或执行",
};
const DRAFTED: Message = Message {
    english: "A draft was created from the unpaid transfers; submit it to pay them at the current rates",
    chinese: "未支付的转账已生成草稿；提交后将按当前汇率支付",
};

/// The batch to continue with.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BatchRepricedView {
    /// For a new draft, the batch its unpaid transfers come from; null if the batch itself was repriced.
    #[schema(example = json!(null))]
    repriced_from: Option<i64>,
    /// The repriced batch or the new draft.
    #[serde(flatten)]
    batch: BatchView,
}

/// Reprices a batch with `convert` at the current exchange rates.
///
/// A batch that has not begun takes the current rates, and its approvals become void. For a batch that has
/// begun and is not running, the unpaid transfers become a linked draft; submitting the draft skips them in
/// this batch.
#[utoipa::path(post, path = "/api/batch-transfers/{id}/reprice", operation_id = "repriceBatchTransfer",
    tag = "batches", params(("id" = String, Path, description = "The batch's id or number", example = "17")),
    responses((status = 200, description = "The batch to continue with.", body = Envelope<BatchRepricedView>)))]
pub(crate) async fn reprice(
    who: Who,
    BatchName(batch): BatchName,
    once: Once<Nothing>,
) -> Result<Answer<BatchRepricedView>, OperatorProblem> {
    let repriced = once.settle(batch::reprice(&once.service, who.actor(), who.reach, batch).await).await?;
    let message = if repriced.from.is_some() { DRAFTED } else { RENEWED };
    let view = BatchRepricedView { repriced_from: repriced.from, batch: BatchView::of(repriced.batch) };
    Ok(Answer::saying(message, view))
}
