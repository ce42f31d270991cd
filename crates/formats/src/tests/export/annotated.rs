//! The annotated original.

use super::{options, shown, text, workbook};
use crate::csv_reader::CsvReader;
use crate::delimiter::Delimiter;
use crate::export::options::ExportForm;
use crate::export::original::{LineOutcome, Original};
use crate::export::writer::ExportWriter;
use crate::payment::PaymentFileOptions;
use domain::code::Language;

/// The file, annotated: the outcomes by line, others without one.
fn annotated(
    file: &str,
    form: ExportForm,
    language: Language,
    outcomes: &[(u64, LineOutcome<'_>)],
) -> Vec<u8> {
    annotated_below(None, file, form, language, outcomes)
}

/// The same, with the header on a line that was found before.
fn annotated_below(
    header: Option<u64>,
    file: &str,
    form: ExportForm,
    language: Language,
    outcomes: &[(u64, LineOutcome<'_>)],
) -> Vec<u8> {
    let sheet = CsvReader::new(file.as_bytes(), Delimiter::Comma).unwrap();
    let mut original = Original::open(sheet, header).unwrap();
    let mut writer = ExportWriter::new(original.table(), &options(form, language), Vec::new()).unwrap();
    while let Some(line) = original.advance().unwrap() {
        let outcome =
            outcomes.iter().find(|(known, _)| *known == line).map_or_else(LineOutcome::default, |(_, o)| *o);
        writer.row(&original.cells(&outcome)).unwrap();
    }
    writer.finish().unwrap().0
}

const PAID: LineOutcome<'_> = LineOutcome { status: "completed", code: "", reason: "", transfer: Some(912) };
const REFUSED: LineOutcome<'_> =
    LineOutcome { status: "refused", code: "AMOUNT_SIGN", reason: "no sign, please", transfer: None };

#[test]
fn rows_are_as_read_with_their_outcomes_beside_them() {
    let file = "Account, Amount ,Note\n A ,1.0,'=1\nB,\"-5\",\"x, y\"\n\nC,1\nD,1,a,b,c\n";
    let outcomes = [(2, PAID), (3, REFUSED)];
    let expected = "\u{feff}Account, Amount ,Note,status,code,reason,transfer,more_fields\n A ,1.0,'=1,completed,,,912,\n\
                    B,'-5,\"x, y\",refused,AMOUNT_SIGN,\"no sign, please\",,\nC,1,,,,,,\nD,1,a,,,,,b | c\n";
    assert_eq!(text(annotated(file, ExportForm::Csv, Language::English, &outcomes)), expected);
    let lines = text(annotated(file, ExportForm::JsonLines, Language::English, &outcomes));
    assert_eq!(
        lines.lines().next(),
        Some(
            r#"{"Account":" A ","Amount":"1.0","Note":"=1","status":"completed","code":null,"reason":null,"transfer":912,"more_fields":null}"#
        )
    );
}

#[test]
fn what_is_above_the_header_is_left_out() {
    let file = "Payroll May\n\naccount,amount\nA,1\n";
    let annotated = annotated_below(Some(3), file, ExportForm::Csv, Language::English, &[(4, PAID)]);
    let expected = "\u{feff}account,amount,status,code,reason,transfer,more_fields\nA,1,completed,,,912,\n";
    assert_eq!(text(annotated), expected);
}

#[test]
fn its_own_columns_keep_their_names() {
    let file = "账号,状态,状态,,\nA,1,2,3,4\n";
    let sheet = annotated(file, ExportForm::Xlsx, Language::Chinese, &[(2, PAID)]);
    assert_eq!(
        shown(&mut workbook(sheet), "原文件"),
        "\"账号\" | \"状态\" | \"状态\" |  |  | \"状态 3\" | \"代码\" | \"原因\" | \"转账编号\" | \"多余字段\"\n\
         \"A\" | \"1\" | \"2\" | \"3\" | \"4\" | \"成功\" |  |  | 912 | "
    );
    let line = text(annotated(file, ExportForm::JsonLines, Language::Chinese, &[(2, PAID)]));
    assert_eq!(
        line,
        "{\"账号\":\"A\",\"状态\":\"1\",\"状态 2\":\"2\",\"#4\":\"3\",\"#5\":\"4\",\"status\":\"completed\",\"code\":null,\
         \"reason\":null,\"transfer\":912,\"more_fields\":null}\n"
    );
}

#[test]
fn it_can_be_imported_again_once_its_status_is_set_aside() {
    let file = "account,amount,note\nA,1,=x\nB,2,y\n";
    let annotated = annotated(file, ExportForm::Csv, Language::English, &[(2, PAID), (3, REFUSED)]);
    let options = PaymentFileOptions { ignore: vec!["status".to_owned()], ..PaymentFileOptions::default() };
    let read = |bytes: &[u8]| super::super::read_with(bytes, &options, 10).unwrap();
    assert_eq!(read(&annotated), read(file.as_bytes()));
}
