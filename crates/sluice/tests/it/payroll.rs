//! The first payroll, and the keys that scripts rely on.

use crate::support::{Ledger, payroll};
use serde_json::json;

#[test]
fn a_payroll_goes_in_and_every_cent_is_accounted_for() {
    let ledger = Ledger::funded("1000.00");
    ledger.payees(50);
    let file = payroll(50).replace("P9,1.00", "P9,950.01") + "NOBODY,1.00,\n";
    let imported = ledger.import(&file, &[]);
    assert_eq!(
        (imported.exit, &imported.json["taken"], &imported.json["refused"]),
        (0, &json!(50), &json!(1))
    );
    let problem = &imported.json["problems"][0];
    assert_eq!((&problem["line"], &problem["code"]), (&json!(52), &json!("PAYEE_NOT_FOUND")));
    assert_eq!((&problem["column"], &problem["value"]), (&json!("account"), &json!("NOBODY")));
    assert!(problem["message"].is_string());
    let id = imported.json["batch_id"].as_str().unwrap().to_owned();
    assert!(id.starts_with("batch-") && id.ends_with("-001"), "{id}");

    ledger.ok(&["account", "freeze", "P7", "--reason", "court order"]);
    let preview = ledger.ok(&["batch", "preview", &id]).json;
    assert_eq!((&preview["would_succeed"], &preview["would_fail"]), (&json!(49), &json!(1)));
    assert_eq!(preview["refusals"][0]["code"], "TARGET_ACCOUNT_FROZEN");
    assert_eq!((&preview["balance_before"], &preview["balance_after"]), (&json!("1000.00"), &json!("1.99")));

    let run = ledger.ok(&["batch", "run", &id]).json;
    let status = ledger.ok(&["batch", "status", &id]).json;
    assert_eq!(run, status);
    for (key, value) in [
        ("status", json!("partially_completed")),
        ("total_count", json!(50)),
        ("success_count", json!(49)),
        ("failed_count", json!(1)),
        ("pending_count", json!(0)),
        ("total_amount", json!("999.01")),
        ("success_amount", json!("998.01")),
        ("failed_amount", json!("1.00")),
        ("fee_amount", json!("0.00")),
        ("batch_id", json!(id)),
        ("created_by", json!("tester")),
    ] {
        assert_eq!(status[key], value, "{key}");
    }
    assert_eq!((ledger.balance("ACME"), ledger.balance("P9")), ("1.99".to_owned(), "950.01".to_owned()));
    let failed = ledger.ok(&["batch", "items", &id, "--state", "failed"]).json;
    assert_eq!((&failed["items"][0]["target"], &failed["items"][0]["line"]), (&json!("P7"), &json!(8)));
    let statement = ledger.ok(&["account", "statement", "ACME", "--limit", "2"]).json;
    assert_eq!(
        (&statement["entries"][0]["balance_after"], &statement["entries"][0]["amount"]),
        (&json!("1.99"), &json!("-1.00"))
    );
    assert_eq!(ledger.ok(&["batch", "list"]).json["batches"][0]["batch_id"], json!(id));
    ledger.verified();
}

#[test]
fn the_same_file_twice_is_refused_until_somebody_says_again() {
    let ledger = Ledger::funded("100.00");
    ledger.payees(3);
    assert_eq!(ledger.import(&payroll(3), &[]).exit, 0);
    let second = ledger.import(&payroll(3), &[]);
    assert_eq!((second.exit, &second.json["error"]["code"]), (1, &json!("FILE_SEEN")), "{second:?}");
    assert_eq!(ledger.ok(&["batch", "list"]).json["batches"].as_array().unwrap().len(), 1);
    assert_eq!(ledger.import(&payroll(3), &["--again"]).exit, 0);
}

#[test]
fn a_transfer_says_how_it_ended_and_a_repeat_moves_nothing() {
    let ledger = Ledger::funded("10.00");
    ledger.payees(1);
    let args = ["transfer", "--from", "ACME", "--to", "P1", "--amount", "5.00", "--op-id", "x"];
    let first = ledger.ok(&args).json;
    assert_eq!(
        (&first["status"], &first["code"], &first["replayed"]),
        (&json!("completed"), &json!(null), &json!(false))
    );
    let second = ledger.ok(&args).json;
    assert_eq!((&second["transfer_id"], &second["replayed"]), (&first["transfer_id"], &json!(true)));
    let other = ["transfer", "--from", "ACME", "--to", "P1", "--amount", "4.00", "--op-id", "x"];
    let conflict = ledger.run(&other);
    assert_eq!((conflict.exit, &conflict.json["code"]), (1, &json!("OPERATION_CONFLICT")));
    let poor = ledger.run(&["transfer", "--from", "ACME", "--to", "P1", "--amount", "5.01"]);
    assert_eq!(
        (poor.exit, &poor.json["status"], &poor.json["code"]),
        (1, &json!("failed"), &json!("INSUFFICIENT_BALANCE"))
    );
    for (amount, code) in [("-5", "AMOUNT_SIGN"), ("0.001", "AMOUNT_PRECISION"), ("1e3", "AMOUNT_EXPONENT")] {
        ledger.refused(&["transfer", "--from", "ACME", "--to", "P1", "--amount", amount], 1, code);
    }
    assert_eq!((ledger.balance("ACME"), ledger.balance("P1")), ("5.00".to_owned(), "5.00".to_owned()));
    let shown = ledger.ok(&["show-transfer", &first["transfer_id"].to_string()]).json;
    assert_eq!((&shown["postings"][0]["amount"], &shown["source"]), (&json!("5.00"), &json!("ACME")));
    ledger.verified();
}

#[test]
fn a_result_is_exported_whole_and_leaves_no_part_behind() {
    let ledger = Ledger::funded("10.00");
    ledger.payees(3);
    let id = ledger.import(&payroll(3), &[]).json["batch_id"].as_str().unwrap().to_owned();
    ledger.ok(&["batch", "run", &id]);
    let out = ledger.path().join("result.csv");
    let answer = ledger.ok(&["batch", "export", &id, "--out", out.to_str().unwrap()]);
    assert_eq!(answer.json["items"], 3);
    let text = std::fs::read_to_string(&out).unwrap();
    assert_eq!(text.lines().count(), 4);
    let plain = ledger.command().args(["batch", "export", &id]).output().unwrap();
    assert_eq!(String::from_utf8(plain.stdout).unwrap(), text);
    let names = std::fs::read_dir(ledger.path()).unwrap().map(|e| e.unwrap().file_name());
    assert!(names.into_iter().all(|name| !name.to_string_lossy().ends_with(".part")));
    ledger.refused(&["batch", "export", "nope", "--out", out.to_str().unwrap()], 1, "BATCH_NOT_FOUND");
    assert_eq!(std::fs::read_to_string(&out).unwrap(), text, "a refused export touches nothing");
    ledger.refused(&["batch", "export", &id], 64, "USAGE");
}
