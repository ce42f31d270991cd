//! The admin API (document 002): `/api/v1/admin/transfer/batches` and the queue of approvals, for finance and
//! administrators; auditors may read. Fields are in snake case, a wrong state is 409, and document 002's texts are the
//! codes' own.

mod approval;
mod batch;
mod queue;

use crate::kit::routes::Routes;

pub(crate) fn routes() -> Routes {
    Routes::new().merge(queue::routes()).merge(approval::routes()).merge(batch::routes())
}
