//! Starting a task.

use super::input::TaskBody;
use super::view::TaskView;
use crate::app::App;
use crate::kit::answer::{Answer, Envelope, Message};
use crate::kit::once::Once;
use crate::kit::problem::Problem;
use crate::kit::routes::Routes;
use crate::kit::version::if_match;
use crate::kit::who::Who;
use axum::extract::State;
use axum::http::HeaderMap;
use domain::access::Operation;
use domain::code::Code;
use domain::code::groups::{ACCOUNT_REFERENCE, RANGE, STORED_FILE};
use domain::task::TaskInput;
use service::task;
use utoipa_axum::routes;

const STARTED: Message = Message { english: "The task was started", chinese: "任务已开始" };

pub(super) fn routes() -> Routes {
    Routes::new().add(
        Operation::TaskCreate,
        routes!(start),
        &[
            STORED_FILE,
            ACCOUNT_REFERENCE,
            RANGE,
            &[
                Code::AccountNotFound,
                Code::AssetUnknown,
                Code::HolderGroupNotFound,
                Code::BatchNotFound,
                Code::OriginalMissing,
                Code::IdInvalid,
                Code::IfMatchInvalid,
                Code::TasksTooMany,
                Code::TaskNotFound,
            ],
        ],
    )
}

/// What to do, with the version of `If-Match` for rows that are added to a draft.
fn on_version(input: TaskInput, if_match: Option<i64>) -> Result<TaskInput, Problem> {
    match (input, if_match) {
        (TaskInput::ImportBatch(mut import), Some(version)) if import.options.into.is_some() => {
            if import.options.version.replace(version).is_some_and(|named| named != version) {
                return Err(Problem::about(Code::BodyInvalid, "options.version: differs from If-Match"));
            }
            Ok(TaskInput::ImportBatch(import))
        }
        (input, _) => Ok(input),
    }
}

/// Starts a task, which continues without the caller.
///
/// Each type needs the right of the operation that does the same: `import_batch` that of `createBatchTransfer` (with
/// `into`, of `addRelations`), `import_accounts` that of `openAccount` (and that of `createDeposit`, if the file has opening
/// balances), `export_batch` and `annotate_original` that of `getBatchTransfer`, `export_accounts` that of `listAccounts`, `export_statement` that of
/// `getStatement`, `export_transfers` that of `listAccountTransfers`, `export_statistics` that of `getStatistics`, `evidence` that of `evidencePack`, `preview` that of
/// `previewBatchTransfer`, `export_audit` and `verify` that of `listAudit`. The right is asked again when the task is begun and when its result is downloaded. Follow it with `getTask`, or over Socket.IO: emit `join_room` with `batch_task_{N}`, where N is the
/// number in its id, and listen for `task_update`.
#[utoipa::path(post, path = "/api/v1/batch-tasks", operation_id = "createTask", tag = "tasks",
    params(("If-Match" = Option<String>, Header,
        description = "With `into`: the expected version; the task fails if the draft has changed since")),
    request_body = TaskBody,
    responses((status = 200, description = "The task, which waits.", body = Envelope<TaskView>)))]
pub(super) async fn start(
    State(app): State<App>,
    who: Who,
    headers: HeaderMap,
    once: Once<TaskBody>,
) -> Result<Answer<TaskView>, Problem> {
    let asker = who.identity.asker();
    let input = on_version(once.body.0.clone(), if_match(&headers)?)?;
    let started = task::start(&once.service, who.actor(), asker, &input).await;
    let id = once.settle(started).await?;
    let task = task::started(&app.service, id).await?;
    Ok(Answer::saying(STARTED, TaskView::of(task, app.service.now())))
}
