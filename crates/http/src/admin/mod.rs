//! The admin API (document 002): `/api/v1/admin/transfer/batches` and the queue of approvals. Fields are
//! `snake_case`, and a wrong state is 409.

mod approval;
mod queue;

use crate::kit::routes::Routes;

pub(crate) fn routes() -> Routes {
    Routes::new().merge(queue::routes()).merge(approval::routes())
}
