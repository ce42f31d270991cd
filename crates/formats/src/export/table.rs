//! What a table of an export consists of.

use domain::code::Language;
use std::borrow::Cow;

/// What a column holds. It decides the format and summing of its cells; a cell of another kind is written as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellKind {
    /// Text as somebody wrote it.
    Text,
    /// Words of ours, with their Chinese.
    Word(&'static [(&'static str, &'static str)]),
    /// Whole numbers.
    Integer,
    /// Decimal numbers.
    Fixed,
    /// Money, summed by currency in the manifest.
    Amount,
    /// Money of which a sum means nothing.
    Balance,
    /// Times.
    Moment,
    /// Dates.
    Day,
    /// JSON values.
    Json,
}

/// A column of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportColumn {
    /// Its name: the key in JSON lines.
    pub name: Cow<'static, str>,
    /// Its header in English; the name, except for columns of somebody else's file.
    pub english: Cow<'static, str>,
    /// Its header in Chinese.
    pub chinese: Cow<'static, str>,
    /// What it holds.
    pub kind: CellKind,
    /// Its width in a spreadsheet, in characters.
    pub width: u8,
}

impl ExportColumn {
    /// A column of ours.
    #[must_use]
    pub const fn new(name: &'static str, chinese: &'static str, kind: CellKind, width: u8) -> Self {
        Self {
            name: Cow::Borrowed(name),
            english: Cow::Borrowed(name),
            chinese: Cow::Borrowed(chinese),
            kind,
            width,
        }
    }

    /// Its header.
    #[must_use]
    pub fn header(&self, language: Language) -> &str {
        match language {
            Language::English => &self.english,
            Language::Chinese => &self.chinese,
        }
    }
}

/// A table of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportTable {
    /// Its name: of the sheet, and of the files in a zip.
    pub name: &'static str,
    /// The sheet's name in Chinese.
    pub chinese: &'static str,
    /// Its columns.
    pub columns: Cow<'static, [ExportColumn]>,
}

impl ExportTable {
    /// The name of its sheet.
    #[must_use]
    pub const fn title(&self, language: Language) -> &'static str {
        match language {
            Language::English => self.name,
            Language::Chinese => self.chinese,
        }
    }

    /// Its headers.
    pub fn headers(&self, language: Language) -> impl Iterator<Item = &str> {
        self.columns.iter().map(move |column| column.header(language))
    }
}

/// Declares a table and its row: field (which is also the column's name), type, kind, Chinese header, width.
macro_rules! export_table {
    (
        $(#[$doc:meta])*
        $row:ident<$life:lifetime>, $table:ident = $name:literal $title:literal {
            $($(#[$field_doc:meta])* $field:ident: $kind:expr => $type:ty, $chinese:literal, $width:literal;)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default)]
        pub struct $row<$life> { $($(#[$field_doc])* pub $field: $type,)* }

        #[doc = concat!("The table of [`", stringify!($row), "`].")]
        pub static $table: $crate::export::table::ExportTable = $crate::export::table::ExportTable {
            name: $name,
            chinese: $title,
            columns: ::std::borrow::Cow::Borrowed(&[
                $($crate::export::table::ExportColumn::new(stringify!($field), $chinese, $kind, $width),)*
            ]),
        };

        impl<$life> $row<$life> {
            /// Its values, in the order of the columns.
            #[must_use]
            pub fn cells(&self) -> [$crate::export::cell::Cell<$life>; [$($width,)*].len()] {
                [$($crate::export::cell::Cell::from(self.$field),)*]
            }
        }
    };
}

pub(crate) use export_table;
