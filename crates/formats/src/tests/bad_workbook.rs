//! Workbooks that no spreadsheet program writes: each is refused by name before it costs anything.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::workbook::{amount, book, book_of, row, zipped};
use super::{check_any, opened, shown};
use crate::open::FileOptions;
use crate::payment::PaymentFileOptions;

/// The refusal.
fn refusal(bytes: Vec<u8>) -> String {
    shown(opened(bytes, &FileOptions::default(), &PaymentFileOptions::default()))
}

/// A workbook whose sheet is replaced.
fn with_sheet(sheet: &str) -> Vec<u8> {
    book_of(&[("Pay", "visible", sheet)], "", "", "")
}

#[test]
fn a_part_that_expands_too_much_is_refused_before_it_is_unpacked() {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let mut zip = ZipWriter::new_append(Cursor::new(book(""))).unwrap();
    zip.start_file("xl/media/image1.png", options).unwrap();
    let zeros = vec![0; 1 << 20];
    for _ in 0..64 {
        zip.write_all(&zeros).unwrap();
    }
    let bytes = zip.finish().unwrap().into_inner();
    assert!(bytes.len() < 100_000, "{}", bytes.len());
    let refused = refusal(bytes);
    assert!(refused.starts_with("refused ! 1 - ARCHIVE_EXPANDS_TOO_MUCH \"67108864 / "), "{refused}");
}

#[test]
fn an_archive_of_many_entries_is_refused_before_its_directory_is_read() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for number in 0..2_001 {
        zip.start_file(format!("{number}"), options).unwrap();
    }
    let bytes = zip.finish().unwrap().into_inner();
    assert_eq!(refusal(bytes), r#"refused ! 1 - ARCHIVE_TOO_MANY_PARTS "2001 / 2000""#);
}

