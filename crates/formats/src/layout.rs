//! The columns that a kind of file has, and the names they are recognised by.
//!
//! Names are compared folded: case, spaces, underscores and hyphens are ignored. To recognise a column under
//! another name, add the folded name to its synonyms; to add a column, see the table of its kind of file
//! ([`crate::payment`], [`crate::account`]).

/// What the values of a column are, which decides how they are normalised and what damage is looked for in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// An account number.
    Account,
    /// Another identifier.
    Identifier,
    /// An amount or a ratio.
    Number,
    /// A code, such as a currency.
    Word,
    /// Free text: kept as written.
    Text,
}

/// A column that a format knows.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// The canonical, documented name.
    pub name: &'static str,
    /// What its values are.
    pub holds: Holds,
    /// Other names, folded, in English and Chinese.
    pub synonyms: &'static [&'static str],
    /// Names, folded, that may mean this column or something else: they are proposed, not used automatically.
    pub proposed: &'static [&'static str],
}

impl Column {
    pub(crate) fn is(&self, folded: &str) -> bool {
        self.name == folded || self.synonyms.contains(&folded)
    }
}

/// A header name without what is ignored in comparisons.
#[must_use]
pub fn fold(name: &str) -> String {
    let counts = |c: &char| !c.is_whitespace() && !matches!(c, '_' | '-' | '\u{feff}');
    name.chars().filter(counts).flat_map(char::to_lowercase).collect()
}

/// Columns of which at least one must be present.
pub(crate) type OneOf = &'static [usize];

/// A format's columns.
pub(crate) struct Layout {
    pub(crate) columns: &'static [Column],
    pub(crate) required: &'static [OneOf],
}

/// The first required group of which the file has no column.
pub(crate) fn missing(layout: &Layout, places: &[Option<usize>]) -> Option<OneOf> {
    let is_there = |field: &usize| places.get(*field).is_some_and(Option::is_some);
    layout.required.iter().find(|one_of| !one_of.iter().any(is_there)).copied()
}
