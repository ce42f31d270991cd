//! Starting a task.

use super::aside::check_rows;
use super::export_accounts::check_accounts;
use super::export_statement::check_statement;
use super::export_statistics::check_statistics;
use super::export_transfers::check_transfers;
use super::import_accounts::read_account_import;
use super::import_batch::read_import;
use super::list::missing;
use super::right;
use crate::batch::annotate::original_of;
use crate::batch::lookup;
use crate::upload::show::usable;
use crate::write::{Write, WriteResult, claimed};
use crate::{Error, Service, StoreError};
use domain::access::Asker;
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::id::TaskId;
use domain::task::{TASKS_OPEN_MAX, TaskInput, TaskState};
use store::Tx;
use store::audit::Actor;
use store::task::Task;

/// Starts a task: it waits until a node takes it.
pub async fn start(
    service: &Service,
    actor: &Actor,
    asker: Asker<'_>,
    input: &TaskInput,
) -> Result<TaskId, Error> {
    let mut write = claimed!(service.write(actor, Action::TaskStart));
    write.about = write.about.with("task_type", input.kind().name());
    let done = start_in(&mut write, asker, input).await;
    let started = write.end(done).await;
    service.store.wake();
    started
}

async fn start_in(
    write: &mut Write,
    asker: Asker<'_>,
    input: &TaskInput,
) -> Result<WriteResult<TaskId>, Error> {
    right::ask(input, asker)?;
    check(&mut write.tx, input).await?;
    let service = write.service.clone();
    let principal = write.actor.author.principal;
    let tx = &mut write.tx;
    let batch = match input.batch() {
        Some(batch) => Some(lookup::find(tx, batch).await?.id),
        None => None,
    };
    let file = match (input, batch) {
        // The task is for the nodes that have the file.
        (TaskInput::AnnotateOriginal(_), Some(batch)) => Some(original_of(tx, batch).await?.file),
        (input, _) => input.file(),
    };
    let upload = match file {
        Some(file) => Some(usable(&service, tx, file, principal, asker).await?),
        None => None,
    };
    if store::task::open(tx, principal).await? >= TASKS_OPEN_MAX {
        return Err(Code::TasksTooMany.into());
    }
    let text = serde_json::to_string(input).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    let task = Task {
        id: TaskId(0),
        kind: input.kind(),
        state: TaskState::Pending,
        input: text,
        batch,
        upload: upload.as_ref().map(|upload| upload.id),
        place: upload.map_or_else(String::new, |upload| upload.place),
        total: None,
        processed: 0,
        steps: String::new(),
        takes: 0,
        result: None,
        made: None,
        code: None,
        message: None,
        created_by: write.actor.author.clone(),
        created_at: write.now,
        started_at: None,
        cancel_at: None,
        completed_at: None,
    };
    let id = store::task::insert(&mut write.tx, &task).await?;
    let fact = Fact::new(Action::TaskStart, Some(id.0))
        .with("task_type", task.kind.name())
        .with("batch", task.batch.map(|id| id.0))
        .with("file", task.upload.map(|id| id.0))
        .with("input", serde_json::to_value(input).unwrap_or_default());
    Ok(WriteResult::one(id, fact))
}

/// Refuses what cannot be done before there is a task.
async fn check(tx: &mut Tx, input: &TaskInput) -> Result<(), Error> {
    match input {
        TaskInput::ImportBatch(input) => read_import(&input.options).map(drop),
        TaskInput::ImportAccounts(input) => read_account_import(&input.options).map(drop),
        TaskInput::ExportBatch(input) => check_rows(input.options.rows_per_file),
        TaskInput::Preview(input) => check_rows(input.options.rows_per_file),
        TaskInput::ExportAccounts(input) => check_accounts(tx, input).await,
        TaskInput::ExportStatement(input) => check_statement(tx, input).await,
        TaskInput::ExportTransfers(input) => check_transfers(tx, input).await,
        TaskInput::ExportStatistics(input) => check_statistics(tx, input).await,
        TaskInput::ExportAudit(_)
        | TaskInput::Evidence(_)
        | TaskInput::Verify(_)
        | TaskInput::AnnotateOriginal(_) => Ok(()),
    }
}

/// A task as it was when it was started: what the request that started it is answered, however often it is repeated and
/// whatever has become of the task.
pub async fn started(service: &Service, id: TaskId) -> Result<Task, Error> {
    let mut tx = service.store.point_read().await?;
    let task = store::task::ever(&mut tx, id).await?.ok_or_else(|| missing(id))?;
    let input: Option<TaskInput> = serde_json::from_str(&task.input).ok();
    let is_about_batch = input.is_some_and(|input| input.batch().is_some());
    Ok(Task {
        state: TaskState::Pending,
        // Otherwise it made the batch.
        batch: task.batch.filter(|_| is_about_batch),
        total: None,
        processed: 0,
        steps: String::new(),
        takes: 0,
        result: None,
        made: None,
        code: None,
        message: None,
        started_at: None,
        cancel_at: None,
        completed_at: None,
        ..task
    })
}
