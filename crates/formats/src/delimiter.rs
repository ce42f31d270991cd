//! The field separator of a CSV file.

/// The field separator. A comma unless the uploader declares another: a wrong guess could shift columns.
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

    /// The delimiter with this name (`comma`, `semicolon`, `tab`, `pipe`), or given as the character itself.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is = |delimiter: &Self| {
            text == delimiter.name() || text.strip_prefix(delimiter.character()).is_some_and(str::is_empty)
        };
        Self::ALL.into_iter().find(is)
    }
}
