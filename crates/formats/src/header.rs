//! Which column means what.
//!
//! Names are compared folded: case, spaces, underscores and hyphens do not count. To let a column be found
//! under another name, add the folded name to its synonyms; to add a column, see the table of the format
//! that has it ([`crate::payment`], [`crate::account`]).

use domain::code::Code;

use crate::problem::Problem;

/// A column that a format knows.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// The name we write and document.
    pub name: &'static str,
    /// Other names, folded, in English and Chinese.
    pub synonyms: &'static [&'static str],
}

impl Column {
    fn is(&self, folded: &str) -> bool {
        self.name == folded || self.synonyms.contains(&folded)
    }
}

/// A header without what does not count.
#[must_use]
pub fn fold(name: &str) -> String {
    let counts = |c: &char| !c.is_whitespace() && !matches!(c, '_' | '-' | '\u{feff}');
    name.chars().filter(counts).flat_map(char::to_lowercase).collect()
}

/// The place of each known column in the file. `given` are (place in `known`, header) pairs that the
/// uploader chose: they come first, and a column taken by one is not matched again.
pub(crate) fn resolve(
    line: u64,
    headers: &[String],
    known: &[Column],
    given: &[(usize, &str)],
) -> Result<Vec<Option<usize>>, Problem> {
    let mut found = Found { line, headers, places: vec![None; known.len()] };
    let folded: Vec<String> = headers.iter().map(|h| fold(h)).collect();
    for (field, name) in given {
        found.choose(*field, name, &folded)?;
    }
    let chosen = found.places.clone();
    for (place, name) in folded.iter().enumerate().filter(|(place, _)| !chosen.contains(&Some(*place))) {
        let field = known.iter().position(|column| column.is(name));
        if let Some(field) = field.filter(|f| given.iter().all(|(g, _)| g != f)) {
            found.set(field, place)?;
        }
    }
    Ok(found.places)
}

struct Found<'a> {
    line: u64,
    headers: &'a [String],
    places: Vec<Option<usize>>,
}

impl Found<'_> {
    fn choose(&mut self, field: usize, name: &str, folded: &[String]) -> Result<(), Problem> {
        let wanted = fold(name);
        let mut matching = folded.iter().enumerate().filter(|(_, header)| **header == wanted);
        let Some((place, _)) = matching.next() else {
            return Err(missing(self.line, name, self.headers));
        };
        let second = matching.next().map(|(second, _)| second);
        let taken = self.places.contains(&Some(place)).then_some(place);
        self.set(field, place)?;
        second.or(taken).map_or(Ok(()), |other| Err(self.duplicate(other, place)))
    }

    fn set(&mut self, field: usize, place: usize) -> Result<(), Problem> {
        match self.places.get_mut(field).map(|slot| slot.replace(place)) {
            Some(Some(first)) => Err(self.duplicate(place, first)),
            _ => Ok(()),
        }
    }

    fn duplicate(&self, place: usize, first: usize) -> Problem {
        let name = |place| self.headers.get(place).map_or("", String::as_str);
        Problem::of_column(self.line, name(place), Code::ColumnDuplicate, name(first))
    }
}

/// The refusal of a file without a column that it needs; its value shows the headers that were read.
pub(crate) fn missing(line: u64, column: &str, headers: &[String]) -> Problem {
    Problem::of_column(line, column, Code::ColumnMissing, headers.join(", "))
}
