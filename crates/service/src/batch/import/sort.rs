//! Sorts the rows of a page into accepted and refused ones.

use super::source::{Columns, Line, ParsedPage, content};
use crate::batch::problems::Refused;
use crate::batch::rows::own_amount;
use crate::batch::rows::row::Accepted;
use crate::batch::terms::BatchTerms;
use crate::payee::{Payees, Side, Wrong};
use domain::batch::BatchType;
use domain::code::Code;
use formats::problem::Problem;
use std::collections::BTreeMap;
use store::import_problem::ImportProblem;

/// The accepted rows of a page, each with its repair key, and the refused ones.
pub(super) fn sort(
    terms: &BatchTerms,
    columns: &Columns,
    payees: &Payees,
    page: ParsedPage,
) -> (Vec<(Option<String>, Accepted)>, Vec<Refused>) {
    let mut refused: BTreeMap<u64, Refused> = BTreeMap::new();
    for found in page.problems {
        let line = number_of_line(found.line);
        let row = refused.entry(found.line);
        let row = row.or_insert_with(|| Refused { line, content: None, problems: Vec::new() });
        row.problems.push(of_file(terms, found));
    }
    for Line { line, row, .. } in page.refused {
        if let Some(kept) = u64::try_from(line).ok().and_then(|line| refused.get_mut(&line)) {
            kept.content = Some(content(&row));
        }
    }
    let mut accepted = Vec::with_capacity(page.lines.len());
    for Line { line, key, row } in page.lines {
        match terms.row(payees, line, &row, own_amount(&row, terms.asset.scale).map(Some)) {
            Ok(one) => accepted.push((key, one)),
            Err(wrong) => {
                let problems = wrong.into_iter().map(|wrong| problem(columns, line, wrong)).collect();
                let content = Some(content(&row));
                refused.insert(u64::try_from(line).unwrap_or(0), Refused { line, content, problems });
            }
        }
    }
    (accepted, refused.into_values().collect())
}

fn number_of_line(line: u64) -> i64 {
    i64::try_from(line).unwrap_or(i64::MAX)
}

fn of_file(terms: &BatchTerms, found: Problem) -> ImportProblem {
    // The reader does not know which side the rows of this batch name.
    let code = match found.code {
        Code::PayeeMissing if terms.kind != BatchType::OneToMany => Side::Payer.missing(),
        code => code,
    };
    ImportProblem {
        row: 0,
        line: number_of_line(found.line),
        column: found.column,
        code,
        value: found.value,
        suggestion: None,
    }
}

/// A row's problem, under the column name of its file.
pub(super) fn problem(columns: &Columns, line: i64, wrong: Wrong) -> ImportProblem {
    let column = columns.name(wrong.field).map(str::to_owned);
    let value = formats::problem::shorten(wrong.value.as_bytes());
    ImportProblem { row: 0, line, column, code: wrong.code, value, suggestion: wrong.suggestion }
}
