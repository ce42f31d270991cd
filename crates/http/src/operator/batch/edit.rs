//! Editing a draft.

use super::draft::{OnVersion, ask, remark};
use super::input::BatchEditInput;
use super::path::{BatchName, RelationName};
use super::relation_input::RelationAddInput;
use super::view::{BatchView, RelationView};
use crate::app::App;
use crate::kit::answer::{Answer, Envelope, Message};
use crate::kit::body::Body;
use crate::kit::once::Once;
use crate::kit::problem::OperatorProblem;
use crate::kit::routes::Routes;
use crate::kit::who::Who;
use axum::extract::State;
use domain::access::Operation as O;
use domain::code::Code;
use domain::code::groups::{DRAFT, ROWS};
use serde::Serialize;
use service::batch;
use utoipa::ToSchema;
use utoipa_axum::routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .add_operator(O::BatchEdit, routes!(edit), &[ROWS, DRAFT])
        .add_operator(O::RelationAdd, routes!(add), &[ROWS, DRAFT, &[Code::FileTooLarge]])
        .add_operator(O::RelationDelete, routes!(delete), &[DRAFT, &[Code::ItemNotFound]])
}

const EDITED: Message = Message { english: "The draft was changed", chinese: "草稿已修改" };
const ADDED: Message = Message { english: "The relations were added", chinese: "转账关系已添加" };
const DELETED: Message = Message { english: "The relation was deleted", chinese: "转账关系已删除" };
/// How many of the new relations the response shows.
const SHOWN: usize = 200;

/// The relations that were added.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RelationsAddedView {
    /// The batch, including the new relations.
    batch: BatchView,
    /// How many relations were added.
    #[schema(example = 1)]
    count: usize,
    /// The first 200 new relations.
    relations: Vec<RelationView>,
}

/// Edits a draft: its name, remarks and mode; relations, if given, replace all existing ones.
#[utoipa::path(patch, path = "/api/batch-transfers/{id}", operation_id = "editBatchTransfer", tag = "batches",
    params(("id" = String, Path, description = "The batch's id or number", example = "17"),
        ("If-Match" = Option<String>, Header, description = "The expected version; refused if the draft has changed since")),
    request_body = BatchEditInput,
    responses((status = 200, description = "The batch.", body = Envelope<BatchView>)))]
pub(crate) async fn edit(
    State(app): State<App>,
    who: Who,
    BatchName(batch): BatchName,
    OnVersion(version): OnVersion,
    Body(body): Body<BatchEditInput>,
) -> Result<Answer<BatchView>, OperatorProblem> {
    let ask = ask(&who, batch).on_version(version);
    let changed = batch::edit(&app.service, who.actor(), &ask, &body.into_edit()?).await?;
    let remark = remark(&who, &changed.batch.created_by);
    Ok(Answer::saying(EDITED, BatchView::of(changed)).remarking(remark))
}

/// Adds relations to a draft. They are checked against each other and against the existing ones.
#[utoipa::path(post, path = "/api/batch-transfers/{id}/relations", operation_id = "addRelations", tag = "batches",
    params(("id" = String, Path, description = "The batch's id or number", example = "17"),
        ("If-Match" = Option<String>, Header, description = "The expected version; refused if the draft has changed since")),
    request_body = RelationAddInput,
    responses((status = 200, description = "The batch and the new relations.", body = Envelope<RelationsAddedView>)))]
pub(crate) async fn add(
    who: Who,
    BatchName(batch): BatchName,
    OnVersion(version): OnVersion,
    once: Once<RelationAddInput>,
) -> Result<Answer<RelationsAddedView>, OperatorProblem> {
    let Once { body, service } = once;
    let (amounts, rows) = body.into_rows()?;
    let ask = ask(&who, batch).on_version(version);
    let added = batch::add_items(&service, who.actor(), &ask, &amounts, &rows).await;
    let added = service.settle(added).await?;
    let shown = added.items.iter().take(SHOWN).copied().collect();
    let items = batch::items_by_number(&service, added.batch.batch.id, shown).await?;
    let relations = items.into_iter().map(|item| RelationView::of(&added.batch, item)).collect();
    let remark = remark(&who, &added.batch.batch.created_by);
    let view = RelationsAddedView { count: added.items.len(), relations, batch: BatchView::of(added.batch) };
    Ok(Answer::saying(ADDED, view).remarking(remark))
}

/// Deletes a relation from a draft.
#[utoipa::path(delete, path = "/api/batch-transfers/{id}/relations/{relationId}", operation_id = "deleteRelation",
    tag = "batches",
    params(("id" = String, Path, description = "The batch's id or number", example = "17"),
        ("relationId" = String, Path, description = "The relation's id", example = "1041"),
        ("If-Match" = Option<String>, Header, description = "The expected version; refused if the draft has changed since")),
    responses((status = 200, description = "The batch without the relation.", body = Envelope<BatchView>)))]
pub(crate) async fn delete(
    State(app): State<App>,
    who: Who,
    RelationName { batch, relation }: RelationName,
    OnVersion(version): OnVersion,
) -> Result<Answer<BatchView>, OperatorProblem> {
    let ask = ask(&who, batch).on_version(version);
    let changed = batch::delete_item(&app.service, who.actor(), &ask, relation).await?;
    let remark = remark(&who, &changed.batch.created_by);
    Ok(Answer::saying(DELETED, BatchView::of(changed)).remarking(remark))
}
