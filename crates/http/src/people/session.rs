//! The caller's sessions: where the user is signed in, and ending a session remotely.

use super::view::person;
use crate::app::App;
use crate::kit::answer::{Answer, Envelope, Message};
use crate::kit::problem::Problem;
use crate::kit::routes::Routes;
use crate::kit::segment::Segment;
use crate::kit::time::wire;
use crate::kit::who::Who;
use axum::extract::State;
use domain::access::Operation as O;
use domain::code::Code;
use serde::Serialize;
use service::session::{self, Session};
use utoipa::ToSchema;
use utoipa_axum::routes;

pub(super) fn routes() -> Routes {
    Routes::new().add(O::SessionList, routes!(list), &[]).add(
        O::SessionEnd,
        routes!(end),
        &[&[Code::SessionNotFound]],
    )
}

/// A session.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SessionView {
    /// The session's id.
    #[schema(example = "17")]
    id: String,
    /// The address the user signed in from.
    #[schema(example = "203.0.113.7")]
    address: String,
    /// The client's `User-Agent`.
    #[schema(example = "Mozilla/5.0")]
    agent: String,
    /// When the user signed in.
    #[schema(format = DateTime, example = "2026-03-10T12:00:00Z")]
    created_at: String,
    /// When the session was last used, to within a minute.
    #[schema(format = DateTime, example = "2026-03-10T12:20:00Z")]
    seen_at: String,
    /// Whether this is the session making the request.
    current: bool,
}

impl SessionView {
    /// A session as seen from the session `asking`.
    pub(super) fn of(session: Session, asking: i64) -> Self {
        Self {
            id: session.id.to_string(),
            address: session.address,
            agent: session.agent,
            created_at: wire(session.created_at),
            seen_at: wire(session.seen_at),
            current: session.id == asking,
        }
    }
}

/// A session that has ended.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SessionEndedView {
    /// The session's id.
    #[schema(example = "17")]
    id: String,
}

impl SessionEndedView {
    pub(super) fn of(id: i64) -> Self {
        Self { id: id.to_string() }
    }
}

const ENDED: Message = Message { english: "The session has ended", chinese: "会话已结束" };

/// Lists the signed-in user's active sessions, newest first.
#[utoipa::path(get, path = "/api/v1/auth/sessions", operation_id = "listSessions", tag = "people",
    responses((status = 200, description = "The sessions.", body = Envelope<Vec<SessionView>>)))]
pub(super) async fn list(State(app): State<App>, who: Who) -> Result<Answer<Vec<SessionView>>, Problem> {
    let (user, asking) = person(&who)?;
    let all = session::list(&app.service, user, app.options.session_life()).await?;
    Ok(Answer::of(all.into_iter().map(|session| SessionView::of(session, asking)).collect()))
}

/// Ends one of the signed-in user's sessions immediately.
#[utoipa::path(delete, path = "/api/v1/auth/sessions/{id}", operation_id = "endSession", tag = "people",
    params(("id" = String, Path, description = "The session's id", example = "17")),
    responses((status = 200, description = "The session has ended.", body = Envelope<SessionEndedView>)))]
pub(super) async fn end(
    State(app): State<App>,
    who: Who,
    id: Segment,
) -> Result<Answer<SessionEndedView>, Problem> {
    let (user, _) = person(&who)?;
    let id = id.id().ok_or(Code::SessionNotFound)?;
    session::end(&app.service, who.actor(), user, id).await?;
    Ok(Answer::saying(ENDED, SessionEndedView::of(id)))
}
