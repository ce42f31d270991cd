//! The header line of a file: which column means what, and which ones are not known.
//!
//! To recognise a column under another name or to add one, see [`crate::layout`].

use domain::code::Code;

use crate::delimiter::Delimiter;
use crate::layout::{Column, Holds, Layout, OneOf, fold, missing};
use crate::meaning::Meaning;
use crate::near;
use crate::number_style::NumberStyle;
use crate::problem::Problem;
use crate::refusal::{FileRefusal, Proposal, Undecided};

/// The fields that the uploader mapped to headers; the other columns are matched by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnMapping<F>(Vec<(F, String)>);

impl<F> Default for ColumnMapping<F> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<F: Copy + PartialEq> ColumnMapping<F> {
    /// Reads a field from the column with this header. A later choice for the same field replaces this one.
    pub fn set(&mut self, field: F, header: impl Into<String>) {
        self.0.retain(|(chosen, _)| *chosen != field);
        self.0.push((field, header.into()));
    }

    pub(crate) fn places(&self, place: impl Fn(F) -> usize) -> Vec<(usize, &str)> {
        self.0.iter().map(|(field, header)| (place(*field), header.as_str())).collect()
    }
}

/// The uploader's choices about the columns.
#[derive(Default)]
pub(crate) struct Choices<'a> {
    /// The field separator of the file, if its format has one.
    pub(crate) delimiter: Option<Delimiter>,
    /// Indexes into [`Layout::columns`] with the headers chosen for them; they take precedence over names.
    pub(crate) mapped: Vec<(usize, &'a str)>,
    /// How amounts are written.
    pub(crate) style: NumberStyle,
    /// Headers to ignore. One that is also mapped is read; one that no column has is harmless.
    pub(crate) ignored: &'a [String],
}

/// A header that was understood.
#[derive(Debug)]
pub(crate) struct Header {
    /// The header names as in the file, trimmed.
    pub(crate) names: Vec<String>,
    /// The position of each known column in the file.
    places: Vec<Option<usize>>,
    columns: &'static [Column],
    proposals: Vec<Proposal>,
}

impl Header {
    /// Finds the columns. Refuses a mapping to a column that does not exist, two columns with one meaning, a
    /// missing column, and columns that are neither understood nor harmless.
    pub(crate) fn find(
        line: u64,
        names: Vec<String>,
        layout: &Layout,
        choices: &Choices<'_>,
    ) -> Result<Self, Box<FileRefusal>> {
        let folded: Vec<String> = names.iter().map(|name| fold(name)).collect();
        let found = Found { line, names: &names, folded: &folded, places: vec![None; layout.columns.len()] };
        let places = found.resolve(layout, choices)?;
        let ignored: Vec<String> = choices.ignored.iter().map(|name| fold(name)).collect();
        let unread =
            names.iter().zip(&folded).enumerate().filter(|(place, _)| !places.contains(&Some(*place)));
        let open = unread.filter(|(_, (_, folded))| !ignored.contains(*folded)).map(|(_, (name, _))| name);
        let (mut undecided, mut harmless) = (Vec::new(), Vec::new());
        for name in open {
            match Meaning::of(name) {
                Some(meaning) => undecided.push(Undecided { header: name.clone(), meaning }),
                None => harmless.push(name.as_str()),
            }
        }
        if let Some(one_of) = missing(layout, &places) {
            let refusal = no_column(line, &names_of(layout, one_of), &names);
            // With the wrong delimiter, no header is what it seems.
            if let Some(delimiter) = choices.delimiter.and_then(|used| near::delimiter(&names, layout, used))
            {
                return Err(Box::new(FileRefusal { delimiter: Some(delimiter), ..refusal }));
            }
            let proposals = near::proposals(&harmless, layout, one_of);
            return Err(Box::new(FileRefusal { proposals, undecided, ..refusal }));
        }
        if !undecided.is_empty() {
            return Err(Box::new(not_decided(line, &names, &folded, undecided)));
        }
        let proposals = near::proposed(&harmless, layout, &places);
        Ok(Self { names, places, columns: layout.columns, proposals })
    }

