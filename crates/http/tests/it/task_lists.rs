//! Lists as files and files as accounts, over HTTP: each kind of task that does it, and the codes of those that cannot.

use crate::batch_tools::{balance, open};
use crate::browser::{Browser, PASSWORD, add, first_admin};
use crate::task_tools::{Client, FILES, TASKS, ended, start, try_start, try_upload, upload};
use crate::world::{World, answer, world};
use reqwest::Method;
use serde_json::{Value as Json, json};

async fn funded() -> World {
    let world = world().await;
    open(&world, "PAY", "USD", "100.00").await;
    open(&world, "YEN", "JPY", "1234").await;
    let body = json!({ "fromAccountId": "PAY", "toAccountId": "YEN", "amount": "1.00" });
    assert_ne!(world.post("/api/v2/account-transfers", body).await.code(), "ok", "there is no rate");
    world
}

/// Exports; returns the task and the text of its file.
async fn exported(client: &impl Client, input: Json) -> (Json, String) {
    let id = start(client, input).await;
    let task = ended(client, &id).await;
    let url = task["result_url"].as_str().unwrap_or_else(|| panic!("{task}")).to_owned();
    let response = client.to(Method::GET, &url).send().await.unwrap();
    assert_eq!(response.status().as_u16(), 200, "{task}");
    (task, response.text().await.unwrap())
}

#[tokio::test]
async fn a_file_has_the_rows_of_the_list_with_the_same_filters() {
    let world = funded().await;
    let id = world.get("/api/v2/accounts/PAY").await.data()["id"].clone();
    for (kind, options, list) in [
        ("export_accounts", json!({}), "/api/v2/accounts?pageSize=50".to_owned()),
        ("export_accounts", json!({ "currency": "JPY" }), "/api/v2/accounts?currency=JPY".to_owned()),
        (
            "export_accounts",
            json!({ "minBalanceCents": 5_000 }),
            "/api/v2/accounts?minBalanceCents=5000".to_owned(),
        ),
        (
            "export_accounts",
            json!({ "email": "PAY@example.com" }),
            "/api/v2/accounts?email=PAY@example.com".to_owned(),
        ),
        ("export_transfers", json!({}), "/api/v2/account-transfers".to_owned()),
        (
            "export_transfers",
            json!({ "kind": "deposit" }),
            "/api/v2/account-transfers?kind=deposit".to_owned(),
        ),
        (
            "export_transfers",
            json!({ "status": "failed", "accountId": id }),
            format!("/api/v2/account-transfers?status=failed&accountId={}", id.as_str().unwrap()),
        ),
    ] {
        let listed = world.get(&list).await.data().as_array().unwrap().clone();
        let input = json!({ "task_type": kind, "format": "jsonl", "options": options });
        let (task, text) = exported(&world, input).await;
        let rows: Vec<Json> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let of = |rows: &[Json], name: &str| rows.iter().map(|row| row[name].clone()).collect::<Vec<_>>();
        let (here, there) = match kind {
            "export_accounts" => (of(&rows, "id"), of(&listed, "id")),
            _ => {
                let tagged = |number: &Json| json!(format!("xfer_{number}"));
                (of(&rows, "transfer").iter().map(tagged).collect(), of(&listed, "id"))
            }
        };
        assert_eq!(here, there, "{kind} {options}: {text}");
        assert_eq!(task["result"]["rows"], json!(rows.len()), "{task}");
    }
}

#[tokio::test]
async fn amounts_are_exact_and_headers_in_the_language_asked_for() {
    let world = funded().await;
    let input = json!({ "task_type": "export_accounts", "language": "zh", "options": { "currency": "JPY" } });
    let (task, text) = exported(&world, input).await;
    assert!(text.starts_with("\u{feff}编号,账号,户名,"), "{text}");
    assert!(text.contains(",JPY,客户账户,正常,1234,1234,0,0,"), "{text}");
    assert_eq!(task["result"]["sums"], json!([{ "column": "balance", "currency": "JPY", "sum": "1234" }]));
    let input = json!({ "task_type": "export_statement", "account_id": "PAY", "format": "jsonl",
        "options": { "direction": "in", "from": "2026-03-10", "to": "2026-03-10" } });
    let (task, text) = exported(&world, input).await;
    let entry: Json = serde_json::from_str(&text).unwrap();
    assert_eq!((&entry["amount"], &entry["balance_after"]), (&json!("100.00"), &json!("100.00")), "{text}");
    let id = world.get("/api/v2/accounts/PAY").await.data()["id"].as_str().unwrap().to_owned();
    assert_eq!(task["result"]["name"], json!(format!("statement-{id}.jsonl")), "{task}");
}

