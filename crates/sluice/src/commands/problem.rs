//! Rows of a file that were not taken: line, column, code, value.

use crate::out::table;
use domain::code::{Code, Language};
use formats::csv_reader::Delimiter;
use formats::problem::Problem;
use serde_json::{Value, json};
use std::fs::File;
use std::io::Read;
use store::import_problem::ImportProblem;

use crate::exit::Failure;

/// Problems that people see; scripts get all that the answer carries.
const SHOWN: usize = 20;

/// A problem, wherever it was found.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    line: i64,
    column: Option<String>,
    code: Code,
    value: String,
}

impl From<Problem> for Shown {
    fn from(p: Problem) -> Self {
        Self {
            line: i64::try_from(p.line).unwrap_or(i64::MAX),
            column: p.column,
            code: p.code,
            value: p.value,
        }
    }
}

impl From<ImportProblem> for Shown {
    fn from(p: ImportProblem) -> Self {
        Self { line: p.line, column: p.column, code: p.code, value: p.value }
    }
}

/// All of them, for scripts.
pub(crate) fn to_json(problems: &[Shown], language: Language) -> Value {
    let one = |p: &Shown| {
        json!({ "line": p.line, "column": p.column, "code": p.code.name(), "value": p.value,
                "message": p.code.message(language) })
    };
    problems.iter().map(one).collect()
}

/// The first of them, for people; empty if there is none.
pub(crate) fn to_text(problems: &[Shown], language: Language) -> String {
    if problems.is_empty() {
        return String::new();
    }
    let row = |p: &Shown| {
        let column = p.column.clone().unwrap_or_default();
        let message = format!("{} ({})", p.code.message(language), p.code);
        vec![p.line.to_string(), column, p.value.clone(), message]
    };
    let mut text = table(&[">line", "column", "value", "why"], problems.iter().take(SHOWN).map(row));
    if problems.len() > SHOWN {
        text += &format!("\n… and {} more; --json names up to 1000", problems.len() - SHOWN);
    }
    text
}

/// Opens a file that is to be read; `-` is standard input.
pub(crate) fn open(path: &str) -> Result<Box<dyn Read + Send>, Failure> {
    if path == "-" {
        return Ok(Box::new(std::io::stdin()));
    }
    let file = File::open(path).map_err(|error| Failure::File { path: path.into(), error })?;
    Ok(Box::new(file))
}

/// The delimiter of an option's value.
pub(crate) fn delimiter(text: &str) -> Result<Delimiter, String> {
    Delimiter::parse(text).ok_or_else(|| "comma, semicolon, tab or pipe".to_owned())
}
