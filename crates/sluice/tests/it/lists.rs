//! Lists say how many rows they omit and where the next page starts; date ranges that end before they begin
//! are errors.

use crate::support::{Ledger, payroll};
use serde_json::{Value, json};

/// All rows of a list, read three per page. Every page has the total count, in JSON and in the text for
/// users.
fn pages(ledger: &Ledger, args: &[&str], key: &str) -> Vec<Value> {
    let (mut all, mut after, mut total) = (Vec::new(), None::<String>, None);
    loop {
        let place: Vec<String> = after.iter().flat_map(|next| ["--after".to_owned(), next.clone()]).collect();
        let place: Vec<&str> = place.iter().map(String::as_str).collect();
        let args = [args, &["--limit", "3"], &place].concat();
        let page = ledger.ok(&args).json;
        let rows = page[key].as_array().unwrap_or_else(|| panic!("{args:?}: {page}"));
        assert_eq!(*total.get_or_insert_with(|| page["total"].clone()), page["total"], "{args:?}");
        all.extend(rows.iter().cloned());
        let text = ledger.command().args(&args).output().unwrap();
        let text = String::from_utf8(text.stdout).unwrap();
        let Some(next) = page["next"].as_str() else {
            assert!(!text.contains("--after"), "{text}");
            assert_eq!(Some(all.len() as u64), page["total"].as_u64(), "{args:?}");
            return all;
        };
        assert_eq!(rows.len(), 3, "{args:?}");
        let cut = format!("3 of {} shown; next page: --after {next}", page["total"]);
        assert_eq!(text.lines().last(), Some(cut.as_str()), "{args:?}");
        after = Some(next.to_owned());
    }
}

/// Asserts that a number strictly rises or falls over the rows.
fn ordered(rows: &[Value], key: &str, rises: bool) {
    let ids: Vec<i64> = rows.iter().map(|row| row[key].as_i64().unwrap()).collect();
    assert!(ids.windows(2).all(|pair| pair[0] != pair[1] && (pair[0] < pair[1]) == rises), "{ids:?}");
}

#[test]
fn every_list_can_be_read_page_by_page_to_its_end() {
    let ledger = Ledger::funded("100.00");
    ledger.payees(6);
    for n in 1..=4 {
        let name = n.to_string();
        ledger.ok(&["user", "add", &format!("user{n}"), "--name", &name, "--role", "auditor"]);
        ledger.ok(&["key", "add", &name, "--scope", "read"]);
        let file = format!("account,amount\nP{n},1.00\nP5,0.5{n}\n");
        let path = ledger.file("b.csv", file.as_bytes());
        let import =
            ["batch", "import", path.to_str().unwrap(), "--type", "one_to_many", "--account", "ACME"];
        let id = ledger.ok(&[&import[..], &["--name", &name]].concat()).json["id"].to_string();
        ledger.ok(&["batch", "run", &id]);
    }
    let lists: [(&[&str], &str, &str, usize, bool); 8] = [
        (&["account", "list"], "accounts", "id", 7, true),
        (&["holder", "list"], "holders", "id", 7, true),
        (&["holder", "list", "--text", "person"], "holders", "id", 6, true),
        (&["user", "list"], "users", "id", 4, true),
        (&["key", "list"], "keys", "id", 4, true),
        (&["batch", "list"], "batches", "id", 4, false),
        (&["transfer", "list"], "transfers", "transfer_id", 9, false),
        (&["batch", "items", "1"], "items", "item", 2, true),
    ];
    for (args, key, id, count, rises) in lists {
        let rows = pages(&ledger, args, key);
        assert_eq!(rows.len(), count, "{args:?}");
        ordered(&rows, id, rises);
        ledger.refused(&[args, &["--after", "elsewhere"]].concat(), 1, "CURSOR_INVALID");
        for limit in ["0", "10001", "-1"] {
            assert_eq!(ledger.run(&[args, &[&format!("--limit={limit}")]].concat()).exit, 64);
        }
    }
    ordered(&pages(&ledger, &["audit"], "rows"), "id", false);
}

