//! A task as answers and events show it.

use crate::kit::language;
use crate::kit::said::said;
use crate::kit::time::wire;
use domain::code::{Code, Language};
use domain::noun::{Noun, NounId};
use domain::principal::Principal;
use domain::task::TaskState;
use domain::task::progress::TaskProgress;
use serde::Serialize;
use serde_json::{Map, Value};
use service::task::{Task, TaskStep};
use utoipa::ToSchema;

/// A step that a task has begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct TaskStepView {
    /// Its name.
    #[schema(example = "reading")]
    name: String,
    /// When it began.
    #[schema(format = DateTime, example = "2026-03-10T12:00:00Z")]
    at: String,
}

/// A task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct TaskView {
    /// The task's id.
    #[schema(example = "task_12")]
    id: String,
    /// The user who started it; null if a program or a command did.
    #[schema(example = "user_3")]
    user_id: Option<String>,
    /// Who started it, by name.
    #[schema(example = "ann@example.com")]
    created_by: String,
    /// What it does.
    #[schema(value_type = String, example = "import_batch")]
    task_type: &'static str,
    /// How far it is: `pending`, `processing`, `completed`, `failed` or `cancelled`.
    #[schema(value_type = String, example = "processing",
        pattern = "^(pending|processing|completed|failed|cancelled)$")]
    status: &'static str,
    /// The percentage of its records that are done, rounded down: 100 only when it is completed.
    #[schema(example = 61, minimum = 0, maximum = 100)]
    progress: i64,
    /// Records in all: rows of a file, items of a batch; null while that is not known. While a file is read, an estimate.
    #[schema(example = 10_000, minimum = 0)]
    total_records: Option<i64>,
    /// Records that are done, taken or not.
    #[schema(example = 6_120, minimum = 0)]
    processed_records: i64,
    /// Where the result is: a batch, or the content of a file; null while there is none.
    #[schema(example = "/api/batch-transfers/17")]
    result_url: Option<String>,
    /// What it did; its fields depend on the type.
    #[schema(value_type = Option<Object>)]
    result: Option<Value>,
    /// Why it failed, for programs; null if it did not.
    #[schema(value_type = Option<String>, example = json!(null))]
    error_code: Option<&'static str>,
    /// Why it failed, for people.
    #[schema(example = json!(null))]
    error_message: Option<String>,
    /// The batch that it is about, or made.
    #[schema(example = 17)]
    batch_id: Option<i64>,
    /// The file that it reads.
    #[schema(example = "file_7")]
    file_id: Option<String>,
    /// When it was started.
    #[schema(format = DateTime, example = "2026-03-10T12:00:00Z")]
    created_at: String,
    /// When a node began it; null while it waits.
    #[schema(format = DateTime, example = "2026-03-10T12:00:01Z")]
    started_at: Option<String>,
    /// When it ended; null until then.
    #[schema(format = DateTime, example = json!(null))]
    completed_at: Option<String>,
    /// Whether somebody cancelled it and it has not ended yet.
    cancel_requested: bool,
    /// Records per second since it began.
    #[schema(example = 21_000, minimum = 0)]
    items_per_second: i64,
    /// Seconds until it ends at that speed; null while that is not known, and after its end.
    #[schema(example = 2, minimum = 0)]
    eta_seconds: Option<i64>,
    /// The steps that it has begun, those of earlier attempts first.
    steps: Vec<TaskStepView>,
}

impl TaskView {
    /// In the language of the request.
    pub(crate) fn of(task: Task, now: i64) -> Self {
        Self::in_language(task, now, language::current())
    }

    /// In a language.
    pub(crate) fn in_language(task: Task, now: i64, language: Language) -> Self {
        let has_ended = task.state.has_ended();
        let counted = TaskProgress { total: task.total, processed: task.processed };
        let until = task.completed_at.unwrap_or(now);
        let elapsed = task.started_at.map_or(0, |begun| until.saturating_sub(begun).max(0));
        let is_running = task.state == TaskState::Processing;
        let steps: Vec<TaskStep> = serde_json::from_str(&task.steps).unwrap_or_default();
        Self {
            id: task.id.tagged(),
            user_id: user(task.created_by.principal),
            task_type: task.kind.name(),
            status: task.state.name(),
            progress: if task.state == TaskState::Completed { 100 } else { counted.percent() },
            total_records: task.total,
            processed_records: task.processed,
            result_url: result_url(&task),
            error_code: task.code.map(Code::name),
            error_message: task.code.map(|code| said(code, task.message.as_deref(), language)),
            batch_id: task.batch.map(|id| id.0),
            file_id: task.upload.map(NounId::tagged),
            created_at: wire(task.created_at),
            started_at: task.started_at.map(wire),
            completed_at: task.completed_at.map(wire),
            cancel_requested: task.cancel_at.is_some() && !has_ended,
            items_per_second: if task.started_at.is_some() { counted.per_second(elapsed) } else { 0 },
            eta_seconds: if is_running { counted.eta_seconds(elapsed) } else { None },
            steps: steps
                .into_iter()
                .map(|step| TaskStepView { name: step.name, at: wire(step.at) })
                .collect(),
            result: task.result.as_deref().and_then(result),
            created_by: task.created_by.name,
        }
    }

    /// Whether another view has no news: the time that has passed is none.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let timeless = |view: &Self| Self { items_per_second: 0, eta_seconds: None, ..view.clone() };
        timeless(self) == timeless(other)
    }
}

/// What a task did, without its type, which the task has.
fn result(text: &str) -> Option<Value> {
    let mut fields: Map<String, Value> = serde_json::from_str(text).ok()?;
    fields.remove("task_type");
    Some(Value::Object(fields))
}

fn result_url(task: &Task) -> Option<String> {
    match (task.made, task.batch) {
        _ if task.state != TaskState::Completed => None,
        (Some(file), _) => Some(format!("/api/v1/files/{}/content", file.tagged())),
        (None, Some(batch)) => Some(format!("/api/batch-transfers/{batch}")),
        (None, None) => None,
    }
}

fn user(principal: Principal) -> Option<String> {
    match principal {
        Principal::User(id) => Some(Noun::User.write(id)),
        Principal::System | Principal::CommandLine | Principal::Key(_) | Principal::Anonymous => None,
    }
}
