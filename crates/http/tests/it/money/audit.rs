//! The audit log over HTTP.

use super::{TRANSFERS, pay, two};
use serde_json::json;

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
