//! The batch in a path: its number, as document 002 has it, or its id. Anything else counts as not found.

use crate::kit::problem::Problem;
use crate::operator::batch::path::read_name;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use domain::batch_ref::BatchRef;
use domain::code::Code;

/// The batch in a path.
#[derive(Debug)]
pub(super) struct AdminBatchName(pub BatchRef);

impl<S: Send + Sync> FromRequestParts<S> for AdminBatchName {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        read_name(&path.map_err(|_| Code::BatchNotFound)?.0).map(Self)
    }
}
