//! Turns the rows of a request or a file into items: both get the same checks in the same order.

mod accept;
mod amounts;
mod examine;
mod fitting;
mod refusal;
pub(crate) mod row;

pub use self::amounts::Amounts;
pub(crate) use self::amounts::own as own_amount;
pub(crate) use self::examine::examine;
pub(crate) use self::fitting::{by_name, left_out, take_fitting};
pub(crate) use self::refusal::{refusal_by_name, refuse_duplicates};
pub(crate) use self::row::{AcceptedRows, ExaminedRows};
pub use self::row::{LeftOut, LeftOuts, NewRow, PROBLEMS_MAX, ROWS_MAX};

use super::terms::BatchTerms;
use crate::Error;
use domain::code::Code;
use store::Tx;

/// Turns the rows of a request into items, which are numbered later. Refuses all of them if there are none, or if
/// one cannot be accepted.
pub(crate) async fn take(
    tx: &mut Tx,
    terms: &BatchTerms,
    amounts: &Amounts,
    rows: &[NewRow],
) -> Result<AcceptedRows, Error> {
    if rows.is_empty() { Err(Code::BatchEmpty.into()) } else { take_any(tx, terms, amounts, rows).await }
}

/// The same, where there may be no rows: in a draft, or a template.
pub(crate) async fn take_any(
    tx: &mut Tx,
    terms: &BatchTerms,
    amounts: &Amounts,
    rows: &[NewRow],
) -> Result<AcceptedRows, Error> {
    if rows.is_empty() {
        return Ok(AcceptedRows::default());
    }
    let ExaminedRows { accepted, problems, written } = examine(tx, terms, amounts, rows).await?;
    if !problems.is_empty() {
        return Err(refusal::refusal(rows.len(), &problems));
    }
    let total = accepted.iter().map(|row| i128::from(row.item.amount)).sum();
    Ok(AcceptedRows { rows: accepted, total, written })
}
