//! The audit log.

use crate::app::App;
use crate::kit::answer::{ListAnswer, ListEnvelope};
use crate::kit::download::Download;
use crate::kit::list::text;
use crate::kit::paging;
use crate::kit::problem::Problem;
use crate::kit::query::Query;
use crate::kit::routes::Routes;
use crate::kit::time::wire;
use crate::kit::who::Who;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::ACCEPT;
use axum::response::{IntoResponse, Response};
use domain::access::Operation;
use domain::code::Code;
use domain::code::groups::RANGE;
use domain::noun::Noun;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use service::audit::{self, AuditExport, AuditFilter, AuditQuery, AuditRow, details};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

const LIST: &str = "audit";
const USUAL: i64 = 50;
/// The media type of JSON lines.
const LINES: &str = "application/x-ndjson";

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
    /// For a batch's chunk: the SHA-256 over all its outcomes; for single transfers: over the transfers. In hexadecimal.
    #[schema(example = json!(null))]
    digest: Option<String>,
}

impl From<AuditRow> for AuditView {
    fn from(row: AuditRow) -> Self {
        Self {
            details: details(&row),
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
            digest: row.digest,
        }
    }
}

/// How audit entries are returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AuditFormat {
    /// A page.
    Json,
    /// All of them, one JSON object per line.
    Jsonl,
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
    /// `jsonl`: all entries that match, as JSON lines, like `Accept: application/x-ndjson`. By default a page.
    #[param(inline, nullable = false)]
    format: Option<AuditFormat>,
    /// Rows per page; 50 by default. Not with JSON lines.
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

impl AuditListQuery {
    /// Whether JSON lines are wanted: by the query, or else by the header `Accept`.
    fn wants_lines(&self, headers: &HeaderMap) -> bool {
        let mut accepted = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
        self.format
            .map_or_else(|| accepted.any(|text| text.contains(LINES)), |format| format == AuditFormat::Jsonl)
    }

    /// What to search for, up to `limit` rows.
    fn into_query(self, app: &App, limit: i64) -> Result<AuditQuery, Problem> {
        let below = match &self.cursor {
            Some(cursor) => Some(app.cursors.open(LIST, cursor)?.parse().map_err(|_| Code::CursorInvalid)?),
            None => None,
        };
        let filter = AuditFilter {
            actor: text("actor", self.actor)?,
            action: text("action", self.action)?,
            subject: text("subject", self.subject)?,
            subject_id: self.subject_id.as_deref().map(subject_id).transpose()?,
            result: text("result", self.result)?,
            ..AuditFilter::default()
        };
        Ok(AuditQuery { filter, from: self.from, to: self.to, below, limit })
    }
}

/// Lists the audit log, newest first; or exports it as JSON lines.
///
/// An export has every entry that matches and is sent while it is read. If it ends early, the connection is closed
/// before the end.
#[utoipa::path(get, path = "/api/v2/audit", operation_id = "listAudit", tag = "audit", params(AuditListQuery),
    responses((status = 200, description = "A page of the log, or all of it as lines with the same fields.",
        content((ListEnvelope<AuditView> = "application/json"), (String = "application/x-ndjson")))))]
pub(crate) async fn list(
    State(app): State<App>,
    who: Who,
    headers: HeaderMap,
    Query(query): Query<AuditListQuery>,
) -> Result<Response, Problem> {
    if query.wants_lines(&headers) {
        return export(&app, &who, query).await.map(IntoResponse::into_response);
    }
    let limit = paging::size(query.page_size, USUAL)?;
    let found = audit::list(&app.service, &query.into_query(&app, limit)?).await?;
    let next = found.next.map(|id| app.cursors.seal(LIST, &id.to_string()));
    let answer = ListAnswer {
        data: found.rows.into_iter().map(AuditView::from).collect(),
        pagination: paging::by_cursor(limit, next).until(found.searched_until),
    };
    Ok(answer.into_response())
}

async fn export(app: &App, who: &Who, query: AuditListQuery) -> Result<Download, Problem> {
    if query.page_size.is_some() {
        return Err(Problem::about(Code::QueryInvalid, "pageSize: not with JSON lines"));
    }
    let query = query.into_query(app, 1)?;
    // A date that cannot be read is refused while there is still a status to say so.
    audit::list(&app.service, &query).await?;
    Ok(Download::of(app, who, AuditExport::new(app.service.clone(), query), "audit.jsonl".to_owned(), LINES))
}
