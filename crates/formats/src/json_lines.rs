//! JSON lines: one object per line, whose names are the columns.
//!
//! The columns are the names in the first [`HEADER_LINES`] objects, in the order of their appearance; the header is a
//! record without a line of its own. A number is taken as it is written, so no digit of it is lost. Objects and arrays
//! as values are refused: they have no place in a row.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};

use domain::code::Code;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::csv_reader::FIELD_MAX;
use crate::delimiter::Delimiter;
use crate::problem::{Problem, shorten};
use crate::read_error::ReadError;
use crate::sheet::{COLUMNS_MAX, Fault, Mark, MarkKind, Oversized, Sheet, Step};

/// How many of the first objects the columns are taken from.
const HEADER_LINES: usize = 100;

/// The longest line, in bytes.
const LINE_MAX: usize = 1024 * 1024;

/// Reads objects one at a time.
pub(crate) struct JsonLines<R> {
    read: BufReader<R>,
    /// The number of the last line that was read.
    last_line: u64,
    names: Vec<String>,
    /// The objects that were read for the columns.
    ahead: VecDeque<(u64, JsonLine)>,
    /// Whether the header was returned.
    is_begun: bool,
    line: u64,
    blank_lines: u64,
    bytes: Vec<u8>,
    ends: Vec<usize>,
    marks: Vec<Mark>,
}

/// A line that is not blank.
enum JsonLine {
    Fields(Vec<(String, JsonCell)>),
    Faulty(Fault),
    TooLong(String),
}

enum JsonCell {
    Text(String),
    /// As it is written.
    Number(String),
    /// `true` or `false`.
    Truth(String),
    Nested(String),
}

impl<R: Read> JsonLines<R> {
    /// Reads the first lines.
    pub(crate) fn new(read: R) -> Result<Self, ReadError> {
        let mut lines = Self {
            read: BufReader::new(read),
            last_line: 0,
            names: Vec::new(),
            ahead: VecDeque::new(),
            is_begun: false,
            line: 1,
            blank_lines: 0,
            bytes: Vec::new(),
            ends: Vec::new(),
            marks: Vec::new(),
        };
        while lines.ahead.len() < HEADER_LINES && lines.look_ahead()? {}
        let fields = |(_, line): &(u64, JsonLine)| match line {
            JsonLine::Fields(fields) => fields.iter().map(|(name, _)| name.clone()).collect(),
            JsonLine::Faulty(_) | JsonLine::TooLong(_) => Vec::new(),
        };
        let mut names: Vec<String> = Vec::new();
        for name in lines.ahead.iter().flat_map(fields) {
            if !names.contains(&name) {
                names.push(name);
            }
            if names.len() > COLUMNS_MAX {
                let problem = Problem::of_row(1, Code::TooManyColumns, format!(">{COLUMNS_MAX}"));
                return Err(problem.into());
            }
        }
        lines.names = names;
        Ok(lines)
    }

    /// Reads the next line that is not blank; false at the end.
    fn look_ahead(&mut self) -> Result<bool, ReadError> {
        loop {
            let mut bytes = Vec::new();
            let read = (&mut self.read).take(LIMIT).read_until(b'\n', &mut bytes)?;
            if read == 0 {
                return Ok(false);
            }
            self.last_line += 1;
            let line = if bytes.len() > LINE_MAX {
                self.skip_line(&bytes)?;
                JsonLine::TooLong(shorten(&bytes))
            } else {
                let text = bytes.trim_ascii();
                let text = text.strip_prefix(b"\xef\xbb\xbf").filter(|_| self.last_line == 1).unwrap_or(text);
                if text.is_empty() {
                    self.blank_lines += 1;
                    continue;
                }
                parse(text)
            };
            self.ahead.push_back((self.last_line, line));
            return Ok(true);
        }
    }

    /// Skips the rest of a line that is too long.
    fn skip_line(&mut self, begin: &[u8]) -> Result<(), ReadError> {
        let mut is_ended = begin.ends_with(b"\n");
        while !is_ended {
            let part = self.read.fill_buf()?;
            let end = part.iter().position(|byte| *byte == b'\n');
            let length = end.map_or(part.len(), |end| end + 1);
            is_ended = end.is_some() || part.is_empty();
            self.read.consume(length);
        }
        Ok(())
    }

    /// Makes the header the current record.
    fn put_header(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        for name in &self.names {
            self.bytes.extend_from_slice(name.as_bytes());
            self.ends.push(self.bytes.len());
        }
    }

