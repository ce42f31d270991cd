//! The session's cookie.

use crate::app::App;
use crate::problem::Problem;
use axum::http::HeaderMap;
use service::identity::Identity;
use std::net::IpAddr;

/// Who the request's cookie belongs to, if it has one that holds.
pub(crate) async fn identify(_: &App, _: &HeaderMap, _: IpAddr) -> Result<Option<Identity>, Problem> {
    Ok(None)
}
