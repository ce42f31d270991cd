//! Bad files: each is reported with line, column and code, and none is half imported.

use crate::support::{Ledger, payroll};
use serde_json::{Value, json};

fn batches(ledger: &Ledger) -> usize {
    ledger.ok(&["batch", "list"]).json["batches"].as_array().unwrap().len()
}

#[test]
fn an_unreadable_file_leaves_nothing_behind() {
    let ledger = Ledger::funded("100.00");
    ledger.payees(3);
    let table: &[(&str, &str, &str, &str)] = &[
        ("empty", "", "FILE_NO_ROWS", "line 1"),
        ("only a header", "account,amount\n", "FILE_NO_ROWS", "line"),
        ("no amount", "account,memo\nP1,x\n", "COLUMN_MISSING", "amount"),
        ("no payee", "amount,memo\n1.00,x\n", "COLUMN_MISSING", "line 1"),
        ("two amounts", "account,amount,amount\nP1,1.00,2.00\n", "COLUMN_DUPLICATE", "amount"),
        ("unclosed quote", "account,amount\nP1,1.00\nP2,\"1.00\n", "QUOTE_NOT_CLOSED", "line 3"),
        ("not a table", "%PDF-1.7", "FILE_UNSUPPORTED", "PDF"),
        ("the beginning of a workbook", "PK\u{3}\u{4}rest", "FILE_DAMAGED", "line 1"),
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
fn a_bad_row_is_reported_and_the_others_are_imported() {
    let ledger = Ledger::funded("100.00");
    ledger.payees(3);
    let huge = "9".repeat(10 * 1024 * 1024);
    let table: &[(&str, String, &str, &str)] = &[
        ("NUL", "P2,1.00\0,x".to_owned(), "amount", "NUL_BYTE"),
        ("10 MB in a cell", format!("P2,{huge},x"), "amount", "FIELD_TOO_LONG"),
        ("fewer fields", "P2,1.00".to_owned(), "", "FIELD_COUNT"),
        ("no payee", ",5.00,x".to_owned(), "", "PAYEE_MISSING"),
        ("no amount", "P2,,x".to_owned(), "amount", "AMOUNT_MISSING"),
        ("unknown payee", "P99,1.00,x".to_owned(), "account", "PAYEE_NOT_FOUND"),
        ("to itself", "ACME,1.00,x".to_owned(), "account", "SAME_ACCOUNT"),
        ("above the limit", "P2,10000.01,x".to_owned(), "amount", "AMOUNT_ABOVE_MAXIMUM"),
    ];
    for (count, (name, row, column, code)) in table.iter().enumerate() {
        let content = format!("account,amount,memo\nP1,1.00,{name}\n{row}\nP3,1.00,x\n");
        let answer = ledger.import(&content, &["--partial"]);
        assert_eq!(
            (answer.exit, &answer.json["taken"], &answer.json["refused"]),
            (4, &json!(2), &json!(1)),
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
        let strict = ledger.import(&format!("{content}\n"), &[]);
        assert_eq!(
            (strict.exit, &strict.json["batch_id"], &strict.json["taken"]),
            (1, &Value::Null, &json!(0))
        );
        assert_eq!(batches(&ledger), count + 1, "{name}");
    }
    ledger.verified();
}

#[test]
fn every_malformed_amount_is_refused() {
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
fn a_payee_listed_twice_is_refused_in_both_rows() {
    let ledger = Ledger::funded("100.00");
    ledger.payees(3);
    let answer = ledger.import("account,amount\nP1,1.00\nP2,2.00\nP1,3.00\n", &["--partial"]);
    assert_eq!((answer.exit, &answer.json["taken"], &answer.json["refused"]), (4, &json!(1), &json!(2)));
    for (place, line) in [(0, 2), (1, 4)] {
        let problem = &answer.json["problems"][place];
        assert_eq!((&problem["line"], &problem["code"]), (&json!(line), &json!("DUPLICATE_TARGET")));
        assert_eq!((&problem["column"], &problem["value"]), (&json!("account"), &json!("P1")));
    }
}

#[test]
fn a_missing_file_is_named() {
    let ledger = Ledger::funded("100.00");
    let args =
        ["batch", "import", "/nowhere/x.csv", "--type", "one_to_many", "--account", "ACME", "--name", "T"];
    let answer = ledger.refused(&args, 3, "FILE_ERROR");
    assert!(answer.stderr.contains("/nowhere/x.csv"));
    assert_eq!(ledger.import(&payroll(1), &["--mode", "bogus"]).exit, 64);
}

/// The keys of a batch's refused rows that are still open.
fn open_keys(ledger: &Ledger, id: &str) -> Vec<i64> {
    let problems = ledger.ok(&["batch", "problems", id]).json;
    problems["problems"].as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect()
}

#[test]
fn refused_rows_stay_open_until_they_are_corrected_or_dropped() {
    let ledger = Ledger::funded("100.00");
    ledger.payees(4);
    let refused = ledger.path().join("refused.csv");
    let out = refused.to_str().unwrap();
    let file = "account,amount,memo\nP1,1.00,a\nP9,2.00,b\nP2,x,c\nP3,,d\n";
    let imported = ledger.import(file, &["--partial", "--refused", out]);
    assert_eq!(
        (imported.exit, &imported.json["taken"], &imported.json["status"]),
        (4, &json!(1), &json!("draft"))
    );
    assert_eq!((&imported.json["file"]["rows"], &imported.json["file"]["sum"]), (&json!(4), &json!("3.00")));
    let id = imported.json["batch_id"].as_str().unwrap().to_owned();
    let (listed, text) = (open_keys(&ledger, &id), std::fs::read_to_string(&refused).unwrap());
    assert_eq!((listed.len(), text.lines().count()), (3, 4));
    assert!(text.lines().nth(3).unwrap().contains("P3") && text.contains("PAYEE_NOT_FOUND"), "{text}");
    ledger.refused(&["batch", "submit", &id], 1, "PROBLEMS_OPEN");
    let wrong = ledger.refused(&["batch", "submit", &id, "--leave-problems", "2"], 1, "PROBLEMS_OPEN");
    assert_eq!(wrong.json["error"]["detail"], "3");

    // The same file, corrected: as a repair, each row replaces the refused one.
    let corrected = text.replace("P9", "P4").replace(",x,", ",2.50,");
    let path = ledger.file("corrected.csv", corrected.as_bytes());
    let into = ["batch", "import", path.to_str().unwrap(), "--into", &id];
    let strict = ledger.run(&into);
    assert_eq!((strict.exit, &strict.json["refused"]), (1, &json!(1)), "{strict:?}");
    let repaired = ledger.run(&[&into[..], &["--partial"]].concat());
    assert_eq!(
        (repaired.exit, &repaired.json["taken"], &repaired.json["taken_amount"]),
        (4, &json!(2), &json!("4.50"))
    );
    assert_eq!(open_keys(&ledger, &id), &listed[2..]);
    let again = ledger.run(&[&into[..], &["--partial"]].concat());
    assert_eq!((again.exit, &again.json["taken"]), (1, &json!(0)));
    assert_eq!(again.json["problems"][1]["code"], "ROW_ALREADY_TAKEN", "{again:?}");

    ledger.refused(
        &["batch", "problems", &id, "--drop", "AMOUNT_MISSING", "--count", "2"],
        1,
        "PROBLEMS_OPEN",
    );
    ledger.ok(&["batch", "problems", &id, "--drop", "AMOUNT_MISSING", "--count", "1"]);
    assert_eq!(ledger.ok(&["batch", "list"]).json["batches"][0]["refused_count"], 0);
    assert_eq!(ledger.ok(&["batch", "run", &id]).json["success_amount"], "5.50");
    ledger.verified();
}

#[test]
fn rows_are_added_to_a_draft_and_a_repair_needs_row_keys() {
    let ledger = Ledger::funded("100.00");
    ledger.payees(4);
    let id = ledger.import(&payroll(2), &["--draft"]).json["batch_id"].as_str().unwrap().to_owned();
    let add = |content: &str, more: &[&str]| {
        let path = ledger.file("more.csv", content.as_bytes());
        ledger.run(&[&["batch", "import", path.to_str().unwrap(), "--into", &id], more].concat())
    };
    let added = add("account,amount\nP3,3.00\n", &["--expect-rows", "1", "--expect-total", "3"]);
    assert_eq!(
        (added.exit, &added.json["total_count"], &added.json["total_amount"]),
        (0, &json!(3), &json!("5.00"))
    );
    let twice = add("account,amount\nP1,1.00\n", &[]);
    assert_eq!((twice.exit, &twice.json["problems"][0]["code"]), (1, &json!("DUPLICATE_TARGET")));
    for (content, code) in [
        ("sluice_row,account,amount\n,P4,1.00\n", "ROW_KEY_MISSING"),
        ("sluice_row,account,amount\n77,P4,1.00\n", "ROW_KEY_UNKNOWN"),
    ] {
        let answer = add(content, &[]);
        assert_eq!((answer.exit, &answer.json["problems"][0]["code"]), (1, &json!(code)));
    }
    for totals in [["--expect-rows", "2"], ["--expect-total", "4.00"]] {
        let answer = add("account,amount\nP4,3.00\n", &totals);
        assert_eq!(
            (answer.exit, &answer.json["error"]["code"]),
            (1, &json!("CONTROL_TOTAL_DIFFERS")),
            "{totals:?}"
        );
    }
    assert_eq!(ledger.ok(&["batch", "status", &id]).json["total_count"], 3);
    ledger.verified();
}

#[test]
fn a_collection_refuses_rows_with_another_payee() {
    let ledger = Ledger::funded("100.00");
    ledger.payees(2);
    ledger.ok(&["transfer", "--from", "ACME", "--to", "P1", "--amount", "5.00"]);
    let collect = |content: &str| {
        let path = ledger.file("collect.csv", content.as_bytes());
        let path = path.to_str().unwrap();
        ledger.run(&["batch", "import", path, "--type", "many_to_one", "--account", "ACME", "--name", "C"])
    };
    let wrong = collect("from,to,amount\nP1,P2,1.00\n");
    assert_eq!((wrong.exit, &wrong.json["problems"][0]["code"]), (1, &json!("PAYEE_CONFLICT")));
    assert_eq!(
        (&wrong.json["problems"][0]["column"], &wrong.json["problems"][0]["value"]),
        (&json!("to"), &json!("P2"))
    );
    let right = collect("payer,amount,employee\nP1,1.00,7\n");
    assert_eq!((right.exit, &right.json["file"]["ignored_columns"]), (0, &json!(["employee"])), "{right:?}");
    ledger.ok(&["batch", "run", right.json["batch_id"].as_str().unwrap()]);
    assert_eq!((ledger.balance("P1"), ledger.balance("P2")), ("4.00".to_owned(), "0.00".to_owned()));
    ledger.verified();
}

#[test]
fn rows_corrected_after_submission_become_a_separate_batch() {
    let ledger = Ledger::funded("100.00");
    ledger.payees(4);
    let refused = ledger.path().join("refused.csv");
    let file = "account,amount\nP1,1.00\nP9,2.00\nP2,x\n";
    let imported = ledger.import(file, &["--partial", "--refused", refused.to_str().unwrap()]);
    let id = imported.json["batch_id"].as_str().unwrap().to_owned();
    ledger.ok(&["batch", "submit", &id, "--leave-problems", "2"]);
    ledger.ok(&["batch", "run", &id]);
    let text = std::fs::read_to_string(&refused).unwrap();
    let into = |name: &str, content: &str| {
        let path = ledger.file(name, content.as_bytes());
        ledger.run(&["batch", "import", path.to_str().unwrap(), "--into", &id])
    };
    // A correction cannot pay a payee of the batch again, and rows without keys can only be added to a draft.
    let doubled = into("doubled.csv", &text.replace("P9", "P1").replace(",x,", ",2.50,"));
    assert_eq!((doubled.exit, &doubled.json["problems"][0]["code"]), (1, &json!("DUPLICATE_TARGET")));
    let more = into("more.csv", "account,amount\nP3,1.00\n");
    assert_eq!((more.exit, &more.json["error"]["code"]), (1, &json!("BATCH_WRONG_STATE")), "{more:?}");
    let corrected = text.replace("P9", "P4").replace(",x,", ",2.50,");
    let second = into("corrected.csv", &corrected);
    assert_eq!((second.exit, &second.json["taken"], &second.json["status"]), (0, &json!(2), &json!("draft")));
    let draft = second.json["batch_id"].as_str().unwrap().to_owned();
    assert_ne!(draft, id);
    assert_eq!(open_keys(&ledger, &id).len(), 0);
    let again = into("corrected.csv", &corrected);
    assert_eq!(
        (again.exit, &again.json["problems"][0]["code"]),
        (1, &json!("ROW_ALREADY_TAKEN")),
        "{again:?}"
    );
    assert_eq!(ledger.ok(&["batch", "run", &draft]).json["success_amount"], "4.50");
    let history = ledger.ok(&["batch", "history", &id]).json.to_string();
    assert!(history.contains("corrected") && history.contains(&draft), "{history}");
    ledger.verified();
}
