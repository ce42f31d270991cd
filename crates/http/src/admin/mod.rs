//! The admin API (document 002): `/api/v1/admin/transfer/batches`, the queue of approvals, and document 000's operation
//! log; for finance and administrators, auditors may read. Fields are in snake case, a wrong state is 409, and document
//! 002's texts are the codes' own.

mod approval;
mod batch;
mod operation_log;
mod queue;

use crate::kit::routes::Routes;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .merge(queue::routes())
        .merge(approval::routes())
        .merge(batch::routes())
        .merge(operation_log::routes())
}
