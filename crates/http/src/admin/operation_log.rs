//! Document 000's operation log: a view over the audit log, in snake case.

use crate::app::App;
use crate::kit::answer::{ListAnswer, ListEnvelope};
use crate::kit::list::text;
use crate::kit::paging;
use crate::kit::problem::Problem;
use crate::kit::query::Query;
use crate::kit::routes::Routes;
use crate::kit::time::wire;
use axum::extract::State;
use domain::access::Operation;
use domain::code::Code;
use domain::code::groups::RANGE;
use domain::id::ID_MAX;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use service::operation_log::{self, OperationLog, OperationLogQuery};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

const LIST: &str = "operation logs";
/// The default page size.
const USUAL: i64 = 50;

pub(super) fn routes() -> Routes {
    Routes::new().add(Operation::OperationLogList, routes!(list), &[RANGE, &[Code::CursorInvalid]])
}

/// Which operations to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OperationLogsQuery {
    /// Only operations of this type: `batch_transfer`, or a noun of the audit log such as `account`.
    #[param(example = "batch_transfer", max_length = 255, nullable = false)]
    operation_type: Option<String>,
    /// Only operations on the object with this id.
    #[param(example = 17, minimum = 1, maximum = 9_007_199_254_740_991_i64, nullable = false)]
    operation_id: Option<i64>,
    /// Only operations from this day on, in the organisation's time zone.
    #[param(example = "2026-03-01", format = Date, nullable = false)]
    from: Option<String>,
    /// Only operations up to and including this day, in the organisation's time zone.
    #[param(example = "2026-03-31", format = Date, nullable = false)]
    to: Option<String>,
    /// Operations per page; 50 by default.
    #[param(example = 20, minimum = 1, maximum = 200, nullable = false)]
    page_size: Option<i64>,
    /// `nextCursor` of the previous page.
    #[param(max_length = 200, nullable = false)]
    cursor: Option<String>,
}

/// An operation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OperationLogView {
    /// The id of the user; null for an API key, the command line and the system.
    #[schema(example = 2)]
    user_id: Option<i64>,
    /// The kind of object: `batch_transfer`, or a noun of the audit log.
    #[schema(example = "batch_transfer")]
    operation_type: String,
    /// The id of the object; null if there is none.
    #[schema(example = 17)]
    operation_id: Option<i64>,
    /// For a batch: `type`, `sourceAccountId`, `targetAccountId`, `relationsCount` and `totalAmount`, as the batch is
    /// now; for others the details of the audit entry. In both, `action` and `result` as in the audit log.
    #[schema(value_type = Object)]
    details: Value,
    /// The client's address, or the interface that was used.
    #[schema(example = "203.0.113.7")]
    ip_address: String,
    /// When it was done.
    #[schema(format = DateTime, example = "2026-03-10T12:00:00Z")]
    created_at: String,
}

impl From<OperationLog> for OperationLogView {
    fn from(log: OperationLog) -> Self {
        let OperationLog { user_id, operation_type, operation_id, details, ip_address, created_at } = log;
        Self { user_id, operation_type, operation_id, details, ip_address, created_at: wire(created_at) }
    }
}

/// Lists the operations on batches and everything else, newest first.
///
/// A view over the audit log, with document 000's fields; `listAudit` has all of it.
#[utoipa::path(get, path = "/api/v1/operation-logs", operation_id = "listOperationLogs", tag = "audit",
    params(OperationLogsQuery),
    responses((status = 200, description = "A page of the operations.", body = ListEnvelope<OperationLogView>)))]
pub(crate) async fn list(
    State(app): State<App>,
    Query(query): Query<OperationLogsQuery>,
) -> Result<ListAnswer<OperationLogView>, Problem> {
    let limit = paging::size(query.page_size, USUAL)?;
    let below = match &query.cursor {
        Some(cursor) => Some(app.cursors.open(LIST, cursor)?.parse().map_err(|_| Code::CursorInvalid)?),
        None => None,
    };
    if query.operation_id.is_some_and(|id| !(1..=ID_MAX).contains(&id)) {
        return Err(Problem::about(Code::QueryInvalid, format!("operation_id: 1 to {ID_MAX}")));
    }
    let operation_type = text("operation_type", query.operation_type)?;
    let (operation_id, from, to) = (query.operation_id, query.from, query.to);
    let asked = OperationLogQuery { operation_type, operation_id, from, to, below, limit };
    let found = operation_log::list(&app.service, &asked).await?;
    let next = found.next.map(|id| app.cursors.seal(LIST, &id.to_string()));
    Ok(ListAnswer {
        data: found.rows.into_iter().map(OperationLogView::from).collect(),
        pagination: paging::by_cursor(limit, next).until(found.searched_until),
    })
}
