//! A ledger with every kind of data is copied from a folder to a server and back; all three give the same
//! answers.

use super::world::{At, World};
use crate::support::commit;
use ledger::{Clock, Door, DoorOptions};
use serde_json::{Value, json};
use service::holder::{self, NewHolder};
use service::transfer::{self, AmountInput, TransferRequest};
use service::{Actor, OperationKey, Service};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use store::Store;
use testkit::postgres::query_text;
use tokio::runtime::Runtime;

const PAYEES: u32 = 24;

/// A file of `count` rows of 1.00.
fn payroll(count: u32, memo: &str) -> String {
    let rows: String = (1..=count).map(|n| format!("P{n},1.00,{memo},R-{n}\n")).collect();
    format!("account,amount,memo,reference\n{rows}")
}

/// A ledger with currencies, holders, accounts, rates, limits and single transfers.
fn with_accounts(world: &mut World) -> At {
    let ledger = world.directory();
    ledger.ok(&["init", "--time-zone", "Asia/Shanghai"]);
    for (number, currency) in [("ACME", "USD"), ("EURO", "EUR"), ("YEN", "JPY"), ("POOR", "USD")] {
        ledger.ok(&["account", "open", "--number", number, "--holder", "Acme Ltd", "--currency", currency]);
        if number != "POOR" {
            ledger.ok(&["deposit", "--account", number, "--amount", "5000"]);
        }
    }
    let people: String = (1..=PAYEES).map(|n| format!("P{n},张 \"{n}\",p{n}@x.org,U{n},USD,\n")).collect();
    let people = people.replace("\"", "");
    let file = format!("number,holder,email,uid,currency,opening\n{people}P1,Twice,,,USD,\n");
    let imported = ledger.run(&["account", "import", &world.file("people.csv", &file)]).json;
    assert_eq!(imported["opened"], PAYEES, "{imported}");
    ledger.ok(&["asset", "add", "POINTS", "--scale", "0"]);
    ledger.ok(&["fx", "set", "USD", "EUR", "0.9"]);
    ledger.ok(&["fx", "set", "USD", "JPY", "151.37", "--origin", "desk"]);
    ledger.ok(&["fx", "policy", "USD", "EUR", "--rounding", "down", "--minimum", "0.50"]);
    let fees = ["--fee-threshold", "0.50", "--fee-rate", "0.01", "--fee-min", "0.01", "--fee-max", "1"];
    ledger
        .ok(&[&["policy", "set", "--currency", "USD", "--max", "2000", "--day", "none"], &fees[..]].concat());
    ledger.ok(&["policy", "set", "--currency", "USD", "--account", "ACME", "--max", "3000", "--min", "0.02"]);
    let transfer = |to: &str, amount: &str, more: &[&str]| {
        let args = ["transfer", "--from", "ACME", "--to", to, "--amount", amount];
        ledger.run(&[&args, more].concat()).exit
    };
    assert_eq!(transfer("EURO", "12.34", &["--op-id", "to-euro", "--memo", "naïve 💶"]), 0);
    assert_eq!(
        transfer("YEN", "1.00", &["--rate", "150.5", "--rate-override", "desk", "--op-id", "beta/2"]),
        0
    );
    assert_eq!(transfer("P1", "9999.00", &["--op-id", "too-much"]), 1);
    assert_eq!(transfer("P1", "3.00", &["--date", "2026-01-31"]), 0);
    ledger.ok(&["withdraw", "--account", "P1", "--amount", "0.10"]);
    ledger
}

/// Adds users, keys, and data that only the API creates: vouchers and stored answers.
async fn by_programs(ledger: &At) {
    ledger.ok(&["user", "add", "someone@example.com", "--name", "Someone", "--role", "auditor"]);
    ledger.ok(&["key", "add", "reader", "--scope", "read"]);
    ledger.ok(&["key", "rotate", "reader"]);
    let store = Store::open(&Path::new(&ledger.0).join("sluice.db")).await.unwrap();
    let clock = Arc::new(Still);
    let door = Door::open(store.clone(), clock.clone(), DoorOptions::default());
    let service = Service::new(store, door, clock);
    let actor = Actor::new(domain::principal::Principal::Key(1), "key:program", "127.0.0.1");
    let key = OperationKey { id: "key:1 holder".to_owned(), fingerprint: "ab".to_owned() };
    let holder = NewHolder { name: "By program".to_owned(), ..NewHolder::default() };
    holder::add(&service.once(key), &actor, &holder).await.unwrap();
    let request = TransferRequest {
        from: Some("ACME".into()),
        to: Some("P1".into()),
        amount: AmountInput::Minor(300),
        vouchers: vec!["https://files.example.com/1.pdf".to_owned()],
        ..TransferRequest::default()
    };
    transfer::create(&service, &actor, &request).await.unwrap();
}

