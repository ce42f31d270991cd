//! Templates of files: each is imported straight back, with the payees and amounts it was filled with.

use crate::batch_tools::{make, open, open_for, run, salaries, world_with_payees};
use crate::task_tools::{ended, import, start, try_upload};
use crate::world::{World, answer};
use reqwest::Method;
use serde_json::{Value as Json, json};
use service::account::make_default;

const TEMPLATES: &str = "/api/v1/file-templates";

/// A template; its name and its bytes.
async fn template(world: &World, query: &str) -> (String, Vec<u8>) {
    let response = world.request(Method::GET, &format!("{TEMPLATES}?{query}")).send().await.unwrap();
    let name = response.headers()["content-disposition"].to_str().unwrap().to_owned();
    assert_eq!(response.status().as_u16(), 200, "{query}: {:?}", response.text().await);
    (name, response.bytes().await.unwrap().to_vec())
}

async fn text(world: &World, query: &str) -> String {
    String::from_utf8(template(world, query).await.1).unwrap()
}

/// Imports a file as a draft without any mapping; returns its payees and amounts, or why it is refused.
async fn imported(world: &World, kind: &str, bytes: Vec<u8>) -> Vec<String> {
    let sent = try_upload(world, "filled", bytes).await;
    let account = if kind == "many_to_many" { Json::Null } else { json!("PAY") };
    let mut options = json!({ "type": kind, "name": "Again", "draft": true, "currency": "USD" });
    if !account.is_null() {
        options = json!({ "type": kind, "name": "Again", "draft": true, "account": account });
    }
    let task = start(world, import(sent.data()["file_id"].as_str().unwrap(), options)).await;
    let task = ended(world, &task).await;
    let Some(batch) = task["batch_id"].as_i64() else {
        return vec![task["error_code"].as_str().unwrap_or_else(|| panic!("{task}")).to_owned()];
    };
    let relations = world.get(&format!("/api/batch-transfers/{batch}/relations")).await;
    let row = |row: &Json| {
        let word = |name: &str| row[name].as_str().unwrap_or("-").to_owned();
        format!("{} {} {}", word("sourceAccount"), word("targetAccount"), word("amount"))
    };
    relations.data().as_array().unwrap_or_else(|| panic!("{relations:?}")).iter().map(row).collect()
}

#[tokio::test]
async fn a_filled_template_is_imported_without_a_mapping() {
    let world = world_with_payees(3).await;
    let batch = make(&world, salaries(2, "12.50")).await;
    let query = format!("type=one_to_many&batchId={batch}");
    for format in ["csv", "xlsx"] {
        for lang in ["en", "zh"] {
            let (name, bytes) = template(&world, &format!("{query}&format={format}&lang={lang}")).await;
            assert_eq!(name, format!("attachment; filename=\"one_to_many-template.{format}\""));
            let rows = imported(&world, "one_to_many", bytes).await;
            assert_eq!(rows.len(), 2, "{format} {lang}: {rows:?}");
            for (row, payee) in rows.iter().zip(["P-0", "P-1"]) {
                assert!(row.ends_with(&format!("{payee} 12.50")), "{format} {lang}: {rows:?}");
            }
        }
    }
    world.stop().await;
}

