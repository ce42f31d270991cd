//! XLSX: rows go to a temporary file and are packed at the end, so memory use does not depend on their number.
//!
//! Amounts are number cells with the currency's decimals, times and dates are date cells. A number with more than
//! [`DIGITS_MAX`] digits is a text cell: Excel would change its last digits. Texts are never formulas, and their
//! columns have the format "text", so that an account number keeps its zeros when somebody types it.

use super::cell::{Cell, Json};
use super::escape::escaped_in_cell;
use super::file::{COLLECTED, FileWriter, Plan};
use super::table::{CellKind, ExportColumn};
use super::text::{Texts, date};
use super::words::shown;
use jiff::civil::{Date, DateTime, Time};
use rust_xlsxwriter::{
    ColNum, DocProperties, ExcelDateTime, Format, IgnoreError, RowNum, Workbook, Worksheet, XlsxError,
};
use std::borrow::Cow;
use std::io::{BufWriter, Error, Result, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// The most digits that Excel keeps.
pub const DIGITS_MAX: usize = 15;

/// The longest text of a cell, in UTF-16 units.
pub const CELL_TEXT_MAX: usize = 32_767;

/// What follows a text that was too long for a cell.
const CUT: &str = "…";

/// Excel's own format of texts: `@`.
const TEXT: u8 = 49;
/// Its format of whole numbers: `0`.
const WHOLE: u8 = 1;
/// Its format of two decimals: `0.00`.
const HUNDREDTHS: u8 = 2;

/// A workbook.
pub(super) struct XlsxFile {
    plan: Arc<Plan>,
    book: Workbook,
    formats: Formats,
    texts: Texts,
    /// The number of the current sheet, from 1.
    sheet: usize,
    /// The row of the current sheet that is written next; 0 is the header.
    next: RowNum,
}

struct Formats {
    header: Format,
    text: Format,
    moment: Format,
    day: Format,
    /// By number of decimals.
    decimals: Vec<Format>,
}

impl Formats {
    fn new() -> Self {
        // Without group marks: they would be in the file if somebody saved it as CSV.
        let decimals = |scale: usize| match scale {
            0 => Format::new().set_num_format_index(WHOLE),
            2 => Format::new().set_num_format_index(HUNDREDTHS),
            _ => Format::new().set_num_format(format!("0.{}", "0".repeat(scale))),
        };
        Self {
            header: Format::new().set_bold(),
            text: Format::new().set_num_format_index(TEXT),
            moment: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
            day: Format::new().set_num_format("yyyy-mm-dd"),
            decimals: (0..=DIGITS_MAX).map(decimals).collect(),
        }
    }

    /// The format of a column's cells that have none of their own.
    const fn of(&self, kind: CellKind) -> Option<&Format> {
        match kind {
            CellKind::Text | CellKind::Json => Some(&self.text),
            CellKind::Moment => Some(&self.moment),
            CellKind::Day => Some(&self.day),
            CellKind::Word(_)
            | CellKind::Integer
            | CellKind::Fixed
            | CellKind::Amount
            | CellKind::Balance => None,
        }
    }
}

impl XlsxFile {
    /// Begins a workbook with its first sheet.
    pub(super) fn new(plan: Arc<Plan>) -> Result<Self> {
        let mut book = Workbook::new();
        let made_at = ExcelDateTime::from_timestamp(plan.options.made_at.div_euclid(1_000_000));
        let zone = plan.options.zone.iana_name().unwrap_or("UTC");
        let properties = DocProperties::new()
            .set_creation_datetime(&made_at.map_err(failed)?)
            .set_comment(format!("Times: {zone}"));
        book.set_properties(&properties);
        if let Some(directory) = &plan.options.temporary {
            book.set_tempdir(directory).map_err(failed)?;
        }
        let texts = Texts::new(plan.options.zone.clone());
        let mut file = Self { plan, book, formats: Formats::new(), texts, sheet: 0, next: 0 };
        file.begin_sheet()?;
        Ok(file)
    }

    fn begin_sheet(&mut self) -> Result<()> {
        let Plan { table, options } = self.plan.as_ref();
        self.sheet += 1;
        let title = table.title(options.language);
        let name = if self.sheet == 1 { title.to_owned() } else { format!("{title} {}", self.sheet) };
        let formats = &self.formats;
        caught(|| {
            let sheet = self.book.add_worksheet_with_constant_memory()?;
            // Only the first sheet has what was above the header.
            let above = if self.sheet == 1 { options.above.as_slice() } else { &[] };
            let top = RowNum::try_from(above.len()).unwrap_or(0);
            sheet.set_name(name)?.set_freeze_panes(top + 1, 0)?;
            for (place, column) in (0..).zip(table.columns.iter()) {
                sheet.set_column_width(place, f64::from(column.width))?;
                if let Some(format) = formats.of(column.kind) {
                    sheet.set_column_format(place, format)?;
                }
            }
            if let Some(last) =
                table.columns.len().checked_sub(1).and_then(|last| ColNum::try_from(last).ok())
            {
                let rows = options.rows_per_sheet.get();
                sheet.ignore_error_range(
                    top + 1,
                    0,
                    rows.max(top + 1),
                    last,
                    IgnoreError::NumberStoredAsText,
                )?;
            }
            for (row, cells) in (0..).zip(above) {
                for (place, cell) in (0..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
                    sheet.write_string(row, place, fitting(cell))?;
                }
            }
            for (place, header) in (0..).zip(table.headers(options.language)) {
                sheet.write_string_with_format(top, place, fitting(header).as_ref(), &formats.header)?;
            }
            self.next = top + 1;
            Ok(())
        })
    }
}

impl FileWriter for XlsxFile {
    fn row(&mut self, cells: &[Cell<'_>], _: &mut (dyn Write + Send)) -> Result<()> {
        if self.next > self.plan.options.rows_per_sheet.get() {
            self.begin_sheet()?;
        }
        let Self { plan, book, formats, texts, sheet, next } = self;
        caught(|| {
            let sheet = book.worksheet_from_index(*sheet - 1)?;
            let mut writer = RowWriter { sheet, row: *next, formats, texts };
            for ((place, column), cell) in (0..).zip(plan.table.columns.iter()).zip(cells) {
                writer.cell(place, column, cell, plan)?;
            }
            Ok(())
        })?;
        *next += 1;
        Ok(())
    }

    fn finish(mut self: Box<Self>, to: &mut (dyn Write + Send)) -> Result<()> {
        let mut buffered = BufWriter::with_capacity(COLLECTED, to);
        caught(|| self.book.save_to_writer(&mut buffered))?;
        buffered.flush()
    }
}

/// Where a row is written.
struct RowWriter<'a> {
    sheet: &'a mut Worksheet,
    row: RowNum,
    formats: &'a Formats,
    texts: &'a mut Texts,
}

impl RowWriter<'_> {
    fn cell(
        &mut self,
        place: ColNum,
        column: &ExportColumn,
        cell: &Cell<'_>,
        plan: &Plan,
    ) -> std::result::Result<(), XlsxError> {
        match (cell, column.kind) {
            (Cell::Empty, _) => Ok(()),
            (Cell::Text(word), CellKind::Word(words)) => {
                self.string(place, shown(words, word, plan.options.language))
            }
            (Cell::Text(text) | Cell::Json(Json(text)), _) => self.string(place, text),
            (Cell::Integer(_), _) => self.number(place, cell, 0),
            (Cell::Money(money), _) => self.number(place, cell, money.scale),
            (Cell::Fixed(fixed), _) => self.number(place, cell, fixed.scale),
            (Cell::Moment(moment), _) => match serial(self.texts.clock(*moment)) {
                Some(serial) => self.formatted(place, serial, &self.formats.moment),
                None => self.made_text(place, cell),
            },
            (Cell::Day(day), _) => match serial(date(*day).to_datetime(Time::midnight())) {
                Some(serial) => self.formatted(place, serial, &self.formats.day),
                None => self.made_text(place, cell),
            },
        }
    }

    fn string(&mut self, place: ColNum, text: &str) -> std::result::Result<(), XlsxError> {
        self.sheet.write_string(self.row, place, fitting(text)).map(|_| ())
    }

    fn formatted(
        &mut self,
        place: ColNum,
        number: f64,
        format: &Format,
    ) -> std::result::Result<(), XlsxError> {
        self.sheet.write_number_with_format(self.row, place, number, format).map(|_| ())
    }

    /// A text of ours: digits.
    fn made_text(&mut self, place: ColNum, cell: &Cell<'_>) -> std::result::Result<(), XlsxError> {
        self.sheet.write_string(self.row, place, self.texts.local(cell)).map(|_| ())
    }

    fn number(&mut self, place: ColNum, cell: &Cell<'_>, scale: u8) -> std::result::Result<(), XlsxError> {
        match (exact(self.texts.local(cell)), self.formats.decimals.get(usize::from(scale))) {
            (Some(number), Some(format)) => self.formatted(place, number, format),
            _ => self.made_text(place, cell),
        }
    }
}

