//! Making a batch from a template.

use super::input::TemplateDrawInput;
use crate::kit::answer::{Answer, Envelope, Message};
use crate::kit::once::Once;
use crate::kit::problem::OperatorProblem;
use crate::kit::routes::Routes;
use crate::kit::segment::Segment;
use crate::kit::who::Who;
use crate::operator::batch::found::BatchPreparedView;
use crate::operator::batch::input::Maybe;
use domain::access::Operation as O;
use domain::code::Code;
use domain::code::groups::ROWS;
use domain::id::TemplateId;
use serde::Serialize;
use service::approval;
use service::batch::rows::LeftOut;
use service::batch_template;
use utoipa::ToSchema;
use utoipa_axum::routes;

const CODES: &[Code] =
    &[Code::TemplateNotFound, Code::TemplateChanged, Code::TemplateTooLarge, Code::TemplateNotRun];

const DRAWN_UP: Message = Message {
    english: "A draft was made from the template; submit it to pay",
    chinese: "已根据模板生成草稿；提交后即可支付",
};

pub(super) fn routes() -> Routes {
    Routes::new().add_operator(O::TemplateDraw, routes!(draw_up), &[ROWS, CODES])
}

/// A payee who was left out.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct LeftOutView {
    /// How the template names the payee: the account's number, an e-mail address, a uid, or a group's member by id.
    #[schema(example = "ANNA-1")]
    payee: String,
    /// Why.
    #[schema(example = "TARGET_ACCOUNT_CLOSED")]
    code: String,
}

impl From<LeftOut> for LeftOutView {
    fn from(left: LeftOut) -> Self {
        Self { payee: left.payee, code: left.code }
    }
}

/// A draft that was made from a template.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DrawnUpView {
    /// The draft.
    batch: BatchPreparedView,
    /// How many payees were left out.
    #[schema(example = 0)]
    left_out_count: u64,
    /// The first 1,000 of them.
    left_out: Vec<LeftOutView>,
}

/// Makes a draft from a template: the same payees, with the saved amounts, those of the last run, or none yet.
///
/// Payees named by e-mail address or uid are looked up again. One payee who cannot be paid now refuses the request,
/// unless `partial` is set. The members of the template's group are those of now.
#[utoipa::path(post, path = "/api/batch-transfer-templates/{id}/batches", operation_id = "createBatchFromTemplate",
    tag = "batches",
    params(("id" = String, Path, description = "The template's id.", example = "3")),
    request_body = Option<TemplateDrawInput>,
    responses((status = 200, description = "The draft.", body = Envelope<DrawnUpView>)))]
pub(super) async fn draw_up(
    who: Who,
    id: Segment,
    once: Once<Maybe<TemplateDrawInput>>,
) -> Result<Answer<DrawnUpView>, OperatorProblem> {
    let Once { body, service } = once;
    let id: TemplateId = id.named(Code::TemplateNotFound)?;
    let how = body.0.into_draw()?;
    let made = service.settle(batch_template::draw_up(&service, who.actor(), id, &how).await).await?;
    let approval = approval::standing_of(&service, &made.prepared.batch.batch).await?;
    let view = DrawnUpView {
        left_out_count: made.left_out.count,
        left_out: made.left_out.first.into_iter().map(LeftOutView::from).collect(),
        batch: BatchPreparedView::of(made.prepared, approval),
    };
    Ok(Answer::saying(DRAWN_UP, view))
}
