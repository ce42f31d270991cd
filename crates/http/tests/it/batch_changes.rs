//! What is different about a batch, over HTTP: as a text table of two batches and the changes.

use crate::batch_tools::{BATCHES, at, ended, is, make, open, open_for, outcome, run};
use crate::world::{Answer, World, world};
use reqwest::Method;
use serde_json::{Value as Json, json};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);

/// A paying account, payees that have been paid before and were opened long ago, and a second account of `B`.
async fn old_hands(accounts: &[&str]) -> World {
    let world = world().await;
    open(&world, "PAY", "USD", "5000.00").await;
    for account in accounts {
        open(&world, account, "USD", "1.00").await;
    }
    open_for(&world, "B", "B2", "USD", "1.00").await;
    world.clock.pass(DAY * 40);
    world
}

/// `A 10.00, B 5.00` as a batch.
fn batch(name: &str, rows: &str) -> Json {
    let relation = |row: &str| {
        let (account, amount) = row.trim().split_once(' ').unwrap();
        json!({ "targetAccountId": account, "amount": amount })
    };
    let relations: Vec<Json> = rows.split(',').map(relation).collect();
    json!({ "name": name, "type": "one_to_many", "sourceAccountId": "PAY", "relations": relations })
}

async fn changes(world: &World, id: i64, query: &str) -> Answer {
    world.get(&format!("{}{query}", at(id, "/changes"))).await
}

