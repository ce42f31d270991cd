//! JSON lines: one object per line, with the columns' names as keys. Amounts are decimal strings, times are in UTC.

use super::cell::Cell;
use super::file::{COLLECTED, FileWriter, Plan};
use super::text::{Texts, timestamp};
use jiff::tz::TimeZone;
use serde_json::Value;
use serde_json::value::RawValue;
use std::io::{Result, Write};

/// A file of JSON lines.
pub(super) struct JsonLinesFile {
    /// What is written before each value: a brace or a comma, and the key.
    keys: Vec<Vec<u8>>,
    bytes: Vec<u8>,
    texts: Texts,
}

impl JsonLinesFile {
    /// Begins a file.
    pub(super) fn new(plan: &Plan) -> Result<Self> {
        let mut keys = Vec::with_capacity(plan.table.columns.len());
        for (index, column) in plan.table.columns.iter().enumerate() {
            let mut key = vec![if index == 0 { b'{' } else { b',' }];
            serde_json::to_writer(&mut key, &column.name)?;
            key.push(b':');
            keys.push(key);
        }
        Ok(Self { keys, bytes: Vec::new(), texts: Texts::new(TimeZone::UTC) })
    }

    fn hand_on(&mut self, to: &mut (dyn Write + Send)) -> Result<()> {
        to.write_all(&self.bytes)?;
        self.bytes.clear();
        Ok(())
    }
}

/// Adds a value.
fn value(bytes: &mut Vec<u8>, texts: &mut Texts, cell: &Cell<'_>) -> Result<()> {
    match cell {
        Cell::Empty => bytes.extend_from_slice(b"null"),
        Cell::Text(text) => serde_json::to_writer(bytes, text)?,
        Cell::Integer(number) => write!(bytes, "{number}")?,
        // As it is spelled: read and written again, 1.10 would be 1.1, and a long one would lose digits.
        Cell::Json(json) if is_number(json.0) => bytes.extend_from_slice(json.0.trim_ascii().as_bytes()),
        Cell::Json(json) => match serde_json::from_str::<Value>(json.0) {
            // Written again, so that it is one line whatever it was.
            Ok(value) => serde_json::to_writer(bytes, &value)?,
            Err(_) => serde_json::to_writer(bytes, json.0)?,
        },
        Cell::Moment(moment) => write!(bytes, "\"{}\"", timestamp(*moment))?,
        Cell::Money(_) | Cell::Fixed(_) | Cell::Day(_) => write!(bytes, "\"{}\"", texts.local(cell))?,
    }
    Ok(())
}

fn is_number(json: &str) -> bool {
    json.trim_ascii().starts_with(|first: char| first == '-' || first.is_ascii_digit())
        && serde_json::from_str::<&RawValue>(json).is_ok()
}

impl FileWriter for JsonLinesFile {
    fn row(&mut self, cells: &[Cell<'_>], to: &mut (dyn Write + Send)) -> Result<()> {
        for (key, cell) in self.keys.iter().zip(cells) {
            self.bytes.extend_from_slice(key);
            value(&mut self.bytes, &mut self.texts, cell)?;
        }
        self.bytes.extend_from_slice(b"}\n");
        if self.bytes.len() >= COLLECTED { self.hand_on(to) } else { Ok(()) }
    }

    fn finish(mut self: Box<Self>, to: &mut (dyn Write + Send)) -> Result<()> {
        self.hand_on(to)
    }
}
