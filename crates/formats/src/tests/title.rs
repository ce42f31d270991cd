//! What comes before the rows: a line that names the delimiter, titles, and the delimiter itself.

use super::{check, check_any, check_opened};
use crate::delimiter::Delimiter;
use crate::open::FileOptions;
use crate::payment::PaymentFileOptions;

#[test]
fn a_first_line_names_the_delimiter() {
    for (name, delimiter) in [(';', "semicolon"), ('\t', "tab"), ('|', "pipe"), (',', "comma")] {
        for end in ["\n", "\r\n", "\r"] {
            for begin in ["sep=", "SEP=", "\u{feff}sep="] {
                let file = format!("{begin}{name}{end}payee{name}amount{end}A{name}1{end}");
                check(&file, r#"3 "1" payee="A""#);
                check_any(file, &format!("~ 1 - DELIMITER_LINE \"{delimiter}\"\n3 \"1\" payee=\"A\""));
            }
        }
    }
    check("sep=;", r#"refused ! 1 - FILE_NO_ROWS """#);
    check("sep=x\nA,1", r#"refused ! 1 payee / payer / account / email / uid COLUMN_MISSING "sep=x""#.replace("payee / payer / account / email / uid", "amount").as_str());
}

#[test]
fn rows_above_the_header_are_not_read_and_named() {
    check_any(
        "March 2026,,\n\n,,\nprepared by,finance,\npayee,amount,memo\nA,1,m\n",
        "~ 1 - ROWS_ABOVE_HEADER \"March 2026\"
         ~ 4 - ROWS_ABOVE_HEADER \"prepared by finance\"
         6 \"1\" payee=\"A\" memo=\"m\"",
    );
    check_any(
        "三月工资表\n收款账号,金额\nA,1\n",
        "~ 1 - ROWS_ABOVE_HEADER \"三月工资表\"\n3 \"1\" payee=\"A\"",
    );
    // The refusal is about the row that is most like a header.
    check_any(
        "March 2026\npayee,sum,memo\nA,1,m\n",
        r#"refused ! 2 amount COLUMN_MISSING "payee, sum, memo""#,
    );
    check_any("三月\n姓名,实发工资\nA,1\n", r#"refused ! 2 amount COLUMN_MISSING "姓名, 实发工资""#);
    // Only the first rows are looked at.
    let titles = "title\n".repeat(20);
    check_any(format!("{titles}payee,amount\nA,1\n"), r#"refused ! 1 amount COLUMN_MISSING "title""#);
    // A row that has the columns is the header, whatever else is wrong with it.
    check_any("title\npayee,to,amount\nA,B,1", r#"refused ! 2 to COLUMN_DUPLICATE "payee""#);
    check_any("title\npayee,amount,pay date\nA,1,x", r#"refused ! 2 - COLUMN_UNDECIDED "pay date""#);
    check_any("title\npayee,amount\n", r#"refused ! 2 - FILE_NO_ROWS """#);
}

#[test]
fn the_delimiter_is_found_by_how_evenly_it_divides_the_lines() {
    let row = r#"2 "1" payee="A,B""#;
    check_any("payee;amount\nA,B;1\n", row);
    check_any("payee\tamount\nA,B\t1\n", row);
    check_any("payee|amount\nA,B|1\n", row);
    check_any("payee,amount\n\"A,B\",1\n", row);
    check_any(
        "payee;amount;memo\n\"A;,,,B\";1;m\nB;2;\"x\ny\"\n",
        "2 \"1\" payee=\"A;,,,B\" memo=\"m\"\n3 \"2\" payee=\"B\" memo=\"x\\ny\"",
    );
    for (sample, found) in [
        ("", Delimiter::Comma),
        ("payee\nA\n", Delimiter::Comma),
        ("title\n\na;b\nc;d\n", Delimiter::Semicolon),
        ("a,b;c\n1,2;3\n", Delimiter::Comma),
        ("a;b\n1,5;2\n2,5;3\n", Delimiter::Semicolon),
    ] {
        assert_eq!(Delimiter::found(sample.as_bytes()), found, "{sample}");
    }
    // The uploader's word counts, and the file's own more.
    let form = FileOptions { delimiter: Some(Delimiter::Comma), ..FileOptions::default() };
    check_opened(
        "payee;x,amount\nA;B,1\n",
        &form,
        &PaymentFileOptions::default(),
        r#"refused ! 1 payee / payer / account / email / uid COLUMN_MISSING "payee;x, amount""#,
    );
}
