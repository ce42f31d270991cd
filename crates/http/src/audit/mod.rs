//! The audit log.

use crate::answer::{ListAnswer, ListEnvelope};
use crate::app::App;
use crate::list::text;
use crate::paging;
use crate::problem::Problem;
use crate::query::Query;
use crate::routes::Routes;
use crate::time::wire;
use axum::extract::State;
use domain::access::Operation;
use domain::code::Code;
use domain::noun::Noun;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use service::audit::{AuditFilter, AuditQuery, AuditRow};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

const LIST: &str = "audit";
const USUAL: i64 = 50;

pub(crate) fn routes() -> Routes {
    Routes::new().add(
        Operation::AuditList,
        routes!(list),
        &[Code::CursorInvalid, Code::DateInvalid, Code::RangeReversed],
    )
}

/// Who did what to what, from where, and how it ended.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AuditView {
    /// Its id.
    #[schema(example = "4711")]
    id: String,
    /// When.
    #[schema(example = "2026-03-10T12:00:00Z", format = DateTime)]
    at: String,
    /// The name that the actor had then: a login, `key:NAME`, an operating system user, `system`.
    #[schema(example = "key:payroll")]
    actor: String,
    /// What the actor is: `user`, `key`, `command_line`, `system` or `anonymous`.
    #[schema(value_type = String, example = "key")]
    actor_kind: &'static str,
    /// The user's or key's id; null for the other kinds. Names may be reused, ids are not.
    #[schema(example = "2")]
    actor_id: Option<String>,
    /// From where: an address, or the way in.
    #[schema(example = "203.0.113.7")]
    origin: String,
    /// What, as `noun.verb`.
    #[schema(example = "transfer.create")]
    action: String,
    /// The noun that it was done to.
    #[schema(example = "transfer")]
    subject: String,
    /// Which one; null if there is none.
    #[schema(example = "4711")]
    subject_id: Option<String>,
    /// `ok`, or the refusal's code.
    #[schema(example = "ok")]
    result: String,
    /// The particulars.
    #[schema(value_type = Object)]
    details: Value,
    /// SHA-256 over all outcomes of a chunk of a batch, hexadecimal.
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

/// Which rows are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Only of this person, key or part of the system.
    #[param(example = "key:payroll", max_length = 255, nullable = false)]
    actor: Option<String>,
    /// Only this action.
    #[param(example = "transfer.create", max_length = 255, nullable = false)]
    action: Option<String>,
    /// Only about this noun.
    #[param(example = "transfer", max_length = 255, nullable = false)]
    subject: Option<String>,
    /// Only about the one of this id.
    #[param(example = "4711", pattern = "^([a-z]{3,5}_)?[1-9][0-9]{0,15}$", nullable = false)]
    subject_id: Option<String>,
    /// Only with this result: `ok`, or a refusal's code.
    #[param(example = "ok", max_length = 255, nullable = false)]
    result: Option<String>,
    /// Only from this day of the organisation on.
    #[param(example = "2026-03-01", format = Date, nullable = false)]
    from: Option<String>,
    /// Only up to this day of the organisation.
    #[param(example = "2026-03-31", format = Date, nullable = false)]
    to: Option<String>,
    /// Rows of a page.
    #[param(example = 20, minimum = 1, maximum = 200, nullable = false)]
    page_size: Option<i64>,
    /// Where the page before ended.
    #[param(max_length = 200, nullable = false)]
    cursor: Option<String>,
}

/// The number of `xfer_9` or `9`; which noun it is of is the subject's matter.
fn subject_id(text: &str) -> Result<i64, Problem> {
    let read = Noun::ALL.iter().find_map(|noun| noun.read_or_bare(text).ok());
    read.ok_or_else(|| Problem::about(Code::QueryInvalid, "subjectId: an id such as xfer_9 or 9"))
}

/// The audit log, newest first.
#[utoipa::path(get, path = "/api/v2/audit", operation_id = "listAudit", tag = "audit", params(ListQuery),
    responses((status = 200, description = "A page of the log.", body = ListEnvelope<AuditView>)))]
pub(crate) async fn list(
    State(app): State<App>,
    Query(query): Query<ListQuery>,
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
    let found = app.service.audit_list(&wanted).await?;
    let next = found.next.map(|id| app.cursors.seal(LIST, &id.to_string()));
    Ok(ListAnswer {
        data: found.rows.into_iter().map(AuditView::from).collect(),
        pagination: paging::by_cursor(limit, next).until(found.searched_until),
    })
}