/// A clock frozen at the first moment of 2026.
#[derive(Debug)]
struct Still;

impl Clock for Still {
    fn now(&self) -> i64 {
        1_767_225_600_000_000
    }
}

/// A ledger with batches in every state that commands can reach.
fn with_batches(world: &mut World) -> At {
    let ledger = with_accounts(world);
    Runtime::new().unwrap().block_on(by_programs(&ledger));
    let file = world.file("all.csv", &(payroll(PAYEES, "\"May, 五月\"") + "NOBODY,1.00,,\nP2,-1,,\n"));
    let few = |world: &World, n: u32| world.file(&format!("few-{n}.csv"), &payroll(n, &format!("x{n}")));
    ledger.ok(&["account", "freeze", "P7", "--reason", "court order"]);
    let partial = ledger.import_partly(&file, "2");
    for person in ["P9", "P11", "P13"] {
        ledger.ok(&["account", "freeze", person]);
    }
    ledger.ok(&["batch", "run", &partial]);
    ledger.ok(&["account", "unfreeze", "P13"]);
    ledger.ok(&["batch", "retry", &partial]);
    ledger.ok(&["batch", "skip", &partial, "--line", "10", "--reason", "left"]);
    let completed = ledger.import(&few(world, 2), &[]);
    ledger.ok(&["batch", "run", &completed]);
    ledger.import(&few(world, 3), &["--draft"]);
    let with_ids = "account,amount,external_id\nP1,3.00,HR/1\nP2,3.00,HR/2\n";
    ledger.import(&world.file("ids.csv", with_ids), &["--draft"]);
    ledger.import(&few(world, 4), &[]);
    let cancelled = ledger.import(&few(world, 5), &[]);
    ledger.ok(&["batch", "cancel", &cancelled, "--reason", "wrong"]);
    for (n, verb) in [(6, "pause"), (7, "cancel"), (8, "start")] {
        let batch = ledger.import(&few(world, n), &[]);
        ledger.ok(&["batch", "start", &batch]);
        ledger.run(&["batch", verb, &batch]);
    }
    let stopped = [(9, "stop_on_failure"), (10, "atomic")];
    let stopped = stopped.map(|(n, mode)| ledger.import(&few(world, n), &["--mode", mode]));
    ledger.ok(&["account", "freeze", "P5"]);
    for batch in stopped {
        ledger.ok(&["batch", "run", &batch]);
    }
    ledger.ok(&["account", "unfreeze", "P5"]);
    let poor = ["--account", "POOR", "--type", "one_to_many", "--name", "Poor"];
    let poor = ledger.ok(&[&["batch", "import", &few(world, 11)], &poor[..]].concat()).json;
    ledger.ok(&["batch", "run", poor["batch_id"].as_str().unwrap()]);
    ledger.ok(&["batch", "retry", poor["batch_id"].as_str().unwrap(), "--line", "3", "--no-run"]);
    with_linked_draft(world, &ledger);
    let mut unfinished = ledger.slow_import();
    std::thread::sleep(Duration::from_millis(500));
    unfinished.kill().unwrap();
    unfinished.wait().unwrap();
    ledger
}

