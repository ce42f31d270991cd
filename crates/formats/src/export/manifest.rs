//! What an export ends with: how much was written, its sums, and its hash.

use super::cell::Cell;
use super::table::{CellKind, ExportTable};
use domain::amount::format_minor;
use serde::Serialize;

/// The manifest of an export. In a zip it is `manifest.json`, without the fields about the zip itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Manifest {
    /// The name of the table.
    pub table: &'static str,
    /// The form of its files.
    pub form: &'static str,
    /// The time zone of its times.
    pub time_zone: String,
    /// The time it was asked for, microseconds UTC.
    pub made_at: i64,
    /// The rows of all files, without headers.
    pub rows: u64,
    /// The sums of all files.
    pub sums: Vec<ColumnSum>,
    /// Its files, in order.
    pub files: Vec<FileManifest>,
    /// The whole; none in the zip itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub whole: Option<WholeFile>,
}

/// A file of an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileManifest {
    /// Its name in the zip, or the name that suits it.
    pub name: String,
    /// Its rows, without the header.
    pub rows: u64,
    /// Its size.
    pub bytes: u64,
    /// The SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// The sums of its amounts.
    pub sums: Vec<ColumnSum>,
}

/// The bytes of an export as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WholeFile {
    /// Their number.
    pub bytes: u64,
    /// Their SHA-256, in hexadecimal.
    pub sha256: String,
}

/// The sum of a column in a currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ColumnSum {
    /// The column's name.
    pub column: String,
    /// The currency.
    pub currency: String,
    /// The sum, in major units. An amount that could not be read is not in it.
    pub sum: String,
}

/// Sums while rows are written.
#[derive(Debug, Default)]
pub(super) struct Sums(Vec<CurrencySum>);

#[derive(Debug)]
struct CurrencySum {
    place: usize,
    currency: String,
    scale: u8,
    minor: i128,
}

impl Sums {
    /// Adds a row.
    pub(super) fn add(&mut self, table: &ExportTable, cells: &[Cell<'_>]) {
        for (place, (column, cell)) in table.columns.iter().zip(cells).enumerate() {
            if let (CellKind::Amount, Cell::Money(money)) = (column.kind, cell) {
                self.add_amount(place, money.currency, money.scale, money.minor);
            }
        }
    }

    /// Adds the sums of a file.
    pub(super) fn add_all(&mut self, other: &Self) {
        for sum in &other.0 {
            self.add_amount(sum.place, &sum.currency, sum.scale, sum.minor);
        }
    }

    fn add_amount(&mut self, place: usize, currency: &str, scale: u8, minor: i128) {
        let is_same =
            |sum: &&mut CurrencySum| sum.place == place && sum.scale == scale && sum.currency == currency;
        match self.0.iter_mut().find(is_same) {
            Some(sum) => sum.minor = sum.minor.saturating_add(minor),
            None => self.0.push(CurrencySum { place, currency: currency.to_owned(), scale, minor }),
        }
    }

    /// In the order of columns and currencies.
    pub(super) fn columns(&self, table: &ExportTable) -> Vec<ColumnSum> {
        let mut sums: Vec<&CurrencySum> = self.0.iter().collect();
        sums.sort_by(|a, b| (a.place, &a.currency).cmp(&(b.place, &b.currency)));
        let shown = |sum: &CurrencySum| ColumnSum {
            column: table.columns.get(sum.place).map_or_else(String::new, |column| column.name.to_string()),
            currency: sum.currency.clone(),
            sum: format_minor(sum.minor, sum.scale),
        };
        sums.into_iter().map(shown).collect()
    }
}
