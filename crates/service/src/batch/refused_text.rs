//! A refused row as exports have it: its texts as they were written, and its first reason.

use super::problems::ProblemRow;
use domain::code::{Code, Language};
use serde_json::Value;

/// The texts of a refused row.
pub(super) struct RefusedText {
    /// Its line in the file.
    pub line: i64,
    /// Its key.
    pub key: i64,
    /// The code of the first reason; empty if it has none.
    pub code: &'static str,
    /// The reason in words.
    pub message: &'static str,
    fields: [String; 6],
}

impl RefusedText {
    pub(super) fn of(row: &ProblemRow, language: Language) -> Self {
        let content = row.content();
        let text = |name: &str| content.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let named = ["payee", "account", "email", "uid"].map(text).into_iter().find(|text| !text.is_empty());
        let code = row.problems.first().map(|problem| problem.code);
        let target = named.unwrap_or_default();
        Self {
            line: row.row.line,
            key: row.row.id,
            fields: [
                text("payer"),
                target,
                text("amount"),
                text("currency"),
                text("memo"),
                text("reference"),
            ],
            code: code.map_or("", Code::name),
            message: code.map_or("", |code| code.message(language)),
        }
    }

    /// Payer, payee, amount, currency, memo and reference.
    pub(super) fn fields(&self) -> [&str; 6] {
        self.fields.each_ref().map(String::as_str)
    }
}
