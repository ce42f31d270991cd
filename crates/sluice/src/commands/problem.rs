//! Refused rows of a file: line, column, code, value.

use crate::out::{Out, left, right};
use crate::say::say;
use domain::code::{Code, Language};
use formats::problem::Problem;
use serde_json::{Value, json};
use store::import_problem::ImportProblem;

/// Maximum problems shown as text; scripts get all that the answer contains.
const SHOWN: usize = 20;

/// A problem, wherever it was found.
#[derive(Debug, Clone)]
pub(crate) struct ShownProblem {
    line: i64,
    column: Option<String>,
    code: Code,
    value: String,
    suggestion: Option<String>,
}

impl From<Problem> for ShownProblem {
    fn from(p: Problem) -> Self {
        Self {
            line: i64::try_from(p.line).unwrap_or(i64::MAX),
            column: p.column,
            code: p.code,
            value: p.value,
            suggestion: None,
        }
    }
}

impl From<ImportProblem> for ShownProblem {
    fn from(p: ImportProblem) -> Self {
        let ImportProblem { line, column, code, value, suggestion, .. } = p;
        Self { line, column, code, value, suggestion }
    }
}

impl ShownProblem {
    /// The column, the value and the reason in one line.
    pub(crate) fn in_words(&self, language: Language) -> String {
        let column = self.column.as_deref().map_or_else(String::new, |column| format!("{column} "));
        format!("{column}{:?}: {} ({})", self.value, self.message(language), self.code)
    }

    /// The same, with its line before it.
    pub(crate) fn at_its_line(&self, language: Language) -> String {
        let (line, words) = (self.line, self.in_words(language));
        say!(language, "Line {line}: {words}", "第 {line} 行：{words}")
    }

    /// The reason, and a suggestion if there is one.
    fn message(&self, language: Language) -> String {
        let message = self.code.message(language);
        match &self.suggestion {
            None => message.to_owned(),
            Some(meant) => say!(
                language,
                "{message}; to refer to the account by its id, write {meant}",
                "{message}；如按ID指定账户，请写 {meant}"
            ),
        }
    }
}

/// All problems, for scripts.
pub(crate) fn to_json(problems: &[ShownProblem], language: Language) -> Value {
    let one = |p: &ShownProblem| {
        json!({ "line": p.line, "column": p.column, "code": p.code.name(), "value": p.value,
                "message": p.message(language) })
    };
    problems.iter().map(one).collect()
}

/// The first problems, for people; empty if there are none.
pub(crate) fn to_text(problems: &[ShownProblem], out: Out) -> String {
    if problems.is_empty() {
        return String::new();
    }
    let row = |p: &ShownProblem| {
        let column = p.column.clone().unwrap_or_default();
        let message = format!("{} ({})", p.message(out.language), p.code);
        vec![p.line.to_string(), column, p.value.clone(), message]
    };
    let header = [right("line", "行"), left("column", "列"), left("value", "值"), left("reason", "原因")];
    let mut text = out.table(&header, problems.iter().take(SHOWN).map(row));
    if problems.len() > SHOWN {
        let more = problems.len() - SHOWN;
        text += &say!(
            out.language,
            "\n… and {more} more; --json lists up to 1000",
            "\n… 另有 {more} 行；--json 最多列出 1000 行"
        );
    }
    text
}
