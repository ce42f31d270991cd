//! The audit log over HTTP.

use super::{TRANSFERS, pay, two};
use crate::browser::first_admin;
use crate::world::{Answer, answer};
use reqwest::Method;
use serde_json::{Value as Json, json};

#[tokio::test]
async fn changes_and_refusals_have_audit_rows_that_can_be_filtered() {
    let (world, a, b) = two().await;
    let made = world.post(TRANSFERS, pay(&a, &b, 100)).await;
    let id = made.data()["id"].as_str().unwrap().to_owned();
    let none = json!({ "fromAccountId": "nobody", "toAccountId": b.id, "fromAmountCents": 7 });
    world.post(TRANSFERS, none).await;
    let rows = async |query: &str| {
        let answer = world.get(&format!("/api/v2/audit?{query}")).await;
        answer.data().as_array().unwrap().clone()
    };
    let about = rows(&format!("subject=transfer&subjectId={id}")).await;
    assert_eq!(about.len(), 1);
    assert_eq!((&about[0]["actor"], &about[0]["result"]), (&json!("key:all"), &json!("ok")));
    assert_eq!((&about[0]["origin"], &about[0]["details"]["amount"]), (&json!("127.0.0.1"), &json!(100)));
    let refused = rows("result=SOURCE_ACCOUNT_NOT_FOUND").await;
    assert_eq!((refused.len(), &refused[0]["details"]["from"]), (1, &json!("nobody")));
    assert_eq!(rows("action=account.open").await.len(), 2);
    assert_eq!(rows("actor=nobody").await.len(), 0);
    assert_eq!(rows("from=2026-03-11").await.len(), 0);
    assert!(rows("from=2026-03-10&to=2026-03-10").await.len() >= 6);
    let first = world.get("/api/v2/audit?pageSize=2").await;
    let next = first.json["pagination"]["nextCursor"].as_str().unwrap().to_owned();
    let ids = |rows: &serde_json::Value| -> Vec<i64> {
        rows.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().parse().unwrap()).collect()
    };
    let second = world.get(&format!("/api/v2/audit?pageSize=2&cursor={next}")).await;
    let all = [ids(first.data()), ids(second.data())].concat();
    assert!(all.len() == 4 && all.windows(2).all(|pair| pair[0] > pair[1]));
    for bad in ["subjectId=x", "from=yesterday", "since=1"] {
        assert_eq!(world.get(&format!("/api/v2/audit?{bad}")).await.status, 422, "{bad}");
    }
    world.end().await;
}

/// The lines of an export.
fn lines(answer: &Answer) -> Vec<Json> {
    assert_eq!(answer.status, 200, "{}", answer.json);
    answer.json.as_str().unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn an_export_has_every_entry_with_the_fields_of_the_list() {
    let (world, a, b) = two().await;
    for amount in 1..=5 {
        world.post(TRANSFERS, pay(&a, &b, amount)).await;
    }
    let exported = lines(&world.get("/api/v2/audit?format=jsonl").await);
    let listed = world.get("/api/v2/audit?pageSize=200").await;
    assert_eq!(&json!(exported), listed.data());
    // The header asks for the same; the query goes before the header.
    let lined = world.request(Method::GET, "/api/v2/audit").header("Accept", "application/x-ndjson");
    let response = lined.send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "application/x-ndjson");
    assert_eq!(response.headers()["content-disposition"], "attachment; filename=\"audit.jsonl\"");
    assert_eq!(response.text().await.unwrap().lines().count(), exported.len());
    let paged =
        world.request(Method::GET, "/api/v2/audit?format=json").header("Accept", "application/x-ndjson");
    assert_eq!(answer(paged).await.data(), listed.data());
    // With the filters of the list, and from a page on.
    let transfers = lines(&world.get("/api/v2/audit?format=jsonl&action=transfer.create").await);
    assert!(transfers.len() >= 5 && transfers.iter().all(|row| row["action"] == "transfer.create"));
    let first = world.get("/api/v2/audit?pageSize=3").await;
    let next = first.json["pagination"]["nextCursor"].as_str().unwrap();
    let rest = lines(&world.get(&format!("/api/v2/audit?format=jsonl&cursor={next}")).await);
    assert_eq!(rest[..], exported[3..]);
    for bad in ["pageSize=2", "from=yesterday", "cursor=x", "subjectId=x"] {
        assert_eq!(world.get(&format!("/api/v2/audit?format=jsonl&{bad}")).await.status, 422, "{bad}");
    }
    assert_eq!(world.get("/api/v2/audit?format=xml").await.code(), "QUERY_INVALID");
    world.end().await;
}

#[tokio::test]
async fn document_000s_operation_log_is_a_view_over_the_audit_log() {
    let (world, a, b) = two().await;
    let admin = first_admin(&world).await;
    let body = json!({ "name": "Rent", "type": "one_to_many", "sourceAccountId": a.number,
        "relations": [{ "targetAccountId": b.number, "amount": "1.50" }] });
    let made = admin.post("/api/batch-transfers", body).await;
    let id = made.data()["id"].clone();
    let logs = async |query: &str| world.get(&format!("/api/v1/operation-logs?{query}")).await;
    let found = logs(&format!("operation_type=batch_transfer&operation_id={id}")).await;
    let row = found.data().as_array().unwrap().last().unwrap().clone();
    let source = made.data()["sourceAccountId"].clone();
    assert_eq!(
        row["details"],
        json!({ "type": "one_to_many", "sourceAccountId": source, "targetAccountId": null, "relationsCount": 1,
            "totalAmount": "1.50", "action": "batch.create", "result": "ok" })
    );
    assert_eq!((&row["operation_type"], &row["operation_id"]), (&json!("batch_transfer"), &id));
    assert!(row["user_id"].is_i64() && row["ip_address"].is_string(), "{row}");
    assert!(row["created_at"].as_str().unwrap().ends_with('Z'), "{row}");
    let mut keys: Vec<_> = row.as_object().unwrap().keys().cloned().collect();
    keys.sort_unstable();
    let expected = ["created_at", "details", "ip_address", "operation_id", "operation_type", "user_id"];
    assert_eq!(keys, expected);
    // Other nouns keep the details of their entries; a key is no user.
    world.post(TRANSFERS, pay(&a, &b, 100)).await;
    let transfer = logs("operation_type=transfer&page_size=1").await.data()[0].clone();
    assert_eq!((&transfer["user_id"], &transfer["details"]["amount"]), (&Json::Null, &json!(100)));
    assert_eq!(transfer["details"]["action"], "transfer.create");
    assert_eq!(logs("operation_type=transfer&from=2026-03-11").await.data(), &json!([]));
    let first = logs("page_size=2").await;
    let next = first.json["pagination"]["nextCursor"].as_str().unwrap().to_owned();
    assert_ne!(logs(&format!("page_size=2&cursor={next}")).await.data(), first.data());
    for bad in ["page_size=0", "operation_id=0", "user_id=1", "cursor=x"] {
        assert_eq!(logs(bad).await.status, 422, "{bad}");
    }
    world.end().await;
}
