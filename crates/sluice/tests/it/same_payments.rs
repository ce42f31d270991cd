//! The same payments come again: in another form, order of rows or order of columns, as an export, in the ledger that has
//! paid them and in another one with the same accounts.

use crate::support::{Answer, Ledger};
use rust_xlsxwriter::Workbook;
use serde_json::{Map, Value, json};

/// What is paid: payee, amount, memo, reference.
const PAYMENTS: [[&str; 4]; 5] = [
    ["P1", "1.25", "May", "R-1"],
    ["P2", "2.50", "五月工资", "R-2"],
    ["P3", "3.00", "May, bonus", "R-3"],
    ["P4", "4.75", "May", "R-4"],
    ["P5", "0.01", "May", "R-5"],
];
const HEADER: [&str; 4] = ["account", "amount", "memo", "reference"];
/// The result's columns that say what has happened, and that nobody may take for new payments by accident.
const SET_ASIDE: [&str; 6] =
    ["--ignore-column", "status", "--ignore-column", "paid_at", "--ignore-column", "value_date"];

fn ledger() -> Ledger {
    let ledger = Ledger::funded("1000.00");
    ledger.payees(PAYMENTS.len());
    ledger
}

/// The payments as a file, with the rows and the columns in these orders.
fn file(form: &str, rows: &[usize], columns: &[usize]) -> Vec<u8> {
    let cells = |row: &[&str; 4]| columns.iter().map(|at| row[*at].to_owned()).collect::<Vec<_>>();
    let table: Vec<Vec<String>> =
        std::iter::once(cells(&HEADER)).chain(rows.iter().map(|at| cells(&PAYMENTS[*at]))).collect();
    match form {
        "csv" => table.iter().map(|row| format!("\"{}\"\n", row.join("\",\""))).collect::<String>().into(),
        "jsonl" => {
            let object = |row: &Vec<String>| -> Map<String, Value> {
                table[0].iter().cloned().zip(row.iter().map(|cell| json!(cell))).collect()
            };
            table[1..]
                .iter()
                .map(|row| format!("{}\n", Value::Object(object(row))))
                .collect::<String>()
                .into()
        }
        _ => {
            let mut book = Workbook::new();
            let sheet = book.add_worksheet();
            for (row, cells) in (0..).zip(&table) {
                for (column, cell) in (0..).zip(cells) {
                    match cell.parse::<f64>() {
                        Ok(number) => sheet.write_number(row, column, number).unwrap(),
                        Err(_) => sheet.write_string(row, column, cell).unwrap(),
                    };
                }
            }
            book.save_to_buffer().unwrap()
        }
    }
}

fn import(ledger: &Ledger, path: &str, more: &[&str]) -> Answer {
    let args = ["batch", "import", path, "--type", "one_to_many", "--account", "ACME", "--name", "Pay"];
    ledger.run(&[&args, more].concat())
}

fn code(answer: &Answer) -> &str {
    answer.json["error"]["code"].as_str().unwrap_or("")
}

#[test]
fn the_same_payments_in_another_form_or_order_are_similar() {
    let ledger = ledger();
    let (rows, columns) = ([0, 1, 2, 3, 4], [0, 1, 2, 3]);
    let first = ledger.file("first.csv", &file("csv", &rows, &columns));
    let paid = import(&ledger, first.to_str().unwrap(), &[]);
    assert_eq!((paid.exit, &paid.json["taken"]), (0, &json!(PAYMENTS.len())), "{paid:?}");
    ledger.ok(&["batch", "run", paid.json["batch_id"].as_str().unwrap()]);
    for form in ["csv", "xlsx", "jsonl"] {
        for (rows, columns) in [
            (&rows[..], columns),
            (&[4, 2, 0, 3, 1], columns),
            (&rows, [3, 1, 0, 2]),
            (&[3, 4, 1, 0, 2], [2, 3, 1, 0]),
            // Three of five are more than half.
            (&[1, 3, 4], [1, 0, 3, 2]),
        ] {
            let path = ledger.file(&format!("again.{form}"), &file(form, rows, &columns));
            let again = import(&ledger, path.to_str().unwrap(), &[]);
            assert_eq!(
                (again.exit, code(&again)),
                (1, "BATCH_SIMILAR"),
                "{form} {rows:?} {columns:?} {again:?}"
            );
        }
    }
    assert_eq!(ledger.balance("ACME"), "988.49");
    ledger.verified();
}

#[test]
fn a_result_is_paid_again_only_in_another_ledger_and_only_on_purpose() {
    let (paying, other) = (ledger(), ledger());
    let first = paying.file("first.csv", &file("csv", &[0, 1, 2, 3, 4], &[0, 1, 2, 3]));
    let id = import(&paying, first.to_str().unwrap(), &[]).json["batch_id"].as_str().unwrap().to_owned();
    paying.ok(&["batch", "run", &id]);
    for form in ["csv", "xlsx", "jsonl"] {
        let result = paying.path().join(format!("result.{form}"));
        let result = result.to_str().unwrap();
        paying.ok(&["batch", "export", &id, "--out", result]);
        for ledger in [&paying, &other] {
            let refused = import(ledger, result, &[]);
            assert_eq!((refused.exit, code(&refused)), (1, "COLUMN_UNDECIDED"), "{form} {refused:?}");
        }
        let again = import(&paying, result, &SET_ASIDE);
        assert_eq!((again.exit, code(&again)), (1, "BATCH_SIMILAR"), "{form} {again:?}");
        let taken = import(&other, result, &[&SET_ASIDE[..], &["--again", "a test"]].concat());
        assert_eq!((taken.exit, &taken.json["taken"]), (0, &json!(PAYMENTS.len())), "{form} {taken:?}");
        assert_eq!(rows(&other, taken.json["batch_id"].as_str().unwrap()), rows(&paying, &id), "{form}");
    }
    other.verified();
}

/// What a batch pays, row by row: payer, payee, amount, currency, memo, reference.
fn rows(ledger: &Ledger, batch: &str) -> Vec<Vec<Value>> {
    let out = ledger.path().join("rows.jsonl");
    ledger.ok(&["batch", "export", batch, "--out", out.to_str().unwrap()]);
    let text = std::fs::read_to_string(out).unwrap();
    let row = |line: &str| {
        let row: Value = serde_json::from_str(line).unwrap();
        ["source", "target", "amount", "currency", "memo", "reference"].map(|name| row[name].clone()).to_vec()
    };
    let rows: Vec<Vec<Value>> = text.lines().map(row).collect();
    assert_eq!(rows.len(), PAYMENTS.len(), "{text}");
    assert!(rows.iter().all(|row| row[1] != Value::Null && row[2] != Value::Null), "{text}");
    rows
}
