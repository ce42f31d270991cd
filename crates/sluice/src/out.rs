//! What goes to standard output: one JSON object, or text for people. A reader that went away is no
//! error: the work is done, only nobody looks.

use crate::exit::Failure;
use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};
use serde_json::Value;
use std::io::{ErrorKind, Write};

/// A line under the header, none between rows.
const STYLE: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// Where answers go, and in which form.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Out {
    /// One JSON object instead of text.
    pub json: bool,
}

impl Out {
    /// Writes an answer in the form that was asked for.
    pub(crate) fn answer(self, json: Value, text: impl FnOnce() -> String) -> Result<(), Failure> {
        write_line(&if self.json { json.to_string() } else { text() })
    }
}

/// Writes a line to standard output.
pub(crate) fn write_line(text: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    match writeln!(stdout, "{text}").and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::File { path: "standard output".into(), error })
        }
        _ => Ok(()),
    }
}

/// Writes a line to standard error.
pub(crate) fn note(text: &str) {
    // Nobody can be told that standard error is closed.
    drop(writeln!(std::io::stderr().lock(), "{}", printable(text)));
}

/// Text from files and people without what a terminal would take for a command.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

/// A table; a header that begins with `>` is of a column that is aligned to the right.
pub(crate) fn table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(STYLE).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(header.iter().map(|title| title.trim_start_matches('>')));
    for row in rows {
        table.add_row(row.iter().map(|cell| printable(cell).replace('\n', " ")));
    }
    for (place, title) in header.iter().enumerate() {
        if let Some(column) = table.column_mut(place).filter(|_| title.starts_with('>')) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt()
}

/// Names and values under each other.
pub(crate) fn fields(rows: &[(&str, String)]) -> String {
    let width = rows.iter().map(|row| row.0.len()).max().unwrap_or(0);
    let line = |(name, value): &(&str, String)| format!("{name:width$}  {}", printable(value));
    rows.iter().filter(|row| !row.1.is_empty()).map(line).collect::<Vec<_>>().join("\n")
}

/// An optional text, empty if there is none.
pub(crate) fn or_empty(text: Option<&str>) -> String {
    text.unwrap_or_default().to_owned()
}

/// Microseconds UTC as RFC 3339 with `Z`.
pub(crate) fn time(micros: i64) -> String {
    jiff::Timestamp::from_microsecond(micros).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_string()
}
