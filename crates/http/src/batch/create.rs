//! Making a batch.

use super::found::BatchPreparedView;
use super::input::BatchCreateInput;
use crate::answer::{Answer, Envelope, Message};
use crate::once::Once;
use crate::problem::OperatorProblem;
use crate::who::Who;

const CREATED: Message =
    Message { english: "The batch transfer was created", chinese: "批量转账已创建" };

/// Makes a batch of relations and submits it, unless it is to stay a draft.
///
/// Everything is checked before anything is written: payees that do not resolve, amounts that cannot be moved,
/// limits. One relation that cannot be taken refuses the whole request; `data.problems` names each of them
/// (1,000 at most) by its place, field and code. A payee (or, where many pay one, a payer) that stands twice,
/// under whatever names, is `DUPLICATE_TARGET` (`DUPLICATE_SOURCE`) with `data.duplicates`. A batch that pays what an
/// earlier one pays is `BATCH_SIMILAR`, unless `again` says why; `withoutPaid` leaves out what is paid already.
#[utoipa::path(post, path = "/api/batch-transfers", operation_id = "createBatchTransfer", tag = "batches",
    request_body = BatchCreateInput,
    responses((status = 200, description = "The batch.", body = Envelope<BatchPreparedView>)))]
pub(crate) async fn create(
    who: Who,
    once: Once<BatchCreateInput>,
) -> Result<Answer<BatchPreparedView>, OperatorProblem> {
    let Once { body, service } = once;
    let new = body.into_new()?;
    let made = service.settle(service.batch_create(who.actor(), &new).await).await?;
    Ok(Answer::saying(CREATED, BatchPreparedView::of(made)))
}
