//! Copying an earlier batch into a new draft.

use super::path::BatchName;
use super::view::BatchView;
use crate::kit::answer::{Answer, Envelope, Message};
use crate::kit::body::Input;
use crate::kit::once::Once;
use crate::kit::problem::OperatorProblem;
use crate::kit::routes::Routes;
use crate::kit::who::Who;
use domain::access::Operation as O;
use domain::code::Code;
use domain::code::groups::{BATCH, NAME_TEXT};
use serde::Deserialize;
use service::batch;
use service::batch::copy::CopiedItems;
use utoipa::ToSchema;
use utoipa_axum::routes;

pub(super) fn routes() -> Routes {
    Routes::new().add_operator(O::BatchCopy, routes!(copy), &[BATCH, NAME_TEXT, &[Code::BatchEmpty]])
}

const COPIED: Message = Message {
    english: "A draft was created from the earlier batch's transfers; submit it to pay them",
    chinese: "已根据原批次的转账生成草稿；提交后即可支付",
};

/// Which items of the earlier batch to copy.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum CopiedItemsWord {
    /// The failed items. The draft is linked to them: submitting it skips them in the earlier batch and takes
    /// over their external ids. The two batches are not compared for duplicates.
    Failed,
    /// All items, whatever their outcome. The draft is an independent batch without external ids, and is
    /// compared for duplicates like any other.
    All,
}

/// What to copy into the new draft.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "items": "failed", "name": "Payroll 2026-03, second try" }))]
pub(crate) struct BatchCopyInput {
    /// Which items to copy.
    items: CopiedItemsWord,
    /// The draft's name. Defaults to the earlier batch's name.
    #[schema(min_length = 1, max_length = 255)]
    name: Option<String>,
}

impl Input for BatchCopyInput {}

/// Creates a draft from an earlier batch's items, either the failed ones or all of them.
///
/// Failed items can be copied once the batch has ended or is paused. The draft pays those relations instead
/// of the earlier batch: submitting it skips them there in the same commit, and is refused
/// (`LINKED_ITEM_SETTLED`) if one of them has been paid or skipped in the meantime.
#[utoipa::path(post, path = "/api/batch-transfers/{id}/copy", operation_id = "copyBatchTransfer", tag = "batches",
    params(("id" = String, Path, description = "The batch's id or number", example = "17")),
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
    let made = batch::copy(&service, who.actor(), who.reach, batch, items, body.name.as_deref()).await;
    Ok(Answer::saying(COPIED, BatchView::of(service.settle(made).await?)))
}
