//! A row of an account file, parsed.

use super::outcome::{ImportedRow, OpeningOutcome, RowOutcome};
use crate::Error;
use crate::holder::{NewHolder, email, uid};
use domain::amount::Amount;
use domain::asset::Asset;
use domain::code::Code;
use domain::number::AccountNumber;
use domain::script::Digits;
use formats::account::AccountRow;
use formats::problem::Problem;
use hashbrown::HashSet;

/// A parsed row.
#[derive(Debug)]
pub(super) struct ParsedRow {
    pub row: AccountRow,
    pub number: AccountNumber,
    pub asset: Asset,
    pub holder: NewHolder,
    pub opening: Amount,
}

impl ParsedRow {
    /// The opening balance as written in the file.
    pub(super) fn text(&self) -> &str {
        self.row.opening.as_deref().unwrap_or_default()
    }

    pub(super) fn outcome(&self, outcome: RowOutcome, opening: OpeningOutcome) -> ImportedRow {
        ImportedRow { line: self.row.line, number: self.number.to_string(), outcome, opening }
    }
}

/// Parses a row; `seen` holds the numbers of the rows before it.
pub(super) fn read_row(
    row: &AccountRow,
    asset: &Asset,
    seen: &mut HashSet<AccountNumber>,
) -> Result<(AccountNumber, NewHolder, Amount), Problem> {
    let wrong = |column: &str, value: &str, error: Error| {
        problem(row, column, error.code().unwrap_or(Code::NameInvalid), value)
    };
    let number = AccountNumber::for_opening(&row.number, Digits::Fold)
        .map_err(|code| problem(row, "number", code, &row.number))?;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let email = row.email.as_deref().map(email).transpose();
    let uid = row.uid.as_deref().map(uid).transpose();
    let holder = NewHolder {
        name: crate::visible(&row.holder).map_err(|error| wrong("holder", &row.holder, error))?,
        email: email.map_err(|error| wrong("email", &text(&row.email), error))?,
        uid: uid.map_err(|error| wrong("uid", &text(&row.uid), error))?,
    };
    let opening = read_opening(row, asset.scale)?;
    if !seen.insert(number.clone()) {
        return Err(problem(row, "number", Code::AccountExists, &row.number));
    }
    Ok((number, holder, opening))
}

/// The row's opening balance; zero if there is none.
fn read_opening(row: &AccountRow, scale: u8) -> Result<Amount, Problem> {
    match row.opening.as_deref() {
        None | Some("") => Ok(Amount::ZERO),
        Some(text) => Amount::parse(text, scale).map_err(|code| problem(row, "opening", code, text)),
    }
}

/// A problem of a column of a row.
pub(super) fn problem(row: &AccountRow, column: &str, code: Code, value: &str) -> Problem {
    Problem::of_column(row.line, column, code, value.as_bytes())
}
