//! How an export is written.

use crate::delimiter::Delimiter;
use crate::encoding::Encoding;
use domain::code::Language;
use jiff::tz::TimeZone;
use std::num::{NonZeroU32, NonZeroU64};
use std::path::PathBuf;

/// The rows of a worksheet, without the header.
pub const SHEET_ROWS: NonZeroU32 = NonZeroU32::MIN.saturating_add(1_048_574);

/// The fewest rows that a part should be asked to have: the manifest lists every part.
pub const ROWS_PER_FILE_MIN: u64 = 1_000;

/// The form of an export.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ExportForm {
    /// CSV in UTF-8 with a byte order mark.
    #[default]
    Csv,
    /// An Excel workbook.
    Xlsx,
    /// One JSON object per line.
    JsonLines,
}

impl ExportForm {
    /// Every form.
    pub const ALL: [Self; 3] = [Self::Csv, Self::Xlsx, Self::JsonLines];

    /// Its name in requests, which is also the extension of its files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::JsonLines => "jsonl",
        }
    }

    /// The form with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.name() == name)
    }
}

/// How CSV is written; unless it is said, as most programs read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextForm {
    /// The field separator.
    pub delimiter: Delimiter,
    /// The encoding; UTF-8 and UTF-16 have a byte order mark.
    pub encoding: Encoding,
}

impl Default for TextForm {
    fn default() -> Self {
        Self { delimiter: Delimiter::Comma, encoding: Encoding::Utf8 }
    }
}

/// How an export is written.
#[derive(Debug, Clone)]
pub struct ExportOptions {
    /// Its form.
    pub form: ExportForm,
    /// The language of headers and words. JSON lines have names and no language.
    pub language: Language,
    /// The time zone that times are shown in. JSON lines are in UTC.
    pub zone: TimeZone,
    /// When it was asked for, microseconds UTC: an export that is repeated after an interruption is the same.
    pub made_at: i64,
    /// At most so many rows in a file: the export is then a zip of numbered files and a manifest.
    pub rows_per_file: Option<NonZeroU64>,
    /// At most so many rows in a sheet, without the header.
    pub rows_per_sheet: NonZeroU32,
    /// How CSV is written.
    pub text: TextForm,
    /// Rows above the header, such as a title.
    pub above: Vec<Vec<String>>,
    /// Where workbooks keep their rows until they are complete; the system's directory if there is none.
    pub temporary: Option<PathBuf>,
}

impl Default for ExportOptions {
    fn default() -> Self {
        Self {
            form: ExportForm::default(),
            language: Language::default(),
            zone: TimeZone::UTC,
            made_at: 0,
            rows_per_file: None,
            rows_per_sheet: SHEET_ROWS,
            text: TextForm::default(),
            above: Vec::new(),
            temporary: None,
        }
    }
}

impl ExportOptions {
    /// The extension of the whole: that of the form, or `zip`.
    #[must_use]
    pub const fn extension(&self) -> &'static str {
        if self.rows_per_file.is_some() { "zip" } else { self.form.name() }
    }
}
