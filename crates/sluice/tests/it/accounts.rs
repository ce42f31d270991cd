//! Accounts on the command line: how they are named, who holds them, and what an import does.

use crate::support::Ledger;
use serde_json::{Value, json};
use std::process::Command;

impl Ledger {
    fn accounts(&self, rows: &str, more: &[&str]) -> crate::support::Answer {
        let file =
            self.file("accounts.csv", format!("number,holder,email,uid,currency,opening\n{rows}").as_bytes());
        self.run(&[&["account", "import", file.to_str().unwrap()], more].concat())
    }

    fn id_of(&self, number: &str) -> i64 {
        self.ok(&["account", "show", number]).json["id"].as_i64().unwrap()
    }
}

/// Each row's line, outcome and opening.
fn rows(json: &Value) -> Vec<String> {
    let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    let rows = json["rows"].as_array().unwrap().iter();
    rows.map(|row| format!("{} {} {}", row["line"], text(row, "outcome"), text(row, "opening"))).collect()
}

#[test]
fn an_id_and_a_number_are_never_confused() {
    let ledger = Ledger::funded("100.00");
    ledger.payees(1);
    let id = ledger.id_of("P1");
    let (bare, tagged) = (id.to_string(), format!("acct_{id}"));
    let refused = ledger.refused(
        &["transfer", "--from", "ACME", "--to", &bare, "--amount", "1"],
        1,
        "ACCOUNT_ID_WITHOUT_NOUN",
    );
    assert_eq!(refused.json["error"]["detail"], tagged);
    ledger.ok(&["account", "open", "--number", &bare, "--holder", "Sam", "--currency", "USD"]);
    ledger.ok(&["transfer", "--from", "ACME", "--to", &tagged, "--amount", "2"]);
    ledger.ok(&["transfer", "--from", "ACME", "--to", &bare, "--amount", "3"]);
    assert_eq!(
        (ledger.balance("P1"), ledger.balance(&tagged), ledger.balance(&bare)),
        ("2.00".into(), "2.00".into(), "3.00".into())
    );
    for number in ["acct_99", "ACCT_1", "user_3"] {
        ledger.refused(
            &["account", "open", "--number", number, "--holder", "x", "--currency", "USD"],
            1,
            "NAME_RESERVED",
        );
    }
    ledger.refused(&["account", "freeze", "acct_0"], 1, "ID_INVALID");
    ledger.refused(&["account", "statement", "P1\u{200b}"], 1, "INVISIBLE_CHARACTER");
    ledger.ok(&["account", "statement", &tagged]);
    ledger.refused(
        &["account", "open", "--number", "Pl", "--holder", "x", "--currency", "USD"],
        1,
        "NUMBER_CONFUSABLE",
    );
    ledger.ok(&["account", "open", "--number", "Pl", "--holder", "x", "--currency", "USD", "--confusable"]);
    ledger.verified();
}

#[test]
fn an_opening_is_never_paid_to_a_stranger() {
    let ledger = Ledger::funded("1.00");
    ledger.ok(&["account", "open", "--number", "X", "--holder", "Bob", "--currency", "USD"]);
    let answer = ledger.accounts("X,Ann,ann@example.com,U-ANN,USD,100.00\n", &[]);
    assert_eq!((answer.exit, rows(&answer.json)), (1, vec!["2 refused none".to_owned()]));
    assert_eq!(answer.json["problems"][0]["code"], "ACCOUNT_EXISTS");
    assert_eq!(ledger.balance("X"), "0.00");
    ledger.verified();
}

