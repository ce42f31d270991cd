//! A row under a header: the value of each field, normalised and checked by what its column holds.
//!
//! To add a check of single values, see [`crate::damage`].

use std::borrow::Cow;

use domain::code::Code;

use crate::damage;
use crate::export::escape::taken_back;
use crate::header::Header;
use crate::layout::Holds;
use crate::number_style::NumberStyle;
use crate::problem::Problem;
use crate::record::of_place;
use crate::report::Report;
use crate::sheet::{Mark, MarkKind};
use crate::xlsx::name_of;

/// The longest text kept from a field, in characters.
pub(crate) const TEXT_MAX: usize = 500;

/// Where reading a row records problems and counts.
pub(crate) struct Notes<'a> {
    pub(crate) problems: &'a mut Vec<Problem>,
    pub(crate) report: &'a mut Report,
    pub(crate) style: &'a NumberStyle,
}

/// A record whose fields are valid text and match the header in number.
pub(crate) struct Row<'a> {
    pub(crate) line: u64,
    pub(crate) text: &'a str,
    pub(crate) ends: &'a [usize],
    pub(crate) marks: &'a [Mark],
    pub(crate) header: &'a Header,
    pub(crate) has_escapes: bool,
}

impl<'a> Row<'a> {
    /// The trimmed text of a column; none if it is empty or the file has no such column.
    pub(crate) fn get(&self, field: usize) -> Option<&'a str> {
        let place = self.header.place(field)?;
        let to = *self.ends.get(place)?;
        let from = place.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.text.get(from..to).map(str::trim).filter(|text| !text.is_empty())
    }

    /// The value of a column. What is changed is reported, and what is wrong is a problem; a cell that should have a
    /// value and has none is an empty text then, so that it does not count as missing.
    pub(crate) fn take(&self, field: usize, notes: &mut Notes<'_>) -> Option<String> {
        let holds = self.header.holds(field);
        let mark = self.mark(field);
        if let Some(code) = mark.and_then(|mark| of_mark(mark, holds)) {
            notes.problems.push(self.problem_of_cell(field, code));
            return Some(self.get(field).unwrap_or_default().to_owned());
        }
        let text = self.get(field)?;
        if text.len() > TEXT_MAX && text.chars().nth(TEXT_MAX).is_some() {
            notes.problems.push(self.problem(field, Code::TextTooLong));
        }
        if let Some(code) = damage::of(text, holds) {
            notes.problems.push(self.problem(field, code));
            return Some(text.to_owned());
        }
        let written = self.normalised(field, holds, text, notes);
        if holds == Holds::Account && !matches!(mark, Some(MarkKind::Date)) {
            notes.report.note_length(field, self.line, &written);
        }
        if holds != Holds::Number || mark == Some(MarkKind::Number) {
            return Some(written.into_owned());
        }
        match notes.style.plain(&written) {
            Ok(plain) => Some(plain.into_owned()),
            Err(code) => {
                notes.problems.push(self.problem(field, code));
                Some(written.into_owned())
            }
        }
    }

    /// Full-width letters and digits become ASCII in all but free text, and an escape of formulas is removed.
    fn normalised(&self, field: usize, holds: Holds, text: &'a str, notes: &mut Notes<'_>) -> Cow<'a, str> {
        let bare = if self.has_escapes { taken_back(text).trim() } else { text };
        let after = if holds == Holds::Text { Cow::Borrowed(bare) } else { narrow(bare) };
        if after.len() != text.len() {
            notes.report.note_folded(self.line, self.header.name(field).unwrap_or_default(), text, &after);
        }
        after
    }

    fn mark(&self, field: usize) -> Option<MarkKind> {
        if self.marks.is_empty() {
            return None;
        }
        let place = self.header.place(field)?;
        self.marks.iter().find(|mark| mark.place == place).map(|mark| mark.kind)
    }

    /// A problem with a cell of a workbook; one without a value is shown by its name.
    fn problem_of_cell(&self, field: usize, code: Code) -> Problem {
        let problem = self.problem(field, code);
        match (self.header.place(field), u32::try_from(self.line)) {
            (Some(place), Ok(row)) if problem.value.is_empty() => {
                Problem { value: name_of(place, row), ..problem }
            }
            _ => problem,
        }
    }

    /// A problem with a column's value.
    pub(crate) fn problem(&self, field: usize, code: Code) -> Problem {
        let value = self.get(field).unwrap_or("");
        match self.header.place(field) {
            Some(place) => of_place(self.line, &self.header.names, place, code, value),
            None => Problem::of_row(self.line, code, value),
        }
    }
}

/// What a mark means for a column.
const fn of_mark(mark: MarkKind, holds: Holds) -> Option<Code> {
    match (mark, holds) {
        (MarkKind::Error, _) => Some(Code::CellError),
        (MarkKind::NoValue, _) => Some(Code::FormulaNoValue),
        (MarkKind::Merged, _) => Some(Code::CellsMerged),
        (MarkKind::Date, Holds::Text | Holds::Word) | (MarkKind::LongNumber, Holds::Text) => None,
        (MarkKind::Date, _) => Some(Code::DateForNumber),
        (MarkKind::LongNumber, _) => Some(Code::DigitsLost),
        (MarkKind::Number | MarkKind::Truth, _) => None,
    }
}

/// The text with full-width letters, digits, and marks of identifiers replaced by ASCII.
fn narrow(text: &str) -> Cow<'_, str> {
    let ascii = |c: char| match c {
        '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' | '．' | '－' | '＿' | '＠' | '／' | '：' => {
            // The block has the order of ASCII.
            u32::from(c).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(c)
        }
        _ => c,
    };
    if text.is_ascii() || text.chars().all(|c| ascii(c) == c) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(ascii).collect())
}
