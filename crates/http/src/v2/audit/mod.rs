//! The audit log.

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
use domain::noun::Noun;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use service::audit::{self, AuditFilter, AuditQuery, AuditRow};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

const LIST: &str = "audit";
const USUAL: i64 = 50;

pub(crate) fn routes() -> Routes {
    Routes::new().add(Operation::AuditList, routes!(list), &[RANGE, &[Code::CursorInvalid]])
}

/// An audit entry: who did what, to what, from where, and with what result.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AuditView {
    /// The entry's id.
    #[schema(example = "4711")]
    id: String,
    /// When it happened.
    #[schema(example = "2026-03-10T12:00:00Z", format = DateTime)]
    at: String,
    /// The actor's name at that time: a login, `key:NAME`, an operating system user or `system`.
    #[schema(example = "key:payroll")]
    actor: String,
    /// The kind of actor: `user`, `key`, `command_line`, `system` or `anonymous`.
    #[schema(value_type = String, example = "key")]
    actor_kind: &'static str,
    /// The user's or key's id; null for other kinds of actor. Names may be reused, ids are not.
    #[schema(example = "2")]
    actor_id: Option<String>,
    /// The origin of the request: an address, or the interface that was used.
    #[schema(example = "203.0.113.7")]
    origin: String,
    /// The action, as `noun.verb`.
    #[schema(example = "transfer.create")]
    action: String,
    /// The kind of object concerned.
    #[schema(example = "transfer")]
    subject: String,
    /// The id of the object concerned; null if there is none.
    #[schema(example = "4711")]
    subject_id: Option<String>,
    /// `ok`, or the error code of a refusal.
    #[schema(example = "ok")]
    result: String,
    /// Details of the action.
    #[schema(value_type = Object)]
    details: Value,
    /// For a batch's chunk: the SHA-256 over all its outcomes, in hexadecimal.
    #[schema(example = json!(null))]
    digest: Option<String>,
}

impl From<AuditRow> for AuditView {
    fn from(row: AuditRow) -> Self {
        Self {
            id: row.id.to_string(),
            at: wire(row.at),
            actor: row.actor.name,
            actor_kind: row.actor.principal.kind_name(),
            actor_id: row.actor.principal.id().map(|id| id.to_string()),
            origin: row.origin,
            action: row.action,
            subject: row.subject,
            subject_id: row.subject_id.map(|id| id.to_string()),
            result: row.result,
            details: serde_json::from_str(&row.detail)
                .unwrap_or_else(|_| serde_json::json!({ "text": row.detail })),
            digest: row.digest,
        }
    }
}

/// Which audit entries to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditListQuery {
    /// Only entries of this actor.
    #[param(example = "key:payroll", max_length = 255, nullable = false)]
    actor: Option<String>,
    /// Only entries of this action.
    #[param(example = "transfer.create", max_length = 255, nullable = false)]
    action: Option<String>,
    /// Only entries about this kind of object.
    #[param(example = "transfer", max_length = 255, nullable = false)]
    subject: Option<String>,
    /// Only entries about the object with this id.
    #[param(example = "4711", pattern = "^([a-z]{3,5}_)?[1-9][0-9]{0,15}$", nullable = false)]
    subject_id: Option<String>,
    /// Only entries with this result: `ok`, or the error code of a refusal.
    #[param(example = "ok", max_length = 255, nullable = false)]
    result: Option<String>,
    /// Only entries from this day on, in the organisation's time zone.
    #[param(example = "2026-03-01", format = Date, nullable = false)]
    from: Option<String>,
    /// Only entries up to and including this day, in the organisation's time zone.
    #[param(example = "2026-03-31", format = Date, nullable = false)]
    to: Option<String>,
    /// Rows per page; 50 by default.
    #[param(example = 20, minimum = 1, maximum = 200, nullable = false)]
    page_size: Option<i64>,
    /// `nextCursor` of the previous page.
    #[param(max_length = 200, nullable = false)]
    cursor: Option<String>,
}

/// The bare id of `xfer_9` or `9`. The prefix is not checked against `subject`.
fn subject_id(text: &str) -> Result<i64, Problem> {
    let read = Noun::ALL.iter().find_map(|noun| noun.read_or_bare(text).ok());
    read.ok_or_else(|| Problem::about(Code::QueryInvalid, "subjectId: an id such as xfer_9 or 9"))
}

/// Lists the audit log, newest first.
#[utoipa::path(get, path = "/api/v2/audit", operation_id = "listAudit", tag = "audit", params(AuditListQuery),
    responses((status = 200, description = "A page of the log.", body = ListEnvelope<AuditView>)))]
pub(crate) async fn list(
    State(app): State<App>,
    Query(query): Query<AuditListQuery>,
) -> Result<ListAnswer<AuditView>, Problem> {
    let limit = paging::size(query.page_size, USUAL)?;
    let below = match &query.cursor {
        Some(cursor) => Some(app.cursors.open(LIST, cursor)?.parse().map_err(|_| Code::CursorInvalid)?),
        None => None,
    };
    let filter = AuditFilter {
        actor: text("actor", query.actor)?,
        action: text("action", query.action)?,
        subject: text("subject", query.subject)?,
        subject_id: query.subject_id.as_deref().map(subject_id).transpose()?,
        result: text("result", query.result)?,
        ..AuditFilter::default()
    };
    let wanted = AuditQuery { filter, from: query.from, to: query.to, below, limit };
    let found = audit::list(&app.service, &wanted).await?;
    let next = found.next.map(|id| app.cursors.seal(LIST, &id.to_string()));
    Ok(ListAnswer {
        data: found.rows.into_iter().map(AuditView::from).collect(),
        pagination: paging::by_cursor(limit, next).until(found.searched_until),
    })
}