/// A number that Excel shows with all the digits it was written with.
fn exact(text: &str) -> Option<f64> {
    let significant = text.trim_start_matches(['-', '0', '.']).bytes().filter(u8::is_ascii_digit).count();
    if significant > DIGITS_MAX { None } else { text.parse().ok() }
}

/// Days since Excel's day 0; none before March 1900, where Excel counts a day that never was.
fn serial(at: DateTime) -> Option<f64> {
    const ZERO: Date = Date::constant(1899, 12, 30);
    let days = ZERO.until(at.date()).ok()?.get_days();
    let seconds = i32::from(at.hour()) * 3_600 + i32::from(at.minute()) * 60 + i32::from(at.second());
    (days > 60).then(|| f64::from(days) + f64::from(seconds) / 86_400.0)
}

/// A text as a cell, cut if Excel could not hold it.
fn fitting(text: &str) -> Cow<'_, str> {
    let cell = escaped_in_cell(text);
    if cell.len() <= CELL_TEXT_MAX || cell.chars().map(char::len_utf16).sum::<usize>() <= CELL_TEXT_MAX {
        return cell;
    }
    let mut left = CELL_TEXT_MAX - 1;
    let fits = |c: &char| {
        let room = left.checked_sub(c.len_utf16());
        left = room.unwrap_or(0);
        room.is_some()
    };
    Cow::Owned(cell.chars().take_while(fits).chain(CUT.chars()).collect())
}

/// The library panics if its temporary file cannot be written, such as on a full disk.
fn caught<T>(write: impl FnOnce() -> std::result::Result<T, XlsxError>) -> Result<T> {
    match catch_unwind(AssertUnwindSafe(write)) {
        Ok(written) => written.map_err(failed),
        Err(_) => Err(Error::other(
            "the rows of a workbook could not be kept: the disk for temporary files may be full",
        )),
    }
}

fn failed(error: XlsxError) -> Error {
    match error {
        XlsxError::IoError(error) => error,
        error => Error::other(error),
    }
}
