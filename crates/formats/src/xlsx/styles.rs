//! How the cells of a workbook show their numbers: only what changes the meaning of a number is kept.

use std::io::Read;

use quick_xml::events::{BytesStart, Event};

use super::xml::{Xml, attribute};
use crate::read_error::ReadError;

/// The most formats and styles that are kept; a program writes some thousands at most.
const STYLES_MAX: usize = 100_000;

/// What a number is shown as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Shown {
    /// As a number.
    #[default]
    Number,
    /// As a date or time.
    Date,
    /// With at least so many digits: the leading zeros that a reader of the sheet sees belong to the value.
    Padded(usize),
}

/// The styles of cells by their number.
#[derive(Debug, Default)]
pub(super) struct Styles(Vec<Shown>);

impl Styles {
    pub(super) fn read<R: Read>(mut xml: Xml<R>) -> Result<Self, ReadError> {
        let (mut formats, mut styles, mut is_within) = (Vec::new(), Vec::new(), false);
        loop {
            match xml.next()? {
                Event::Start(start) => {
                    is_within |= start.local_name().as_ref() == "cellXfs";
                    note(&start, is_within, &mut formats, &mut styles);
                }
                Event::Empty(empty) => note(&empty, is_within, &mut formats, &mut styles),
                Event::End(end) if end.local_name().as_ref() == "cellXfs" => is_within = false,
                Event::Eof => return Ok(Self(styles)),
                _ => {}
            }
        }
    }

    /// What a number of this style is shown as.
    pub(super) fn shown(&self, style: usize) -> Shown {
        self.0.get(style).copied().unwrap_or_default()
    }
}

fn note(start: &BytesStart<'_>, is_within: bool, formats: &mut Vec<(u32, Shown)>, styles: &mut Vec<Shown>) {
    let number = |name| attribute(start, name).and_then(|value| value.parse::<u32>().ok());
    match start.local_name().as_ref() {
        "numFmt" if formats.len() < STYLES_MAX => {
            if let (Some(id), Some(code)) = (number("numFmtId"), attribute(start, "formatCode")) {
                formats.push((id, of_code(&code)));
            }
        }
        "xf" if is_within && styles.len() < STYLES_MAX => {
            let id = number("numFmtId").unwrap_or(0);
            let own = formats.iter().find(|(known, _)| *known == id).map(|(_, shown)| *shown);
            styles.push(own.unwrap_or_else(|| built_in(id)));
        }
        _ => {}
    }
}

/// The formats that every workbook has.
const fn built_in(id: u32) -> Shown {
    match id {
        14..=22 | 27..=36 | 45..=47 | 50..=58 => Shown::Date,
        _ => Shown::Number,
    }
}

/// What a format's code says.
fn of_code(code: &str) -> Shown {
    if code.len() > 1 && code.bytes().all(|byte| byte == b'0') {
        return Shown::Padded(code.len());
    }
    let first = code.split(';').next().unwrap_or_default();
    let (mut quoted, mut bracket, mut escaped) = (false, false, false);
    for c in first.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' | '_' | '*' => escaped = true,
            '"' => quoted = !quoted,
            '[' if !quoted => bracket = true,
            ']' if !quoted => bracket = false,
            // Elapsed hours and the like are in brackets, but so are colours and conditions.
            'y' | 'Y' | 'm' | 'M' | 'd' | 'D' | 'h' | 'H' | 's' | 'S' if !quoted && !bracket => {
                return Shown::Date;
            }
            _ => {}
        }
    }
    let elapsed = ["[h]", "[hh]", "[m]", "[mm]", "[s]", "[ss]"];
    if elapsed.iter().any(|part| first.to_ascii_lowercase().contains(part)) {
        Shown::Date
    } else {
        Shown::Number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_of_a_format_says_what_a_number_is_shown_as() {
        for (code, shown) in [
            ("General", Shown::Number),
            ("0.00", Shown::Number),
            ("#,##0.00;[Red]-#,##0.00", Shown::Number),
            ("[Red]0", Shown::Number),
            ("\"yuan\" 0.00", Shown::Number),
            ("0.00\\d", Shown::Number),
            ("000000", Shown::Padded(6)),
            ("0", Shown::Number),
            ("yyyy\\-mm\\-dd", Shown::Date),
            ("yyyy\"年\"m\"月\"d\"日\"", Shown::Date),
            ("[h]:mm", Shown::Date),
            ("[hh]", Shown::Date),
            ("[$-804]aaaa", Shown::Number),
            ("@", Shown::Number),
        ] {
            assert_eq!(of_code(code), shown, "{code}");
        }
    }
}
