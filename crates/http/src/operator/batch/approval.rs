//! A batch's approvals, and its ways back to draft: recalled by its submitter, reopened after a rejection.

use super::draft::ask;
use super::input::Maybe;
use super::lifecycle::BatchMovedView;
use super::note::BatchNoteInput;
use super::path::BatchName;
use crate::app::App;
use crate::kit::answer::{Answer, Envelope, Message};
use crate::kit::approval::{ApprovalDecisionView, ApprovalView};
use crate::kit::once::Once;
use crate::kit::problem::OperatorProblem;
use crate::kit::routes::Routes;
use crate::kit::who::Who;
use axum::extract::State;
use domain::access::Operation as O;
use domain::code::Code;
use domain::code::groups::{BATCH, NOTE};
use serde::Serialize;
use service::approval;
use utoipa::ToSchema;
use utoipa_axum::routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .add_operator(O::BatchApprovals, routes!(approvals), &[&[Code::BatchNotFound]])
        .add_operator(O::BatchRecall, routes!(recall), &[BATCH, NOTE])
        .add_operator(O::BatchReopen, routes!(reopen), &[BATCH, NOTE, &[Code::ExternalIdUsed]])
}

const RECALLED: Message = Message {
    english: "The submission was taken back; the batch transfer is a draft again",
    chinese: "提交已撤回，批量转账恢复为草稿",
};
const REOPENED: Message =
    Message { english: "The batch transfer is a draft again", chinese: "批量转账已恢复为草稿" };

/// The approvals of a batch.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BatchApprovalsView {
    /// The batch.
    #[serde(flatten)]
    batch: BatchMovedView,
    /// What it needs and has.
    #[serde(flatten)]
    approval: ApprovalView,
    /// All decisions, oldest first.
    decisions: Vec<ApprovalDecisionView>,
}

/// Returns what approvals a batch needs, which it has, and who may still approve it.
#[utoipa::path(get, path = "/api/batch-transfers/{id}/approvals", operation_id = "listBatchApprovals",
    tag = "batches", params(("id" = String, Path, description = "The batch's id or number", example = "17")),
    responses((status = 200, description = "The approvals.", body = Envelope<BatchApprovalsView>)))]
pub(crate) async fn approvals(
    State(app): State<App>,
    BatchName(batch): BatchName,
) -> Result<Answer<BatchApprovalsView>, OperatorProblem> {
    let (batch, standing) = approval::of_batch(&app.service, batch).await?;
    let decisions = ApprovalDecisionView::all(&standing).collect();
    let approval = ApprovalView::of(standing, &batch.asset);
    Ok(Answer::of(BatchApprovalsView { batch: batch.batch.into(), approval, decisions }))
}

/// Takes a submission back: the batch is a draft again, and its approvals no longer count.
///
/// Only the submitter may do this, until the batch is executed.
#[utoipa::path(post, path = "/api/batch-transfers/{id}/recall", operation_id = "recallBatchTransfer",
    tag = "batches", params(("id" = String, Path, description = "The batch's id or number", example = "17")),
    request_body = Option<BatchNoteInput>,
    responses((status = 200, description = "The batch is a draft again.", body = Envelope<BatchMovedView>)))]
pub(crate) async fn recall(
    who: Who,
    BatchName(batch): BatchName,
    once: Once<Maybe<BatchNoteInput>>,
) -> Result<Answer<BatchMovedView>, OperatorProblem> {
    let Once { body: Maybe(body), service } = once;
    let note = body.text()?;
    let batch = approval::recall(&service, who.actor(), ask(&who, batch).noted(&note)).await?;
    Ok(Answer::saying(RECALLED, batch.into()))
}

/// Makes a rejected batch a draft again, with its number and history. Only for its makers.
#[utoipa::path(post, path = "/api/batch-transfers/{id}/reopen", operation_id = "reopenBatchTransfer",
    tag = "batches", params(("id" = String, Path, description = "The batch's id or number", example = "17")),
    request_body = Option<BatchNoteInput>,
    responses((status = 200, description = "The batch is a draft again.", body = Envelope<BatchMovedView>)))]
pub(crate) async fn reopen(
    who: Who,
    BatchName(batch): BatchName,
    once: Once<Maybe<BatchNoteInput>>,
) -> Result<Answer<BatchMovedView>, OperatorProblem> {
    let Once { body: Maybe(body), service } = once;
    let note = body.text()?;
    let batch = approval::reopen(&service, who.actor(), ask(&who, batch).noted(&note)).await?;
    Ok(Answer::saying(REOPENED, batch.into()))
}
