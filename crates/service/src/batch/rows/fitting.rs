//! Rows that nobody wrote one by one, because a template or a filter says who they are about. What is wrong with them is
//! told by the account and not by a place in a list that nobody saw.

use super::amounts::Amounts;
use super::examine::examine;
use super::refusal::refusal_by_name;
use super::row::{AcceptedRows, LeftOut, NewRow};
use crate::Error;
use crate::batch::terms::BatchTerms;
use crate::payee::Wrong;
use hashbrown::HashSet;
use store::Tx;

/// Turns rows into items and leaves out those that cannot be accepted. They refuse all if it is not partial, or if the
/// others' amounts depend on them: leaving out a share of a total would change everybody's.
pub(crate) async fn take_fitting(
    tx: &mut Tx,
    terms: &BatchTerms,
    amounts: &Amounts,
    rows: &[NewRow],
    partial: bool,
) -> Result<(AcceptedRows, Vec<LeftOut>), Error> {
    if rows.is_empty() {
        return Ok((AcceptedRows::default(), Vec::new()));
    }
    let examined = examine(tx, terms, amounts, rows).await?;
    let bad: HashSet<usize> = examined.problems.iter().map(|(place, _)| *place).collect();
    let wrong = by_name(examined.problems, &examined.written);
    let is_shared = matches!(amounts, Amounts::Equal { .. } | Amounts::Ratio { .. });
    if !wrong.is_empty() && (!partial || is_shared) {
        return Err(refusal_by_name(rows.len(), &wrong));
    }
    let mut accepted = examined.accepted;
    for (row, line) in accepted.iter_mut().zip(1..) {
        row.item.line = line;
    }
    let total = accepted.iter().map(|row| i128::from(row.item.amount)).sum();
    let good = examined.written.into_iter().enumerate().filter(|(place, _)| !bad.contains(place));
    let written = good.map(|(_, written)| written).collect();
    Ok((AcceptedRows { rows: accepted, total, written }, left_out(wrong)))
}

/// What is wrong with each row first, by how the row names its own side. A problem behind the last row names it itself.
pub(crate) fn by_name(problems: Vec<(usize, Wrong)>, written: &[String]) -> Vec<(String, Wrong)> {
    let mut seen = HashSet::new();
    let first = problems.into_iter().filter(|(place, _)| seen.insert(*place));
    let name = |(place, wrong): (usize, Wrong)| {
        let named = written.get(place).filter(|written| !written.is_empty());
        (named.map_or_else(|| wrong.value.clone(), Clone::clone), wrong)
    };
    first.map(name).collect()
}

/// Accounts that are left out, and why.
pub(crate) fn left_out(wrong: Vec<(String, Wrong)>) -> Vec<LeftOut> {
    wrong.into_iter().map(|(payee, wrong)| LeftOut { payee, code: wrong.code.name().to_owned() }).collect()
}
