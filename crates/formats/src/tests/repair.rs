//! Files of refused rows that come back corrected. That what we write is read is in `export::read_again`.

use super::{check_any, check_opened};
use crate::open::FileOptions;
use crate::payment::PaymentFileOptions;

#[test]
fn a_guard_against_formulas_is_removed_and_nothing_else() {
    for (cell, read) in [
        ("'=1", "=1"),
        ("'+86 10", "+86 10"),
        ("''x", "''x"),
        ("''=1", "'=1"),
        ("'x", "'x"),
        ("O'Neil", "O'Neil"),
        ("'", "'"),
        ("' =1", "=1"),
    ] {
        check_any(format!("payee,amount,memo\nA,1,{cell}\n"), &format!("2 \"1\" payee=\"A\" memo={read:?}"));
    }
    check_any("payee,amount\n'-5,'-1\n", "2 \"-1\" payee=\"-5\"");
}

#[test]
fn a_key_is_a_column_of_workbooks_and_json_lines_too() {
    check_any(r#"{"sluice_row":12,"payee":"A","amount":"1"}"#, r#"1 "1" payee="A" row_key="12""#);
    let cells = r#"<row r="1"><c r="A1" t="str"><v>sluice_row</v></c><c r="B1" t="str"><v>payee</v></c><c r="C1" t="str"><v>amount</v></c></row><row r="2"><c r="A2"><v>12</v></c><c r="B2" t="str"><v>A</v></c><c r="C2"><v>1.5</v></c></row>"#;
    let bytes =
        super::workbook::book_of(&[("x", "visible", &format!("<sheetData>{cells}</sheetData>"))], "", "", "");
    check_any(bytes, r#"2 "1.5" payee="A" row_key="12""#);
}

#[test]
fn a_file_may_name_payees_without_amounts() {
    let options = PaymentFileOptions {
        amounts: crate::payment::AmountColumn::Optional,
        ..PaymentFileOptions::default()
    };
    let form = FileOptions::default();
    check_opened(
        "三月奖金\n收款账号,权重\n甲,2\n",
        &form,
        &options,
        "~ 1 - ROWS_ABOVE_HEADER \"三月奖金\"\n3 \"-\" payee=\"甲\" ratio=\"2\"",
    );
    check_opened("{\"email\":\"a@x.cn\"}", &form, &options, r#"1 "-" email="a@x.cn""#);
}
