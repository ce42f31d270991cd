//! The field separator of a CSV file.

/// The field separator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Delimiter {
    /// `,`
    #[default]
    Comma,
    /// `;`
    Semicolon,
    /// The tab character.
    Tab,
    /// `|`
    Pipe,
}

impl Delimiter {
    /// Every delimiter.
    pub const ALL: [Self; 4] = [Self::Comma, Self::Semicolon, Self::Tab, Self::Pipe];

    /// The character itself.
    #[must_use]
    pub const fn character(self) -> char {
        self.byte() as char
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Comma => "comma",
            Self::Semicolon => "semicolon",
            Self::Tab => "tab",
            Self::Pipe => "pipe",
        }
    }

    pub(crate) const fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
            Self::Pipe => b'|',
        }
    }

    /// The delimiter that divides the first lines of a text evenly; a comma if none does. The result is shown and can
    /// be corrected, and a file whose header does not fit is refused anyway.
    pub(crate) fn found(sample: &[u8]) -> Self {
        let even = Self::ALL.map(|delimiter| (evenness(sample, delimiter), delimiter));
        let best = even.into_iter().rev().max_by_key(|(evenness, _)| *evenness);
        best.filter(|(evenness, _)| evenness.0 > 0).map_or(Self::Comma, |(_, delimiter)| delimiter)
    }

    /// The delimiter that a first line such as `sep=;` names, and the length of that line with its end.
    pub(crate) fn declared(text: &[u8]) -> Option<(Self, usize)> {
        let rest = text.get(..4).filter(|begin| begin.eq_ignore_ascii_case(b"sep=")).and(text.get(4..))?;
        let (first, rest) = rest.split_first()?;
        let delimiter = Self::ALL.into_iter().find(|delimiter| delimiter.byte() == *first)?;
        let end = match rest {
            [b'\r', b'\n', ..] => 2,
            [b'\r' | b'\n', ..] => 1,
            [] => 0,
            _ => return None,
        };
        Some((delimiter, 5 + end))
    }

    /// The delimiter with this name (`comma`, `semicolon`, `tab`, `pipe`), or given as the character itself.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is = |delimiter: &Self| {
            text == delimiter.name() || text.strip_prefix(delimiter.character()).is_some_and(str::is_empty)
        };
        Self::ALL.into_iter().find(is)
    }
}

/// How many lines [`Delimiter::found`] looks at.
const LINES: usize = 20;

/// How many of the first lines have the most frequent number of fields, and that number less one; zero if that
/// number is one.
fn evenness(sample: &[u8], delimiter: Delimiter) -> (usize, usize) {
    let counts = marks_of_lines(sample, delimiter.byte());
    let same = |count: usize| counts.iter().filter(|other| **other == count).count();
    let divided = counts.iter().copied().filter(|count| *count > 0);
    divided.map(|count| (same(count), count)).max().unwrap_or_default()
}

/// How often the delimiter appears in each of the first lines, outside quotes.
fn marks_of_lines(sample: &[u8], delimiter: u8) -> Vec<usize> {
    let (mut counts, mut count, mut quoted, mut is_blank) = (Vec::new(), 0, false, true);
    for byte in sample {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => {
                counts.extend(Some(count).filter(|_| !is_blank));
                (count, is_blank) = (0, true);
                if counts.len() == LINES {
                    return counts;
                }
                continue;
            }
            byte if *byte == delimiter && !quoted => count += 1,
            _ => {}
        }
        is_blank = false;
    }
    counts.extend(Some(count).filter(|_| !is_blank));
    counts
}