/// Each change as one line.
fn lines(answer: &Answer) -> String {
    let text = |value: &Json| value.as_str().unwrap_or("-").to_owned();
    let line = |one: &Json| {
        let parts = ["kind", "account", "accountBefore", "amountBefore", "amount", "paidByBatch"];
        parts.map(|name| text(&one[name])).join(" ")
    };
    answer.data()["changes"].as_array().unwrap().iter().map(line).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn a_batch_is_compared_with_the_last_one_of_its_name() {
    let world = old_hands(&["A", "B", "C", "D"]).await;
    let october = run(&world, batch("October payroll", "A 10.00, B 5.00, C 7.00")).await;
    assert_eq!(october["state"], "completed");
    world.clock.pass(DAY * 30);
    run(&world, batch("Rent 11/2026", "D 1.00")).await;
    run(&world, batch("Payroll 2026-11", "A 10.00, B 5.00, C 7.00")).await;
    world.clock.pass(DAY * 30);
    let id = make(&world, batch("DECEMBER  PAYROLL", "A 12.01, B2 5.00, D 3.00")).await;
    let found = changes(&world, id, "").await;
    let expected = "\
account_changed B2 B 5.00 5.00 -
payee_new D - - 3.00 -
payee_gone C - 7.00 - -
amount_moved A - 10.00 12.01 -";
    assert_eq!(lines(&found), expected);
    let data = found.data();
    assert_eq!(
        (&data["base"]["batchNumber"], &data["base"]["name"]),
        (&json!("batch-20260519-002"), &json!("Payroll 2026-11"))
    );
    let counts: Vec<_> = data["counts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            format!("{} {} {}", one["kind"].as_str().unwrap(), one["count"], one["amount"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        counts,
        ["account_changed 1 5.00", "payee_new 1 3.00", "payee_gone 1 7.00", "amount_moved 1 12.01"]
    );
    assert_eq!(
        (&data["movedPercent"], &data["recentDays"], &data["latelyDays"]),
        (&json!(20), &json!(7), &json!(35))
    );
    // Against another one, and one kind of it.
    let other = changes(&world, id, "?against=batch-20260519-001").await;
    assert_eq!(
        lines(&other),
        "payee_new A - - 12.01 -\npayee_new B2 - - 5.00 -\namount_moved D - 1.00 3.00 -"
    );
    let only = changes(&world, id, "?kind=payee_gone").await;
    assert_eq!(lines(&only), "payee_gone C - 7.00 - -");
    world.stop().await;
}

#[tokio::test]
async fn a_report_is_made_at_submission_and_a_draft_is_compared_when_asked_for() {
    let world = old_hands(&["A", "B"]).await;
    run(&world, batch("Payroll 1", "A 10.00")).await;
    world.clock.pass(DAY * 10);
    let mut draft = batch("Payroll 2", "A 10.00, B 2.00");
    draft["draft"] = json!(true);
    let id = make(&world, draft).await;
    assert_eq!(lines(&changes(&world, id, "").await), "payee_new B - - 2.00 -");
    let preview = world.post(&at(id, "/preview"), Json::Null).await;
    let summary = json!({ "baseNumber": "batch-20260419-001", "baseName": "Payroll 1", "counts": [
        { "kind": "payee_new", "count": 1, "listed": 1, "amount": "2.00" }] });
    assert_eq!(preview.data()["changes"], summary);
    let stored = async || {
        let mut tx = world.store.read().await.unwrap();
        store::change::report(&mut tx, domain::id::BatchId(id)).await.unwrap()
    };
    assert_eq!(stored().await, None);
    world.post(&at(id, "/submit"), Json::Null).await.data();
    let report = stored().await.unwrap();
    assert_eq!(report.counts.len(), 1);
    // Later payments change nothing in it.
    world.clock.pass(DAY);
    run(&world, batch("Payroll 3", "A 10.00, B 2.00")).await;
    assert_eq!(lines(&changes(&world, id, "").await), "payee_new B - - 2.00 -");
    assert_eq!(changes(&world, id, "").await.data()["madeAt"], "2026-04-29T12:00:00Z");
    // A batch that is previewed before it exists.
    let new = world.post(&format!("{BATCHES}/preview"), batch("Payroll 4", "A 10.00")).await;
    let changes = &new.data()["changes"];
    assert_eq!(changes["baseName"], "Payroll 3");
    let kinds: Vec<_> = changes["counts"].as_array().unwrap().iter().map(|one| one["kind"].clone()).collect();
    assert_eq!(kinds, ["payee_gone", "paid_recently"]);
    world.stop().await;
}

#[tokio::test]
async fn a_payment_that_repeats_a_recent_one_is_listed_whatever_batch_paid_it() {
    let world = old_hands(&["A", "B"]).await;
    run(&world, batch("Bonus", "A 10.00, B 4.00")).await;
    world.clock.pass(DAY * 7);
    let id = make(&world, batch("Expenses", "A 10.00, B 5.00")).await;
    assert_eq!(lines(&changes(&world, id, "").await), "paid_recently A - 10.00 10.00 batch-20260419-001");
    world.clock.pass(DAY);
    let id = make(&world, batch("Travel", "A 10.00")).await;
    assert_eq!(lines(&changes(&world, id, "").await), "");
    world.stop().await;
}

#[tokio::test]
async fn new_accounts_and_changed_holders_are_listed_for_35_days() {
    let world = old_hands(&["A", "B"]).await;
    let holder = world.get("/api/v2/accounts/A").await.data()["holder"]["id"].as_str().unwrap().to_owned();
    let change = json!({ "email": "anna@example.com" });
    let path = format!("/api/v2/holders/{holder}");
    let changed = crate::batch_tools::send(&world, Method::PATCH, &path, change).await;
    // A key may not change a holder.
    assert_eq!(outcome(&changed), is(403, "FORBIDDEN"));
    let admin = crate::browser::first_admin(&world).await;
    admin.patch(&path, json!({ "email": "anna@example.com" })).await.data();
    admin.post("/api/v2/accounts/B2/make-default", Json::Null).await.data();
    open(&world, "NEW", "USD", "0").await;
    let id = make(&world, batch("Payroll", "A 1.00, B 2.00, NEW 3.00")).await;
    let found = changes(&world, id, "").await;
    let kinds: Vec<_> =
        lines(&found).lines().map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(kinds, ["first_payment NEW", "account_opened NEW", "holder_changed B", "holder_changed A"]);
    let all = found.data()["changes"].as_array().unwrap();
    let fields = |place: usize| (&all[place]["fields"], &all[place]["changedBy"], &all[place]["at"]);
    let at = json!("2026-04-19T12:00:00Z");
    let default = json!([{ "field": "defaultAccount", "before": "B", "after": "B2" }]);
    assert_eq!(fields(2), (&default, &json!("root"), &at));
    let email = json!([{ "field": "email", "before": "a@example.com", "after": "anna@example.com" }]);
    assert_eq!(fields(3), (&email, &json!("root"), &at));
    ended_after(&world, id).await;
    world.clock.pass(DAY * 36);
    let id = make(&world, batch("Rent", "A 1.00, B 2.00, NEW 3.00")).await;
    assert_eq!(lines(&changes(&world, id, "").await), "");
    world.stop().await;
}

async fn ended_after(world: &World, id: i64) {
    world.post(&at(id, "/execute"), Json::Null).await.data();
    ended(world, id).await;
}

#[tokio::test]
async fn pages_follow_one_another_by_cursor() {
    let world = old_hands(&["A", "B", "C", "D"]).await;
    run(&world, batch("Payroll 1", "A 1.00, B 1.00")).await;
    world.clock.pass(DAY * 20);
    let id = make(&world, batch("Payroll 2", "C 3.00, D 4.00, B2 1.00")).await;
    let (mut seen, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let more = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
        let page = changes(&world, id, &format!("?pageSize=1{more}")).await;
        seen.push(lines(&page));
        cursor = page.data()["pagination"]["nextCursor"].as_str().map(ToOwned::to_owned);
        if cursor.is_none() {
            break;
        }
    }
    let whole = changes(&world, id, "").await;
    assert_eq!(seen.join("\n"), lines(&whole));
    assert_eq!(seen.len(), 4);
    let first = changes(&world, id, "?pageSize=1").await;
    let cursor = first.data()["pagination"]["nextCursor"].as_str().unwrap().to_owned();
    for query in [format!("?kind=payee_new&cursor={cursor}"), "?cursor=nonsense".to_owned()] {
        assert_eq!(outcome(&changes(&world, id, &query).await), is(422, "CURSOR_INVALID"), "{query}");
    }
    assert_eq!(outcome(&changes(&world, 99, "").await), is(404, "BATCH_NOT_FOUND"));
    assert_eq!(outcome(&changes(&world, id, "?against=99").await), is(404, "BATCH_NOT_FOUND"));
    assert_eq!(outcome(&changes(&world, id, "?kind=nothing").await), is(422, "QUERY_INVALID"));
    world.stop().await;
}
