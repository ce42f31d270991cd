//! Files as they are written, whole; and what is read back from them.
//!
//! To add a case, find the file for its subject.

mod annotated;
mod forms;
mod parts;
mod read_again;
mod safe;
mod sheets;

use crate::export::cell::{Cell, Day, Moment, Money};
use crate::export::columns::result::{RESULTS, ResultRow};
use crate::export::manifest::Manifest;
use crate::export::options::{ExportForm, ExportOptions};
use crate::export::table::ExportTable;
use crate::export::writer::ExportWriter;
use calamine::{Data, Reader, Xlsx};
use domain::code::Language;
use std::io::Cursor;

/// 2026-05-31T09:12:33.5Z.
const AT: Moment = Moment(1_780_218_753_500_000);
const ON: Day = Day(20_604);

fn options(form: ExportForm, language: Language) -> ExportOptions {
    ExportOptions { form, language, ..ExportOptions::default() }
}

fn money(minor: i64, scale: u8, currency: &str) -> Cell<'_> {
    Cell::Money(Money { minor: i128::from(minor), scale, currency })
}

fn written<'a>(
    table: &ExportTable,
    options: &ExportOptions,
    rows: impl IntoIterator<Item = Vec<Cell<'a>>>,
) -> (Vec<u8>, Manifest) {
    let mut writer = ExportWriter::new(table, options, Vec::new()).unwrap();
    for row in rows {
        writer.row(&row).unwrap();
    }
    writer.finish().unwrap()
}

/// Rows of a result that have everything.
fn results<'a>() -> Vec<Vec<Cell<'a>>> {
    let paid = ResultRow {
        line: Some(2),
        item: 7,
        source: "S-001",
        target: "0012",
        amount: money(1_230, 2, "USD"),
        currency: "USD",
        fee: money(10, 2, "USD"),
        status: "completed",
        memo: "=HYPERLINK(\"http://x\")",
        reference: "a,b",
        external_id: "E-1",
        transfer: Some(912),
        paid_at: Some(AT),
        value_date: Some(ON),
        ..ResultRow::default()
    };
    let failed = ResultRow {
        line: Some(3),
        item: 8,
        target: "0013",
        amount: money(123_456_789_012_345_678, 2, "USD"),
        fee: Cell::Empty,
        status: "failed",
        code: "BALANCE_SHORT",
        message: "余额不足",
        memo: "五月工资",
        external_id: "",
        transfer: None,
        paid_at: None,
        value_date: None,
        ..paid
    };
    let refused = ResultRow {
        line: Some(4),
        item: 31,
        source: "",
        target: "b@example.com",
        amount: "-5".into(),
        status: "refused",
        code: "AMOUNT_SIGN",
        message: "",
        memo: "two\nlines",
        reference: "",
        ..failed
    };
    [paid, failed, refused].map(|row| row.cells().to_vec()).to_vec()
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

fn workbook(bytes: Vec<u8>) -> Xlsx<Cursor<Vec<u8>>> {
    Xlsx::new(Cursor::new(bytes)).unwrap()
}

/// The cells of a sheet, each row as one line; with the kind of cell unless it is a text.
fn shown(book: &mut Xlsx<Cursor<Vec<u8>>>, sheet: &str) -> String {
    let range = book.worksheet_range(sheet).unwrap();
    let cell = |cell: &Data| match cell {
        Data::Empty => String::new(),
        Data::String(text) => format!("{text:?}"),
        Data::Float(number) => format!("{number}"),
        Data::Int(number) => format!("{number}"),
        Data::DateTime(date) => format!("@{}", date.as_f64()),
        other => panic!("{other:?}"),
    };
    let lines: Vec<String> =
        range.rows().map(|row| row.iter().map(cell).collect::<Vec<_>>().join(" | ")).collect();
    lines.join("\n")
}

/// The rows of a result, in one of the forms and languages.
fn result_file(form: ExportForm, language: Language) -> Vec<u8> {
    written(&RESULTS, &options(form, language), results()).0
}
