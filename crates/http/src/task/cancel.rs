//! Cancelling a task, or removing it from the list.

use super::view::TaskView;
use crate::app::App;
use crate::kit::answer::{Answer, Envelope, Message};
use crate::kit::problem::Problem;
use crate::kit::routes::Routes;
use crate::kit::segment::Segment;
use crate::kit::who::Who;
use axum::extract::State;
use domain::access::Operation;
use domain::code::Code;
use domain::id::TaskId;
use service::task;
use utoipa_axum::routes;

const CANCELLED: Message = Message { english: "The task was cancelled", chinese: "任务已取消" };
const REMOVED: Message =
    Message { english: "The task was removed from the list", chinese: "任务已从列表中移除" };

pub(super) fn routes() -> Routes {
    Routes::new().add(Operation::TaskCancel, routes!(cancel), &[&[Code::TaskNotFound]])
}

/// Cancels a task that waits or runs: it ends within a second, and leaves nothing half done. A batch that it has
/// completed by then remains. A task that has ended is removed from the list; its file is removed when its time is over.
///
/// For the one who started it, and for administrators.
#[utoipa::path(delete, path = "/api/v1/batch-tasks/{id}", operation_id = "cancelTask", tag = "tasks",
    params(("id" = String, Path, description = "The task's id.", example = "task_12")),
    responses((status = 200, description = "The task.", body = Envelope<TaskView>)))]
pub(super) async fn cancel(
    State(app): State<App>,
    who: Who,
    id: Segment,
) -> Result<Answer<TaskView>, Problem> {
    let (by, asker) = (who.actor().author.principal, who.identity.asker());
    let id: TaskId = id.named(Code::TaskNotFound)?;
    let before = task::show(&app.service, by, asker, id).await.ok();
    task::cancel(&app.service, who.actor(), asker, id).await?;
    let after = task::show(&app.service, by, asker, id).await.ok();
    let message = if after.is_some() { CANCELLED } else { REMOVED };
    let task = after.or(before).ok_or(Code::TaskNotFound)?;
    Ok(Answer::saying(message, TaskView::of(task, app.service.now())))
}
