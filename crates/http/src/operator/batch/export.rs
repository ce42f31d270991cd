//! Exporting the results of a batch: a task, because they may be millions.

use super::path::BatchName;
use crate::app::App;
use crate::kit::answer::{Answer, Envelope, Message};
use crate::kit::body::Input;
use crate::kit::language;
use crate::kit::once::Once;
use crate::kit::problem::OperatorProblem;
use crate::kit::routes::Routes;
use crate::kit::who::Who;
use crate::task::view::TaskView;
use axum::extract::State;
use domain::access::Operation as O;
use domain::code::{Code, Language};
use domain::task::TaskInput;
use domain::task::batch_name::BatchName as Name;
use domain::task::export_batch::{ExportBatchInput, ExportBatchOptions, ExportFormat, ExportLanguage};
use serde::Deserialize;
use service::task;
use utoipa::ToSchema;
use utoipa_axum::routes;

const STARTED: Message = Message { english: "The export was started", chinese: "导出已开始" };

pub(super) fn routes() -> Routes {
    Routes::new().add_operator(
        O::BatchExport,
        routes!(export),
        &[&[Code::BatchNotFound, Code::TasksTooMany, Code::TaskNotFound, Code::FilesUnavailable]],
    )
}

/// How to export a batch.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ExportBody {
    /// The file's format: `csv`, `xlsx` or `jsonl`.
    #[schema(value_type = Option<String>, example = "csv")]
    format: Option<ExportFormat>,
    /// How it is divided: with `rowsPerFile` it is a zip of numbered files of at most so many rows, and a manifest.
    #[schema(value_type = Option<Object>, example = json!({ "rowsPerFile": 100_000 }))]
    options: ExportBatchOptions,
}

impl Input for ExportBody {
    fn empty() -> Option<Self> {
        Some(Self::default())
    }
}

/// Starts a task that writes the results of a batch to a file. `result_url` of the completed task is the file.
#[utoipa::path(post, path = "/api/batch-transfers/{id}/export", operation_id = "exportBatchTransfer",
    tag = "batches",
    params(("id" = String, Path, description = "The batch's id or number", example = "17")),
    request_body = ExportBody,
    responses((status = 200, description = "The task.", body = Envelope<TaskView>)))]
pub(crate) async fn export(
    State(app): State<App>,
    who: Who,
    BatchName(batch): BatchName,
    once: Once<ExportBody>,
) -> Result<Answer<TaskView>, OperatorProblem> {
    let asker = who.identity.asker();
    let language = match language::current() {
        Language::English => ExportLanguage::English,
        Language::Chinese => ExportLanguage::Chinese,
    };
    let input = TaskInput::ExportBatch(ExportBatchInput {
        batch_id: Name(batch),
        format: once.body.format,
        language: Some(language),
        options: once.body.options,
    });
    let started = task::start(&once.service, who.actor(), asker, &input).await;
    let id = once.settle(started).await?;
    let task = task::started(&app.service, id).await?;
    Ok(Answer::saying(STARTED, TaskView::of(task, app.service.now())))
}
