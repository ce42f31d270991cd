//! A new batch from an earlier one.

use super::path::BatchName;
use super::view::BatchView;
use crate::answer::{Answer, Envelope, Message};
use crate::body::Input;
use crate::once::Once;
use crate::problem::OperatorProblem;
use crate::who::Who;
use serde::Deserialize;
use service::batch::copy::CopiedItems;
use utoipa::ToSchema;

const COPIED: Message = Message {
    english: "A draft was made of the earlier batch's transfers; submit it to pay them",
    chinese: "已根据原批次的转账生成草稿；提交后支付",
};

/// Which items of the earlier batch.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum CopiedItemsWord {
    /// Those that failed. The draft is linked to them: its submission skips them in the earlier batch, takes their
    /// external ids over, and the two are not compared.
    Failed,
    /// All of them, whatever became of them: a batch of its own, without external ids, compared like any other.
    All,
}

/// What the draft is made of.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "items": "failed", "name": "Payroll 2026-03, second try" }))]
pub(crate) struct BatchCopyInput {
    /// Which items.
    items: CopiedItemsWord,
    /// What people call the draft; the earlier batch's name if it is missing.
    #[schema(min_length = 1, max_length = 255)]
    name: Option<String>,
}

impl Input for BatchCopyInput {}

/// Makes a draft of an earlier batch's items: of those that failed, or of all.
///
/// What failed can be copied once the batch has ended or is paused. The draft pays those relations instead of the earlier
/// batch: submitting it skips them there in the same commit, and is refused (`LINKED_ITEM_SETTLED`) if one of them has been
/// paid or skipped meanwhile.
#[utoipa::path(post, path = "/api/batch-transfers/{id}/copy", operation_id = "copyBatchTransfer", tag = "batches",
    params(("id" = String, Path, description = "Its id or number", example = "17")),
    request_body = BatchCopyInput,
    responses((status = 200, description = "The draft.", body = Envelope<BatchView>)))]
pub(crate) async fn copy(
    who: Who,
    BatchName(batch): BatchName,
    once: Once<BatchCopyInput>,
) -> Result<Answer<BatchView>, OperatorProblem> {
    let Once { body, service } = once;
    let items = match body.items {
        CopiedItemsWord::Failed => CopiedItems::Failed,
        CopiedItemsWord::All => CopiedItems::All,
    };
    let made = service.batch_copy(who.actor(), who.reach, &batch, items, body.name.as_deref()).await;
    Ok(Answer::saying(COPIED, BatchView::of(service.settle(made).await?)))
}
