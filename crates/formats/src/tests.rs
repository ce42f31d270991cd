//! Files as people send them: what is read, and every problem.

use std::io::{Cursor, Read};

use proptest::prelude::*;

use crate::account::AccountReader;
use crate::csv_reader::{Delimiter, FIELD_MAX};
use crate::payment::{Field, Mapping, Options, PaymentReader, PaymentRow};
use crate::problem::{Problem, ReadError};
use crate::result::{HEADER, ResultRow, ResultWriter, guard};

fn problem(p: &Problem) -> String {
    format!("! {} {} {} {:?}", p.line, p.column.as_deref().unwrap_or("-"), p.code, p.value)
}

fn payment(row: &PaymentRow) -> String {
    let named = [
        ("account", &row.account),
        ("email", &row.email),
        ("uid", &row.uid),
        ("source", &row.source),
        ("currency", &row.currency),
        ("memo", &row.memo),
        ("reference", &row.reference),
    ];
    let filled = named.iter().filter_map(|(name, value)| Some(format!(" {name}={:?}", value.as_deref()?)));
    format!("{} {:?}{}", row.line, row.amount, filled.collect::<String>())
}

/// Rows and problems, in the order of their lines, one a line of text; or the refusal.
fn read_with(input: impl Read, options: &Options, page: usize) -> Result<String, ReadError> {
    let mut reader = PaymentReader::open(input, options)?;
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    while reader.next_page(page, &mut rows, &mut problems)? {}
    let rows = rows.iter().map(|r| (r.line, payment(r)));
    let mut lines: Vec<_> = rows.chain(problems.iter().map(|p| (p.line, problem(p)))).collect();
    lines.sort_by_key(|(line, _)| *line);
    Ok(lines.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("\n"))
}

fn shown(result: Result<String, ReadError>) -> String {
    match result {
        Ok(text) => text,
        Err(ReadError::Refused(p)) => format!("refused {}", problem(&p)),
        Err(ReadError::Io(error)) => panic!("{error}"),
    }
}

fn check_with(options: &Options, input: impl AsRef<[u8]>, expected: &str) {
    let expected = expected.lines().map(str::trim).collect::<Vec<_>>().join("\n");
    for page in [1, 2, 1_000] {
        assert_eq!(shown(read_with(input.as_ref(), options, page)), expected, "page {page}");
    }
    assert_eq!(shown(read_with(Dribble(Cursor::new(input.as_ref())), options, 7)), expected, "byte by byte");
}

fn check(input: impl AsRef<[u8]>, expected: &str) {
    check_with(&Options::default(), input, expected);
}

/// Gives one byte at a time, as a slow upload does.
struct Dribble<R>(R);

impl<R: Read> Read for Dribble<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let one = buffer.len().min(1);
        self.0.read(&mut buffer[..one])
    }
}

#[test]
fn rows_are_read_with_their_lines() {
    check(
        "account,amount,currency,memo,reference\nA1, 12.30 ,USD,\"two\nlines\",r1\n\nA2,5,,,\n",
        r#"2 "12.30" account="A1" currency="USD" memo="two\nlines" reference="r1"
           5 "5" account="A2""#,
    );
}

#[test]
fn all_line_endings_count_the_same() {
    let expected = "2 \"1\" account=\"A\"\n3 \"2\" account=\"B\"\n5 \"3\" account=\"C\"";
    for end in ["\n", "\r\n", "\r"] {
        check(["account,amount", "A,1", "B,2", "", "C,3"].join(end), expected);
    }
    check("account,amount\rA,1\r\nB,2\n\r\nC,3\n\r", expected);
    check("\u{feff}account,amount\nA,\"1\"\nB,2\n\nC,3", expected);
    check(
        "account,memo,amount\r\nA,\"x\r\ny\rz\",1\r\nB,,2",
        "2 \"1\" account=\"A\" memo=\"x\\r\\ny\\rz\"\n5 \"2\" account=\"B\"",
    );
}

