//! The body that starts a task: `task_type`, and what the task of that type is to do.

use crate::kit::body::Input;
use domain::task::{TaskInput, TaskType};
use serde::Deserialize;
use serde_json::json;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

const FORMAT: &str = "Exports and `preview`: `csv`, `xlsx` or `jsonl`; `csv`, and for the log the entries of `listAudit` as JSON lines, \
                      unless it is said.";

const OPTIONS: &str = "`import_batch`: `type`, `account`, `currency`, `name`, `remarks`, `mode`, `partial`, `draft`, \
                       `into`, `version`, `convert`, `allowRepeat`, `again`, `withoutPaid`, `leaveProblems`, `sheet`, \
                       `encoding`, `delimiter`, `decimal`, `group`, `sign`, `mapping`, `ignore`, `expectRows`, \
                       `expectTotal`. `import_accounts`: `confusable`, `sheet`, `encoding`, `delimiter`, `decimal`, \
                       `group`, `sign`, `mapping`, `ignore`. `export_accounts`: the filters of `listAccounts`: `text`, \
                       `currency`, `status`, `group`, `email`, `uid`, `minBalanceCents`, `maxBalanceCents`. \
                       `export_statement`: `from`, `to`, `direction`, as `getStatement` has them. `export_transfers`: the \
                       filters of `listAccountTransfers`: `accountId`, `status`, `kind`, `currency`, `from`, `to`, `text`. \
                       `export_statistics`: `from` and `to`, which it needs, `groupBy`, `currency`, `accountId`, as \
                       `getStatistics` has them. \
                       `preview`: `only` \
                       (`refused`). Exports but that of the log, and `preview`: `rowsPerFile`. `export_audit`: `from`, `to`, `actor`, `action`, \
                       `subject`, `subject_id`.";

/// What a task is to do.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct TaskBody(pub TaskInput);

impl Input for TaskBody {}

impl PartialSchema for TaskBody {
    fn schema() -> RefOr<Schema> {
        let text =
            |description: &str| ObjectBuilder::new().schema_type(Type::String).description(Some(description));
        ObjectBuilder::new()
            .description(Some("What a task is to do. Other fields than those of its type are refused."))
            .property("task_type", text("What kind of task it is.").enum_values(Some(TaskType::ALL.map(TaskType::name))))
            .property("file_id", text("`import_batch`, `import_accounts`: the uploaded file, such as `file_7`."))
            .property("batch_id", text("`export_batch`, `annotate_original`, `evidence`, `preview`: the batch, by number or id."))
            .property("account_id", text("`export_statement`: the account, by number or by id, such as `acct_17`."))
            .property("format", text(FORMAT))
            .property(
                "checkpoint",
                ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).description(Some(
                    "`evidence`: the commit of a checkpoint, at which the chain in the pack is to end.",
                )),
            )
            .property("language", text("Exports and `preview`: the language of headers and messages, `en` or `zh`."))
            .property("options", ObjectBuilder::new().description(Some(OPTIONS)))
            .required("task_type")
            .examples([
                json!({
                    "task_type": "import_batch",
                    "file_id": "file_7",
                    "options":
                        { "type": "one_to_many", "account": "6001-001", "name": "July payroll", "partial": true }
                }),
                json!({
                    "task_type": "import_accounts",
                    "file_id": "file_8",
                    "options": { "mapping": { "holder": "Employee" }, "ignore": ["Hired on"] }
                }),
                json!({
                    "task_type": "export_accounts",
                    "format": "xlsx",
                    "language": "zh",
                    "options": { "currency": "USD", "status": "active", "group": "Sales London" }
                }),
                json!({
                    "task_type": "export_statement",
                    "account_id": "acct_17",
                    "options": { "from": "2026-03-01", "to": "2026-03-31", "direction": "out" }
                }),
                json!({
                    "task_type": "export_transfers",
                    "format": "jsonl",
                    "options": { "status": "failed", "from": "2026-03-01", "rowsPerFile": 100_000 }
                }),
                json!({
                    "task_type": "export_statistics",
                    "format": "xlsx",
                    "options": { "from": "2026-03-01", "to": "2026-03-31", "groupBy": "day" }
                }),
            ])
            .into()
    }
}

impl ToSchema for TaskBody {}
