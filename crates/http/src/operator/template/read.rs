//! Listing and showing templates.

use super::view::{BatchTemplateView, TemplateRelationView};
use crate::app::App;
use crate::kit::answer::{Answer, Envelope, ListAnswer, ListEnvelope};
use crate::kit::list::text;
use crate::kit::paging;
use crate::kit::problem::OperatorProblem;
use crate::kit::query::Query;
use crate::kit::routes::Routes;
use crate::kit::segment::Segment;
use crate::operator::batch::words::BatchTypeWord;
use axum::extract::State;
use domain::access::Operation;
use domain::batch::BatchType;
use domain::code::Code;
use domain::id::TemplateId;
use serde::Deserialize;
use service::batch_template::{self, TemplateFilter};
use utoipa::IntoParams;
use utoipa_axum::routes;

const LIST: &str = "batch templates";
const USUAL: i64 = 20;

pub(super) fn routes() -> Routes {
    Routes::new()
        .add_operator(Operation::TemplateList, routes!(list), &[&[Code::CursorInvalid]])
        .add_operator(Operation::TemplateShow, routes!(show), &[&[Code::TemplateNotFound]])
        .add_operator(
            Operation::TemplatePayments,
            routes!(relations),
            &[&[Code::TemplateNotFound, Code::CursorInvalid]],
        )
}

/// Which templates to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(super) struct TemplateListQuery {
    /// Only templates with this text in the name or the description.
    #[param(max_length = 255, nullable = false)]
    text: Option<String>,
    /// Only templates of this type.
    #[serde(rename = "type")]
    #[param(value_type = Option<BatchTypeWord>, nullable = false)]
    kind: Option<BatchType>,
    /// Rows per page; 20 by default.
    #[param(example = 20, minimum = 1, maximum = 200, nullable = false)]
    page_size: Option<i64>,
    /// `nextCursor` of the previous page.
    #[param(max_length = 200, nullable = false)]
    cursor: Option<String>,
}

/// Which page to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(super) struct TemplateRelationsQuery {
    /// Rows per page; 50 by default.
    #[param(example = 50, minimum = 1, maximum = 200, nullable = false)]
    page_size: Option<i64>,
    /// `nextCursor` of the previous page.
    #[param(max_length = 200, nullable = false)]
    cursor: Option<String>,
}

/// Lists the saved templates of batches, ordered by id.
#[utoipa::path(get, path = "/api/batch-transfer-templates", operation_id = "listBatchTemplates", tag = "batches",
    params(TemplateListQuery),
    responses((status = 200, description = "A page of templates.", body = ListEnvelope<BatchTemplateView>)))]
pub(super) async fn list(
    State(app): State<App>,
    Query(query): Query<TemplateListQuery>,
) -> Result<ListAnswer<BatchTemplateView>, OperatorProblem> {
    let limit = paging::size(query.page_size, USUAL)?;
    let after = match &query.cursor {
        Some(cursor) => app.cursors.open(LIST, cursor)?.parse().map_err(|_| Code::CursorInvalid)?,
        None => 0,
    };
    let filter = TemplateFilter { text: text("text", query.text)?, kind: query.kind };
    let found = batch_template::list(&app.service, &filter, after, limit).await?;
    let next = found.next.map(|id| app.cursors.seal(LIST, &id.to_string()));
    let data = found.templates.into_iter().map(BatchTemplateView::from).collect();
    Ok(ListAnswer { data, pagination: paging::by_cursor(limit, next) })
}

/// Returns a template.
#[utoipa::path(get, path = "/api/batch-transfer-templates/{id}", operation_id = "getBatchTemplate", tag = "batches",
    params(("id" = String, Path, description = "The template's id.", example = "3")),
    responses((status = 200, description = "The template.", body = Envelope<BatchTemplateView>)))]
pub(super) async fn show(
    State(app): State<App>,
    id: Segment,
) -> Result<Answer<BatchTemplateView>, OperatorProblem> {
    let id: TemplateId = id.named(Code::TemplateNotFound)?;
    Ok(Answer::of(batch_template::show(&app.service, id).await?.into()))
}

/// Lists the saved relations of a template, in their order.
#[utoipa::path(get, path = "/api/batch-transfer-templates/{id}/relations",
    operation_id = "listBatchTemplateRelations", tag = "batches",
    params(("id" = String, Path, description = "The template's id.", example = "3"), TemplateRelationsQuery),
    responses((status = 200, description = "A page of relations.", body = ListEnvelope<TemplateRelationView>)))]
pub(super) async fn relations(
    State(app): State<App>,
    id: Segment,
    Query(query): Query<TemplateRelationsQuery>,
) -> Result<ListAnswer<TemplateRelationView>, OperatorProblem> {
    let id: TemplateId = id.named(Code::TemplateNotFound)?;
    let (size, name) = (paging::size(query.page_size, 50)?, format!("{LIST} {id}"));
    let after = match &query.cursor {
        Some(cursor) => app.cursors.open(&name, cursor)?.parse().map_err(|_| Code::CursorInvalid)?,
        None => 0,
    };
    let (template, mut found) = batch_template::payments(&app.service, id, after, size + 1).await?;
    let wanted = usize::try_from(size).unwrap_or(usize::MAX);
    let is_more = found.len() > wanted;
    found.truncate(wanted);
    let last = found.last().filter(|_| is_more);
    let next = last.map(|last| app.cursors.seal(&name, &last.item.place.to_string()));
    let kind = template.template.kind;
    let data = found.into_iter().map(|one| TemplateRelationView::of(kind, &template.asset, one)).collect();
    Ok(ListAnswer { data, pagination: paging::by_cursor(size, next) })
}
