//! The first look at a file.

use std::io::Cursor;

use super::workbook::{book, book_of, row};
use crate::open::FileOptions;
use crate::probe::{Probe, ProbeOptions, Purpose, probe};

fn look(bytes: Vec<u8>) -> Result<Probe, String> {
    let options =
        ProbeOptions { purpose: Purpose::Payments, file: FileOptions::default(), mapped: Vec::new() };
    probe(Cursor::new(bytes), &options).map_err(|error| error.to_string())
}

fn shown(probe: &Probe) -> String {
    let form = &probe.form;
    let word = |word: Option<&str>| word.unwrap_or("-").to_owned();
    let rows: Vec<String> =
        probe.rows.iter().map(|row| format!("{}:{}", row.line, row.cells.join("|"))).collect();
    let remarks: Vec<&str> = probe.remarks.iter().map(|remark| remark.code.name()).collect();
    format!(
        "{} {} {} sheet {} header {}:{} about {} rows {} [{}]",
        form.kind.name(),
        word(form.encoding.map(crate::encoding::Encoding::name)),
        word(form.delimiter.map(crate::delimiter::Delimiter::name)),
        word(form.sheet.as_deref()),
        probe.header_line,
        probe.header.join("|"),
        probe.rows_estimate,
        rows.join(" "),
        remarks.join(" "),
    )
}

#[test]
fn a_probe_shows_form_header_and_first_rows() {
    for (bytes, expected) in [
        (
            b"payee,amount\nA,1\nB,2\n".to_vec(),
            "csv utf-8 comma sheet - header 1:payee|amount about 2 rows 2:A|1 3:B|2 []",
        ),
        (
            "sep=;\n三月;\n收款账号;金额\n甲;1,5\n".as_bytes().to_vec(),
            "csv utf-8 semicolon sheet - header 3:收款账号|金额 about 2 rows 4:甲|1,5 [DELIMITER_LINE]",
        ),
        (
            b"\xd5\xcb\xba\xc5,\xbd\xf0\xb6\xee\nA,1\n".to_vec(),
            "csv gb18030 comma sheet - header 1:账号|金额 about 1 rows 2:A|1 []",
        ),
        (
            b"{\"payee\":\"A\",\"amount\":1}\n".to_vec(),
            "jsonl utf-8 - sheet - header 1:payee|amount about 1 rows 1:A|1 []",
        ),
        (book(&row(2, &["A", "1"])), "xlsx - - sheet Pay header 1:payee|amount|memo about 1 rows 2:A|1| []"),
        // What is not understood can still be decided: nothing is refused.
        (b"name,sum\nAnn,1\n".to_vec(), "csv utf-8 comma sheet - header 1:name|sum about 1 rows 2:Ann|1 []"),
        (
            b"payee,amount,x\nA,1\nB,2,3,4\nC,\xff,\xe5\xa5\xbd\xe5\xa5\xbd\xe5\xa5\xbd\n".to_vec(),
            "csv utf-8 comma sheet - header 1:payee|amount|x about 3 rows 2:A|1 3:B|2|3|4 [INVALID_UTF8]",
        ),
    ] {
        assert_eq!(shown(&look(bytes).unwrap()), expected);
    }
}

#[test]
fn a_probe_shows_twenty_rows_and_estimates_the_others() {
    let file = format!("title\npayee,amount\n{}", "A,1\n".repeat(5_000));
    let probe = look(file.into_bytes()).unwrap();
    assert_eq!((probe.rows.len(), probe.rows_estimate, probe.header_line), (20, 5_000, 2));
    assert_eq!(probe.above.len(), 1);
    let file = format!("name,sum\n{}", "Ann,1\n".repeat(5_000));
    let probe = look(file.into_bytes()).unwrap();
    assert_eq!((probe.rows.len(), probe.rows[0].line, probe.rows[19].line), (20, 2, 21));
}

#[test]
fn of_several_sheets_the_first_with_values_is_shown() {
    let one = |payee: &str| {
        format!("<sheetData>{}{}</sheetData>", row(1, &["payee", "amount"]), row(2, &[payee, "1"]))
    };
    let (a, b) = (one("A"), one("B"));
    let bytes = book_of(
        &[("Empty", "visible", "<sheetData/>"), ("Jan", "visible", &a), ("Feb", "veryHidden", &b)],
        "",
        "",
        "",
    );
    let probe = look(bytes).unwrap();
    assert_eq!(probe.form.sheet.as_deref(), Some("Jan"));
    let sheets: Vec<_> =
        probe.form.sheets.iter().map(|sheet| (sheet.name.as_str(), sheet.is_hidden)).collect();
    assert_eq!(sheets, [("Empty", false), ("Jan", false), ("Feb", true)]);
}

#[test]
fn a_probe_refuses_what_nobody_can_decide() {
    for (bytes, refused) in [
        (&b""[..], "line 1: FILE_NO_ROWS"),
        (b"\xef\xbb\xbf", "line 1: FILE_NO_ROWS"),
        (b"%PDF-1.7", "line 1: FILE_UNSUPPORTED"),
        (b"PK\x03\x04", "line 1: FILE_DAMAGED"),
        (b"empf\xe4nger,amount\nA,1", "line 1: ENCODING_UNKNOWN"),
    ] {
        assert_eq!(look(bytes.to_vec()).unwrap_err(), refused);
    }
}
