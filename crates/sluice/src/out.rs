//! Output on standard output: one JSON object, or text for people. A closed pipe is not an error: the work is
//! done all the same.

use crate::exit::Failure;
use crate::say::{Say, say};
use crate::terminal::{self, one_line, printable};
use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};
use domain::code::Language;
use serde_json::Value;
use std::io::{ErrorKind, Write};
use unicode_width::UnicodeWidthStr;

/// A line under the header, none between rows.
const STYLE: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// The form and language of answers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Out {
    /// One JSON object instead of text.
    pub json: bool,
    /// The language of the text.
    pub language: Language,
}

impl Out {
    /// Writes an answer in the requested form.
    pub(crate) fn answer(self, json: Value, text: impl FnOnce() -> String) -> Result<(), Failure> {
        if self.json { write_json(&json) } else { write_line(&printable(&text())) }
    }

    /// A table in this language.
    pub(crate) fn table(self, header: &[Column], rows: impl IntoIterator<Item = Vec<String>>) -> String {
        table(self.language, header, rows)
    }

    /// Names and values in this language, one pair per line; pairs without a value are omitted.
    pub(crate) fn fields(self, rows: &[(Say, String)]) -> String {
        let name = |row: &(Say, String)| row.0.to(self.language);
        let width = rows.iter().map(|row| name(row).width()).max().unwrap_or(0);
        let line = |row: &(Say, String)| {
            let blanks = width - name(row).width() + 2;
            format!("{}{:blanks$}{}", name(row), "", one_line(&row.1))
        };
        rows.iter().filter(|row| !row.1.is_empty()).map(line).collect::<Vec<_>>().join("\n")
    }
}

/// Writes JSON to standard output, on one line.
pub(crate) fn write_json(value: &Value) -> Result<(), Failure> {
    write_line(&terminal::json(&value.to_string()))
}

/// Writes a program's text to standard output, as it is.
pub(crate) fn write_script(script: &[u8]) -> Result<(), Failure> {
    write(script)
}

fn write_line(text: &str) -> Result<(), Failure> {
    write(format!("{text}\n").as_bytes())
}

fn write(bytes: &[u8]) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::File { path: "standard output".into(), error })
        }
        _ => Ok(()),
    }
}

/// Writes a line to standard error.
pub(crate) fn note(text: &str) {
    // If standard error is closed, there is nowhere to report it.
    drop(writeln!(std::io::stderr().lock(), "{}", printable(text)));
}

/// A column of a table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    title: Say,
    is_right: bool,
}

/// A left-aligned column, for text.
pub(crate) const fn left(english: &'static str, chinese: &'static str) -> Column {
    Column { title: say(english, chinese), is_right: false }
}

/// A right-aligned column, for numbers and amounts.
pub(crate) const fn right(english: &'static str, chinese: &'static str) -> Column {
    Column { title: say(english, chinese), is_right: true }
}

fn table(language: Language, header: &[Column], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(STYLE).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(header.iter().map(|column| column.title.to(language)));
    for row in rows {
        table.add_row(row.iter().map(|cell| one_line(cell)));
    }
    for (place, _) in header.iter().enumerate().filter(|(_, column)| column.is_right) {
        if let Some(column) = table.column_mut(place) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt()
}

/// An optional text, empty if there is none.
pub(crate) fn or_empty(text: Option<&str>) -> String {
    text.unwrap_or_default().to_owned()
}

/// Microseconds UTC as RFC 3339 with `Z`.
pub(crate) fn time(micros: i64) -> String {
    jiff::Timestamp::from_microsecond(micros).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_string()
}