#[test]
fn headers_are_matched_loosely() {
    check(
        " Payee_Identifier ,VALUE,Ccy,Remarks,request-id,id\nA,1,USD,m,r,9",
        r#"2 "1" account="A" currency="USD" memo="m" reference="r""#,
    );
    check(
        "收款账号,转账金额,币种,备注,流水号\nA,1,CNY,工资,7",
        r#"2 "1" account="A" currency="CNY" memo="工资" reference="7""#,
    );
    check("用户ID,邮箱,金额,付款账号\nU,u@x.cn,1,S", r#"2 "1" email="u@x.cn" uid="U" source="S""#);
}

#[test]
fn a_mapping_is_taken_before_names() {
    let mut mapping = Mapping::default();
    mapping.set(Field::Account, "Wallet Address");
    mapping.set(Field::Memo, "reference");
    let options = Options { mapping: mapping.clone(), ..Options::default() };
    check_with(&options, "account,wallet_address,amount,reference\nA,W,1,r", r#"2 "1" account="W" memo="r""#);
    check_with(
        &options,
        "account,amount\nA,1",
        r#"refused ! 1 Wallet Address COLUMN_MISSING "account, amount""#,
    );
    mapping.set(Field::Uid, "reference");
    let options = Options { mapping, ..Options::default() };
    check_with(
        &options,
        "wallet address,amount,reference\nA,1,r",
        r#"refused ! 1 reference COLUMN_DUPLICATE "reference""#,
    );
}

#[test]
fn a_file_that_makes_no_sense_is_refused_as_a_whole() {
    check("", r#"refused ! 1 - FILE_NO_ROWS """#);
    check("\u{feff}", r#"refused ! 1 - FILE_NO_ROWS """#);
    check("\r\n\n", r#"refused ! 1 - FILE_NO_ROWS """#);
    check("account,amount", r#"refused ! 1 - FILE_NO_ROWS """#);
    check("account,amount\n\n\r\n", r#"refused ! 1 - FILE_NO_ROWS """#);
    check("account,memo\nA,1", r#"refused ! 1 amount COLUMN_MISSING "account, memo""#);
    check("name,amount\nA,1", r#"refused ! 1 account / email / uid COLUMN_MISSING "name, amount""#);
    check("account,payee,amount\nA,B,1", r#"refused ! 1 payee COLUMN_DUPLICATE "account""#);
    check("\nacc\0ount,amount\nA,1", "refused ! 2 - NUL_BYTE \"acc\u{fffd}ount\"");
    check(b"account,\xff,amount\nA,1", "refused ! 1 - INVALID_UTF8 \"\u{fffd}\"");
    check(["amount"; 10_000].join(","), r#"refused ! 1 - TOO_MANY_COLUMNS ">256""#);
}

#[test]
fn a_file_of_another_kind_is_refused() {
    check(b"PK\x03\x04rest", r#"refused ! 1 - FILE_UNSUPPORTED "ZIP or XLSX""#);
    check(b"%PDF-1.7", r#"refused ! 1 - FILE_UNSUPPORTED "PDF""#);
    check(b"\x89PNG\r\n", r#"refused ! 1 - FILE_UNSUPPORTED "PNG""#);
    check(b"\xff\xfea\0,\0", r#"refused ! 1 - FILE_UNSUPPORTED "UTF-16""#);
    check(b"\xfe\xff\0a\0,", r#"refused ! 1 - FILE_UNSUPPORTED "UTF-16""#);
    check("\u{feff}  <!DOCTYPE html>", r#"refused ! 1 - FILE_UNSUPPORTED "HTML""#);
    check("<HTML>", r#"refused ! 1 - FILE_UNSUPPORTED "HTML""#);
}

#[test]
fn a_delimiter_is_declared_and_not_guessed() {
    check("account;amount\nA;1", r#"refused ! 1 amount COLUMN_MISSING "account;amount""#);
    for (name, text) in [("semicolon", "account;amount\nA,B;1"), ("tab", "account\tamount\nA,B\t1")] {
        let delimiter = Delimiter::parse(name).unwrap();
        check_with(&Options { delimiter, ..Options::default() }, text, r#"2 "1" account="A,B""#);
    }
}

#[test]
fn an_open_quote_is_named_by_the_line_where_its_record_begins() {
    check("account,amount\nA,1\n\"B,2\nC,3\n", "refused ! 3 - QUOTE_NOT_CLOSED \"B,2\u{fffd}C,3\u{fffd}\"");
    check("account,amount\nA,\"", "refused ! 2 - QUOTE_NOT_CLOSED \"A\"");
    check("account,amount\nA,\"1\"", r#"2 "1" account="A""#);
}

#[test]
fn what_is_wrong_with_a_row_leaves_the_others() {
    check(
        b"account,amount,memo\nA,1\nB,2,m,x\nC\0,3,\xff\nD,4,\n,,\nE,,n\n,6,\xc3\n\"\xa9\",7,\n\"\",\"\",",
        "! 2 - FIELD_COUNT \"2\"
         ! 3 - FIELD_COUNT \"4\"
         ! 4 account NUL_BYTE \"C\u{fffd}\"
         ! 4 memo INVALID_UTF8 \"\u{fffd}\"
         5 \"4\" account=\"D\"
         ! 6 amount AMOUNT_MISSING \"\"
         ! 6 - PAYEE_MISSING \"\"
         ! 7 amount AMOUNT_MISSING \"\"
         ! 8 memo INVALID_UTF8 \"\u{fffd}\"
         ! 9 account INVALID_UTF8 \"\u{fffd}\"
         ! 10 amount AMOUNT_MISSING \"\"
         ! 10 - PAYEE_MISSING \"\"",
    );
    let wide = format!("account,amount\nA,1\n{}\nB,2", "x,".repeat(10_000));
    check(wide, "2 \"1\" account=\"A\"\n! 3 - FIELD_COUNT \">256\"\n4 \"2\" account=\"B\"");
}

#[test]
fn bytes_that_are_a_character_only_together_are_not_text() {
    check(
        b"account,memo,amount\nA\xc3,\xa9,1",
        "! 2 account INVALID_UTF8 \"A\u{fffd}\"\n! 2 memo INVALID_UTF8 \"\u{fffd}\"",
    );
}

#[test]
fn texts_and_fields_have_limits() {
    let shown = "m".repeat(64);
    check(
        format!("account,amount,memo\nA,1,{}", "m".repeat(501)),
        &format!("! 2 memo TEXT_TOO_LONG {shown:?}"),
    );
    let memo = "好".repeat(500);
    check(format!("account,amount,memo\nA,1,{memo}"), &format!("2 \"1\" account=\"A\" memo={memo:?}"));
    check(format!("account,amount,x\nA,1,{}", "m".repeat(FIELD_MAX)), "2 \"1\" account=\"A\"");
    for field in ["m".repeat(FIELD_MAX + 1), format!("\"{}\"", "m".repeat(FIELD_MAX + 1))] {
        let text = format!("account,amount,x\nA,1,{field}\nB,2,");
        check(text, &format!("! 2 x FIELD_TOO_LONG {shown:?}\n3 \"2\" account=\"B\""));
    }
}

#[test]
fn memory_is_bounded_whatever_the_input() {
    let huge = std::iter::repeat_n(b'9', 10 << 20);
    for (begin, end, most) in
        [("account,amount\nA,", "\nB,2", 256 << 10), ("account,amount\nA,\"", "\"\nB,2", 256 << 10)]
    {
        let input = begin.bytes().chain(huge.clone()).chain(end.bytes());
        let (rows, problems, capacity) = drain(input);
        assert_eq!((rows, problems), (1, 1));
        assert!(capacity <= most, "{capacity}");
    }
    let wide = std::iter::repeat_n(b"x".repeat(FIELD_MAX - 1).into_iter().chain([b',']), 1_000).flatten();
    let (rows, problems, capacity) = drain("account,amount\n".bytes().chain(wide).chain("\nB,2".bytes()));
    assert_eq!((rows, problems), (1, 1));
    assert!(capacity <= 20 << 20, "{capacity}");
}

fn drain(input: impl Iterator<Item = u8>) -> (usize, usize, usize) {
    let mut reader =
        PaymentReader::open(Bytes(input), &Options::default()).map_err(|e| e.to_string()).unwrap();
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    while reader.next_page(10, &mut rows, &mut problems).unwrap() {}
    (rows.len(), problems.len(), reader.capacity())
}

/// A file that is never in memory as a whole.
struct Bytes<I>(I);

impl<I: Iterator<Item = u8>> Read for Bytes<I> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let mut count = 0;
        for (slot, byte) in buffer.iter_mut().zip(&mut self.0) {
            *slot = byte;
            count += 1;
        }
        Ok(count)
    }
}

#[test]
fn accounts_are_read_by_the_same_rules() {
    let text = "账号,户名,邮箱,uid,币种,期初余额\nA1,Ann,a@x.cn,7,CNY,10.00\nA2,,,,,\n,Bob,,,USD,\n";
    let mut reader =
        AccountReader::open(text.as_bytes(), Delimiter::Comma).map_err(|e| e.to_string()).unwrap();
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    assert!(!reader.next_page(100, &mut rows, &mut problems).unwrap());
    let row = &rows[0];
    assert_eq!((rows.len(), row.line, row.number.as_str(), row.holder.as_str()), (1, 2, "A1", "Ann"));
    assert_eq!((row.email.as_deref(), row.uid.as_deref()), (Some("a@x.cn"), Some("7")));
    assert_eq!((row.currency.as_str(), row.opening.as_deref()), ("CNY", Some("10.00")));
    let got: Vec<_> = problems.iter().map(problem).collect();
    assert_eq!(
        got,
        ["! 3 户名 NAME_INVALID \"\"", "! 3 币种 CURRENCY_UNKNOWN \"\"", "! 4 账号 NAME_INVALID \"\""]
    );
    let refused = AccountReader::open("number,holder\nA,B".as_bytes(), Delimiter::Comma).err();
    assert_eq!(refused.unwrap().to_string(), "line 1: COLUMN_MISSING");
}

#[test]
fn results_are_written_so_that_no_spreadsheet_runs_them() {
    let mut writer = ResultWriter::new(Vec::new()).unwrap();
    let row = ResultRow {
        line: Some(2),
        item: 7,
        source: "S",
        target: "+1",
        amount: "12.30",
        currency: "USD",
        fee: "0.10",
        status: "settled",
        memo: "=HYPERLINK(\"http://x\")",
        reference: "a,b",
        transfer: Some(7),
        ..ResultRow::default()
    };
    writer.write(&row).unwrap();
    writer.write(&ResultRow { item: 8, message: "余额不足", amount: "-1", ..ResultRow::default() }).unwrap();
    let text = String::from_utf8(writer.finish().unwrap()).unwrap();
    let expected = "2,7,S,'+1,12.30,USD,0.10,settled,,,\"'=HYPERLINK(\"\"http://x\"\")\",\"a,b\",7\n\
                    ,8,,,-1,,,,,余额不足,,,\n";
    assert_eq!(text, format!("{}\n{expected}", HEADER.join(",")));
}

#[test]
fn a_text_is_guarded_by_how_it_begins() {
    for text in
        ["=1", "+1", "-1", "@SUM", "\tx", "\rx", "\0x", "  =1", "\u{a0}=1", "＝1", "=cmd|'/c calc'!A1"]
    {
        assert_eq!(guard(text), format!("'{text}"));
    }
    for text in ["", "a=1", "1-2", "'=1", "工资", " x"] {
        assert_eq!(guard(text), text);
    }
}

/// Pieces that make records interesting.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"account,amount\n".to_vec()),
        Just(b"\"".to_vec()),
        Just(b",".to_vec()),
        Just(b"\r".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"A,1\n".to_vec()),
        Just(vec![0]),
        Just(vec![0xff]),
        Just("\u{feff}".into()),
        Just(vec![b'x'; FIELD_MAX]),
        Just(vec![b','; 200]),
        prop::collection::vec(any::<u8>(), 0..20),
    ];
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_bytes_panic_and_chunks_do_not_matter(bytes in prop_oneof![pieces(), prop::collection::vec(any::<u8>(), 0..300)], header in any::<bool>()) {
        let begin: &[u8] = if header { b"account,amount\n" } else { b"" };
        let input = [begin, &bytes].concat();
        let whole = shown(read_with(input.as_slice(), &Options::default(), 1_000));
        let parts = shown(read_with(Dribble(input.as_slice()), &Options::default(), 3));
        prop_assert_eq!(whole, parts);
    }

    #[test]
    fn what_csv_writes_is_read_back(rows in prop::collection::vec(("[a-zA-Z0-9]{1,9}", "[0-9]{1,9}", "[a-z\",\r\n好]{0,20}"), 1..20)) {
        let mut csv = csv::Writer::from_writer(Vec::new());
        csv.write_record(["account", "amount", "memo"]).unwrap();
        for (account, amount, memo) in &rows {
            csv.write_record([account, amount, memo]).unwrap();
        }
        let bytes = csv.into_inner().unwrap();
        let mut reader = PaymentReader::open(bytes.as_slice(), &Options::default()).unwrap_or_else(|e| panic!("{e}"));
        let (mut read, mut problems) = (Vec::new(), Vec::new());
        while reader.next_page(7, &mut read, &mut problems).unwrap() {}
        prop_assert_eq!(problems, vec![]);
        let read: Vec<_> = read.into_iter().map(|r| (r.account.unwrap(), r.amount, r.memo.unwrap_or_default())).collect();
        let expected: Vec<_> = rows.into_iter().map(|(a, n, m)| (a, n, m.trim().to_owned())).collect();
        prop_assert_eq!(read, expected);
    }
}