/// Factors, and an approval, as people leave them with their phones.
const BY_PHONE: &str = "
    INSERT INTO account_totp (account, automatic, begun_at, confirmed_at) SELECT MAX(id), 1, 1, 2 FROM account;
    INSERT INTO sealed_secret (owner, key_id, sealed) VALUES ('account:7', 'k', 'AAEC');
    INSERT INTO totp_step (owner, step, used_at) VALUES ('account:7', 1, 1);
    INSERT INTO factor (app_user, since, is_initial) SELECT MIN(id), 1, 0 FROM app_user;
    INSERT INTO recovery_code (app_user, selector, hash) SELECT MIN(id), 'ABCD', 'h' FROM app_user;
    INSERT INTO approval (batch, round, app_user, role, action, content_hash, note, factor, at)
      SELECT MAX(batch), 1, (SELECT MIN(id) FROM app_user), 2, 1, 'h', '已核实', 'totp', 1 FROM approval_round;
    INSERT INTO seen_network (app_user, network, seen_at) SELECT MIN(id), '203.0.113.0/24', 1 FROM app_user;
    INSERT INTO mail_address (app_user, email, language) SELECT MIN(id), 'a@example.com', 2 FROM app_user;
    INSERT INTO notice (app_user, event, read_at)
      SELECT (SELECT MIN(id) FROM app_user), MAX(id), 2 FROM outbox;
    INSERT INTO reminder (due_at, person, content, created_by, created_at, created_by_kind)
      SELECT 1, MIN(id), '提醒', 'x', 1, 2 FROM app_user;
    INSERT INTO mail (app_user, event, state, tries, next_at)
      SELECT (SELECT MIN(id) FROM app_user), MAX(id), 3, 1, 1 FROM outbox;
    INSERT INTO holder_group (name, name_key, description, members, created_by, created_at, created_by_kind)
      VALUES ('Sales', 'sales', '', 1, 'x', 1, 2);
    INSERT INTO holder_group_member (holder_group, holder) SELECT 1, MIN(id) FROM holder;
    INSERT INTO batch_template (name, name_key, description, kind, mode, asset, convert, follows_rates,
      allow_repeat, holder_group, items, amount, version, created_by, created_at, changed_at, created_by_kind)
      VALUES ('Payroll', 'payroll', '', 1, 1, 1, 0, 0, 0, 1, 1, 5, 1, 'x', 1, 1, 2);
    INSERT INTO batch_template_item (template, place, source, target, amount) VALUES (1, 1, 1, 2, 5);
    INSERT INTO batch_voucher (batch, place, url) VALUES (1, 1, '/a');
    INSERT INTO batch_template_use (template, batch) VALUES (1, 1);
    INSERT INTO batch_template_editor (template, kind, id, person, at) VALUES (1, 2, 0, 0, 1);
    INSERT INTO webhook (url, events, description, enabled, created_by, created_at, created_by_kind)
      VALUES ('https://example.org/', 'batch.finished', '记账', 0, 'x', 1, 2);
    INSERT INTO webhook_delivery (webhook, event, state, attempts, due_at) SELECT 1, MAX(id), 3, 15, NULL FROM outbox;
    INSERT INTO upload (place, object, name, kind, size, sha256, created_by, created_by_kind, created_at)
      VALUES ('p', 'o', 'pay.csv', 1, 3, 'h', 'x', 2, 1);
    INSERT INTO task (kind, state, input, upload, place, processed, steps, takes, created_by, created_by_kind, created_at)
      VALUES (1, 5, '{}', 1, 'p', 0, '[]', 0, 'x', 2, 1);";

/// Writes [`BY_PHONE`] into a ledger that nothing has open.
fn with_factors(ledger: &At) {
    ledger.ok(&["approval", "policy", "set", "--currency", "USD", "--no-bands", "--valid-hours", "24"]);
    ledger.ok(&["verify"]);
    let file = Path::new(&ledger.0).join("sluice.db");
    commit(&file, BY_PHONE);
}

/// Adds a converting batch with an unpaid item, and the linked draft that takes the item over.
fn with_linked_draft(world: &World, ledger: &At) {
    let file = world.file("converted.csv", "account,email,amount\nYEN,,1.00\n,p15@x.org,1.00\n");
    ledger.ok(&["account", "freeze", "P15"]);
    let batch = ledger.import(&file, &["--convert"]);
    ledger.ok(&["batch", "run", &batch]);
    ledger.ok(&["batch", "reprice", &batch]);
    ledger.ok(&["account", "unfreeze", "P15"]);
}

fn hashes(answer: &Value) -> BTreeMap<String, (u64, String)> {
    let tables = answer["tables"].as_array().unwrap().iter();
    let one = |t: &Value| (t["rows"].as_u64().unwrap(), t["sha256"].as_str().unwrap().to_owned());
    tables.map(|table| (table["name"].as_str().unwrap().to_owned(), one(table))).collect()
}

