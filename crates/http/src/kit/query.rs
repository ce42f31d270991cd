//! The query of a request: unknown, duplicate and invalid parameters are refused.

use crate::kit::problem::Problem;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::code::Code;
use serde::de::DeserializeOwned;

/// The query as a struct that refuses unknown fields.
#[derive(Debug)]
pub(crate) struct Query<T>(pub T);

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let text = parts.uri.query().unwrap_or_default();
        serde_urlencoded::from_str(text)
            .map(Self)
            .map_err(|error| Problem::about(Code::QueryInvalid, error.to_string()))
    }
}