#[tokio::test]
async fn accounts_are_opened_from_an_uploaded_file() {
    let world = funded().await;
    let text = "number,Employee,email,currency,opening,Hired on\nN1,Ann,,USD,5.00,2026-01-01\nN2,,,USD,,\n\
        PAY,Other,pay@example.com,USD,,\n";
    let request = world.request(Method::POST, &format!("{FILES}?name=staff.csv&look=accounts"));
    let sent = answer(request.body(text)).await;
    let options = json!({ "mapping": { "holder": "Employee" }, "ignore": ["Hired on"] });
    let input =
        json!({ "task_type": "import_accounts", "file_id": sent.data()["file_id"], "options": options });
    let id = start(&world, input).await;
    let task = ended(&world, &id).await;
    let result = &task["result"];
    assert_eq!((&task["status"], &task["result_url"]), (&json!("completed"), &Json::Null), "{task}");
    let counted =
        ["opened", "known_name_differs", "refused", "openings_paid"].map(|name| result[name].clone());
    assert_eq!(counted, [json!(1), json!(1), json!(1), json!(1)], "{task}");
    assert_eq!((&task["processed_records"], balance(&world, "N1").await), (&json!(3), 500), "{task}");
    let problems = world.get(&format!("{TASKS}/{id}/problems")).await;
    let problem = &problems.data()[0];
    assert_eq!((&problem["line"], &problem["column"]), (&json!(3), &json!("Employee")), "{problem}");
    assert_eq!(problems.json["pagination"]["total"], json!(1));
}

#[tokio::test]
async fn what_cannot_be_done_is_refused_with_its_code() {
    let world = funded().await;
    let file = upload(&world, "a.csv", "number,holder,currency\nN1,Ann,USD\n").await;
    for (input, code) in [
        (json!({ "task_type": "export_accounts", "options": { "currency": "NONE" } }), "CURRENCY_UNKNOWN"),
        (
            json!({ "task_type": "export_accounts", "options": { "group": "Nobody" } }),
            "HOLDER_GROUP_NOT_FOUND",
        ),
        (json!({ "task_type": "export_accounts", "options": { "sort": "id" } }), "BODY_INVALID"),
        (json!({ "task_type": "export_statement", "account_id": "NOBODY" }), "ACCOUNT_NOT_FOUND"),
        (json!({ "task_type": "export_statement", "account_id": "user_3" }), "ID_INVALID"),
        (
            json!({ "task_type": "export_statement", "account_id": "PAY", "options": { "from": "x" } }),
            "DATE_INVALID",
        ),
        (
            json!({ "task_type": "export_transfers", "options": { "accountId": "NOBODY" } }),
            "ACCOUNT_NOT_FOUND",
        ),
        (json!({ "task_type": "import_accounts", "file_id": "file_999" }), "FILE_NOT_FOUND"),
        (
            json!({ "task_type": "import_accounts", "file_id": file, "options": { "encoding": "x" } }),
            "BODY_INVALID",
        ),
    ] {
        assert_eq!(try_start(&world, input.clone()).await.code(), code, "{input}");
    }
}

#[tokio::test]
async fn an_operator_opens_accounts_and_reads_lists_but_brings_no_money_in() {
    let world = funded().await;
    let admin = first_admin(&world).await;
    add(&admin, "olga", "operator").await;
    let olga = Browser::signed_in(&world, "olga", PASSWORD).await;
    let (_, text) = exported(&olga, json!({ "task_type": "export_accounts" })).await;
    assert_eq!(text.lines().count(), 3, "{text}");
    let sent = try_upload(&olga, "a.csv", "number,holder,currency,期初余额\nN1,Ann,USD,5.00\n").await;
    let import = |options: Json| json!({ "task_type": "import_accounts", "file_id": sent.data()["file_id"], "options": options });
    let task = ended(&olga, &start(&olga, import(json!({}))).await).await;
    assert_eq!((&task["status"], &task["error_code"]), (&json!("failed"), &json!("OPENING_RIGHT_MISSING")));
    assert!(task["error_message"].as_str().unwrap().ends_with("(期初余额)"), "{task}");
    assert_eq!(world.get("/api/v2/accounts/N1").await.code(), "ACCOUNT_NOT_FOUND");
    let task = ended(&olga, &start(&olga, import(json!({ "ignore": ["期初余额"] }))).await).await;
    assert_eq!((&task["status"], &task["result"]["opened"]), (&json!("completed"), &json!(1)), "{task}");
}
