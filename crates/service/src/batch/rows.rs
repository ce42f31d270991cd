//! Turns the rows of a request or a file into items: both get the same checks in the same order.

mod accept;
mod amounts;
mod fitting;
mod refusal;
pub(crate) mod row;

pub use self::amounts::Amounts;
pub(crate) use self::amounts::own as own_amount;
pub(crate) use self::fitting::{by_name, left_out, take_fitting};
pub(crate) use self::refusal::{refusal_by_name, refuse_duplicates};
pub(crate) use self::row::{AcceptedRows, ExaminedRows};
pub use self::row::{LeftOut, LeftOuts, NewRow, PROBLEMS_MAX, ROWS_MAX};

use super::terms::BatchTerms;
use crate::Error;
use crate::payee::Payees;
use domain::batch::BatchType;
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

/// The rows that can be accepted, in their order, and what is wrong with the others.
pub(crate) async fn examine(
    tx: &mut Tx,
    terms: &BatchTerms,
    amounts: &Amounts,
    rows: &[NewRow],
) -> Result<ExaminedRows, Error> {
    let payees = Payees::load(tx, rows.iter().flat_map(|row| &row.given)).await?;
    let minor = amounts.of(terms.asset.scale, rows)?;
    let written: Vec<String> = rows.iter().map(|row| terms.written(row)).collect();
    let (mut accepted, mut problems) = (Vec::with_capacity(rows.len()), Vec::new());
    let mut identities = Vec::with_capacity(rows.len());
    for (place, (row, amount)) in rows.iter().zip(minor).enumerate() {
        let line = i64::try_from(place + 1).unwrap_or(i64::MAX);
        match terms.row(&payees, line, row, amount) {
            Ok(one) => {
                identities.push(terms.identity(row, Some(terms.repeat_key(&one.item))));
                accepted.push(one);
            }
            Err(wrong) => {
                let known = terms.legs(&payees, row).ok().map(|legs| terms.key_of(legs, row));
                identities.push(terms.identity(row, known));
                problems.extend(wrong.into_iter().map(|wrong| (place, wrong)));
            }
        }
    }
    if terms.kind != BatchType::ManyToMany {
        refusal::check_duplicates(terms, &identities, &written)?;
    }
    problems.extend(refusal::repeated_ids(rows));
    problems.sort_by_key(|(place, _)| *place);
    Ok(ExaminedRows { accepted, problems, written })
}