#[tokio::test]
async fn an_empty_template_pays_nobody_and_has_headers_that_are_known() {
    let world = world_with_payees(1).await;
    for (query, line, kind) in [
        ("type=one_to_many&lang=en", "P-0,,3.00,USD,,,", "one_to_many"),
        ("type=one_to_many&lang=zh", "P-0,,3.00,USD,,,", "one_to_many"),
        ("type=one_to_many&namedBy=person&lang=en", "p-0@example.com,,,3.00,USD,,,", "one_to_many"),
        ("type=one_to_many&namedBy=person&lang=zh", ",U-P-0,,3.00,USD,,,", "one_to_many"),
        ("type=many_to_one&lang=zh", "P-0,,3.00,USD,,,", "many_to_one"),
        ("type=many_to_many&lang=en", "PAY,P-0,,3.00,USD,,,", "many_to_many"),
        ("type=many_to_many&lang=zh", "PAY,P-0,,3.00,USD,,,", "many_to_many"),
    ] {
        let empty = text(&world, query).await;
        assert!(empty.starts_with('\u{feff}') && empty.lines().count() == 1, "{query}: {empty}");
        assert_eq!(imported(&world, kind, empty.clone().into_bytes()).await, ["FILE_NO_ROWS"], "{query}");
        let filled = format!("{empty}{line}\n").into_bytes();
        let rows = imported(&world, kind, filled).await;
        assert!(rows.len() == 1 && rows[0].ends_with(" 3.00"), "{query}: {rows:?}");
    }
    for lang in ["en", "zh"] {
        let empty = text(&world, &format!("type=accounts&lang={lang}")).await;
        let file = try_upload(&world, "open.csv", format!("{empty}0012,Ann,ann@example.com,,USD,\n")).await;
        let input = json!({ "task_type": "import_accounts", "file_id": file.data()["file_id"] });
        let task = ended(&world, &start(&world, input).await).await;
        let counted = (task["result"]["opened"].as_i64(), task["result"]["known"].as_i64());
        assert_eq!(counted, if lang == "en" { (Some(1), Some(0)) } else { (Some(0), Some(1)) }, "{task}");
    }
    world.stop().await;
}