    /// Makes an object the current record.
    fn put(&mut self, fields: &[(String, JsonCell)]) -> Result<(), Step> {
        let faults: Vec<Fault> = fields.iter().filter_map(|field| self.fault(field)).collect();
        if !faults.is_empty() {
            return Err(Step::Faulty(faults));
        }
        self.bytes.clear();
        self.ends.clear();
        self.marks.clear();
        for (place, name) in self.names.iter().enumerate() {
            let value = fields.iter().find(|(known, _)| known == name).map(|(_, value)| value);
            if let Some(JsonCell::Text(text) | JsonCell::Number(text) | JsonCell::Truth(text)) = value {
                let kind = match value {
                    Some(JsonCell::Number(_)) => Some(MarkKind::Number),
                    Some(JsonCell::Truth(_)) => Some(MarkKind::Truth),
                    _ => None,
                };
                self.marks.extend(kind.map(|kind| Mark { place, kind }));
                if text.len() > FIELD_MAX {
                    let value = shorten(text.as_bytes());
                    return Err(Step::Oversized(Oversized { column: Some(place), value }));
                }
                self.bytes.extend_from_slice(text.as_bytes());
            }
            self.ends.push(self.bytes.len());
        }
        Ok(())
    }

    fn fault(&self, (name, cell): &(String, JsonCell)) -> Option<Fault> {
        let column = Some(name.clone());
        match cell {
            JsonCell::Nested(value) => Some(Fault { column, code: Code::ValueNested, value: value.clone() }),
            JsonCell::Text(_) | JsonCell::Number(_) | JsonCell::Truth(_) if self.names.contains(name) => None,
            JsonCell::Text(text) | JsonCell::Number(text) | JsonCell::Truth(text) => {
                Some(Fault { column, code: Code::NameUnexpected, value: shorten(text.as_bytes()) })
            }
        }
    }
}

/// How much of a line is read at once: enough to see that it is too long.
const LIMIT: u64 = 1024 * 1024 + 1;

impl<R: Read> Sheet for JsonLines<R> {
    fn advance(&mut self) -> Result<Step, ReadError> {
        if !self.is_begun && !self.names.is_empty() {
            self.is_begun = true;
            self.put_header();
            return Ok(Step::Record);
        }
        if self.at_end()? {
            return Ok(Step::End);
        }
        let Some((number, line)) = self.ahead.pop_front() else { return Ok(Step::End) };
        self.line = number;
        Ok(match line {
            JsonLine::Fields(fields) => self.put(&fields).err().unwrap_or(Step::Record),
            JsonLine::Faulty(fault) => Step::Faulty(vec![fault]),
            JsonLine::TooLong(value) => {
                Step::Faulty(vec![Fault { column: None, code: Code::FieldTooLong, value }])
            }
        })
    }

    fn record(&self) -> (&[u8], &[usize]) {
        (&self.bytes, &self.ends)
    }

    fn line(&self) -> u64 {
        self.line
    }

    fn marks(&self) -> &[Mark] {
        &self.marks
    }

    fn delimiter(&self) -> Option<Delimiter> {
        None
    }

    fn has_escapes(&self) -> bool {
        false
    }

    fn at_end(&mut self) -> Result<bool, ReadError> {
        Ok(self.ahead.is_empty() && !self.look_ahead()?)
    }

    fn blank_lines(&self) -> u64 {
        self.blank_lines
    }

    /// Blank lines between objects count wherever they are: the header has no line of its own.
    fn forget_blank_lines(&mut self) {}

    fn capacity(&self) -> usize {
        self.read.capacity() + self.bytes.capacity()
    }
}

/// A line as an object with each name once.
fn parse(text: &[u8]) -> JsonLine {
    let faulty = |code, value: &[u8]| JsonLine::Faulty(Fault { column: None, code, value: shorten(value) });
    let Ok(text) = std::str::from_utf8(text) else {
        return faulty(if text.contains(&0) { Code::NulByte } else { Code::InvalidUtf8 }, text);
    };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let read = deserializer.deserialize_map(Object).and_then(|fields| deserializer.end().map(|()| fields));
    let Ok(fields) = read else { return faulty(Code::LineInvalid, text.as_bytes()) };
    for (place, (name, _)) in fields.iter().enumerate() {
        if fields.iter().take(place).any(|(before, _)| before == name) {
            return faulty(Code::LineInvalid, name.as_bytes());
        }
    }
    JsonLine::Fields(fields)
}

/// Reads an object's names and values in their order.
struct Object;

impl<'de> Visitor<'de> for Object {
    type Value = Vec<(String, JsonCell)>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::new();
        while let Some((name, value)) = map.next_entry::<Cow<'de, str>, &'de RawValue>()? {
            // More names than columns are refused anyway; so the search for repeated ones stays short.
            if fields.len() > COLUMNS_MAX {
                return Err(serde::de::Error::custom("too many names"));
            }
            fields.push((name.trim().to_owned(), cell(value.get())));
        }
        Ok(fields)
    }
}

/// A value from its JSON text.
fn cell(raw: &str) -> JsonCell {
    match raw.as_bytes().first() {
        Some(b'{' | b'[') => JsonCell::Nested(shorten(raw.as_bytes())),
        Some(b'"') => JsonCell::Text(serde_json::from_str(raw).unwrap_or_default()),
        Some(b'n') => JsonCell::Text(String::new()),
        Some(b't' | b'f') => JsonCell::Truth(raw.to_owned()),
        _ => JsonCell::Number(raw.to_owned()),
    }
}
