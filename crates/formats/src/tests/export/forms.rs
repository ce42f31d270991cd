//! Whole files in each form.

use super::{money, options, result_file, results, shown, text, workbook, written};
use crate::export::cell::{Fixed, Json};
use crate::export::columns::audit::{AUDIT, AuditExportRow};
use crate::export::columns::result::RESULTS;
use crate::export::columns::statistics::{STATISTICS, StatisticsRow};
use crate::export::options::{ExportForm, ExportOptions};
use domain::code::Language;
use jiff::tz::TimeZone;

#[test]
fn csv_begins_with_a_mark_and_has_names_as_english_headers() {
    let expected = "\u{feff}line,item,source,target,amount,currency,fee,status,code,message,memo,reference,\
external_id,transfer,paid_at,value_date
2,7,S-001,0012,12.30,USD,0.10,completed,,,\"'=HYPERLINK(\"\"http://x\"\")\",\"a,b\",E-1,912,\
2026-05-31T09:12:33+00:00,2026-05-31
3,8,S-001,0013,1234567890123456.78,USD,,failed,BALANCE_SHORT,余额不足,五月工资,\"a,b\",,,,
4,31,,b@example.com,'-5,USD,,refused,AMOUNT_SIGN,,\"two\nlines\",,,,,
";
    assert_eq!(text(result_file(ExportForm::Csv, Language::English)), expected);
}

#[test]
fn csv_in_chinese_has_chinese_headers_and_words() {
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    let options = ExportOptions { zone, ..options(ExportForm::Csv, Language::Chinese) };
    let (bytes, manifest) = written(&RESULTS, &options, results());
    let expected = "\u{feff}行号,明细编号,付款账户,收款账户,金额,币种,手续费,状态,代码,说明,备注,参考号,外部编号,转账编号,\
付款时间,起息日
2,7,S-001,0012,12.30,USD,0.10,成功,,,\"'=HYPERLINK(\"\"http://x\"\")\",\"a,b\",E-1,912,\
2026-05-31T17:12:33+08:00,2026-05-31
3,8,S-001,0013,1234567890123456.78,USD,,失败,BALANCE_SHORT,余额不足,五月工资,\"a,b\",,,,
4,31,,b@example.com,'-5,USD,,已拒绝,AMOUNT_SIGN,,\"two\nlines\",,,,,
";
    assert_eq!(text(bytes), expected);
    assert_eq!(manifest.time_zone, "Asia/Shanghai");
}

#[test]
fn a_line_of_json_has_names_decimal_strings_and_times_in_utc() {
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    let options = ExportOptions { zone, ..options(ExportForm::JsonLines, Language::Chinese) };
    let expected = r#"{"line":2,"item":7,"source":"S-001","target":"0012","amount":"12.30","currency":"USD","fee":"0.10","status":"completed","code":null,"message":null,"memo":"=HYPERLINK(\"http://x\")","reference":"a,b","external_id":"E-1","transfer":912,"paid_at":"2026-05-31T09:12:33.5Z","value_date":"2026-05-31"}
{"line":3,"item":8,"source":"S-001","target":"0013","amount":"1234567890123456.78","currency":"USD","fee":null,"status":"failed","code":"BALANCE_SHORT","message":"余额不足","memo":"五月工资","reference":"a,b","external_id":null,"transfer":null,"paid_at":null,"value_date":null}
{"line":4,"item":31,"source":null,"target":"b@example.com","amount":"-5","currency":"USD","fee":null,"status":"refused","code":"AMOUNT_SIGN","message":null,"memo":"two\nlines","reference":null,"external_id":null,"transfer":null,"paid_at":null,"value_date":null}
"#;
    assert_eq!(text(written(&RESULTS, &options, results()).0), expected);
}

#[test]
fn a_sheet_has_numbers_dates_and_texts_as_such() {
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    let options = ExportOptions { zone, ..options(ExportForm::Xlsx, Language::Chinese) };
    let mut book = workbook(written(&RESULTS, &options, results()).0);
    // Days since 1899-12-30: 2026-05-31 is 46173, 17:12:33 is .717.
    let expected = r#""行号" | "明细编号" | "付款账户" | "收款账户" | "金额" | "币种" | "手续费" | "状态" | "代码" | "说明" | "备注" | "参考号" | "外部编号" | "转账编号" | "付款时间" | "起息日"
2 | 7 | "S-001" | "0012" | 12.3 | "USD" | 0.1 | "成功" |  |  | "=HYPERLINK(\"http://x\")" | "a,b" | "E-1" | 912 | @46173.71704861111 | @46173
3 | 8 | "S-001" | "0013" | "1234567890123456.78" | "USD" |  | "失败" | "BALANCE_SHORT" | "余额不足" | "五月工资" | "a,b" |  |  |  | 
4 | 31 |  | "b@example.com" | "-5" | "USD" |  | "已拒绝" | "AMOUNT_SIGN" |  | "two\nlines" |  |  |  |  | "#;
    assert_eq!(shown(&mut book, "转账结果"), expected);
}

#[test]
fn statistics_have_rates_and_sums_beyond_an_i64() {
    let most = crate::export::cell::Money { minor: 99_999_999_999_999_999_999, scale: 2, currency: "USD" };
    let row = StatisticsRow {
        account: "A",
        currency: "USD",
        count: 1_000,
        success_count: 998,
        failed_count: 2,
        success_rate: Some(Fixed { digits: 9_980, scale: 4 }),
        amount: most.into(),
        fee: money(-1_500, 2, "USD"),
        ..StatisticsRow::default()
    };
    let table = |form| written(&STATISTICS, &options(form, Language::English), [row.cells().to_vec()]).0;
    assert_eq!(
        text(table(ExportForm::Csv)),
        "\u{feff}date,account,currency,count,success_count,failed_count,success_rate,amount,fee\n\
         ,A,USD,1000,998,2,0.9980,999999999999999999.99,-15.00\n"
    );
    let sheet = shown(&mut workbook(table(ExportForm::Xlsx)), "statistics");
    assert_eq!(
        sheet.lines().nth(1),
        Some(r#" | "A" | "USD" | 1000 | 998 | 2 | 0.998 | "999999999999999999.99" | -15"#)
    );
}

#[test]
fn details_are_json_in_a_line_and_text_in_a_sheet() {
    let row = |details| AuditExportRow { id: 1, details: Some(Json(details)), ..AuditExportRow::default() };
    for (details, line) in [
        ("{\"a\": 1}", r#""details":{"a":1}"#),
        ("[\n1]", r#""details":[1]"#),
        ("not json", r#""details":"not json""#),
    ] {
        let cells = [row(details).cells().to_vec()];
        let table = |form| written(&AUDIT, &options(form, Language::English), cells.clone()).0;
        let lines = text(table(ExportForm::JsonLines));
        assert!(lines.contains(line), "{lines}");
        assert_eq!(lines.lines().count(), 1);
        assert!(shown(&mut workbook(table(ExportForm::Xlsx)), "audit").contains(&format!("{details:?}")));
    }
}