#[test]
fn a_refused_opening_is_reported_and_can_be_paid_later() {
    let ledger = Ledger::funded("1.00");
    let row = "F,Fay,fay@example.com,U-F,USD,7.00\n";
    ledger.ok(&[
        "account",
        "open",
        "--number",
        "F",
        "--holder",
        "Fay",
        "--email",
        "fay@example.com",
        "--uid",
        "U-F",
        "--currency",
        "USD",
    ]);
    ledger.ok(&["account", "freeze", "F"]);
    let answer = ledger.accounts(row, &[]);
    assert_eq!((answer.exit, rows(&answer.json)), (4, vec!["2 known refused".to_owned()]));
    let problem = &answer.json["problems"][0];
    assert_eq!(
        (&problem["code"], &problem["column"], &problem["value"]),
        (&json!("TARGET_ACCOUNT_FROZEN"), &json!("opening"), &json!("7.00"))
    );
    ledger.ok(&["account", "unfreeze", "F"]);
    let answer = ledger.accounts(row, &[]);
    assert_eq!((answer.exit, rows(&answer.json)), (0, vec!["2 known paid".to_owned()]));
    assert_eq!(ledger.balance("F"), "7.00");
    ledger.verified();
}

#[test]
fn a_callers_operation_id_never_collides_with_an_openings() {
    let ledger = Ledger::funded("5.00");
    ledger.ok(&["deposit", "--account", "ACME", "--amount", "5.00", "--op-id", "opening:Z1"]);
    ledger.ok(&["deposit", "--account", "ACME", "--amount", "5.00", "--op-id", "internal:opening:acct_99"]);
    let answer = ledger.accounts("Z1,Zoe,zoe@example.com,,USD,7.00\n", &[]);
    assert_eq!((answer.exit, rows(&answer.json)), (0, vec!["2 opened paid".to_owned()]));
    assert_eq!(ledger.balance("Z1"), "7.00");
    ledger.verified();
}

