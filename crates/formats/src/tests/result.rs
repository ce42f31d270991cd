//! Result files.

use crate::result::{HEADER, ResultRow, ResultWriter, guard};

#[test]
fn result_files_are_guarded_against_spreadsheet_formulas() {
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
    let expected = "2,7,S,'+1,12.30,USD,0.10,settled,,,\"'=HYPERLINK(\"\"http://x\"\")\",\"a,b\",,7\n\
                    ,8,,,-1,,,,,余额不足,,,,\n";
    assert_eq!(text, format!("{}\n{expected}", HEADER.join(",")));
}

#[test]
fn a_text_that_begins_like_a_formula_is_guarded() {
    for text in
        ["=1", "+1", "-1", "@SUM", "\tx", "\rx", "\0x", "  =1", "\u{a0}=1", "＝1", "=cmd|'/c calc'!A1"]
    {
        assert_eq!(guard(text), format!("'{text}"));
    }
    for text in ["", "a=1", "1-2", "'=1", "工资", " x"] {
        assert_eq!(guard(text), text);
    }
}
