//! The path segment that identifies an object.

use crate::kit::problem::Problem;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use domain::code::Code;
use domain::noun::NounId;
use domain::visible::shown;
use std::convert::Infallible;

/// The single parameter of a path. A segment that is not UTF-8 is answered like any other unknown name.
#[derive(Debug)]
pub(crate) struct Segment(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Segment {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        Ok(Self(path.map_or_else(|_| char::REPLACEMENT_CHARACTER.to_string(), |Path(text)| text)))
    }
}

impl Segment {
    /// The id of a noun without human-readable numbers, such as `xfer_9` or `9`.
    pub(crate) fn named<T: NounId>(&self, missing: Code) -> Result<T, Problem> {
        T::from_text(&self.0).map_err(|_| Problem::about(missing, shown(&self.0)))
    }

    /// The id in this segment; `None` if it does not have the form of an id.
    pub(crate) fn id(&self) -> Option<i64> {
        let digits = self.0.bytes().all(|byte| byte.is_ascii_digit());
        if digits && self.0.len() <= 18 && !self.0.starts_with('0') { self.0.parse().ok() } else { None }
    }
}