#[test]
fn every_row_of_an_import_has_an_outcome() {
    let ledger = Ledger::funded("1.00");
    ledger.accounts("A1,Ann,ann@example.com,U1,USD,5.00\nB1,Bob,bob@example.com,U2,USD,\n", &[]);
    let file = "A1,Ann,ann@example.com,U1,USD,5.00\n\
                B1,Bob,bob@example.com,U2,USD,6.00\n\
                B1,Bob,bob@example.com,U2,USD,6.00\n\
                A1x,Eve,ann@example.com,,USD,1.00\n\
                C1,Cid,bob@example.com,U1,USD,\n\
                A l,,,,USD,\n\
                Al,Lee,lee@example.com,,USD,\n\
                D1,Dee,dee@example.com,,USD,2.00\n\
                D2,Dee,dee@example.com,,EUR,x\n\
                acct_7,Sam,sam@example.com,,USD,\n";
    let answer = ledger.accounts(file, &[]);
    assert_eq!(answer.exit, 4, "{:?}", answer.json);
    assert_eq!(
        rows(&answer.json),
        [
            "2 known unpaid_in_use",
            "3 known paid",
            "4 refused none",
            "5 refused none",
            "6 refused none",
            "7 refused none",
            "8 refused none",
            "9 opened paid",
            "10 refused none",
            "11 refused none",
        ]
    );
    let problems = answer.json["problems"].as_array().unwrap().iter();
    let told: Vec<_> = problems
        .map(|p| format!("{} {} {}", p["line"], p["column"].as_str().unwrap(), p["code"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            "4 number ACCOUNT_EXISTS",
            "5 holder HOLDER_DIFFERS",
            "6 holder HOLDER_CONFLICT",
            "7 holder NAME_INVALID",
            "8 number NUMBER_CONFUSABLE",
            "10 opening AMOUNT_LETTERS",
            "11 number NAME_RESERVED",
        ]
    );
    // A known account under a different holder name is reported, and nothing changes.
    let answer = ledger.accounts("A1,Ann Lee,ann@example.com,U1,USD,\n", &[]);
    assert_eq!((answer.exit, rows(&answer.json)), (0, vec!["2 known_name_differs none".to_owned()]));
    assert_eq!(ledger.ok(&["account", "show", "A1"]).json["holder"], "Ann");
    assert_eq!(
        (ledger.balance("A1"), ledger.balance("B1"), ledger.balance("D1")),
        ("5.00".into(), "6.00".into(), "2.00".into())
    );
    ledger.verified();
}

#[test]
fn holders_and_default_accounts_are_changed_on_the_command_line() {
    let ledger = Ledger::funded("1.00");
    ledger.accounts("A1,Ann,ann@example.com,U1,USD,\nA2,Ann,ann@example.com,U1,USD,\n", &[]);
    ledger.refused(&["account", "close", "A1"], 1, "DEFAULT_ACCOUNT_NEEDED");
    assert_eq!(ledger.ok(&["account", "make-default", "A2"]).json["is_default"], true);
    ledger.ok(&["account", "close", "A1"]);
    ledger.ok(&["account", "close", "A2"]);
    let changed = ledger.ok(&["holder", "change", "hold_2", "--name", "Ann Lee", "--no-uid"]);
    assert_eq!((&changed.json["name"], &changed.json["uid"]), (&json!("Ann Lee"), &json!(null)));
    ledger.refused(&["holder", "change", "hold_99", "--name", "x"], 1, "HOLDER_NOT_FOUND");
    ledger.refused(
        &[
            "account",
            "open",
            "--number",
            "A3",
            "--holder",
            "Ann",
            "--email",
            "ann@example.com",
            "--currency",
            "USD",
        ],
        1,
        "HOLDER_DIFFERS",
    );
}

#[test]
fn an_operation_id_compares_parsed_values_and_is_never_trimmed() {
    let ledger = Ledger::funded("100.00");
    ledger.payees(1);
    let id = format!("acct_{}", ledger.id_of("P1"));
    let pay = |to: &str, amount: &str, op: &str| {
        ledger.run(&["transfer", "--from", "ACME", "--to", to, "--amount", amount, "--op-id", op])
    };
    let first = pay("P1", "5", "op-1");
    let again = pay(&id, "5.00", "op-1");
    assert_eq!((first.exit, again.exit, &again.json["replayed"]), (0, 0, &json!(true)));
    assert_eq!(again.json["transfer_id"], first.json["transfer_id"]);
    assert_eq!(pay("P1", "5.01", "op-1").json["code"], "OPERATION_CONFLICT");
    for op in [" op-2", "op-2 ", "", " ", "o p", "öp", &"x".repeat(129)] {
        assert_eq!(pay("P1", "1", op).json["error"]["code"], "OPERATION_ID_INVALID", "{op:?}");
    }
    assert_eq!(ledger.balance("P1"), "5.00");
}

#[test]
fn an_assumed_actor_name_is_marked_and_must_not_be_in_use() {
    let ledger = Ledger::funded("1.00");
    ledger.ok(&["user", "add", "fang.wang", "--name", "Fang Wang", "--role", "finance"]);
    for name in ["fang.wang", "Fang.Wang", "system", "CLI", "anonymous", "unknown", "key:payroll"] {
        ledger.refused(&["--as", name, "deposit", "--account", "ACME", "--amount", "1"], 1, "ACTOR_RESERVED");
    }
    ledger.ok(&["--as", "night shift", "deposit", "--account", "ACME", "--amount", "1"]);
    let audit = ledger.ok(&["audit"]);
    let row = audit.json["rows"].as_array().unwrap().iter().find(|row| row["actor"] == "night shift");
    assert_eq!(row.unwrap()["origin"], "cli as, user tester");
}

#[test]
fn without_the_variable_user_the_command_line_is_the_user_of_the_process() {
    let ledger = Ledger::funded("1.00");
    let id = |option: &str| {
        let output = Command::new("id").arg(option).output().unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap().trim().to_owned())
    };
    let expected = match id("-un") {
        (true, name) => name,
        (false, _) => format!("uid:{}", id("-u").1),
    };
    for user in [None, Some("")] {
        let mut command = ledger.command();
        match user {
            Some(user) => command.env("USER", user),
            None => command.env_remove("USER"),
        };
        assert!(
            command
                .args(["deposit", "--account", "ACME", "--amount", "1"])
                .output()
                .unwrap()
                .status
                .success()
        );
    }
    let audit = ledger.ok(&["audit"]);
    let rows = audit.json["rows"].as_array().unwrap();
    assert!(rows.iter().filter(|row| row["actor"] == expected.as_str()).count() >= 2, "{audit:?}");
}
