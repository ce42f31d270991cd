//! The body that starts a task: `task_type`, and what the task of that type is to do.

use crate::kit::body::Input;
use domain::task::TaskInput;
use serde::Deserialize;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// What a task is to do.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct TaskBody(pub TaskInput);

impl Input for TaskBody {}

impl PartialSchema for TaskBody {
    fn schema() -> RefOr<Schema> {
        let text =
            |description: &str| ObjectBuilder::new().schema_type(Type::String).description(Some(description));
        let kinds = ["import_batch", "export_batch", "export_audit", "evidence", "verify"];
        ObjectBuilder::new()
            .description(Some("What a task is to do. Other fields than those of its type are refused."))
            .property("task_type", text("What kind of task it is.").enum_values(Some(kinds)))
            .property("file_id", text("`import_batch`: the uploaded file, such as `file_7`."))
            .property("batch_id", text("`export_batch`, `evidence`: the batch, by number or id."))
            .property("format", text("`export_batch`, `export_audit`: `csv`, `xlsx` or `jsonl`; `csv` for a batch, \
                 and for the log the entries of `listAudit` as JSON lines, unless it is said."))
            .property(
                "checkpoint",
                ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).description(Some(
                    "`evidence`: the commit of a checkpoint, at which the chain in the pack is to end.",
                )),
            )
            .property("language", text("`export_batch`, `export_audit`: the language of headers and messages, `en` or `zh`."))
            .property(
                "options",
                ObjectBuilder::new().description(Some(
                    "`import_batch`: `type`, `account`, `currency`, `name`, `remarks`, `mode`, `partial`, `draft`, \
                     `into`, `version`, `convert`, `allowRepeat`, `again`, `withoutPaid`, `leaveProblems`, \
                     `sheet`, `encoding`, `delimiter`, `decimal`, `group`, `sign`, `mapping`, `ignore`, `expectRows`, \
                     `expectTotal`. `export_batch`: `rowsPerFile`. `export_audit`: `from`, `to`, `actor`, `action`, \
                     `subject`, `subject_id`.",
                )),
            )
            .required("task_type")
            .examples([serde_json::json!({
                "task_type": "import_batch",
                "file_id": "file_7",
                "options": { "type": "one_to_many", "account": "6001-001", "name": "July payroll", "partial": true }
            })])
            .into()
    }
}

impl ToSchema for TaskBody {}
