//! A first payroll, and the JSON keys that scripts rely on.

use crate::support::{Answer, Ledger, payroll};
use serde_json::{Value as Json, json};

#[test]
fn a_payroll_is_paid_and_every_cent_is_accounted_for() {
    let ledger = Ledger::funded("1000.00");
    ledger.payees(50);
    let file = payroll(50).replace("P9,1.00", "P9,950.01") + "NOBODY,1.00,\n";
    let imported = ledger.import(&file, &["--partial"]);
    assert_eq!(
        (imported.exit, &imported.json["taken"], &imported.json["refused"]),
        (4, &json!(50), &json!(1))
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

    ledger.refused(&["batch", "run", &id], 1, "PROBLEMS_OPEN");
    ledger.ok(&["batch", "submit", &id, "--leave-problems", "1"]);
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
fn a_file_is_not_paid_twice_however_it_was_rewritten() {
    let ledger = Ledger::funded("100.00");
    ledger.payees(4);
    let first = ledger.import(&payroll(3), &[]);
    let number = first.json["batch_id"].as_str().unwrap().to_owned();
    assert_eq!((first.exit, &first.json["already_paid"]), (0, &json!(0)));
    let reversed = "account,amount,memo\nP3,1.00,May\nP2,1.00,May\nP1,1.00,May\n".to_owned();
    let more = payroll(3) + "P4,1.00,May\n";
    let export = ledger.command().args(["batch", "export", &number]).output().unwrap().stdout;
    let export = String::from_utf8(export).unwrap();
    for (name, file) in [
        ("the same bytes", payroll(3)),
        ("an extra newline", payroll(3) + "\n"),
        ("CRLF", payroll(3).replace('\n', "\r\n")),
        ("another order", reversed),
        ("one more row", more.clone()),
        ("our own export", export),
    ] {
        // Columns that say which rows are paid, and when, must be decided on explicitly.
        let aside =
            ["--ignore-column", "status", "--ignore-column", "paid_at", "--ignore-column", "value_date"];
        let aside: &[&str] = if name == "our own export" { &aside } else { &[] };
        let again = ledger.import(&file, aside);
        let error = &again.json["error"];
        assert_eq!((again.exit, &error["code"]), (1, &json!("BATCH_SIMILAR")), "{name}: {again:?}");
        let detail = error["detail"].as_str().unwrap();
        assert!(detail.starts_with(&number) && detail.ends_with("3 payments, 3.00 USD"), "{name}: {detail}");
    }
    assert_eq!(ledger.ok(&["batch", "list"]).json["batches"].as_array().unwrap().len(), 1);
    // A draft gets a warning, and its submission is refused.
    let draft = ledger.import(&more, &["--draft"]);
    assert_eq!((draft.exit, &draft.json["already_paid"]), (0, &json!(3)));
    assert_eq!(
        (&draft.json["warnings"][0]["code"], &draft.json["warnings"][0]["batch_id"]),
        (&json!("BATCH_SIMILAR"), &json!(number))
    );
    let id = draft.json["batch_id"].as_str().unwrap().to_owned();
    ledger.refused(&["batch", "submit", &id], 1, "BATCH_SIMILAR");
    ledger.refused(&["batch", "submit", &id, "--again", " "], 1, "BATCH_SIMILAR");
    let submitted = ledger.ok(&["batch", "submit", &id, "--without-paid"]).json;
    let of = |answer: &serde_json::Value, key: &str| answer[key].clone();
    assert_eq!((of(&submitted, "left_out"), of(&submitted, "total_count")), (json!(3), json!(1)));
    let left = ledger.import(&more, &["--without-paid"]);
    assert_eq!((left.exit, &left.json["error"]["code"]), (1, &json!("BATCH_EMPTY")));
    // Paying again is allowed with a reason, and the reason is recorded.
    let paid = ledger.import(&payroll(3), &["--again", "the bank returned the first"]);
    assert_eq!((paid.exit, &paid.json["already_paid"]), (0, &json!(3)));
    let again = paid.json["batch_id"].as_str().unwrap().to_owned();
    let history = ledger.ok(&["batch", "history", &again]).json.to_string();
    assert!(history.contains("the bank returned the first"), "{history}");
    // The preview warns about money promised to other batches before it runs short.
    ledger.ok(&["withdraw", "--account", "ACME", "--amount", "95.00"]);
    let short = ledger.ok(&["batch", "preview", &again]).json;
    assert_eq!(
        (&short["held_by_others"], &short["warnings"][0]["code"], &short["warnings"][0]["missing"]),
        (&json!("4.00"), &json!("BALANCE_SHORT"), &json!("2.00"))
    );
    ledger.verified();
}

#[test]
fn a_transfer_reports_its_outcome_and_a_repeat_moves_nothing() {
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
fn an_export_is_complete_and_leaves_no_partial_file() {
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

#[test]
fn an_external_id_belongs_to_one_payment_in_a_file_in_a_draft_and_elsewhere() {
    let ledger = Ledger::funded("20000.00");
    ledger.payees(10_002);
    let file = |rows: &[(usize, &str)]| {
        let row = |(payee, id): &(usize, &str)| format!("P{payee},1.00,{id}\n");
        "account,amount,external_id\n".to_owned() + &rows.iter().map(row).collect::<String>()
    };
    let problems = |answer: &Answer| {
        let one = |problem: &Json| format!("{} {}", problem["line"], problem["code"].as_str().unwrap());
        answer.json["problems"].as_array().unwrap().iter().map(one).collect::<Vec<_>>().join(", ")
    };
    let doubled = file(&[(1, "E-1"), (2, "E-2"), (3, "E-1"), (4, "")]);
    let refused = ledger.import(&doubled, &[]);
    assert_eq!(
        (refused.exit, problems(&refused).as_str()),
        (1, "2 EXTERNAL_ID_REPEATED, 4 EXTERNAL_ID_REPEATED")
    );
    let draft = ledger.import(&doubled, &["--partial"]);
    assert_eq!((draft.exit, &draft.json["taken"], &draft.json["refused"]), (4, &json!(2), &json!(2)));
    let number = draft.json["batch_id"].as_str().unwrap().to_owned();
    let into = |content: &str| {
        let path = ledger.file("more.csv", content.as_bytes()).display().to_string();
        ledger.run(&["batch", "import", &path, "--into", &number])
    };
    let clash = into(&file(&[(5, "E-2"), (6, "E-6"), (7, "E-6")]));
    assert_eq!((clash.exit, problems(&clash).matches("EXTERNAL_ID_REPEATED").count()), (1, 3), "{clash:?}");
    assert_eq!(into(&file(&[(5, "E-5")])).exit, 0);
    let elsewhere = ledger.import(&file(&[(8, "E-5"), (9, "E-9")]), &[]);
    assert_eq!((elsewhere.exit, problems(&elsewhere).as_str()), (1, "2 EXTERNAL_ID_USED"));
    // The rows of a large file are imported in several pages.
    let mut rows: Vec<(usize, &str)> = (1..=10_002).map(|payee| (payee, "")).collect();
    (rows[0].1, rows[10_001].1) = ("F-1", "F-1");
    let large = ledger.import(&file(&rows), &[]);
    assert_eq!(
        (large.exit, problems(&large).as_str()),
        (1, "2 EXTERNAL_ID_REPEATED, 10003 EXTERNAL_ID_REPEATED")
    );
    ledger.verified();
}

#[test]
fn an_account_and_its_duplicate_window_are_set_together() {
    let ledger = Ledger::funded("1.00");
    let set = |args: &[&str]| ledger.run(&[&["setting", "set"], args].concat());
    assert_eq!(set(&["--account", "ACME"]).exit, 64);
    assert_eq!(set(&["--no-own-window"]).exit, 64);
    let shown = set(&["--account", "ACME", "--duplicate-window", "0"]).json;
    assert_eq!(shown["duplicate_windows"], json!([{ "account": "ACME", "days": 0 }]));
    let shown = set(&["--account", "ACME", "--no-own-window", "--duplicate-window", "1"]);
    assert_eq!(shown.exit, 64);
    assert_eq!(set(&["--account", "ACME", "--no-own-window"]).json["duplicate_windows"], json!([]));
}

#[test]
fn an_evidence_pack_and_an_export_of_the_log_are_written_whole_or_not_at_all() {
    let ledger = Ledger::funded("10.00");
    ledger.payees(2);
    ledger.import(&payroll(2), &["--draft"]);
    let file = |name: &str| ledger.path().join(name);
    let [pack, again, log] =
        ["pack.zip", "again.zip", "log.jsonl"].map(|name| file(name).display().to_string());
    ledger.refused(&["batch", "evidence", "1", "--out", &pack], 1, "BATCH_WRONG_STATE");
    ledger.refused(&["audit", "export", "--from", "May", "--out", &log], 1, "DATE_INVALID");
    assert!(!file("pack.zip").exists() && !file("log.jsonl").exists());
    ledger.ok(&["batch", "submit", "1"]);
    ledger.ok(&["batch", "run", "1"]);
    let written = ledger.ok(&["batch", "evidence", "1", "--out", &pack]).json;
    let bytes = std::fs::read(file("pack.zip")).unwrap();
    assert_eq!(
        (written["bytes"].as_u64(), &written["file"]),
        (u64::try_from(bytes.len()).ok(), &json!(pack))
    );
    assert!(bytes.starts_with(b"PK"));
    ledger.ok(&["batch", "evidence", "1", "--out", &again]);
    assert!(bytes == std::fs::read(file("again.zip")).unwrap());
    // The lines are the entries of the list.
    let exported = ledger.ok(&["audit", "export", "--action", "batch.submit", "--out", &log]).json;
    let text = std::fs::read_to_string(file("log.jsonl")).unwrap();
    assert_eq!((&exported["rows"], text.lines().count()), (&json!(1), 1));
    let line: Json = serde_json::from_str(&text).unwrap();
    let shown = ledger.ok(&["audit", "show", line["id"].as_str().unwrap()]).json;
    assert_eq!((&shown["action"], &shown["detail"]), (&line["action"], &line["details"]));
    ledger.refused(&["audit", "show", "999999"], 1, "AUDIT_ENTRY_NOT_FOUND");
}
