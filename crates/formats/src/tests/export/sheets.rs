//! What is particular to workbooks: numbers that Excel would change, the limits of sheets and cells, formats.

use super::{money, options, results, shown, text, workbook, written};
use crate::export::cell::Cell;
use crate::export::columns::result::RESULTS;
use crate::export::options::{ExportForm, ExportOptions};
use crate::export::table::{CellKind, ExportColumn, ExportTable};
use calamine::Reader;
use domain::code::Language;
use std::io::{Cursor, Read};
use std::num::NonZeroU32;

fn one_column(kind: CellKind) -> ExportTable {
    let column = ExportColumn::new("value", "值", kind, 10);
    ExportTable { name: "one", chinese: "一", columns: vec![column].into() }
}

fn xlsx(table: &ExportTable, rows: Vec<Vec<Cell<'_>>>) -> Vec<u8> {
    written(table, &options(ExportForm::Xlsx, Language::English), rows).0
}

#[test]
fn a_number_that_excel_would_change_is_a_text() {
    for (minor, scale, cell) in [
        (0, 2, "0"),
        (1, 2, "0.01"),
        (-1_230, 2, "-12.3"),
        (1, 8, "0.00000001"),
        (999_999_999_999_999, 2, "9999999999999.99"),
        (-999_999_999_999_999, 0, "-999999999999999"),
        (1_000_000_000_000_000, 0, r#""1000000000000000""#),
        (1_000_000_000_000_000, 2, r#""10000000000000.00""#),
        (9_223_372_036_854_775_807, 2, r#""92233720368547758.07""#),
        (i64::MIN, 3, r#""-9223372036854775.808""#),
    ] {
        let bytes = xlsx(&one_column(CellKind::Amount), vec![vec![money(minor, scale, "USD")]]);
        assert_eq!(shown(&mut workbook(bytes), "one"), format!("\"value\"\n{cell}"), "{minor}");
    }
    let bytes = xlsx(&one_column(CellKind::Integer), vec![vec![i64::MAX.into()], vec![912.into()]]);
    assert_eq!(shown(&mut workbook(bytes), "one"), "\"value\"\n\"9223372036854775807\"\n912");
}

#[test]
fn rows_beyond_the_limit_go_to_another_sheet() {
    let rows: Vec<Vec<Cell<'_>>> = (1..=7).map(|number: i64| vec![number.into()]).collect();
    let options = ExportOptions {
        rows_per_sheet: NonZeroU32::new(3).unwrap(),
        ..options(ExportForm::Xlsx, Language::Chinese)
    };
    for (count, sheets) in [(0, 1), (3, 1), (4, 2), (6, 2), (7, 3)] {
        let (bytes, manifest) =
            written(&one_column(CellKind::Integer), &options, rows[..count].iter().cloned());
        let mut book = workbook(bytes);
        let names = book.sheet_names();
        assert_eq!(names, &["一", "一 2", "一 3"][..sheets], "{count}");
        let read: Vec<String> = names
            .iter()
            .flat_map(|name| {
                let sheet = shown(&mut book, name);
                let mut lines = sheet.lines().map(str::to_owned);
                assert_eq!(lines.next().as_deref(), Some("\"值\""), "each sheet has the header");
                lines.collect::<Vec<_>>()
            })
            .collect();
        assert_eq!(read, (1..=count).map(|number| number.to_string()).collect::<Vec<_>>());
        assert_eq!(manifest.rows, u64::try_from(count).unwrap());
    }
}

#[test]
fn a_text_longer_than_a_cell_is_cut_and_marked() {
    for (text, kept) in [
        ("x".repeat(32_767), "x".repeat(32_767)),
        ("x".repeat(32_768), "x".repeat(32_766) + "…"),
        ("😀".repeat(16_384), "😀".repeat(16_383) + "…"),
    ] {
        let bytes = xlsx(&one_column(CellKind::Text), vec![vec![text.as_str().into()]]);
        assert!(shown(&mut workbook(bytes), "one") == format!("\"value\"\n{kept:?}"), "{}", text.len());
    }
}

/// A part of the workbook's zip.
fn part(bytes: &[u8], name: &str) -> String {
    let mut part = Vec::new();
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    zip.by_name(name).unwrap().read_to_end(&mut part).unwrap();
    text(part)
}

#[test]
fn the_header_is_frozen_and_cells_have_the_formats_of_their_columns() {
    let bytes = xlsx(&RESULTS, results());
    let sheet = part(&bytes, "xl/worksheets/sheet1.xml");
    for wanted in [
        r#"<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>"#,
        r#"<col min="1" max="1" width="8.7109375" customWidth="1"/>"#,
        r#"numberStoredAsText="1""#,
    ] {
        assert!(sheet.contains(wanted), "{wanted}: {}", &sheet[..2_000]);
    }
    assert!(!sheet.contains("<f>"), "no formulas");
    let styles = part(&bytes, "xl/styles.xml");
    for format in ["yyyy-mm-dd hh:mm:ss", "yyyy-mm-dd"] {
        assert!(styles.contains(&format!("formatCode=\"{format}\"")), "{styles}");
    }
    // The built-in formats of text, whole numbers and two decimals.
    for number in [49, 1, 2] {
        assert!(styles.contains(&format!("numFmtId=\"{number}\"")), "{number}: {styles}");
    }
    let styled = |cell: &str| sheet.contains(&format!("<c r=\"{cell}\" s=\""));
    assert!(styled("D2") && styled("E2") && styled("O2") && styled("P2"));
}

#[test]
fn a_workbook_depends_on_its_rows_alone() {
    assert_eq!(xlsx(&RESULTS, results()), xlsx(&RESULTS, results()));
}

#[test]
fn a_directory_that_is_not_there_is_an_error() {
    let options = ExportOptions {
        temporary: Some("/nowhere/at/all".into()),
        ..options(ExportForm::Xlsx, Language::English)
    };
    assert!(crate::export::writer::ExportWriter::new(&RESULTS, &options, Vec::new()).is_err());
}
