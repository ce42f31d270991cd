//! Account files.

use domain::code::Language;

use super::{accounts, problem};
use crate::account::{AccountField, AccountFileOptions};
use crate::read_error::ReadError;
use crate::report::Totals;

#[test]
fn account_files_are_read_by_the_same_rules() {
    let text = "账号,户名,邮箱,uid,币种,期初余额\nA1,Ann,a@x.cn,7,CNY,10.00\nA2,,,,,\n,Bob,,,USD,\n";
    let mut reader =
        accounts(text.as_bytes(), &AccountFileOptions::default()).map_err(|e| e.to_string()).unwrap();
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
    let refused = accounts("number,holder\nA,B".as_bytes(), &AccountFileOptions::default()).err();
    assert_eq!(refused.unwrap().to_string(), "line 1: COLUMN_MISSING");
}

/// Account numbers, problems and summary; or the refusal.
fn read(text: &str, options: &AccountFileOptions) -> String {
    let mut reader = match accounts(text.as_bytes(), options) {
        Ok(reader) => reader,
        Err(ReadError::Refused(refusal)) => return refusal.detail(Language::English),
        Err(ReadError::Io(error)) => panic!("{error}"),
    };
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    while reader.next_page(2, &mut rows, &mut problems).unwrap() {}
    let numbers: Vec<_> = rows.iter().map(|row| row.number.as_str()).collect();
    let problems: Vec<_> = problems.iter().map(problem).collect();
    let summary = reader.summary();
    let Totals { rows, blank_rows, total_rows, sum, unreadable_amounts } = summary.totals;
    format!(
        "{} [{}] rows {rows} blank {blank_rows} totals {total_rows} sum {sum} unreadable {unreadable_amounts} ignored {}",
        numbers.join(" "),
        problems.join("; "),
        summary.ignored_columns.join(" "),
    )
}

#[test]
fn account_files_are_counted_and_their_columns_reported_like_payment_files() {
    let plain = AccountFileOptions::default();
    for (text, expected) in [
        (
            "number,holder,currency,opening,dept\nA1,Ann,USD,10.50,x\n,,,,\nA2,Bo,USD,,\n\nA3,Cy,USD,\"1,000.00\",\n,,,10.50,\n",
            "A1 A2 A3 [] rows 3 blank 2 totals 1 sum 10.50 unreadable 1 ignored dept",
        ),
        (
            "账号,户名,币种,期初余额,部门\nA1,安,CNY,10.50,甲\n,,,,\nA2,博,CNY,,\n\nA3,蔡,CNY,\"1,000.00\",\n,,,10.50,\n",
            "A1 A2 A3 [] rows 3 blank 2 totals 1 sum 10.50 unreadable 1 ignored 部门",
        ),
        (
            "number,holder,currency,status,hire date\nA1,Ann,USD,frozen,2020-01-01",
            r#"line 1; map or ignore: "status" (status), "hire date" (date)"#,
        ),
        (
            "账号,户名,币种,状态,入职日期\nA1,安,CNY,冻结,2020-01-01",
            r#"line 1; map or ignore: "状态" (status), "入职日期" (date)"#,
        ),
        (
            "number,full name,currency\nA1,Ann,USD",
            r#"line 1, column holder; columns found: "number", "full name", "currency"; did you mean: holder=full name"#,
        ),
        (
            "number,holder,currency\n１２,Ann 9,USD\n,Bo,USD",
            "12 [! 3 number NAME_INVALID \"\"] rows 2 blank 0 totals 0 sum 0 unreadable 0 ignored ",
        ),
    ] {
        assert_eq!(read(text, &plain), expected);
    }
    let options = AccountFileOptions {
        ignore: vec!["Hire Date".to_owned(), "状态".to_owned()],
        ..AccountFileOptions::default()
    };
    assert_eq!(
        read("number,holder,currency,状态,hire_date\nA1,Ann,USD,x,2020-01-01", &options),
        "A1 [] rows 1 blank 0 totals 0 sum 0 unreadable 0 ignored 状态 hire_date"
    );
    let mut options = AccountFileOptions::default();
    options.map.set(AccountField::parse("holder").unwrap(), "status");
    assert_eq!(
        read("number,status,currency\nA1,Ann,USD", &options),
        "A1 [] rows 1 blank 0 totals 0 sum 0 unreadable 0 ignored "
    );
}