    /// The position of a field in a record.
    pub(crate) fn place(&self, field: usize) -> Option<usize> {
        self.places.get(field).copied().flatten()
    }

    /// What the values of a field are.
    pub(crate) fn holds(&self, field: usize) -> Holds {
        self.columns.get(field).map_or(Holds::Text, |column| column.holds)
    }

    /// The header of a field as in the file.
    pub(crate) fn name(&self, field: usize) -> Option<&str> {
        self.names.get(self.place(field)?).map(String::as_str)
    }

    /// Headers of the columns that are not read; a column without a header is `#` and its position.
    pub(crate) fn ignored(&self) -> Vec<String> {
        let unread = self.names.iter().enumerate().filter(|(place, _)| !self.places.contains(&Some(*place)));
        let name = |(place, name): (usize, &String)| {
            if name.is_empty() { format!("#{}", place + 1) } else { name.clone() }
        };
        unread.map(name).collect()
    }

    pub(crate) fn proposals(&self) -> &[Proposal] {
        &self.proposals
    }
}

fn names_of(layout: &Layout, fields: OneOf) -> String {
    let columns = fields.iter().filter_map(|field| layout.columns.get(*field));
    columns.map(|column| column.name).collect::<Vec<_>>().join(" / ")
}

fn not_decided(line: u64, names: &[String], folded: &[String], undecided: Vec<Undecided>) -> FileRefusal {
    let is_result = crate::export::columns::result::is_header(folded);
    let headers: Vec<&str> = undecided.iter().map(|column| column.header.as_str()).collect();
    let problem = Problem::of_row(line, Code::ColumnUndecided, headers.join(", "));
    FileRefusal { headers: names.to_vec(), undecided, is_result, ..problem.into() }
}

/// The refusal of a file that lacks a required or mapped column; its value shows the headers found.
fn no_column(line: u64, column: &str, names: &[String]) -> FileRefusal {
    let problem = Problem::of_column(line, column, Code::ColumnMissing, names.join(", "));
    FileRefusal { headers: names.to_vec(), ..problem.into() }
}

struct Found<'a> {
    line: u64,
    names: &'a [String],
    folded: &'a [String],
    places: Vec<Option<usize>>,
}

impl Found<'_> {
    fn resolve(
        mut self,
        layout: &Layout,
        choices: &Choices<'_>,
    ) -> Result<Vec<Option<usize>>, Box<FileRefusal>> {
        for (field, name) in &choices.mapped {
            self.choose(*field, name)?;
        }
        let chosen = self.places.clone();
        let ignored: Vec<String> = choices.ignored.iter().map(|name| fold(name)).collect();
        for (place, name) in self.folded.iter().enumerate() {
            if chosen.contains(&Some(place)) || ignored.contains(name) {
                continue;
            }
            let field = layout.columns.iter().position(|column| column.is(name));
            if let Some(field) =
                field.filter(|field| choices.mapped.iter().all(|(mapped, _)| mapped != field))
            {
                self.set(field, place)?;
            }
        }
        Ok(self.places)
    }

    fn choose(&mut self, field: usize, name: &str) -> Result<(), Box<FileRefusal>> {
        let wanted = fold(name);
        let mut matching = self.folded.iter().enumerate().filter(|(_, header)| **header == wanted);
        let Some((place, _)) = matching.next() else {
            return Err(Box::new(no_column(self.line, name, self.names)));
        };
        let second = matching.next().map(|(second, _)| second);
        let taken = self.places.contains(&Some(place)).then_some(place);
        self.set(field, place)?;
        second.or(taken).map_or(Ok(()), |other| Err(self.duplicate(other, place)))
    }

    fn set(&mut self, field: usize, place: usize) -> Result<(), Box<FileRefusal>> {
        match self.places.get_mut(field).map(|slot| slot.replace(place)) {
            Some(Some(first)) => Err(self.duplicate(place, first)),
            _ => Ok(()),
        }
    }

    fn duplicate(&self, place: usize, first: usize) -> Box<FileRefusal> {
        let name = |place| self.names.get(place).map_or("", String::as_str);
        Box::new(Problem::of_column(self.line, name(place), Code::ColumnDuplicate, name(first)).into())
    }
}
