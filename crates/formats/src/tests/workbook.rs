//! Workbooks made by hand, and what is read from a good one.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{check_any, check_opened, opened, shown};
use crate::open::{FileOptions, open};
use crate::payment::{PaymentFileOptions, PaymentReader};

const ROOT: &str = r#"<Relationships xmlns="x"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;

/// An archive of compressed parts.
pub(super) fn zipped(parts: &[(&str, &str)]) -> Vec<u8> {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(*name, options).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A workbook of sheets: names, states and the XML within `worksheet`; and the XML of styles and shared texts.
pub(super) fn book_of(sheets: &[(&str, &str, &str)], properties: &str, styles: &str, texts: &str) -> Vec<u8> {
    let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let numbered = || sheets.iter().zip(1..);
    let list: String = numbered()
        .map(|((name, state, _), n)| {
            format!(r#"<sheet name="{name}" sheetId="{n}" state="{state}" r:id="s{n}"/>"#)
        })
        .collect();
    let relations: String = numbered()
        .map(|(_, n)| {
            format!(r#"<Relationship Id="s{n}" Type="{kind}/worksheet" Target="worksheets/sheet{n}.xml"/>"#)
        })
        .collect();
    let others = format!(
        r#"<Relationship Id="a" Type="{kind}/styles" Target="/xl/styles.xml"/><Relationship Id="b" Type="{kind}/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="x" Type="{kind}/externalLink" Target="http://127.0.0.1:9/x" TargetMode="External"/>"#
    );
    let mut parts = vec![
        ("[Content_Types].xml".to_owned(), "<Types/>".to_owned()),
        ("_rels/.rels".to_owned(), ROOT.to_owned()),
        (
            "xl/workbook.xml".to_owned(),
            format!(
                r#"<?xml version="1.0" encoding="UTF-8"?><workbook xmlns:r="r">{properties}<sheets>{list}</sheets></workbook>"#
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels".to_owned(),
            format!("<Relationships>{relations}{others}</Relationships>"),
        ),
        ("xl/styles.xml".to_owned(), format!("<styleSheet>{styles}</styleSheet>")),
        ("xl/sharedStrings.xml".to_owned(), format!("<sst>{texts}</sst>")),
    ];
    for ((_, _, xml), n) in numbered() {
        parts.push((format!("xl/worksheets/sheet{n}.xml"), format!("<worksheet>{xml}</worksheet>")));
    }
    let parts: Vec<(&str, &str)> = parts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    zipped(&parts)
}

/// A workbook of one sheet with the header `payee, amount, memo` in row 1 and these rows.
pub(super) fn book(rows: &str) -> Vec<u8> {
    let header = row(1, &["payee", "amount", "memo"]);
    book_of(&[("Pay", "visible", &format!("<sheetData>{header}{rows}</sheetData>"))], "", STYLES, TEXTS)
}

/// Style 1 is a date, 2 shows eight digits, 3 is a format of its own for dates.
pub(super) const STYLES: &str = r#"<numFmts><numFmt numFmtId="164" formatCode="00000000"/><numFmt numFmtId="165" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs>"#;

const TEXTS: &str = r#"<si><t>Ann</t></si><si><r><t>Bo</t></r><r><t xml:space="preserve">b &amp; Co</t></r><rPh sb="0" eb="1"><t>ignored</t></rPh></si><si/>"#;

/// A row of texts.
pub(super) fn row(number: usize, texts: &[&str]) -> String {
    let cell = |(text, column): (&&str, char)| {
        format!(r#"<c r="{column}{number}" t="inlineStr"><is><t>{text}</t></is></c>"#)
    };
    let cells: String = texts.iter().zip('A'..).map(cell).collect();
    format!(r#"<row r="{number}">{cells}</row>"#)
}

/// Row 2 with the payee `A` and this cell as its amount.
pub(super) fn amount(cell: &str) -> Vec<u8> {
    book(&format!(r#"<row r="2"><c r="A2" t="str"><v>A</v></c>{cell}</row>"#))
}

#[test]
fn texts_are_read_however_they_are_stored() {
    check_any(
        book(
            r#"<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2"><v>1.5</v></c><c r="C2" t="s"><v>1</v></c></row>
               <row><c t="inlineStr"><is><t>C</t><rPh><t>no</t></rPh></is></c><c><v>2</v></c><c t="str"><v>a_x000D_b</v></c></row>
               <row r="7"><c r="A7" t="str"><v>D&#x4e2d;</v></c><c r="B7"><v>3</v></c><c r="C7" t="b"><v>1</v></c></row>"#,
        ),
        r#"2 "1.5" payee="Ann" memo="Bob & Co"
           3 "2" payee="C" memo="a\rb"
           7 "3" payee="D中" memo="TRUE""#,
    );
}

#[test]
fn numbers_are_read_with_the_digits_that_a_spreadsheet_shows() {
    for (value, read) in [
        ("0.30000000000000004", r#"2 "0.3" payee="A""#),
        ("1250", r#"2 "1250" payee="A""#),
        ("1E3", r#"2 "1000" payee="A""#),
        ("1234567890123456", "! 2 amount DIGITS_LOST \"1234567890123460\""),
    ] {
        check_any(amount(&format!(r#"<c r="B2"><v>{value}</v></c>"#)), read);
    }
    // A number with a currency's mark of its own is text, and has to be declared.
    check_any(amount(r#"<c r="B2" t="str"><v>1.25</v></c>"#), r#"2 "1.25" payee="A""#);
}

#[test]
fn an_account_number_that_a_spreadsheet_took_for_a_number_is_read_only_if_no_digit_is_lost() {
    let payee = |cell: &str| book(&format!(r#"<row r="2">{cell}<c r="B2"><v>1</v></c></row>"#));
    for (cell, read) in [
        (r#"<c r="A2"><v>622202123456789</v></c>"#, r#"2 "1" payee="622202123456789""#),
        (r#"<c r="A2"><v>1.23457E+15</v></c>"#, r#"! 2 payee DIGITS_LOST "1234570000000000""#),
        (r#"<c r="A2"><v>6.2220212345678901E+18</v></c>"#, r#"! 2 payee DIGITS_LOST "6222021234567890000""#),
        (r#"<c r="A2" t="str"><v>6222021234567890123</v></c>"#, r#"2 "1" payee="6222021234567890123""#),
        (r#"<c r="A2" s="2"><v>123</v></c>"#, r#"2 "1" payee="00000123""#),
        (r#"<c r="A2" s="1"><v>46112</v></c>"#, r#"! 2 payee DATE_FOR_NUMBER "2026-03-31""#),
        (r#"<c r="A2" t="d"><v>2026-03-31</v></c>"#, r#"! 2 payee DATE_FOR_NUMBER "2026-03-31""#),
    ] {
        check_any(payee(cell), read);
    }
}

#[test]
fn days_are_dates_in_both_date_systems() {
    let sheet = |day: u32| {
        let header = row(1, &["payee", "amount", "memo"]);
        let cells = format!(
            r#"<c r="A2" t="str"><v>A</v></c><c r="B2"><v>1</v></c><c r="C2" s="3"><v>{day}</v></c>"#
        );
        format!(r#"<sheetData>{header}<row r="2">{cells}</row></sheetData>"#)
    };
    for (properties, day) in [("", 46_112), (r#"<workbookPr date1904="1"/>"#, 44_650)] {
        let bytes = book_of(&[("Pay", "visible", &sheet(day))], properties, STYLES, "");
        check_any(bytes, r#"2 "1" payee="A" memo="2026-03-31""#);
    }
    check_any(amount(r#"<c r="B2" s="1"><v>46112</v></c>"#), r#"! 2 amount DATE_FOR_NUMBER "2026-03-31""#);
}

#[test]
fn a_formula_counts_with_its_stored_result_and_is_named() {
    check_any(
        amount(r#"<c r="B2"><f>SUM(X1:X9)</f><v>12.5</v></c>"#),
        "~ 2 - FORMULA_VALUES_USED \"B2 (1)\"\n2 \"12.5\" payee=\"A\"",
    );
    check_any(
        amount(r#"<c r="B2"><f>1+1</f></c>"#),
        "~ 2 - FORMULA_VALUES_USED \"B2 (1)\"\n! 2 amount FORMULA_WITHOUT_VALUE \"B2\"",
    );
    check_any(
        amount(r##"<c r="B2" t="e"><f>X1</f><v>#REF!</v></c>"##),
        "~ 2 - FORMULA_VALUES_USED \"B2 (1)\"\n! 2 amount CELL_ERROR \"#REF!\"",
    );
    check_any(amount(r##"<c r="B2" t="e"><v>#N/A</v></c>"##), "! 2 amount CELL_ERROR \"#N/A\"");
}

#[test]
fn merged_hidden_and_distant_cells_are_named() {
    let rows = row(2, &["Pay of March"])
        + &row(4, &["payee", "amount", "memo"])
        + &row(5, &["A", "1", "m"])
        + r#"<row r="6" hidden="1"><c r="A6" t="str"><v>B</v></c><c r="B6"><v>2</v></c></row>"#
        + r#"<row r="7"><c r="A7" t="str"><v>C</v></c><c r="B7"><v>3</v></c></row>"#;
    let sheet = format!(
        r#"<cols><col min="1" max="1"/><col min="3" max="9" hidden="1"/></cols><sheetData>{rows}</sheetData><mergeCells><mergeCell ref="C6:C7"/><mergeCell ref="A2:C2"/></mergeCells>"#
    );
    let bytes = book_of(&[("Pay", "visible", &sheet), ("Old", "hidden", "<sheetData/>")], "", "", "");
    check_any(
        bytes,
        r#"~ 1 - COLUMNS_HIDDEN "C"
           ~ 1 - SHEETS_HIDDEN "Old"
           ~ 2 - ROWS_ABOVE_HEADER "Pay of March"
           ~ 2 - CELLS_MERGED "A2:C2 (2)"
           ~ 6 - ROWS_HIDDEN "1"
           5 "1" payee="A" memo="m"
           6 "2" payee="B"
           ! 7 memo CELLS_MERGED "C7""#,
    );
}

#[test]
fn the_uploader_chooses_among_several_sheets() {
    let one = |payee: &str| {
        format!("<sheetData>{}{}</sheetData>", row(1, &["payee", "amount"]), row(2, &[payee, "1"]))
    };
    let (a, b, c) = (one("A"), one("B"), one("C"));
    let bytes = book_of(
        &[
            ("Empty", "visible", "<sheetData/>"),
            ("Jan", "visible", &a),
            ("Feb", "visible", &b),
            ("3", "hidden", &c),
        ],
        "",
        "",
        "",
    );
    let options = PaymentFileOptions::default();
    for (sheet, read) in [
        (None, r#"refused ! 1 - SHEET_UNDECIDED "Empty, Jan, Feb, 3""#),
        (Some("Feb"), "~ 1 - SHEETS_HIDDEN \"3\"\n2 \"1\" payee=\"B\""),
        (Some("2"), "~ 1 - SHEETS_HIDDEN \"3\"\n2 \"1\" payee=\"A\""),
        // A name comes before a number.
        (Some("3"), r#"2 "1" payee="C""#),
        (Some("5"), r#"refused ! 1 5 SHEET_NOT_FOUND "Empty, Jan, Feb, 3""#),
        (Some("May"), r#"refused ! 1 May SHEET_NOT_FOUND "Empty, Jan, Feb, 3""#),
        (Some("1"), r#"refused ! 1 - FILE_NO_ROWS """#),
    ] {
        let form = FileOptions { sheet: sheet.map(str::to_owned), ..FileOptions::default() };
        check_opened(bytes.clone(), &form, &options, read);
    }
    // The only visible sheet with values needs no choice.
    let bytes = book_of(&[("Sheet1", "visible", "<sheetData/>"), ("Jan", "visible", &a)], "", "", "");
    check_any(bytes, r#"2 "1" payee="A""#);
}

#[test]
fn what_is_written_by_a_library_is_read_as_another_library_reads_it() {
    use calamine::{Data, Reader, Xlsx};
    use rust_xlsxwriter::{Format, Workbook};
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("工资").unwrap();
    for (column, name) in (0..).zip(["收款账号", "金额", "备注"]) {
        sheet.write_string(0, column, name).unwrap();
    }
    for row in 1..500_u32 {
        sheet.write_string(row, 0, format!("ACC-{row:06}")).unwrap();
        sheet
            .write_number_with_format(
                row,
                1,
                f64::from(row) / 100.0,
                &Format::new().set_num_format("#,##0.00"),
            )
            .unwrap();
        sheet.write_string(row, 2, format!("第{row}行 <&> \"quoted\"")).unwrap();
    }
    let bytes = workbook.save_to_buffer().unwrap();
    let sheet =
        open(Cursor::new(bytes.clone()), &FileOptions::default()).unwrap_or_else(|e| panic!("{e}")).sheet;
    let mut reader =
        PaymentReader::over(sheet, &PaymentFileOptions::default()).unwrap_or_else(|e| panic!("{e}"));
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    while reader.next_page(100, &mut rows, &mut problems).unwrap() {}
    assert_eq!(problems, []);
    let mut other: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let range = other.worksheet_range("工资").unwrap();
    assert_eq!(rows.len(), range.height() - 1);
    for (row, cells) in rows.iter().zip(range.rows().skip(1)) {
        assert_eq!(Data::String(row.payee.clone().unwrap()), cells[0]);
        assert_eq!(Data::Float(row.amount.clone().unwrap().parse().unwrap()), cells[1]);
        assert_eq!(Data::String(row.memo.clone().unwrap()), cells[2]);
    }
}

#[test]
fn rows_that_are_blank_in_between_are_counted_and_line_numbers_are_those_of_the_sheet() {
    let rows = row(3, &["A", "1"])
        + r#"<row r="4"><c r="A4" s="1"/></row>"#
        + &row(9, &["B", "2"])
        + "<row r=\"10\"/>";
    let sheet =
        open(Cursor::new(book(&rows)), &FileOptions::default()).unwrap_or_else(|e| panic!("{e}")).sheet;
    let mut reader =
        PaymentReader::over(sheet, &PaymentFileOptions::default()).unwrap_or_else(|e| panic!("{e}"));
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    while reader.next_page(1, &mut rows, &mut problems).unwrap() {}
    let lines: Vec<u64> = rows.iter().map(|row| row.line).collect();
    assert_eq!((lines, reader.summary().totals.blank_rows), (vec![3, 9], 6));
}

#[test]
fn a_sheet_without_rows_is_refused_as_such() {
    for rows in ["", r#"<row r="2"><c r="A2" s="1"/></row>"#] {
        assert_eq!(
            shown(opened(book(rows), &FileOptions::default(), &PaymentFileOptions::default())),
            r#"refused ! 1 - FILE_NO_ROWS """#
        );
    }
}
