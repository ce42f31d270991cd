//! The texts that the cells of a workbook share, in one piece of memory.

use std::io::Read;

use domain::code::Code;
use quick_xml::events::Event;

use super::directory::damaged;
use super::text::{add, begin, unescape};
use super::xml::{Xml, character};
use crate::problem::Problem;
use crate::read_error::ReadError;

/// The most texts.
const TEXTS_MAX: usize = 8_000_000;

/// The most bytes of all texts together.
const BYTES_MAX: usize = 192 * 1024 * 1024;

/// Texts by their number. A text that is longer than a field may be ends one character after that length, which is
/// enough to refuse it.
#[derive(Debug, Default)]
pub(super) struct Strings {
    bytes: String,
    ends: Vec<u32>,
}

impl Strings {
    pub(super) fn read<R: Read>(mut xml: Xml<R>) -> Result<Self, ReadError> {
        let mut strings = Self::default();
        let (mut text, mut is_text, mut phonetic) = (String::new(), false, 0_u32);
        loop {
            match xml.next()? {
                Event::Start(start) => match start.local_name().as_ref() {
                    "si" => text.clear(),
                    "rPh" => phonetic += 1,
                    "t" => is_text = phonetic == 0,
                    _ => {}
                },
                Event::End(end) => match end.local_name().as_ref() {
                    "si" => strings.push(&text)?,
                    "rPh" => phonetic = phonetic.saturating_sub(1),
                    "t" => is_text = false,
                    _ => {}
                },
                Event::Empty(empty) if empty.local_name().as_ref() == "si" => strings.push("")?,
                Event::Text(piece) if is_text => add(&mut text, &piece.xml10_content()),
                Event::CData(piece) if is_text => add(&mut text, &piece.xml10_content()),
                Event::GeneralRef(reference) if is_text => {
                    add(&mut text, character(&reference)?.encode_utf8(&mut [0; 4]));
                }
                Event::Eof => return Ok(strings),
                _ => {}
            }
        }
    }

    fn push(&mut self, text: &str) -> Result<(), Problem> {
        self.bytes.push_str(begin(&unescape(text)));
        let end = u32::try_from(self.bytes.len()).map_err(|_| damaged("texts"))?;
        self.ends.push(end);
        if self.bytes.len() > BYTES_MAX || self.ends.len() > TEXTS_MAX {
            let value = format!("{} / {BYTES_MAX}", self.bytes.len());
            return Err(Problem::of_row(1, Code::ArchiveExpands, value));
        }
        Ok(())
    }

    /// The text with this number.
    pub(super) fn get(&self, number: usize) -> Option<&str> {
        let end = usize::try_from(*self.ends.get(number)?).ok()?;
        let before = number.checked_sub(1).and_then(|before| self.ends.get(before));
        let start = before.map_or(Some(0), |start| usize::try_from(*start).ok())?;
        self.bytes.get(start..end)
    }

    pub(super) const fn capacity(&self) -> usize {
        self.bytes.capacity() + self.ends.capacity() * size_of::<u32>()
    }
}
