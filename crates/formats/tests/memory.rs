//! What reading takes of memory: workbooks that are refused take next to nothing, and a large one a bounded amount.
//!
//! One test, because it watches the peak of the whole process.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::io::{Cursor, Write};

use formats::open::{FileOptions, open};
use formats::payment::{PaymentFileOptions, PaymentReader};
use formats::read_error::ReadError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const MIB: u64 = 1024 * 1024;

type Zip = ZipWriter<Cursor<Vec<u8>>>;

/// The peak of this process's memory in bytes; none where the system does not tell.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kib| kib * 1024)
}

/// A workbook of one sheet, which `sheet` writes, and these shared texts.
fn book(sheet: impl FnOnce(&mut Zip), texts: &str) -> Vec<u8> {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let workbook =
        r#"<workbook xmlns:r="r"><sheets><sheet name="Pay" sheetId="1" r:id="s1"/></sheets></workbook>"#;
    let relations = r#"<Relationships><Relationship Id="s1" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="s2" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#;
    for (name, text) in [
        ("xl/workbook.xml", workbook),
        ("xl/_rels/workbook.xml.rels", relations),
        ("xl/sharedStrings.xml", texts),
    ] {
        zip.start_file(name, options).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.start_file("xl/worksheets/sheet1.xml", options).unwrap();
    sheet(&mut zip);
    zip.finish().unwrap().into_inner()
}

/// 512 MiB of spaces in about 511 KiB.
fn bomb() -> Vec<u8> {
    let blanks = vec![b' '; 1 << 20];
    let bytes = book(|zip| (0..512).for_each(|_| zip.write_all(&blanks).unwrap()), "<sst/>");
    assert!(bytes.len() < 600 * 1024, "{}", bytes.len());
    bytes
}

fn many_entries() -> Vec<u8> {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for number in 0..100_000 {
        zip.start_file(number.to_string(), options).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A sheet of payments, each to an account of its own.
fn payments(count: u32) -> Vec<u8> {
    let header: String = ["payee", "amount", "memo"]
        .iter()
        .zip('A'..)
        .map(|(name, column)| format!("<c r=\"{column}1\" t=\"str\"><v>{name}</v></c>"))
        .collect();
    let texts: String = (0..count).map(|number| format!("<si><t>ACCOUNT-{number:012}</t></si>")).collect();
    let sheet = |zip: &mut Zip| {
        write!(zip, "<worksheet><sheetData><row r=\"1\">{header}</row>").unwrap();
        for row in 2..count + 2 {
            let (payee, memo) = (row - 2, (row - 2) % 1_000);
            let cells = [
                format!("<c r=\"A{row}\" t=\"s\"><v>{payee}</v></c>"),
                format!("<c r=\"B{row}\"><v>{row}.25</v></c>"),
                format!("<c r=\"C{row}\" t=\"s\"><v>{memo}</v></c>"),
            ];
            write!(zip, "<row r=\"{row}\">{}</row>", cells.concat()).unwrap();
        }
        write!(zip, "</sheetData></worksheet>").unwrap();
    };
    book(sheet, &format!("<sst>{texts}</sst>"))
}

fn check_refused(name: &str, bytes: Vec<u8>) {
    let before = peak();
    match open(Cursor::new(bytes), &FileOptions::default()) {
        Err(ReadError::Refused(refusal)) => assert_eq!(refusal.problem.code.name(), name),
        Err(ReadError::Io(error)) => panic!("{name}: {error}"),
        Ok(_) => panic!("{name}: the file was opened"),
    }
    let Some((before, after)) = before.zip(peak()) else { return };
    assert!(after - before < 32 * MIB, "{name}: {} MiB", (after - before) / MIB);
}

/// Reads all rows, page by page.
fn count(bytes: Vec<u8>) -> usize {
    let sheet = open(Cursor::new(bytes), &FileOptions::default()).unwrap_or_else(|e| panic!("{e}")).sheet;
    let mut reader =
        PaymentReader::over(sheet, &PaymentFileOptions::default()).unwrap_or_else(|e| panic!("{e}"));
    let mut count = 0;
    loop {
        let (mut rows, mut problems) = (Vec::new(), Vec::new());
        let more = reader.next_page(2_000, &mut rows, &mut problems).unwrap();
        assert_eq!(problems, []);
        count += rows.len();
        if !more {
            return count;
        }
    }
}

#[test]
fn refused_workbooks_take_next_to_no_memory_and_large_ones_a_bounded_amount() {
    let of_sheet = |xml: &str| book(|zip| zip.write_all(xml.as_bytes()).unwrap(), "<sst/>");
    let mut truncated = payments(1_000);
    truncated.truncate(truncated.len() / 2);
    let far = r#"<worksheet><sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>"#;
    for (name, bytes) in [
        ("ARCHIVE_EXPANDS_TOO_MUCH", bomb()),
        ("ARCHIVE_TOO_MANY_PARTS", many_entries()),
        ("XML_DTD", of_sheet(r#"<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet/>"#)),
        ("CELL_TOO_FAR", of_sheet(far)),
        ("FILE_DAMAGED", truncated),
    ] {
        check_refused(name, bytes);
    }
    let bytes = payments(200_000);
    let before = peak();
    assert_eq!(count(bytes), 200_000);
    let Some((before, after)) = before.zip(peak()) else { return };
    assert!(after - before < 128 * MIB, "{} MiB", (after - before) / MIB);
}
