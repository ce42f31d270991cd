//! JSON lines.

use super::{check_any, opened, shown};
use crate::open::{FileOptions, open};
use crate::payment::PaymentFileOptions;

#[test]
fn objects_are_rows_and_their_names_are_columns() {
    check_any(
        "{\"payee\":\"A\",\"amount\":\"12.30\",\"memo\":\"two\\nlines\"}\n\n{\"memo\":null,\"amount\":5.0,\"payee\":\"B\"}\n{\"payee\":\"C\",\"amount\":7,\"reference\":\"r\"}",
        r#"1 "12.30" payee="A" memo="two\nlines"
           3 "5.0" payee="B"
           4 "7" payee="C" reference="r""#,
    );
    check_any("\u{feff}{\"收款账号\":\"甲\",\"金额\":\"1\"}\r\n", r#"1 "1" payee="甲""#);
    check_any(r#"  {"payee":"A","amount":"1"}"#, r#"1 "1" payee="A""#);
    let utf16: Vec<u8> =
        "{\"payee\":\"甲\",\"amount\":\"1\"}\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    check_any(utf16, r#"1 "1" payee="甲""#);
}

#[test]
fn numbers_are_taken_as_they_are_written() {
    for number in ["1.0000000000000001", "9007199254740993", "12345678901234567890.12", "1e3", "-5", "0.10"] {
        check_any(format!("{{\"payee\":\"A\",\"amount\":{number}}}"), &format!("1 {number:?} payee=\"A\""));
    }
    // The declared style is that of texts.
    let numbers = crate::number_style::NumberStyle::parse(Some("comma"), None, None).unwrap();
    let options = PaymentFileOptions { numbers, ..PaymentFileOptions::default() };
    let file = "{\"payee\":\"A\",\"amount\":1.5}\n{\"payee\":\"B\",\"amount\":\"2,5\"}\n";
    super::check_opened(
        file,
        &FileOptions::default(),
        &options,
        "1 \"1.5\" payee=\"A\"\n2 \"2.5\" payee=\"B\"",
    );
    check_any(r#"{"payee":true,"amount":false}"#, r#"1 "false" payee="true""#);
}

#[test]
fn a_line_that_is_not_a_flat_object_is_a_problem_and_the_others_are_read() {
    check_any(
        "{\"payee\":\"A\",\"amount\":\"1\"}
         {\"payee\":{\"id\":1},\"amount\":[1]}
         [1,2]
         {\"payee\":\"A\"
         {\"payee\":\"A\",\"payee\":\"B\",\"amount\":\"1\"}
         \"text\"
         {\"payee\":\"A\",\"amount\":\"1\"} x
         {\"payee\":\"\\u0000\",\"amount\":\"1\"}
         {\"payee\":\"B\",\"amount\":\"2\"}",
        r#"1 "1" payee="A"
           ! 2 payee VALUE_NESTED "{\"id\":1}"
           ! 2 amount VALUE_NESTED "[1]"
           ! 3 - LINE_INVALID "[1,2]"
           ! 4 - LINE_INVALID "{\"payee\":\"A\""
           ! 5 - LINE_INVALID "payee"
           ! 6 - LINE_INVALID "\"text\""
           ! 7 - LINE_INVALID "{\"payee\":\"A\",\"amount\":\"1\"} x"
           ! 8 payee NUL_BYTE "\\u{0}"
           9 "2" payee="B""#,
    );
}

#[test]
fn names_come_from_the_first_lines_and_a_later_new_one_is_a_problem() {
    let line = "{\"payee\":\"A\",\"amount\":\"1\"}\n";
    let file = line.repeat(99)
        + "{\"payee\":\"B\",\"amount\":\"2\",\"memo\":\"m\"}\n"
        + "{\"payee\":\"C\",\"amount\":\"3\",\"note\":\"n\"}\n";
    let read = shown(opened(file.into_bytes(), &FileOptions::default(), &PaymentFileOptions::default()));
    let last: Vec<&str> = read.lines().skip(99).collect();
    assert_eq!(last, [r#"100 "2" payee="B" memo="m""#, r#"! 101 note NAME_UNEXPECTED "n""#]);
    let file = format!("{line}{{\"payee\":\"A\",\"amount\":\"1\",\"pay date\":\"x\"}}\n");
    check_any(file, r#"refused ! 1 - COLUMN_UNDECIDED "pay date""#);
}

#[test]
fn lines_and_values_have_limits() {
    let long = format!("{{\"payee\":\"A\",\"amount\":\"1\",\"x\":\"{}\"}}\n", "y".repeat(2 << 20));
    let file = format!(
        "{{\"payee\":\"A\",\"amount\":\"1\",\"x\":\"\"}}\n{long}{{\"payee\":\"B\",\"amount\":\"2\"}}\n"
    );
    let read = shown(opened(file.into_bytes(), &FileOptions::default(), &PaymentFileOptions::default()));
    let lines: Vec<&str> = read.lines().collect();
    assert_eq!((lines.len(), lines[0], lines[2]), (3, r#"1 "1" payee="A""#, r#"3 "2" payee="B""#));
    assert!(lines[1].starts_with("! 2 - FIELD_TOO_LONG \"{"), "{}", lines[1]);
    let field = format!("{{\"payee\":\"A\",\"amount\":\"1\",\"x\":\"{}\"}}\n", "y".repeat(40_000));
    let read = shown(opened(field.into_bytes(), &FileOptions::default(), &PaymentFileOptions::default()));
    assert!(read.starts_with("! 1 x FIELD_TOO_LONG"), "{read}");
    let names: Vec<String> = (0..300).map(|n| format!("\"n{n}\":1")).collect();
    let wide = format!("{{{}}}", names.join(","));
    check_any(
        wide,
        "refused ! 1 - LINE_INVALID \"{\\\"n0\\\":1,\\\"n1\\\":1,\\\"n2\\\":1,\\\"n3\\\":1,\\\"n4\\\":1,\\\"n5\\\":1,\\\"n6\\\":1,\\\"n7\\\":1,\\\"n8\\\":1…\"",
    );
    let deep = format!("{{\"payee\":\"A\",\"amount\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let read = shown(opened(deep.into_bytes(), &FileOptions::default(), &PaymentFileOptions::default()));
    assert!(read.contains("LINE_INVALID") || read.contains("VALUE_NESTED"), "{read}");
}

#[test]
fn a_file_of_one_kind_has_that_kind_whatever_its_name() {
    let kind = |bytes: &[u8]| {
        let opened = open(std::io::Cursor::new(bytes.to_vec()), &FileOptions::default());
        opened.map(|opened| opened.form.kind.name()).map_err(|error| error.to_string())
    };
    assert_eq!(kind(b"{\"a\":1}\n").unwrap(), "jsonl");
    assert_eq!(kind(b"a,b\n{1},2\n").unwrap(), "csv");
    assert_eq!(kind(&super::workbook::book("")).unwrap(), "xlsx");
    assert_eq!(kind(b"%PDF-1.7").unwrap_err(), "line 1: FILE_UNSUPPORTED");
    assert_eq!(kind(b"<html>").unwrap_err(), "line 1: FILE_UNSUPPORTED");
    assert_eq!(kind(b"\x89PNG\r\n").unwrap_err(), "line 1: FILE_UNSUPPORTED");
}
