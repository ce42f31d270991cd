//! Records and lines: what is read from a file whatever its columns mean.

use super::check;

#[test]
fn rows_are_read_with_their_line_numbers() {
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
fn an_unreadable_file_is_refused_as_a_whole() {
    check("", r#"refused ! 1 - FILE_NO_ROWS """#);
    check("\u{feff}", r#"refused ! 1 - FILE_NO_ROWS """#);
    check("\r\n\n", r#"refused ! 1 - FILE_NO_ROWS """#);
    check("account,amount", r#"refused ! 1 - FILE_NO_ROWS """#);
    check("account,amount\n\n\r\n", r#"refused ! 1 - FILE_NO_ROWS """#);
    check("account,memo\nA,1", r#"refused ! 1 amount COLUMN_MISSING "account, memo""#);
    check(
        "name,amount\nA,1",
        r#"refused ! 1 payee / payer / account / email / uid COLUMN_MISSING "name, amount""#,
    );
    check("payee,to,amount\nA,B,1", r#"refused ! 1 to COLUMN_DUPLICATE "payee""#);
    check("\nacc\0ount,amount\nA,1", "refused ! 2 - NUL_BYTE \"acc\\\\u{0}ount\"");
    check(b"account,\xff,amount\nA,1", "refused ! 1 - INVALID_UTF8 \"\u{fffd}\"");
    check(["amount"; 10_000].join(","), r#"refused ! 1 - TOO_MANY_COLUMNS ">256""#);
}

#[test]
fn a_file_of_another_type_is_refused() {
    check(b"PK\x03\x04rest", r#"refused ! 1 - FILE_UNSUPPORTED "ZIP""#);
    check(b"PK\x03\x04..[Content_Types].xml", r#"refused ! 1 - FILE_UNSUPPORTED "XLSX""#);
    check(b"PK\x03\x04..[Content_Types].xml..xl/workbook.xml", r#"refused ! 1 - FILE_UNSUPPORTED "XLSX""#);
    check(b"PK\x03\x04..[Content_Types].xml..word/a.xml", r#"refused ! 1 - FILE_UNSUPPORTED "DOCX""#);
    check(b"PK\x03\x04..opendocument.spreadsheet", r#"refused ! 1 - FILE_UNSUPPORTED "ODS""#);
    check(b"a\0c\0c\0,\0", r#"refused ! 1 - FILE_UNSUPPORTED "UTF-16""#);
    check(b"\0a\0c\0c\0,", r#"refused ! 1 - FILE_UNSUPPORTED "UTF-16""#);
    // The headers of a Chinese spreadsheet saved with default settings: 账号,金额 in GBK.
    check(b"\xd5\xcb\xba\xc5,\xbd\xf0\xb6\xee\nA,1", r#"refused ! 1 - FILE_UNSUPPORTED "GBK""#);
    check(b"empf\xe4nger,amount\nA,1", "refused ! 1 - INVALID_UTF8 \"empf\u{fffd}nger\"");
    check(b"%PDF-1.7", r#"refused ! 1 - FILE_UNSUPPORTED "PDF""#);
    check(b"\x89PNG\r\n", r#"refused ! 1 - FILE_UNSUPPORTED "PNG""#);
    check(b"\xff\xfea\0,\0", r#"refused ! 1 - FILE_UNSUPPORTED "UTF-16""#);
    check(b"\xfe\xff\0a\0,", r#"refused ! 1 - FILE_UNSUPPORTED "UTF-16""#);
    check("\u{feff}  <!DOCTYPE html>", r#"refused ! 1 - FILE_UNSUPPORTED "HTML""#);
    check("<HTML>", r#"refused ! 1 - FILE_UNSUPPORTED "HTML""#);
}

#[test]
fn an_unclosed_quote_is_reported_at_the_line_where_its_record_begins() {
    check("account,amount\nA,1\n\"B,2\nC,3\n", "refused ! 3 - QUOTE_NOT_CLOSED \"B,2\\\\u{a}C,3\\\\u{a}\"");
    check("account,amount\nA,\"", "refused ! 2 - QUOTE_NOT_CLOSED \"A\"");
    check("account,amount\nA,\"1\"", r#"2 "1" account="A""#);
}

#[test]
fn a_problem_in_one_row_does_not_affect_the_others() {
    check(
        b"account,amount,memo\nA,1\nB,2,m,x\nC\0,3,\xff\nD,4,\n,,\nE,,n\n,6,\xc3\n\"\xa9\",7,\n\"\",\"\",",
        "! 2 - FIELD_COUNT \"2 / 3\"
         ! 3 - FIELD_COUNT \"4 / 3\"
         ! 4 account NUL_BYTE \"C\\\\u{0}\"
         ! 4 memo INVALID_UTF8 \"\u{fffd}\"
         5 \"4\" account=\"D\"
         ! 7 amount AMOUNT_MISSING \"\"
         ! 8 memo INVALID_UTF8 \"\u{fffd}\"
         ! 9 account INVALID_UTF8 \"\u{fffd}\"",
    );
    let wide = format!("account,amount\nA,1\n{}\nB,2", "x,".repeat(10_000));
    check(wide, "2 \"1\" account=\"A\"\n! 3 - FIELD_COUNT \">256 / 2\"\n4 \"2\" account=\"B\"");
}

#[test]
fn a_character_split_across_two_fields_is_not_valid_text() {
    check(
        b"account,memo,amount\nA\xc3,\xa9,1",
        "! 2 account INVALID_UTF8 \"A\u{fffd}\"\n! 2 memo INVALID_UTF8 \"\u{fffd}\"",
    );
}

#[test]
fn invisible_characters_are_escaped_in_problems() {
    for (cell, shown) in [
        ("5\u{200b}", "5\\u{200b}"),
        ("\u{202e}5", "\\u{202e}5"),
        ("5\t6", "5\\u{9}6"),
        ("五\u{feff}", "五\\u{feff}"),
    ] {
        let file = format!("account,amount,memo\nA,,{cell}{}", "好".repeat(500));
        let value = format!("{shown}{}", "好".repeat(63 - shown.chars().count()));
        check(
            file,
            &format!("! 2 amount AMOUNT_MISSING \"\"\n! 2 memo TEXT_TOO_LONG {:?}", format!("{value}…")),
        );
    }
}