#[test]
fn transfers_are_found_by_account_date_status_kind_and_text() {
    let ledger = Ledger::funded("10.00");
    ledger.payees(2);
    let send = |to: &str, amount: &str, more: &[&str]| {
        ledger.run(&[&["transfer", "--from", "ACME", "--to", to, "--amount", amount], more].concat()).json
    };
    send("P1", "1.00", &["--memo", "March rent", "--date", "2026-03-01"]);
    send("P2", "2.00", &["--memo", "April rent", "--date", "2026-04-01"]);
    assert_eq!(send("P2", "99.00", &["--memo", "too much"])["code"], "INSUFFICIENT_BALANCE");
    let id = ledger.import(&payroll(1), &[]).json["id"].to_string();
    ledger.ok(&["batch", "run", &id]);
    let found = |more: &[&str]| {
        let rows = ledger.ok(&[&["transfer", "list"], more].concat()).json["transfers"].clone();
        rows.as_array()
            .unwrap()
            .iter()
            .map(|row| row["amount"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    for (more, expected) in [
        (&[][..], &["1.00", "99.00", "2.00", "1.00", "10.00"][..]),
        (&["--account", "P1"], &["1.00", "1.00"]),
        (&["--from", "2026-03-01", "--to", "2026-03-31"], &["1.00"]),
        (&["--to", "2026-04-01"], &["2.00", "1.00"]),
        (&["--status", "failed"], &["99.00"]),
        (&["--status", "completed", "--kind", "transfer"], &["2.00", "1.00"]),
        (&["--kind", "deposit"], &["10.00"]),
        (&["--kind", "batch"], &["1.00"]),
        (&["--text", "RENT"], &["2.00", "1.00"]),
        (&["--currency", "usd", "--account", "P2"], &["99.00", "2.00"]),
    ] {
        assert_eq!(found(more), expected, "{more:?}");
    }
    let newest = &ledger.ok(&["transfer", "list", "--limit", "1"]).json["transfers"][0];
    assert_eq!(
        (&newest["kind"], &newest["memo"], &newest["source"]),
        (&json!("batch"), &json!("May"), &json!("ACME"))
    );
    let deposit = &ledger.ok(&["transfer", "list", "--kind", "deposit"]).json["transfers"][0];
    assert_eq!((&deposit["source"], &deposit["target"]), (&json!(null), &json!("ACME")));
    ledger.refused(&["transfer", "list", "--account", "NOBODY"], 1, "ACCOUNT_NOT_FOUND");
    ledger.refused(&["transfer", "list", "--currency", "XYZ"], 1, "CURRENCY_UNKNOWN");
    // An item's memo is also shown with its transfer.
    assert_eq!(ledger.ok(&["show-transfer", &newest["transfer_id"].to_string()]).json["memo"], "May");
}

#[test]
fn the_audit_log_is_filtered_by_date_actor_action_and_result() {
    let ledger = Ledger::funded("10.00");
    ledger.payees(1);
    ledger.ok(&["--as", "mei", "account", "freeze", "P1"]);
    ledger.run(&["transfer", "--from", "ACME", "--to", "P1", "--amount", "1.00"]);
    let actions = |more: &[&str]| {
        let rows = ledger.ok(&[&["audit"], more].concat()).json["rows"].clone();
        rows.as_array()
            .unwrap()
            .iter()
            .map(|row| row["action"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let all = actions(&[]);
    assert_eq!(
        (all.first().unwrap().as_str(), all.last().unwrap().as_str()),
        ("transfer.create", "setting.set")
    );
    for (more, expected) in [
        (&["--actor", "mei"][..], &["account.status"][..]),
        (&["--action", "account.open"], &["account.open"]),
        (&["--result", "TARGET_ACCOUNT_FROZEN"], &["transfer.create"]),
        (&["--to", "2020-01-01"], &[]),
        (&["--from", "9000-01-01"], &[]),
    ] {
        assert_eq!(actions(more), expected, "{more:?}");
    }
    assert_eq!(actions(&["--from", "2020-01-01", "--to", "9000-01-01"]), all);
}

#[test]
fn a_range_that_ends_before_it_begins_has_its_own_error() {
    let ledger = Ledger::funded("10.00");
    for command in [&["account", "statement", "ACME"][..], &["transfer", "list"], &["audit"], &["stats"]] {
        let range = |from: &'static str, to: &'static str| [command, &["--from", from, "--to", to]].concat();
        ledger.refused(&range("2026-05-31", "2026-05-01"), 1, "RANGE_REVERSED");
        ledger.ok(&range("2026-05-31", "2026-05-31"));
        ledger.refused(&range("2026-05-01", "2026-05-32"), 1, "DATE_INVALID");
    }
}

#[test]
fn a_statement_begins_and_ends_with_a_balance() {
    let ledger = Ledger::funded("100.00");
    ledger.payees(1);
    for (amount, date) in [("1.00", "2026-01-10"), ("2.00", "2026-01-20"), ("4.00", "2026-02-10")] {
        ledger.ok(&["transfer", "--from", "ACME", "--to", "P1", "--amount", amount, "--date", date]);
    }
    let statement = |more: &[&str]| ledger.ok(&[&["account", "statement", "P1"], more].concat()).json;
    let balances = |json: &Value| {
        ["opening_balance", "closing_balance"].map(|key| json[key].as_str().unwrap_or_default().to_owned())
    };
    for (range, expected) in [
        (&[][..], ["0.00", "7.00"]),
        (&["--from", "2026-01-15"], ["1.00", "7.00"]),
        (&["--to", "2026-01-31"], ["0.00", "3.00"]),
        (&["--from", "2026-01-15", "--to", "2026-01-31"], ["1.00", "3.00"]),
        (&["--from", "2026-03-01", "--to", "2026-03-31"], ["7.00", "7.00"]),
    ] {
        assert_eq!(balances(&statement(range)), expected, "{range:?}");
    }
    let first = statement(&["--to", "2026-01-31", "--limit", "1"]);
    assert_eq!(
        (balances(&first), balances(&first["page"])),
        (["0.00", "3.00"].map(Into::into), ["1.00", "3.00"].map(Into::into))
    );
    let next = first["next"].as_str().unwrap();
    let second = statement(&["--to", "2026-01-31", "--limit", "1", "--after", next]);
    assert_eq!(balances(&second["page"]), ["0.00", "1.00"]);
    let output = ledger.command().args(["account", "statement", "P1", "--limit", "2"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    for line in [
        "opening balance   0.00 USD",
        "closing balance   7.00 USD",
        "before this page  1.00 USD",
        "after this page   7.00 USD",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    assert!(text.lines().last().unwrap().starts_with("2 shown; older entries: --after "), "{text}");
    ledger.refused(&["account", "statement", "P1", "--after", "x"], 1, "CURSOR_INVALID");
}
