//! The caller's notices.

use super::view::person;
use crate::app::App;
use crate::kit::answer::{Answer, Envelope, Message, OK};
use crate::kit::body::{Body, Nothing};
use crate::kit::language;
use crate::kit::paging::{Pagination, Paging};
use crate::kit::problem::Problem;
use crate::kit::query::Query;
use crate::kit::routes::Routes;
use crate::kit::segment::Segment;
use crate::kit::time::wire;
use crate::kit::who::Who;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::access::Operation as O;
use domain::code::Code;
use domain::noun::Noun;
use domain::visible::shown;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use service::notice::{self, Notice, NoticeWords};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .add(O::NoticeList, routes!(list), &[])
        .add(O::NoticeRead, routes!(read), &[&[Code::NoticeNotFound]])
        .add(O::NoticeReadAll, routes!(read_all), &[])
}

/// The default page size.
const USUAL: i64 = 50;

/// Which notices to list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct NoticeQuery {
    /// The page number, from 1.
    #[param(minimum = 1, maximum = 10_000)]
    page: Option<i64>,
    /// Notices per page; 50 by default.
    #[param(minimum = 1, maximum = 200)]
    page_size: Option<i64>,
    /// Only those that were not read.
    unread: Option<bool>,
}

/// A notice.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NoticeView {
    /// The notice's id.
    #[schema(example = "note_12")]
    id: String,
    /// What happened, for programs.
    #[serde(rename = "type")]
    #[schema(example = "batch.submitted")]
    kind: &'static str,
    /// When it happened.
    #[schema(format = DateTime, example = "2026-03-10T12:00:00Z")]
    at: String,
    /// What happened, for people, without names and amounts.
    #[schema(example = "batch-20260310-001 was submitted")]
    title: String,
    /// The details, for people, a line each.
    #[schema(example = "Items: 12\nBy: anna")]
    text: String,
    /// The batch's id; null if the notice is not about a batch.
    #[schema(example = 17)]
    batch_id: Option<i64>,
    /// The batch's number.
    #[schema(example = "batch-20260310-001")]
    batch_number: Option<String>,
    /// The details, for programs.
    #[schema(value_type = Object, example = json!({ "items": 12, "state": "pending", "by": "anna" }))]
    details: Map<String, Value>,
    /// When the caller read it; null if the caller has not.
    #[schema(format = DateTime, example = "2026-03-10T12:01:00Z")]
    read_at: Option<String>,
}

impl NoticeView {
    fn of(notice: Notice) -> Self {
        let Notice { event, batch, read_at } = notice;
        let NoticeWords { title, text } = notice::said(&event, batch.as_deref(), language::current());
        Self {
            id: Noun::Note.write(event.id),
            kind: event.kind.name(),
            at: wire(event.at),
            title,
            text,
            batch_id: event.batch.map(|batch| batch.0),
            batch_number: batch,
            details: serde_json::from_str(&event.detail).unwrap_or_default(),
            read_at: read_at.map(wire),
        }
    }
}

/// A page of the caller's notices.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NoticesView {
    /// Always true.
    #[schema(example = true)]
    success: bool,
    /// A message for people, in the language requested by `Accept-Language`.
    #[schema(example = "OK")]
    message: String,
    /// The notices, newest first.
    data: Vec<NoticeView>,
    /// The page's position in the list.
    pagination: Pagination,
    /// How many notices the caller has not read.
    #[schema(example = 3, minimum = 0)]
    unread: i64,
}

impl IntoResponse for NoticesView {
    fn into_response(self) -> Response {
        Json(self).into_response()
    }
}

/// How many notices are unread.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnreadView {
    /// How many notices the caller has not read.
    #[schema(example = 2, minimum = 0)]
    unread: i64,
}

const READ: Message = Message { english: "Marked as read", chinese: "已标为已读" };

/// Lists the caller's notices, newest first, and how many were not read.
///
/// A client that is connected by Socket.IO with a session can emit `join_room` with `user`, the person's own room. It
/// then receives `notices_unread` with `{ unread }`: at once, and whenever the number changes.
#[utoipa::path(get, path = "/api/v1/notices", operation_id = "listNotices", tag = "notices", params(NoticeQuery),
    responses((status = 200, description = "A page of the notices.", body = NoticesView)))]
pub(super) async fn list(
    State(app): State<App>,
    who: Who,
    Query(query): Query<NoticeQuery>,
) -> Result<NoticesView, Problem> {
    let (user, _) = person(&who)?;
    let paging = Paging::of(query.page, query.page_size, USUAL)?;
    let page = (paging.page_size, paging.offset());
    let found = notice::list(&app.service, user, query.unread.unwrap_or_default(), page).await?;
    Ok(NoticesView {
        success: true,
        message: OK.text(),
        pagination: paging.of_total(found.total, None),
        unread: found.unread,
        data: found.notices.into_iter().map(NoticeView::of).collect(),
    })
}

/// Marks a notice of the caller as read.
#[utoipa::path(post, path = "/api/v1/notices/{id}/read", operation_id = "readNotice", tag = "notices",
    params(("id" = String, Path, description = "The notice's id", example = "note_12")),
    responses((status = 200, description = "The notice is read.", body = Envelope<UnreadView>)))]
pub(super) async fn read(
    State(app): State<App>,
    who: Who,
    id: Segment,
    _nothing: Body<Nothing>,
) -> Result<Answer<UnreadView>, Problem> {
    let (user, _) = person(&who)?;
    let missing = |_| Problem::about(Code::NoticeNotFound, shown(&id.0));
    let number = Noun::Note.read_or_bare(&id.0).map_err(missing)?;
    let unread = notice::read(&app.service, who.actor(), user, number).await?;
    Ok(Answer::saying(READ, UnreadView { unread }))
}

/// Marks all notices of the caller as read.
#[utoipa::path(post, path = "/api/v1/notices/read", operation_id = "readAllNotices", tag = "notices",
    responses((status = 200, description = "All notices are read.", body = Envelope<UnreadView>)))]
pub(super) async fn read_all(
    State(app): State<App>,
    who: Who,
    _nothing: Body<Nothing>,
) -> Result<Answer<UnreadView>, Problem> {
    let (user, _) = person(&who)?;
    notice::read_all(&app.service, who.actor(), user).await?;
    let unread = notice::unread(&app.service, user).await?;
    Ok(Answer::saying(READ, UnreadView { unread }))
}
