//! How a move or an edit of a batch is asked for.

use domain::access::Reach;

/// Which batch, how far the asker reaches, and what the asker says.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// The batch's id or number.
    pub name: &'a str,
    /// Whether the asker reaches every batch or only own ones.
    pub reach: Reach,
    /// The version of the draft that the request was made on, if it says.
    pub version: Option<i64>,
    /// A person's words for the history; empty: none.
    pub note: &'a str,
}

impl<'a> Ask<'a> {
    /// About a batch, without words, by a caller that reaches every batch.
    #[must_use]
    pub const fn of(name: &'a str) -> Self {
        Self { name, reach: Reach::All, version: None, note: "" }
    }

    /// By a caller that reaches so far.
    #[must_use]
    pub const fn within(self, reach: Reach) -> Self {
        Self { reach, ..self }
    }

    /// Made on this version of the draft.
    #[must_use]
    pub const fn on_version(self, version: Option<i64>) -> Self {
        Self { version, ..self }
    }

    /// With a person's words.
    #[must_use]
    pub const fn noted(self, note: &'a str) -> Self {
        Self { note, ..self }
    }
}

impl<'a> From<&'a str> for Ask<'a> {
    fn from(name: &'a str) -> Self {
        Self::of(name)
    }
}

impl<'a> From<&'a String> for Ask<'a> {
    fn from(name: &'a String) -> Self {
        Self::of(name)
    }
}
