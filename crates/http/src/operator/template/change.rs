//! Saving, changing and removing templates.

use super::input::{TemplateChangeInput, TemplateInput};
use super::view::BatchTemplateView;
use crate::app::App;
use crate::kit::answer::{Answer, Envelope, Message};
use crate::kit::body::Body;
use crate::kit::once::Once;
use crate::kit::problem::{OperatorProblem, Problem};
use crate::kit::routes::Routes;
use crate::kit::segment::Segment;
use crate::kit::who::Who;
use crate::operator::batch::draft::OnVersion;
use axum::extract::State;
use domain::access::Operation as O;
use domain::code::Code;
use domain::code::groups::{ROWS, TEMPLATE};
use service::batch_template::{self, TemplateRequest};
use utoipa_axum::routes;

/// What saving can be refused for besides.
const SAVED_FROM: &[Code] = &[
    Code::BatchNotFound,
    Code::RateModeInvalid,
    Code::BatchSideInvalid,
    Code::SourceNotFound,
    Code::TargetNotFound,
    Code::AssetUnknown,
    Code::BatchTooLargeForAtomic,
];
const CHANGED_UNDER: &[Code] = &[Code::TemplateNotFound, Code::TemplateChanged, Code::IfMatchInvalid];

const SAVED: Message = Message { english: "The template was saved", chinese: "模板已保存" };
const CHANGED: Message = Message { english: "The template was updated", chinese: "模板已修改" };
const REMOVED: Message = Message {
    english: "The template was removed; batches made from it were not",
    chinese: "模板已删除，由其生成的批次不受影响",
};

pub(super) fn routes() -> Routes {
    Routes::new()
        .add_operator(O::TemplateSave, routes!(save), &[ROWS, TEMPLATE, SAVED_FROM])
        .add_operator(O::TemplateChange, routes!(change), &[ROWS, TEMPLATE, CHANGED_UNDER])
        .add_operator(O::TemplateRemove, routes!(remove), &[CHANGED_UNDER])
}

/// Saves a template, from a batch or from relations.
#[utoipa::path(post, path = "/api/batch-transfer-templates", operation_id = "saveBatchTemplate", tag = "batches",
    request_body = TemplateInput,
    responses((status = 200, description = "The template.", body = Envelope<BatchTemplateView>)))]
pub(super) async fn save(
    who: Who,
    once: Once<TemplateInput>,
) -> Result<Answer<BatchTemplateView>, OperatorProblem> {
    let Once { body, service } = once;
    let new = body.into_new()?;
    let saved = service.settle(batch_template::save(&service, who.actor(), &new).await).await?;
    Ok(Answer::saying(SAVED, saved.into()))
}

/// Changes a template. Batches that were made from it stay as they are.
#[utoipa::path(patch, path = "/api/batch-transfer-templates/{id}", operation_id = "editBatchTemplate",
    tag = "batches",
    params(("id" = String, Path, description = "The template's id.", example = "3"),
        ("If-Match" = Option<String>, Header, description = "The expected version; refused if the template has changed since")),
    request_body = TemplateChangeInput,
    responses((status = 200, description = "The template.", body = Envelope<BatchTemplateView>)))]
pub(super) async fn change(
    State(app): State<App>,
    who: Who,
    id: Segment,
    OnVersion(version): OnVersion,
    Body(body): Body<TemplateChangeInput>,
) -> Result<Answer<BatchTemplateView>, OperatorProblem> {
    let request = request(&who, &id, version)?;
    let change = body.into_change()?;
    let changed = batch_template::change(&app.service, who.actor(), &request, &change).await?;
    Ok(Answer::saying(CHANGED, changed.into()))
}

/// Removes a template. Batches that were made from it stay.
#[utoipa::path(delete, path = "/api/batch-transfer-templates/{id}", operation_id = "deleteBatchTemplate",
    tag = "batches",
    params(("id" = String, Path, description = "The template's id.", example = "3"),
        ("If-Match" = Option<String>, Header, description = "The expected version; refused if the template has changed since")),
    responses((status = 200, description = "The removed template.", body = Envelope<BatchTemplateView>)))]
pub(super) async fn remove(
    State(app): State<App>,
    who: Who,
    id: Segment,
    OnVersion(version): OnVersion,
) -> Result<Answer<BatchTemplateView>, OperatorProblem> {
    let request = request(&who, &id, version)?;
    let removed = batch_template::remove(&app.service, who.actor(), &request).await?;
    Ok(Answer::saying(REMOVED, removed.into()))
}

fn request(who: &Who, id: &Segment, version: Option<i64>) -> Result<TemplateRequest, Problem> {
    Ok(TemplateRequest { id: id.named(Code::TemplateNotFound)?, reach: who.reach, version })
}
