//! The batch and the relation in a path. Anything that is neither an id nor a number counts as not found.

use crate::kit::problem::{OperatorProblem, Problem};
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use domain::batch_ref::BatchRef;
use domain::code::Code;
use service::batch::read_ref;

/// The batch in a path: its id, or its number such as `batch-20260310-001`.
#[derive(Debug)]
pub(crate) struct BatchName(pub BatchRef);

/// The relation in a path, and its batch.
#[derive(Debug)]
pub(crate) struct RelationName {
    pub batch: BatchRef,
    pub relation: i64,
}

impl<S: Send + Sync> FromRequestParts<S> for BatchName {
    type Rejection = OperatorProblem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, OperatorProblem> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        Ok(Self(read_name(&path.map_err(|_| Code::BatchNotFound)?.0)?))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for RelationName {
    type Rejection = OperatorProblem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, OperatorProblem> {
        let path = Path::<(String, String)>::from_request_parts(parts, state).await;
        let Path((name, relation)) = path.map_err(|_| Code::BatchNotFound)?;
        let batch = read_name(&name)?;
        let relation = id(&relation).ok_or(Code::ItemNotFound)?;
        Ok(Self { batch, relation })
    }
}

/// A batch as a path or a query names it: without a tag, and without white space around it.
pub(crate) fn read_name(text: &str) -> Result<BatchRef, Problem> {
    if id(text).is_some() || is_number(text) { Ok(read_ref(text)?) } else { Err(Code::BatchNotFound.into()) }
}

fn digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Plain digits without leading zeros, so that each id has one spelling.
fn id(text: &str) -> Option<i64> {
    let is_plain = digits(text) && !text.starts_with('0');
    if is_plain { text.parse().ok() } else { None }
}

fn is_number(text: &str) -> bool {
    let parts = text.strip_prefix("batch-").and_then(|rest| rest.split_once('-'));
    parts.is_some_and(|(day, number)| {
        day.len() == 8 && digits(day) && (3..=12).contains(&number.len()) && digits(number)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ids_and_numbers_identify_a_batch() {
        for (text, expected) in [
            ("1", true),
            ("9007199254740991", true),
            ("9007199254740993", false),
            ("batch-20260310-001", true),
            ("batch-20260310-1001", true),
            ("0", false),
            ("01", false),
            ("+1", false),
            ("-1", false),
            ("99999999999999999999", false),
            ("batch-2026310-001", false),
            ("batch-20260310-1", false),
            ("batch-20260310-0001", false),
            ("batch_9", false),
            (" 9", false),
            ("batch-20260310-00x", false),
            ("batch-20260310", false),
            ("１", false),
            ("", false),
        ] {
            assert_eq!(read_name(text).is_ok(), expected, "{text}");
        }
    }
}
