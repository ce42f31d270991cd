//! `task`: what a server or worker does in the background: showing, watching and cancelling it.

use crate::exit::{Exit, Failure};
use crate::list::PageArgs;
use crate::out::{Column, left, note, or_empty, right, time};
use crate::say::{Say, say};
use crate::session::{Access, Session};
use crate::terminal::one_line;
use crate::word::Word;
use clap::{Args, Subcommand};
use domain::access::{Asker, Role};
use domain::code::Code;
use domain::id::TaskId;
use domain::noun::NounId;
use domain::task::progress::TaskProgress;
use domain::task::{TaskState, TaskType};
use domain::visible::shown;
use serde_json::{Value, json};
use service::task::{self, Task, TaskFilter, TaskQuery};
use service::{Error, batch};
use std::time::Duration;

/// The command line is the organisation's own machine.
const ASKER: Asker<'static> = Asker::Person(Role::Admin);
/// How often a watched task is read.
const PACE: Duration = Duration::from_secs(1);

/// Arguments of `task`.
#[derive(Debug, Args)]
pub(crate) struct TaskArgs {
    #[command(subcommand)]
    pub verb: TaskVerb,
}

/// What to do with tasks.
#[derive(Debug, Subcommand)]
pub(crate) enum TaskVerb {
    /// List tasks, newest first
    #[command(after_help = "Example:\n  sluice task list --status processing")]
    List(TaskListArgs),
    /// Show a task
    #[command(after_help = "Example:\n  sluice task show task_12")]
    Show {
        /// Task id, such as task_12 or 12
        id: String,
    },
    /// Cancel a task that waits or runs; remove one that has ended from the list
    #[command(after_help = "Example:\n  sluice task cancel task_12")]
    Cancel {
        /// Task id, such as task_12 or 12
        id: String,
    },
    /// Show how far a task is until it has ended
    #[command(
        after_help = "With --json, a line each time something changed.\n\nExample:\n  sluice task watch task_12"
    )]
    Watch {
        /// Task id, such as task_12 or 12
        id: String,
    },
}

/// Arguments of `task list`.
#[derive(Debug, Args)]
pub(crate) struct TaskListArgs {
    /// Only in this state: pending, processing, completed, failed or cancelled
    #[arg(long, value_parser = state)]
    pub status: Option<TaskState>,
    /// Only of this type, such as import_batch
    #[arg(long = "type", value_name = "TYPE", value_parser = kind)]
    pub kind: Option<TaskType>,
    /// Only about this batch
    #[arg(long)]
    pub batch: Option<String>,
    #[command(flatten)]
    pub page: PageArgs,
}

fn state(text: &str) -> Result<TaskState, Say> {
    TaskState::from_name(text).ok_or(say(
        "must be pending, processing, completed, failed or cancelled",
        "可用 pending（等待中）、processing（进行中）、completed（已完成）、failed（失败）或 cancelled（已取消）",
    ))
}

fn kind(text: &str) -> Result<TaskType, Say> {
    TaskType::from_name(text).ok_or(say(
        "must be a type of task, such as import_batch, export_batch, evidence or verify",
        "须为任务类型，例如 import_batch、export_batch、evidence 或 verify",
    ))
}

/// How the command opens the ledger.
pub(crate) const fn access(args: &TaskArgs) -> Access {
    match args.verb {
        TaskVerb::List(_) | TaskVerb::Show { .. } | TaskVerb::Watch { .. } => Access::Read,
        TaskVerb::Cancel { .. } => Access::Write,
    }
}

/// Runs the command.
pub(crate) async fn run(session: &Session, args: &TaskArgs) -> Result<Exit, Failure> {
    match &args.verb {
        TaskVerb::List(args) => list(session, args).await?,
        TaskVerb::Show { id } => show(session, &found(session, read(id)?).await?)?,
        TaskVerb::Cancel { id } => cancel(session, read(id)?).await?,
        TaskVerb::Watch { id } => return watch(session, read(id)?).await,
    }
    Ok(Exit::Success)
}

fn read(id: &str) -> Result<TaskId, Failure> {
    TaskId::from_text(id).map_err(|_| Error::refused(Code::TaskNotFound, shown(id)).into())
}

async fn found(session: &Session, id: TaskId) -> Result<Task, Failure> {
    Ok(task::show(&session.service, session.actor.author.principal, ASKER, id).await?)
}

const COLUMNS: [Column; 8] = [
    left("id", "编号"),
    left("type", "类型"),
    left("status", "状态"),
    right("progress", "进度"),
    right("records", "记录数"),
    left("started by", "发起人"),
    left("started", "发起时间"),
    left("ended", "结束时间"),
];

