//! Examines rows together: each by itself, and whether two of them are the same.

use super::amounts::Amounts;
use super::refusal::{check_duplicates, repeated_ids};
use super::row::{ExaminedRows, NewRow};
use crate::Error;
use crate::batch::terms::BatchTerms;
use crate::payee::Payees;
use domain::batch::BatchType;
use store::Tx;

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
        check_duplicates(terms, &identities, &written)?;
    }
    problems.extend(repeated_ids(rows));
    problems.sort_by_key(|(place, _)| *place);
    Ok(ExaminedRows { accepted, problems, written })
}