#[test]
fn a_document_type_definition_is_refused_in_every_part() {
    let dtd = r#"<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>"#;
    let sheet = format!("<sheetData>{}</sheetData>", row(1, &["payee", "amount"]));
    let good: Vec<(String, String)> = {
        let mut archive = zip::ZipArchive::new(Cursor::new(with_sheet(&sheet))).unwrap();
        let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
        let text = |name: &String| std::io::read_to_string(archive.by_name(name).unwrap()).unwrap();
        let texts: Vec<String> = names.iter().map(text).collect();
        names.into_iter().zip(texts).collect()
    };
    for part in good.iter().map(|(name, _)| name).filter(|name| *name != "[Content_Types].xml") {
        let parts: Vec<(&str, String)> = good
            .iter()
            .map(|(name, text)| {
                (name.as_str(), if name == part { format!("{dtd}{text}") } else { text.clone() })
            })
            .collect();
        let parts: Vec<(&str, &str)> = parts.iter().map(|(name, text)| (*name, text.as_str())).collect();
        assert_eq!(refusal(zipped(&parts)), r#"refused ! 1 - XML_DTD """#, "{part}");
    }
}

#[test]
fn a_cell_beyond_the_columns_of_a_file_is_refused_with_its_name() {
    for name in ["XFD1048576", "IW1048576"] {
        let cell = format!(r#"<row r="1048576"><c r="{name}"><v>1</v></c></row>"#);
        assert_eq!(refusal(book(&cell)), format!(r#"refused ! 1048576 - CELL_TOO_FAR "{name}""#));
    }
    // Only its look is there, or it is far down: nothing is made for the cells between.
    check_any(
        book(
            &(row(2, &["A", "1"]) + r#"<row r="3"><c r="XFD3" s="1"/></row>"# + &row(1_048_576, &["B", "2"])),
        ),
        "2 \"1\" payee=\"A\"\n1048576 \"2\" payee=\"B\"",
    );
}

#[test]
fn a_truncated_or_altered_file_is_refused_wherever_it_is_cut() {
    let whole = book(&row(2, &["A", "1"]));
    for length in [4, 30, whole.len() / 4, whole.len() / 2, whole.len() - 23, whole.len() - 1] {
        let refused = refusal(whole[..length].to_vec());
        assert!(refused.starts_with("refused ! 1 - FILE_DAMAGED"), "{length} of {}: {refused}", whole.len());
    }
    assert!(refusal(whole.clone()).contains("payee=\"A\""));
    // Any change of the compressed sheet is seen by its sum or before.
    let name = b"xl/worksheets/sheet1.xml";
    let at = whole.windows(name.len()).position(|window| window == name).unwrap() + name.len();
    for offset in 0..40 {
        let mut altered = whole.clone();
        altered[at + offset] ^= 0x10;
        let refused = refusal(altered);
        assert!(refused.starts_with("refused ! 1 - FILE_DAMAGED"), "{offset}: {refused}");
    }
}

#[test]
fn sizes_and_places_that_are_lies_are_found() {
    let bytes = book(&row(2, &["A", "1"]));
    // The directory states less than the part unpacks to.
    let end = bytes.windows(4).rposition(|window| window == b"PK\x05\x06").unwrap();
    let directory = u32::from_le_bytes(bytes[end + 16..end + 20].try_into().unwrap());
    let entries = || {
        let first = usize::try_from(directory).unwrap();
        bytes
            .windows(4)
            .enumerate()
            .filter(move |(at, w)| *at >= first && *w == b"PK\x01\x02")
            .map(|(at, _)| at)
    };
    let sheet = entries().next_back().unwrap();
    let mut smaller = bytes.clone();
    let size = u32::from_le_bytes(bytes[sheet + 24..sheet + 28].try_into().unwrap());
    smaller[sheet + 24..sheet + 28].copy_from_slice(&(size - 7).to_le_bytes());
    assert_eq!(refusal(smaller), r#"refused ! 1 - FILE_DAMAGED "more than stated""#);
    let mut larger = bytes.clone();
    larger[sheet + 24..sheet + 28].copy_from_slice(&(size + 7).to_le_bytes());
    assert_eq!(refusal(larger), r#"refused ! 1 - FILE_DAMAGED "truncated""#);
    // Two entries share their bytes.
    let mut overlapping = bytes.clone();
    let first = entries().next().unwrap();
    let start: [u8; 4] = bytes[first + 42..first + 46].try_into().unwrap();
    overlapping[sheet + 42..sheet + 46].copy_from_slice(&start);
    assert_eq!(refusal(overlapping), r#"refused ! 1 - FILE_DAMAGED "overlapping entries""#);
    // The sheet is encrypted.
    let mut encrypted = bytes.clone();
    encrypted[sheet + 8] |= 1;
    assert_eq!(refusal(encrypted), r#"refused ! 1 - FILE_ENCRYPTED "xl/worksheets/sheet1.xml""#);
}

#[test]
fn other_archives_and_protected_workbooks_are_named() {
    for (parts, kind) in [
        (&[("a.txt", "x")][..], "ZIP"),
        (&[("inner.zip", "PK")], "ZIP"),
        (&[("word/document.xml", "<x/>")], "DOCX"),
        (&[("content.xml", "<x/>"), ("mimetype", "x")], "ODS"),
        (&[("xl/workbook.bin", "x")], "XLSB"),
    ] {
        assert_eq!(refusal(zipped(parts)), format!(r#"refused ! 1 - FILE_UNSUPPORTED "{kind}""#));
    }
    let compound = |name: &str| {
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".as_slice(), &vec![0; 65_520], &name, &[0; 512]].concat()
    };
    assert_eq!(refusal(compound("EncryptedPackage")), r#"refused ! 1 - FILE_ENCRYPTED """#);
    assert_eq!(refusal(compound("Workbook")), r#"refused ! 1 - FILE_UNSUPPORTED "XLS""#);
}

#[test]
fn a_text_that_is_too_long_is_a_problem_of_each_row_that_shows_it() {
    let long = "x".repeat(1_000_000);
    let rows: String = (2..200)
        .map(|n| format!(r#"<row r="{n}"><c r="A{n}" t="s"><v>0</v></c><c r="B{n}"><v>1</v></c></row>"#))
        .collect();
    let header = row(1, &["payee", "amount"]);
    let sheet = format!("<sheetData>{header}{rows}</sheetData>");
    let texts = format!("<si><t>{long}</t></si>");
    let read = refusal(book_of(&[("Pay", "visible", &sheet)], "", "", &texts));
    let lines: Vec<&str> = read.lines().collect();
    assert_eq!(lines.len(), 198);
    assert!(lines.iter().all(|line| line.contains("payee FIELD_TOO_LONG \"xxx")), "{}", lines[0]);
    // Escapes do not make it too long, and do not hide that it is.
    for (count, code) in [(32_767, "TEXT_TOO_LONG"), (32_769, "FIELD_TOO_LONG")] {
        let texts = format!("<si><t>{}</t></si>", "_x0041_".repeat(count));
        let read = refusal(book_of(&[("Pay", "visible", &sheet)], "", "", &texts));
        assert!(read.lines().all(|line| line.contains(&format!("payee {code} \"AAA"))), "{count}");
    }
    // A limit of spreadsheets: as long as this is a text like others, and only too long for a name.
    let texts = format!("<si><t>{}</t></si>", "y".repeat(32_767));
    let read = refusal(book_of(&[("Pay", "visible", &sheet)], "", "", &texts));
    assert!(read.lines().all(|line| line.contains("payee TEXT_TOO_LONG")), "{read}");
}

#[test]
fn sheets_that_contradict_themselves_are_refused() {
    for (sheet, value) in [
        (r#"<sheetData><row r="2"/><row r="1"/></sheetData>"#, "row order"),
        (r#"<sheetData><row r="0"/></sheetData>"#, "row order"),
        (r#"<sheetData><row r="1048577"/></sheetData>"#, "row order"),
        (r#"<sheetData><row r="1"><c r="A2"><v>1</v></c></row></sheetData>"#, "cell"),
        (r#"<sheetData><row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row></sheetData>"#, "cell"),
        (r#"<sheetData><row r="1"><c r="A1" t="s"><v>9</v></c></row></sheetData>"#, "texts"),
        (r#"<sheetData><row r="1"><c r="A1"><v>one</v></c></row></sheetData>"#, "number"),
        (r#"<sheetData><row r="1"><c r="A1" t="str"><v>&what;</v></c></row></sheetData>"#, "XML"),
        (r#"<sheetData><row r="1"></sheetData></row>"#, "XML"),
        (r#"<mergeCells><mergeCell ref="B2:A1"/></mergeCells>"#, "merged cells"),
        (
            r#"<sheetData><row r="1"><c r="C1"><v>1</v></c></row></sheetData><mergeCells><mergeCell ref="A1:B1"/><mergeCell ref="B1:C1"/></mergeCells>"#,
            "merged cells",
        ),
    ] {
        assert_eq!(refusal(with_sheet(sheet)), format!(r#"refused ! 1 - FILE_DAMAGED "{value}""#), "{sheet}");
    }
    let many = r#"<mergeCell ref="A1:B1"/>"#.repeat(10_001);
    assert_eq!(refusal(with_sheet(&many)), r#"refused ! 1 - FILE_DAMAGED "merged cells""#);
}

#[test]
fn a_link_to_another_file_is_not_followed_and_a_missing_part_is_named() {
    // Every workbook made here has a relation to an address outside.
    check_any(amount(r#"<c r="B2"><v>1</v></c>"#), r#"2 "1" payee="A""#);
    let relations = r#"<Relationships><Relationship Id="s1" Type="x/worksheet" Target="worksheets/gone.xml"/></Relationships>"#;
    let workbook =
        r#"<workbook xmlns:r="r"><sheets><sheet name="Pay" sheetId="1" r:id="s1"/></sheets></workbook>"#;
    let bytes = zipped(&[("xl/workbook.xml", workbook), ("xl/_rels/workbook.xml.rels", relations)]);
    assert_eq!(refusal(bytes), r#"refused ! 1 - FILE_DAMAGED "sheet""#);
    let outside = relations.replace("Target=", "TargetMode=\"External\" Target=");
    let bytes = zipped(&[("xl/workbook.xml", workbook), ("xl/_rels/workbook.xml.rels", &outside)]);
    assert_eq!(refusal(bytes), r#"refused ! 1 - FILE_NO_ROWS """#);
}
