//! The values exchanged with a database: i64, text, blob, null; and whole columns of them.

use crate::error::StoreError;
use domain::principal::{Author, Principal};

/// One value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// NULL.
    Null,
    /// A whole number: amounts, ids, times, stored enums.
    I64(i64),
    /// Text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

macro_rules! from {
    ($($from:ty => $value:ident $make:expr;)*) => {$(
        impl From<$from> for Value {
            fn from($value: $from) -> Self {
                $make
            }
        }
    )*};
}

from! {
    i64 => v Self::I64(v);
    Option<i64> => v v.map_or(Self::Null, Self::I64);
    String => v Self::Text(v);
    &str => v Self::Text(v.to_owned());
    Option<String> => v v.map_or(Self::Null, Self::Text);
    Option<&str> => v v.map_or(Self::Null, |text| Self::Text(text.to_owned()));
}

/// The arguments of a statement: `args![id, name]`.
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::value::Value::from($value)),*] };
}

/// One column of a bulk call: its value in every row.
#[derive(Debug, Clone)]
pub enum Column {
    /// Integers.
    I64(Vec<i64>),
    /// Nullable integers.
    OptI64(Vec<Option<i64>>),
    /// Texts.
    Text(Vec<String>),
    /// Nullable texts.
    OptText(Vec<Option<String>>),
    /// The same integer in every row.
    Same(i64, usize),
}

impl Column {
    /// The number of rows.
    #[must_use]
    pub const fn len(&self) -> usize {
        match self {
            Self::I64(values) => values.len(),
            Self::OptI64(values) => values.len(),
            Self::Text(values) => values.len(),
            Self::OptText(values) => values.len(),
            Self::Same(_, rows) => *rows,
        }
    }

    /// Whether there are no rows.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of rows in a call's columns, if they match each other and the statement.
    pub(crate) fn rows(columns: &[Self], width: usize, statement: &str) -> Result<usize, StoreError> {
        let rows = columns.first().map_or(0, Self::len);
        if columns.len() == width && columns.iter().all(|column| column.len() == rows) {
            Ok(rows)
        } else {
            Err(StoreError::Corrupt(format!("columns do not match the statement: {statement}")))
        }
    }
}

/// A query's result, row after row in one allocation.
#[derive(Debug, Default)]
pub struct Rows {
    pub(crate) width: usize,
    pub(crate) values: Vec<Value>,
}

impl Rows {
    /// The rows, one by one.
    pub fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        self.values.chunks_exact(self.width.max(1)).map(|values| Row { values })
    }

    /// The first row, if there is one.
    #[must_use]
    pub fn first(&self) -> Option<Row<'_>> {
        self.iter().next()
    }

    /// The last row, if there is one.
    #[must_use]
    pub fn last(&self) -> Option<Row<'_>> {
        self.values.rchunks_exact(self.width.max(1)).next().map(|values| Row { values })
    }

    /// The number of rows.
    #[must_use]
    pub const fn len(&self) -> usize {
        match self.width {
            0 => 0,
            width => self.values.len() / width,
        }
    }

    /// Whether there are no rows.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

/// One row of a result. A value of another type than requested is [`StoreError::Corrupt`].
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    values: &'a [Value],
}

