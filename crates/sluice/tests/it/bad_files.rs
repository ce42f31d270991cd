//! Bad files: each gives line, column and code, and none is imported half.

use crate::support::{Ledger, payroll};
use serde_json::{Value, json};

fn batches(ledger: &Ledger) -> usize {
    ledger.ok(&["batch", "list"]).json["batches"].as_array().unwrap().len()
}

#[test]
fn a_file_that_cannot_be_read_as_a_whole_leaves_nothing() {
    let ledger = Ledger::funded("100.00");
    ledger.payees(3);
    let table: &[(&str, &str, &str, &str)] = &[
        ("empty", "", "FILE_NO_ROWS", "line 1"),
        ("only a header", "account,amount\n", "FILE_NO_ROWS", "line"),
        ("no amount", "account,memo\nP1,x\n", "COLUMN_MISSING", "amount"),
        ("no payee", "amount,memo\n1.00,x\n", "COLUMN_MISSING", "line 1"),
        ("two amounts", "account,amount,amount\nP1,1.00,2.00\n", "COLUMN_DUPLICATE", "amount"),
        ("unclosed quote", "account,amount\nP1,1.00\nP2,\"1.00\n", "QUOTE_NOT_CLOSED", "line 3"),
        ("not CSV", "PK\u{3}\u{4}rest", "FILE_UNSUPPORTED", "line 1"),
    ];
    for (name, content, code, detail) in table {
        let answer = ledger.import(content, &[]);
        let error = &answer.json["error"];
        assert_eq!((answer.exit, error["code"].as_str()), (1, Some(*code)), "{name}: {answer:?}");
        assert!(error["detail"].as_str().unwrap().contains(detail), "{name}: {answer:?}");
        assert_eq!(batches(&ledger), 0, "{name}");
    }
    ledger.verified();
}

#[test]
fn a_bad_row_is_named_and_the_others_are_taken() {
    let ledger = Ledger::funded("100.00");
    ledger.payees(3);
    let huge = "9".repeat(10 * 1024 * 1024);
    let table: &[(&str, String, &str, &str)] = &[
        ("NUL", "P2,1.00\0,x".to_owned(), "amount", "NUL_BYTE"),
        ("10 MB in a cell", format!("P2,{huge},x"), "amount", "FIELD_TOO_LONG"),
        ("fewer fields", "P2,1.00".to_owned(), "", "FIELD_COUNT"),
        ("no payee", ",1.00,x".to_owned(), "", "PAYEE_MISSING"),
        ("no amount", "P2,,x".to_owned(), "amount", "AMOUNT_MISSING"),
        ("unknown payee", "P99,1.00,x".to_owned(), "account", "PAYEE_NOT_FOUND"),
        ("to itself", "ACME,1.00,x".to_owned(), "account", "SAME_ACCOUNT"),
        ("above the limit", "P2,10000.01,x".to_owned(), "amount", "AMOUNT_ABOVE_MAXIMUM"),
    ];
    for (count, (name, row, column, code)) in table.iter().enumerate() {
        let content = format!("account,amount,memo\nP1,1.00,{name}\n{row}\nP3,1.00,x\n");
        let answer = ledger.import(&content, &[]);
        assert_eq!(
            (answer.exit, &answer.json["taken"], &answer.json["refused"]),
            (0, &json!(2), &json!(1)),
            "{name}"
        );
        let problem = &answer.json["problems"][0];
        let place = (
            problem["line"].as_i64(),
            problem["column"].as_str().unwrap_or_default(),
            problem["code"].as_str(),
        );
        assert_eq!(place, (Some(3), *column, Some(*code)), "{name}");
        assert!(problem["value"].as_str().unwrap().chars().count() <= 65, "{name}");
        assert_eq!(batches(&ledger), count + 1, "{name}");
        let strict = ledger.import(&format!("{content}\n"), &["--strict"]);
        assert_eq!(
            (strict.exit, &strict.json["batch_id"], &strict.json["taken"]),
            (1, &Value::Null, &json!(0))
        );
        assert_eq!(batches(&ledger), count + 1, "{name}");
    }
    ledger.verified();
}

#[test]
fn an_amount_of_any_wrong_form_is_refused() {
    let ledger = Ledger::funded("100.00");
    ledger.payees(3);
    let table = [
        ("-1.00", "AMOUNT_SIGN"),
        ("+1.00", "AMOUNT_SIGN"),
        ("1e3", "AMOUNT_EXPONENT"),
        ("1E3", "AMOUNT_EXPONENT"),
        ("0x10", "AMOUNT_LETTERS"),
        ("NaN", "AMOUNT_LETTERS"),
        ("inf", "AMOUNT_LETTERS"),
        ("\"1,000.00\"", "AMOUNT_GROUP_MARK"),
        ("1 000.00", "AMOUNT_GROUP_MARK"),
        ("1.000.00", "AMOUNT_GROUP_MARK"),
        ("\"1,5\"", "AMOUNT_DECIMAL_COMMA"),
        ("$1.00", "AMOUNT_LETTERS"),
        ("1.00USD", "AMOUNT_LETTERS"),
        ("\u{661}", "AMOUNT_DIGITS"),
        ("1_000", "AMOUNT_GROUP_MARK"),
        ("=1+1", "AMOUNT_FORMAT"),
        (".", "AMOUNT_DIGIT_MISSING"),
        ("1.005", "AMOUNT_PRECISION"),
        ("0", "AMOUNT_NOT_POSITIVE"),
        ("0.00", "AMOUNT_NOT_POSITIVE"),
        ("99999999999999999999999", "AMOUNT_TOO_LARGE"),
    ];
    let mut content = "account,amount\n".to_owned();
    for (amount, _) in table {
        content += &format!("P1,{amount}\n");
    }
    let answer = ledger.import(&content, &[]);
    assert_eq!((answer.exit, &answer.json["taken"]), (1, &json!(0)), "{answer:?}");
    assert_eq!(answer.json["refused"], table.len());
    for (place, (amount, code)) in table.into_iter().enumerate() {
        let problem = &answer.json["problems"][place];
        let found = (problem["line"].as_u64().unwrap(), &problem["column"], &problem["code"]);
        assert_eq!(found, (place as u64 + 2, &json!("amount"), &json!(code)), "{amount}");
    }
    assert_eq!(batches(&ledger), 0);
}

#[test]
fn a_payee_that_stands_twice_is_refused_each_time() {
    let ledger = Ledger::funded("100.00");
    ledger.payees(3);
    let answer = ledger.import("account,amount\nP1,1.00\nP2,2.00\nP1,3.00\n", &[]);
    assert_eq!((answer.exit, &answer.json["taken"], &answer.json["refused"]), (0, &json!(1), &json!(2)));
    for (place, line) in [(0, 2), (1, 4)] {
        let problem = &answer.json["problems"][place];
        assert_eq!((&problem["line"], &problem["code"]), (&json!(line), &json!("DUPLICATE_TARGET")));
        assert_eq!((&problem["column"], &problem["value"]), (&json!("account"), &json!("P1")));
    }
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let ledger = Ledger::funded("100.00");
    let args =
        ["batch", "import", "/nowhere/x.csv", "--type", "one_to_many", "--account", "ACME", "--name", "T"];
    let answer = ledger.refused(&args, 3, "FILE_ERROR");
    assert!(answer.stderr.contains("/nowhere/x.csv"));
    assert_eq!(ledger.import(&payroll(1), &["--mode", "bogus"]).exit, 64);
}
