//! Creating a batch.

use super::found::BatchPreparedView;
use super::input::BatchCreateInput;
use crate::kit::answer::{Answer, Envelope, Message};
use crate::kit::once::Once;
use crate::kit::operation::Groups;
use crate::kit::problem::OperatorProblem;
use crate::kit::routes::Routes;
use crate::kit::who::Who;
use domain::access::Operation as O;
use domain::code::Code;
use domain::code::groups::{ROWS, SUBMITTED};
use service::{approval, batch};
use utoipa_axum::routes;

/// The codes of creating a batch and of previewing a new one.
pub(super) const CODES: Groups = &[
    ROWS,
    SUBMITTED,
    &[
        Code::RateModeInvalid,
        Code::BatchSideInvalid,
        Code::SourceNotFound,
        Code::TargetNotFound,
        Code::AssetUnknown,
        Code::BatchTooLargeForAtomic,
        Code::BatchSimilar,
    ],
];

pub(super) fn routes() -> Routes {
    Routes::new().add_operator(O::BatchCreate, routes!(create), CODES)
}

const CREATED: Message =
    Message { english: "The batch transfer was created", chinese: "批量转账已创建" };

/// Creates a batch of relations and submits it, unless `draft` is set.
///
/// Everything is checked before anything is written: payees that do not resolve, amounts that cannot be
/// moved, limits. A single invalid relation refuses the whole request; `data.problems` lists the invalid ones
/// (at most 1,000) with position, field and code. A payee (in many-to-one, a payer) that occurs twice, under
/// whatever names, is refused with `DUPLICATE_TARGET` (`DUPLICATE_SOURCE`) and `data.duplicates`. A batch
/// that pays the same as an earlier one is refused with `BATCH_SIMILAR`, unless `again` gives a reason;
/// `withoutPaid` leaves out rows that have already been paid.
#[utoipa::path(post, path = "/api/batch-transfers", operation_id = "createBatchTransfer", tag = "batches",
    request_body = BatchCreateInput,
    responses((status = 200, description = "The batch.", body = Envelope<BatchPreparedView>)))]
pub(crate) async fn create(
    who: Who,
    once: Once<BatchCreateInput>,
) -> Result<Answer<BatchPreparedView>, OperatorProblem> {
    let Once { body, service } = once;
    let new = body.into_new()?;
    let made = service.settle(batch::create(&service, who.actor(), &new).await).await?;
    let approval = approval::standing_of(&service, &made.batch.batch).await?;
    Ok(Answer::saying(CREATED, BatchPreparedView::of(made, approval)))
}
