//! Texts that a spreadsheet would take for a formula, and any other text.

use super::{options, text, workbook, written};
use crate::csv_reader::FIELD_MAX;
use crate::export::escape::{escaped, guard, taken_back};
use crate::export::options::ExportForm;
use crate::export::table::{CellKind, ExportColumn, ExportTable};
use calamine::{Data, Reader};
use domain::code::Language;
use proptest::prelude::*;

#[test]
fn a_text_that_begins_like_a_formula_is_guarded() {
    for text in [
        "=1",
        "+1",
        "-1",
        "@SUM",
        "\tx",
        "\rx",
        "\0x",
        "  =1",
        "\u{a0}=1",
        "＝1",
        "＋1",
        "－1",
        "＠1",
        "=cmd|'/c calc'!A1",
    ] {
        assert_eq!(guard(text), format!("'{text}"));
        assert_eq!(escaped(text), format!("'{text}"));
    }
    for text in ["", "a=1", "1-2", "工资", " x", "'tis", "' '=1", "''"] {
        assert_eq!(guard(text), text);
        assert_eq!(escaped(text), text);
    }
    for text in ["'=1", "''=1", "'-5", "' =1"] {
        assert_eq!(escaped(text), format!("'{text}"));
    }
}

#[test]
fn a_quote_is_taken_back_only_before_a_formula() {
    for (cell, text) in [
        ("'=1", "=1"),
        ("''=1", "'=1"),
        ("'+8613800000000", "+8613800000000"),
        ("'tis", "'tis"),
        ("=1", "=1"),
        ("'", "'"),
        ("", ""),
    ] {
        assert_eq!(taken_back(cell), text);
    }
}

fn texts() -> ExportTable {
    let column = |name| ExportColumn::new(name, "文", CellKind::Text, 10);
    ExportTable { name: "texts", chinese: "文", columns: vec![column("a"), column("b"), column("c")].into() }
}

/// Texts with many of the characters that matter.
fn any_text() -> impl Strategy<Value = String> {
    let odd = prop::sample::select(vec![
        "=", "+", "-", "@", "＝", "'", "''", "\"", ",", ";", "\t", "\r", "\n", "\r\n", " ", "\u{a0}",
        "_x0041_", "_x005F_", "_", "x", "0", "<", "&", "]]>", "\u{1}", "\u{b}", "\u{1f}", "\u{7f}", "\u{85}",
        "\u{feff}", "\u{fffd}", "工", "😀",
    ]);
    let odd = prop::collection::vec(odd, 0..8).prop_map(|parts| parts.concat());
    prop_oneof![odd, any::<String>()].prop_filter("no NUL", |text| !text.contains('\0'))
}

fn csv_cells(bytes: &[u8]) -> Vec<Vec<String>> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap();
    let mut reader = csv::ReaderBuilder::new().from_reader(text);
    let row = |row: Result<csv::StringRecord, csv::Error>| {
        row.unwrap().iter().map(|cell| taken_back(cell).to_owned()).collect()
    };
    reader.records().map(row).collect()
}

fn json_cells(lines: &str) -> Vec<Vec<String>> {
    let row = |line: &str| {
        let object: serde_json::Value = serde_json::from_str(line).unwrap();
        ["a", "b", "c"].map(|key| object[key].as_str().unwrap_or_default().to_owned()).to_vec()
    };
    lines.split_terminator('\n').map(row).collect()
}

fn sheet_cells(bytes: Vec<u8>, rows: u32) -> Vec<Vec<String>> {
    let sheet = workbook(bytes).worksheet_range("texts").unwrap();
    let cell = |row, column| match sheet.get_value((row, column)) {
        Some(Data::String(text)) => taken_back(text).to_owned(),
        None | Some(Data::Empty) => String::new(),
        other => panic!("{other:?}"),
    };
    (1..=rows).map(|row| (0..3).map(|column| cell(row, column)).collect()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn an_escape_is_undone(text in any_text()) {
        let cell = escaped(&text);
        prop_assert_eq!(taken_back(&cell), text.as_str());
        prop_assert_eq!(guard(&cell), cell.as_ref(), "safe");
    }

    #[test]
    fn any_text_is_read_back(rows in prop::collection::vec(prop::array::uniform3(any_text()), 1..5)) {
        let cells = || rows.iter().map(|row| row.iter().map(|text| text.as_str().into()).collect());
        let file = |form| written(&texts(), &options(form, Language::English), cells()).0;
        let expected: Vec<Vec<String>> = rows.iter().map(|row| row.to_vec()).collect();
        prop_assert_eq!(csv_cells(&file(ExportForm::Csv)), &*expected);
        prop_assert_eq!(json_cells(&text(file(ExportForm::JsonLines))), &*expected);
        let count = u32::try_from(rows.len()).unwrap();
        prop_assert_eq!(sheet_cells(file(ExportForm::Xlsx), count), expected);
    }
}

#[test]
fn a_column_of_one_empty_cell_is_no_blank_line() {
    let column = ExportColumn::new("a", "a", CellKind::Text, 10);
    let table = ExportTable { name: "one", chinese: "one", columns: vec![column].into() };
    let rows = [vec!["".into()], vec!["x".into()], vec!["".into()]];
    let bytes = written(&table, &options(ExportForm::Csv, Language::English), rows).0;
    assert_eq!(text(bytes), "\u{feff}a\n\"\"\nx\n\"\"\n");
}

#[test]
fn a_long_text_is_whole_in_csv() {
    let long = "x".repeat(FIELD_MAX * 3);
    let row = [vec![long.as_str().into(), "".into(), "".into()]];
    let bytes = written(&texts(), &options(ExportForm::Csv, Language::English), row).0;
    assert_eq!(csv_cells(&bytes)[0][0], long);
}
