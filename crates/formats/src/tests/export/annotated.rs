//! The annotated original.

use super::{options, shown, text, workbook};
use crate::csv_reader::CsvReader;
use crate::delimiter::Delimiter;
use crate::export::options::ExportForm;
use crate::export::original::{LineOutcome, OpenedOriginal, Original};
use crate::export::writer::ExportWriter;
use crate::payment::PaymentFileOptions;
use domain::code::Language;
use rust_xlsxwriter::{Format, Workbook};
use std::io::Cursor;

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
fn the_table_begins_at_the_header() {
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

/// A file as it is opened for a batch, annotated in its own form; the outcome is that of one line.
fn like_itself(file: &[u8], language: Language, (line, outcome): (u64, LineOutcome<'_>)) -> Vec<u8> {
    let (first, again) = (Cursor::new(file.to_vec()), Cursor::new(file.to_vec()));
    let opened = OpenedOriginal::open(first, again, &PaymentFileOptions::default()).unwrap();
    let options = opened.like(&options(ExportForm::Csv, language));
    let mut original = opened.original;
    let mut writer = ExportWriter::new(original.table(), &options, Vec::new()).unwrap();
    while let Some(at) = original.advance().unwrap() {
        let outcome = if at == line { outcome } else { LineOutcome::default() };
        writer.row(&original.cells(&outcome)).unwrap();
    }
    writer.finish().unwrap().0
}

#[test]
fn a_file_keeps_its_separator_its_encoding_its_title_and_its_numbers() {
    let gbk = |text: &str| encoding_rs::GB18030.encode(text).0.into_owned();
    for (file, outcome, expected) in [
        (
            "May;\naccount;amount\nA;1\n;1\n".as_bytes().to_vec(),
            (3, PAID),
            "\u{feff}May;\naccount;amount;status;code;reason;transfer;more_fields\nA;1;completed;;;912;\n;1;;;;;\n"
                .as_bytes()
                .to_vec(),
        ),
        (
            gbk("账号,金额,备注\n甲,1.00,五月工资含加班补贴及基本部分\n"),
            (2, REFUSED),
            gbk("账号,金额,备注,status,code,reason,transfer,more_fields\n\
                 甲,1.00,五月工资含加班补贴及基本部分,refused,AMOUNT_SIGN,\"no sign, please\",,\n"),
        ),
        (
            b"{\"account\":\"A\",\"amount\":0.07}\n".to_vec(),
            (1, PAID),
            b"{\"account\":\"A\",\"amount\":0.07,\"status\":\"completed\",\"code\":null,\"reason\":null,\
              \"transfer\":912,\"more_fields\":null}\n"
                .to_vec(),
        ),
        // As they are spelled, however long.
        (
            b"{\"account\":\"A\",\"amount\":1.10,\"size\":12345678901234567890.50,\"power\":1E+999,\"new\":true}\n".to_vec(),
            (9, PAID),
            b"{\"account\":\"A\",\"amount\":1.10,\"size\":12345678901234567890.50,\"power\":1E+999,\"new\":true,\
              \"status\":null,\"code\":null,\"reason\":null,\"transfer\":null,\"more_fields\":null}\n"
                .to_vec(),
        ),
    ] {
        let found = like_itself(&file, Language::English, outcome);
        assert_eq!(found, expected, "{}", String::from_utf8_lossy(&found));
    }
}

#[test]
fn a_workbook_keeps_its_numbers_and_the_zeros_of_its_account_numbers() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_row(0, 0, ["account", "amount", "memo", "size"]).unwrap();
    for (row, account, amount) in [(1, 123.0, 1_230.5), (2, 0.0, -0.07), (3, 98_765.0, 12.0)] {
        sheet.write_number_with_format(row, 0, account, &Format::new().set_num_format("00000")).unwrap();
        sheet.write_number_with_format(row, 1, amount, &Format::new().set_num_format("#,##0.00")).unwrap();
        sheet
            .write_number_with_format(row, 2, 46_173.0, &Format::new().set_num_format("yyyy-mm-dd"))
            .unwrap();
        sheet.write_number(row, 3, 6_222_021_234_567_890.0).unwrap();
    }
    let file = book.save_to_buffer().unwrap();
    let annotated = like_itself(&file, Language::English, (2, PAID));
    assert_eq!(
        shown(&mut workbook(annotated.clone()), "original"),
        "\"account\" | \"amount\" | \"memo\" | \"size\" | \"status\" | \"code\" | \"reason\" | \"transfer\" | \
         \"more_fields\"\n\
         \"00123\" | 1230.5 | \"2026-05-31\" | \"6222021234567890\" | \"completed\" |  |  | 912 | \n\
         \"00000\" | -0.07 | \"2026-05-31\" | \"6222021234567890\" |  |  |  |  | \n\
         98765 | 12 | \"2026-05-31\" | \"6222021234567890\" |  |  |  |  | "
    );
    let options = PaymentFileOptions { ignore: vec!["status".to_owned()], ..PaymentFileOptions::default() };
    let read = |bytes: &[u8]| {
        let sheet = crate::open::open(Cursor::new(bytes.to_vec()), &options.file).unwrap().sheet;
        let mut reader = crate::payment::PaymentReader::over(sheet, &options).unwrap();
        let (mut rows, mut problems) = (Vec::new(), Vec::new());
        while reader.next_page(10, &mut rows, &mut problems).unwrap() {}
        let rows = rows.iter().map(|row| format!("{:?} {:?} {:?}", row.payee, row.amount, row.memo));
        (rows.collect::<Vec<_>>(), problems)
    };
    assert_eq!(read(&annotated), read(&file));
}