#[test]
fn a_ledger_copied_to_a_server_and_back_gives_the_same_answers_everywhere() {
    let mut world = World::new();
    let (file, server, back) = (with_batches(&mut world), world.database(), world.directory());
    with_factors(&file);
    let states: Vec<_> = file.ok(&["batch", "list"]).json["batches"].as_array().unwrap().clone();
    for state in "draft pending cancelled processing paused completed partially_completed failed".split(' ') {
        assert!(states.iter().any(|batch| batch["status"] == state), "{state}: {states:?}");
    }
    let said = file.said();
    assert!(said.contains("naïve 💶") && said.contains("May, 五月") && said.len() > 100_000);

    let there = file.copied(&server, &["--page", "7"]);
    assert_eq!(there.json["kept"], false);
    assert!(there.json["from"].as_str().unwrap().ends_with("place-1"), "{there:?}");
    let again = server.copied(&back, &["--keep"]);
    assert_eq!(again.json["kept"], true);
    let (first, second) = (hashes(&there.json), hashes(&again.json));
    for (table, (rows, _)) in &first {
        assert!(*rows > 0, "{table} is not tested");
        // The copy itself is recorded in the audit log, which moves the head.
        assert_eq!(
            first[table] == second[table],
            !["audit", "commit_link", "ledger_head"].contains(&table.as_str()),
            "{table}"
        );
    }
    for place in [&file, &server, &back] {
        assert!(place.said() == said, "{place:?}");
        place.verified();
    }
    continues(&world, &server, &back);
}

/// The kept source and its copy are separate ledgers now; the same operations get the same numbers in both.
fn continues(world: &World, server: &At, back: &At) {
    let file = world.file("new.csv", &payroll(PAYEES, "new"));
    let after = [server, back].map(|ledger| {
        let batch = ledger.import(&file, &[]);
        let run = ledger.ok(&["batch", "run", &batch]).json;
        assert_eq!(run["success_count"], PAYEES - 3, "{run}");
        ledger.ok(&["batch", "run"]);
        let paused = ledger.ok(&["batch", "list", "--state", "paused"]).json;
        ledger.ok(&["batch", "resume", paused["batches"][0]["batch_id"].as_str().unwrap()]);
        let known = ["--from", "ACME", "--to", "EURO", "--amount", "12.34", "--op-id", "to-euro"];
        let known = [&["transfer", "--memo", "naïve 💶"], &known[..]].concat();
        assert_eq!(ledger.ok(&known).json["replayed"], true);
        ledger.ok(&["account", "open", "--number", "NEW", "--holder", "New", "--currency", "POINTS"]);
        ledger.ok(&["fx", "set", "EUR", "JPY", "160"]);
        ledger.verified();
        let accounts = ledger.ok(&["account", "list", "--system", "--limit", "1000"]).json;
        (batch, accounts["accounts"].clone())
    });
    let without_time = |mut accounts: Value| {
        for account in accounts.as_array_mut().unwrap() {
            account["opened_at"] = json!(null);
        }
        accounts
    };
    let [(batch, accounts), (other, others)] = after;
    assert_eq!((batch, without_time(accounts)), (other, without_time(others)));
}

#[test]
fn every_table_of_a_server_is_copied_in_full_or_excluded_on_purpose() {
    let mut world = World::new();
    let server = world.database();
    server.ok(&["init"]);
    let rows = query_text(
        &server.0,
        "SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c
         JOIN information_schema.tables t USING (table_schema, table_name)
         WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' ORDER BY 1, c.ordinal_position",
    );
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows {
        let row: Vec<String> = row.into_iter().map(Option::unwrap).collect();
        let [table, column, kind] = row.try_into().unwrap();
        let is_plain = kind == "bigint" || kind == "text";
        let is_left_out = store::copy::LEFT_OUT.contains(&table.as_str());
        assert!(is_plain || is_left_out, "{table}.{column} is {kind}");
        tables.entry(table).or_default().push(column);
    }
    for name in store::copy::LEFT_OUT {
        assert!(tables.remove(*name).is_some(), "{name}");
    }
    for step in store::copy::STEPS.iter().filter(|step| step.is_whole()) {
        let columns = tables.remove(step.table()).unwrap_or_default();
        assert_eq!(columns, step.columns(), "{}", step.name);
    }
    assert!(tables.is_empty(), "these tables have no copy step: {:?}", tables.keys());
}