impl<'a> Row<'a> {
    /// All its values.
    pub(crate) const fn values(&self) -> &'a [Value] {
        self.values
    }

    fn value(&self, place: usize) -> Result<&'a Value, StoreError> {
        self.values.get(place).ok_or_else(|| StoreError::Corrupt(format!("no column {place}")))
    }

    /// An integer.
    pub fn i64(&self, place: usize) -> Result<i64, StoreError> {
        self.opt_i64(place)?.ok_or_else(|| StoreError::Corrupt(format!("column {place} is null")))
    }

    /// An integer or null.
    pub fn opt_i64(&self, place: usize) -> Result<Option<i64>, StoreError> {
        match self.value(place)? {
            Value::I64(value) => Ok(Some(*value)),
            Value::Null => Ok(None),
            other => Err(StoreError::Corrupt(format!("column {place} is not a number: {other:?}"))),
        }
    }

    /// A text.
    pub fn text(&self, place: usize) -> Result<String, StoreError> {
        self.opt_text(place)?.ok_or_else(|| StoreError::Corrupt(format!("column {place} is null")))
    }

    /// A text or null.
    pub fn opt_text(&self, place: usize) -> Result<Option<String>, StoreError> {
        match self.value(place)? {
            Value::Text(value) => Ok(Some(value.clone())),
            Value::Null => Ok(None),
            other => Err(StoreError::Corrupt(format!("column {place} is not a text: {other:?}"))),
        }
    }

    /// A text, not copied.
    pub(crate) fn str(&self, place: usize) -> Result<&'a str, StoreError> {
        match self.value(place)? {
            Value::Text(value) => Ok(value),
            other => Err(StoreError::Corrupt(format!("column {place} is not a text: {other:?}"))),
        }
    }

    /// Bytes.
    pub fn blob(&self, place: usize) -> Result<&'a [u8], StoreError> {
        match self.value(place)? {
            Value::Blob(value) => Ok(value),
            other => Err(StoreError::Corrupt(format!("column {place} is not bytes: {other:?}"))),
        }
    }

    /// A stored enum; its number must be known.
    pub fn stored<T>(&self, place: usize, of: impl Fn(i64) -> Option<T>) -> Result<T, StoreError> {
        known(place, self.i64(place)?, of)
    }

    /// Its values from the first on, read one after another.
    pub(crate) const fn cells(self) -> Cells<'a> {
        Cells { row: self, next: 0 }
    }
}

/// A row that is read from left to right.
#[derive(Debug)]
pub(crate) struct Cells<'a> {
    row: Row<'a>,
    next: usize,
}

impl Cells<'_> {
    const fn advance(&mut self) -> usize {
        self.next += 1;
        self.next - 1
    }

    /// Whether the next value is null; it stays the next one.
    pub(crate) fn is_next_null(&self) -> bool {
        matches!(self.row.values.get(self.next), Some(Value::Null))
    }

    /// The next value: an integer.
    pub(crate) fn i64(&mut self) -> Result<i64, StoreError> {
        let place = self.advance();
        self.row.i64(place)
    }

    /// The next value: an integer or null.
    pub(crate) fn opt_i64(&mut self) -> Result<Option<i64>, StoreError> {
        let place = self.advance();
        self.row.opt_i64(place)
    }

    /// The next value: a text.
    pub(crate) fn text(&mut self) -> Result<String, StoreError> {
        let place = self.advance();
        self.row.text(place)
    }

    /// The next value: a text or null.
    pub(crate) fn opt_text(&mut self) -> Result<Option<String>, StoreError> {
        let place = self.advance();
        self.row.opt_text(place)
    }

    /// The next value: a stored enum, or null.
    pub(crate) fn opt_stored<T>(&mut self, of: impl Fn(i64) -> Option<T>) -> Result<Option<T>, StoreError> {
        let place = self.advance();
        self.row.opt_i64(place)?.map(|number| known(place, number, of)).transpose()
    }

    /// The next value: a stored enum.
    pub(crate) fn stored<T>(&mut self, of: impl Fn(i64) -> Option<T>) -> Result<T, StoreError> {
        let place = self.advance();
        self.row.stored(place, of)
    }

    /// The next three values: a principal's name at that time, its kind and its id.
    pub(crate) fn author(&mut self) -> Result<Author, StoreError> {
        let (name, number, id) = (self.text()?, self.i64()?, self.opt_i64()?);
        let unknown = || StoreError::Corrupt(format!("no principal of kind {number} with id {id:?}"));
        let principal = Principal::from_stored(number, id).ok_or_else(unknown)?;
        Ok(Author { principal, name })
    }
}

fn known<T>(place: usize, number: i64, of: impl Fn(i64) -> Option<T>) -> Result<T, StoreError> {
    of(number).ok_or_else(|| StoreError::Corrupt(format!("column {place} holds unknown number {number}")))
}
