//! The XML of a part: events without a DTD, without unknown entities, and without a piece of unlimited length.

use std::io::{BufRead, BufReader, Read, Result};

use domain::code::Code;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::directory::damaged;
use super::part::{Part, of_error, refused};
use crate::problem::Problem;
use crate::read_error::ReadError;

/// The longest piece between two marks. A cell has at most 32,767 characters, which a writer may escape.
const PIECE_MAX: u64 = 4 * 1024 * 1024;

/// The size of one read.
const INPUT: usize = 32 * 1024;

/// Reads a part event by event.
pub(super) struct Xml<R> {
    reader: Reader<Piecewise<BufReader<Part<R>>>>,
    buffer: Vec<u8>,
}

impl<R: Read> Xml<R> {
    pub(super) fn new(part: Part<R>) -> Self {
        let pieces = Piecewise { inner: BufReader::with_capacity(INPUT, part), piece: 0 };
        Self { reader: Reader::from_reader(pieces), buffer: Vec::new() }
    }

    /// The next event; `Eof` at the end, where the part was checked.
    pub(super) fn next(&mut self) -> std::result::Result<Event<'_>, ReadError> {
        self.buffer.clear();
        self.reader.get_mut().piece = 0;
        match self.reader.read_event_into(&mut self.buffer) {
            Ok(Event::DocType(_)) => Err(Problem::of_row(1, Code::XmlDtd, "").into()),
            Ok(event) => Ok(event),
            Err(quick_xml::Error::Io(error)) => Err(of_error(&error)),
            Err(_) => Err(damaged("XML").into()),
        }
    }
}

/// A reader that refuses pieces of unlimited length.
struct Piecewise<B> {
    inner: B,
    piece: u64,
}

impl<B: BufRead> Read for Piecewise<B> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        self.inner.read(buffer)
    }
}

impl<B: BufRead> BufRead for Piecewise<B> {
    fn fill_buf(&mut self) -> Result<&[u8]> {
        if self.piece > PIECE_MAX {
            return Err(refused(damaged("XML")));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.piece += u64::try_from(amount).unwrap_or(u64::MAX);
        self.inner.consume(amount);
    }
}

/// The value of an attribute, without its namespace.
pub(super) fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = start.attributes();
    let mut found = attributes.with_checks(false).flatten();
    let found = found.find(|attribute| attribute.key.local_name().as_ref() == name)?;
    found.normalized_value(XmlVersion::Implicit1_0).ok().map(std::borrow::Cow::into_owned)
}

/// Whether an attribute is set.
pub(super) fn is_set(start: &BytesStart<'_>, name: &str) -> bool {
    attribute(start, name).is_some_and(|value| value == "1" || value == "true")
}

/// The character of a reference. Only XML's own entities exist where there is no DTD.
pub(super) fn character(reference: &BytesRef<'_>) -> std::result::Result<char, Problem> {
    match reference.resolve_char_ref() {
        Ok(Some(c)) => return Ok(c),
        Err(_) => return Err(damaged("XML")),
        Ok(None) => {}
    }
    match reference.as_ref() {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ => Err(damaged("XML")),
    }
}
