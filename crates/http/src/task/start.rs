//! Starting a task.

use super::input::TaskBody;
use super::view::TaskView;
use crate::app::App;
use crate::kit::answer::{Answer, Envelope, Message};
use crate::kit::once::Once;
use crate::kit::problem::Problem;
use crate::kit::routes::Routes;
use crate::kit::who::Who;
use axum::extract::State;
use domain::access::Operation;
use domain::code::Code;
use domain::code::groups::STORED_FILE;
use service::task;
use utoipa_axum::routes;

const STARTED: Message = Message { english: "The task was started", chinese: "任务已开始" };

pub(super) fn routes() -> Routes {
    Routes::new().add(
        Operation::TaskCreate,
        routes!(start),
        &[STORED_FILE, &[Code::BatchNotFound, Code::IdInvalid, Code::TasksTooMany, Code::TaskNotFound]],
    )
}

/// Starts a task, which continues without the caller.
///
/// Each type needs the right of the operation that does the same: `import_batch` that of `createBatchTransfer` (with
/// `into`, of `addRelations`), `export_batch` that of `getBatchTransfer`, `evidence` that of `evidencePack`,
/// `export_audit` and `verify` that of `listAudit`. The right is asked again when the task is begun and when its result
/// is downloaded. Follow it with `getTask`, or over Socket.IO: emit `join_room` with `batch_task_{N}`, where N is the
/// number in its id, and listen for `task_update`.
#[utoipa::path(post, path = "/api/v1/batch-tasks", operation_id = "createTask", tag = "tasks",
    request_body = TaskBody,
    responses((status = 200, description = "The task, which waits.", body = Envelope<TaskView>)))]
pub(super) async fn start(
    State(app): State<App>,
    who: Who,
    once: Once<TaskBody>,
) -> Result<Answer<TaskView>, Problem> {
    let (by, asker) = (who.actor().author.principal, who.identity.asker());
    let started = task::start(&once.service, who.actor(), asker, &once.body.0).await;
    let id = once.settle(started).await?;
    let task = task::show(&app.service, by, asker, id).await?;
    Ok(Answer::saying(STARTED, TaskView::of(task, app.service.now())))
}