async fn list(session: &Session, args: &TaskListArgs) -> Result<(), Failure> {
    let batch = match &args.batch {
        Some(name) => Some(batch::named(&session.service, batch::read_ref(name)?).await?.id),
        None => None,
    };
    let query = TaskQuery {
        by: session.actor.author.principal,
        asker: ASKER,
        filter: TaskFilter { state: args.status, kind: args.kind, batch, started_by: None },
        below: args.page.id()?,
        offset: 0,
        limit: args.page.limit,
    };
    let page = task::list(&session.service, &query).await?;
    let next = page.next.map(|id| id.to_string());
    let json = json!({ "tasks": page.tasks.iter().map(to_json).collect::<Vec<_>>(), "next": next });
    session.out.answer(json, || {
        let row = |task: &Task| {
            vec![
                task.id.tagged(),
                task.kind.word(session.language).to_owned(),
                task.state.word(session.language).to_owned(),
                format!("{}%", percent(task)),
                records(task),
                task.created_by.name.clone(),
                time(task.created_at),
                or_empty(task.completed_at.map(time).as_deref()),
            ]
        };
        let table = session.out.table(&COLUMNS, page.tasks.iter().map(row));
        match &next {
            None => table,
            Some(next) => {
                let next = one_line(next);
                say!(
                    session.language,
                    "{table}\nnext page: --after {next}",
                    "{table}\n下一页：--after {next}"
                )
            }
        }
    })
}

fn show(session: &Session, task: &Task) -> Result<(), Failure> {
    session.out.answer(to_json(task), || session.out.fields(&fields(session, task)))
}

fn fields(session: &Session, task: &Task) -> Vec<(Say, String)> {
    let why = task.code.map(|code| match &task.message {
        Some(about) => format!("{code}: {} ({about})", code.message(session.language)),
        None => format!("{code}: {}", code.message(session.language)),
    });
    vec![
        (say("id", "编号"), task.id.tagged()),
        (say("type", "类型"), task.kind.word(session.language).to_owned()),
        (say("status", "状态"), task.state.word(session.language).to_owned()),
        (say("progress", "进度"), format!("{}%", percent(task))),
        (say("records", "记录数"), records(task)),
        (say("batch", "批次"), or_empty(task.batch.map(NounId::tagged).as_deref())),
        (say("file", "文件"), or_empty(task.made.or(task.upload).map(NounId::tagged).as_deref())),
        (say("reason", "原因"), or_empty(why.as_deref())),
        (say("started by", "发起人"), task.created_by.name.clone()),
        (say("started", "发起时间"), time(task.created_at)),
        (say("ended", "结束时间"), or_empty(task.completed_at.map(time).as_deref())),
    ]
}

async fn cancel(session: &Session, id: TaskId) -> Result<(), Failure> {
    // The refusal of an unknown one is left to the verb, which audits it.
    let before = found(session, id).await;
    task::cancel(&session.service, &session.actor, ASKER, id).await?;
    let before = before?;
    let done = match before.state {
        TaskState::Pending => say("The task was cancelled", "任务已取消"),
        TaskState::Processing => say("The task will end within a second", "任务将在一秒内结束"),
        TaskState::Completed | TaskState::Failed | TaskState::Cancelled => {
            say("The task was removed from the list", "任务已从列表中移除")
        }
    };
    let after = found(session, id).await.unwrap_or(before);
    session.out.answer(to_json(&after), || done.to(session.language).to_owned())
}

/// Shows what changes until the task has ended.
async fn watch(session: &Session, id: TaskId) -> Result<Exit, Failure> {
    let mut seen = None;
    loop {
        let task = found(session, id).await?;
        if seen.as_ref() != Some(&task) {
            if task.state.has_ended() {
                show(session, &task)?;
            } else if session.out.json {
                session.out.answer(to_json(&task), String::new)?;
            } else {
                let (state, done) = (task.state.word(session.language), percent(&task));
                note(&format!("{}: {state} {done}% {}", task.id.tagged(), records(&task)));
            }
        }
        if task.state.has_ended() {
            return Ok(if task.state == TaskState::Completed { Exit::Success } else { Exit::Refused });
        }
        seen = Some(task);
        tokio::time::sleep(PACE).await;
    }
}

fn percent(task: &Task) -> i64 {
    let progress = TaskProgress { total: task.total, processed: task.processed };
    if task.state == TaskState::Completed { 100 } else { progress.percent() }
}

fn records(task: &Task) -> String {
    match task.total {
        Some(total) => format!("{}/{total}", task.processed),
        None => task.processed.to_string(),
    }
}

fn to_json(task: &Task) -> Value {
    let result: Option<Value> = task.result.as_deref().and_then(|text| serde_json::from_str(text).ok());
    json!({ "id": task.id.tagged(), "task_type": task.kind.name(), "status": task.state.name(),
            "progress": percent(task), "total_records": task.total, "processed_records": task.processed,
            "batch": task.batch.map(NounId::tagged), "file": task.made.map(NounId::tagged),
            "error_code": task.code.map(Code::name), "about": task.message, "result": result,
            "created_by": task.created_by.name, "created_at": time(task.created_at),
            "started_at": task.started_at.map(time), "completed_at": task.completed_at.map(time) })
}