#[tokio::test]
async fn chosen_accounts_and_groups_have_the_amounts_of_their_last_payments() {
    let world = world_with_payees(3).await;
    run(&world, salaries(1, "10.00")).await;
    run(&world, salaries(2, "12.50")).await;
    let mut tx = world.store.write().await.unwrap();
    store::history::advance(&mut tx, 1_000).await.unwrap();
    tx.commit().await.unwrap();
    let lines = async |query: &str| {
        let text = text(&world, &format!("lang=en&{query}")).await;
        text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    let one = |number: &str, amount: &str| format!("{number},{number},{amount},USD,,,");
    let chosen = lines("type=one_to_many&accounts=P-2,P-0,P-1,P-0").await;
    assert_eq!(chosen, [one("P-2", ""), one("P-0", "12.50"), one("P-1", "12.50")]);
    // By id as well, and each account once, however it is named.
    let id = world.get("/api/v2/accounts/P-1").await.data()["id"].clone();
    let id = id.as_str().map_or_else(|| format!("acct_{id}"), str::to_owned);
    assert_eq!(lines(&format!("type=one_to_many&accounts={id},P-1")).await, [one("P-1", "12.50")]);
    // What an account paid in a payroll is not what is collected from it.
    assert_eq!(lines("type=many_to_one&accounts=P-0,PAY").await, [one("P-0", ""), one("PAY", "")]);
    world.post("/api/v2/holder-groups", json!({ "name": "Staff" })).await.data();
    let group = json!({ "add": ["hold_2", "hold_4"] });
    world.post("/api/v2/holder-groups/Staff/members", group).await.data();
    let members = lines("type=one_to_many&group=Staff&currency=USD").await;
    assert_eq!(members, [one("P-0", "12.50"), one("P-2", "")]);
    // Without an account in the currency nobody is left out without a word, and the import refuses that row.
    open(&world, "EURO", "EUR", "0").await;
    let rows = [",P-0,,EUR,,,", ",P-2,,EUR,,,"];
    assert_eq!(lines("type=one_to_many&group=Staff&currency=EUR").await, rows);
    world.stop().await;
}

/// Saves a batch as a template with the group of everybody; returns the template's id.
async fn saved(world: &World, body: Json) -> String {
    let batch = make(world, body).await;
    world.post("/api/v2/holder-groups", json!({ "name": "Everybody" })).await.data();
    let holders: Vec<String> = (2..=4).map(|holder| format!("hold_{holder}")).collect();
    world.post("/api/v2/holder-groups/Everybody/members", json!({ "add": holders })).await.data();
    let body = json!({ "name": "Monthly", "from": batch.to_string() });
    let template = world.post("/api/batch-transfer-templates", body).await.data().clone();
    let path = format!("/api/batch-transfer-templates/{}", template["id"]);
    let change = world.request(Method::PATCH, &path).header("If-Match", template["version"].to_string());
    answer(change.json(&json!({ "group": "Everybody" }))).await.data();
    template["id"].to_string()
}

/// A template's file and a draft from it pay the same people the same amounts.
#[tokio::test]
async fn a_saved_template_has_the_payments_of_a_draft_from_it() {
    let world = world_with_payees(3).await;
    // P-0 is paid on another account than the default one, P-1 by e-mail address.
    open_for(&world, "P-0", "P-0-b", "USD", "0").await;
    let by_email = json!({ "contactType": "email", "targetIdentifier": "p-1@example.com", "amount": "7.00" });
    let mut body = salaries(2, "12.50");
    body["relations"] = json!([{ "targetAccountId": "P-0-b", "amount": "12.50" }, by_email]);
    let template = saved(&world, body).await;
    let query = format!("type=one_to_many&lang=en&templateId={template}");
    let rows = async || {
        let text = text(&world, &query).await;
        text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    // A member whom a payment names, by whichever account, has no second row.
    assert_eq!(rows().await, ["P-0-b,P-0,12.50,USD,,,", "P-1,P-1,7.00,USD,,,", "P-2,P-2,,USD,,,"]);
    // Another batch pays P-2: that is no amount of this template.
    run(
        &world,
        json!({ "name": "Refund", "type": "one_to_many", "sourceAccountId": "PAY",
        "relations": [{ "targetAccountId": "P-2", "amount": "3.00" }] }),
    )
    .await;
    assert_eq!(rows().await[2], "P-2,P-2,,USD,,,");
    // P-1 is paid on the account that is the default one today.
    open_for(&world, "P-1", "P-1-b", "USD", "0").await;
    make_default(&world.service, &world.actor, &"P-1-b".into()).await.unwrap();
    assert_eq!(rows().await[1], "P-1-b,P-1,7.00,USD,,,");
    world.stop().await;
}

#[tokio::test]
async fn what_cannot_fill_a_template_is_refused_with_its_code() {
    let world = world_with_payees(1).await;
    for (query, code) in [
        ("format=csv", "QUERY_INVALID"),
        ("type=deposit", "QUERY_INVALID"),
        ("type=one_to_many&format=pdf", "QUERY_INVALID"),
        ("type=one_to_many&accounts=A&batchId=1", "QUERY_INVALID"),
        ("type=one_to_many&group=Staff", "QUERY_INVALID"),
        ("type=one_to_many&currency=USD", "QUERY_INVALID"),
        ("type=accounts&accounts=A", "FILE_TEMPLATE_UNFIT"),
        ("type=accounts&namedBy=person", "FILE_TEMPLATE_UNFIT"),
        ("type=many_to_many&accounts=A", "FILE_TEMPLATE_UNFIT"),
        ("type=one_to_many&namedBy=person&accounts=A", "FILE_TEMPLATE_UNFIT"),
        ("type=one_to_many&accounts=A", "ACCOUNT_NOT_FOUND"),
        ("type=one_to_many&accounts=P-0,acct_999", "ACCOUNT_NOT_FOUND"),
        ("type=one_to_many&accounts=acct_01", "ID_INVALID"),
        ("type=one_to_many&group=Staff&currency=USD", "HOLDER_GROUP_NOT_FOUND"),
        ("type=one_to_many&group=Staff&currency=XXX", "CURRENCY_UNKNOWN"),
        ("type=one_to_many&templateId=tmpl_9", "BATCH_TEMPLATE_NOT_FOUND"),
        ("type=one_to_many&batchId=9", "BATCH_NOT_FOUND"),
    ] {
        assert_eq!(world.get(&format!("{TEMPLATES}?{query}")).await.code(), code, "{query}");
    }
    world.stop().await;
}
