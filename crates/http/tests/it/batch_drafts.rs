//! Drafts: who may change them, and on which version.

use crate::batch_tools::{BATCHES, at, is, open, outcome, salaries, world_with_payees};
use crate::browser::{Browser, PASSWORD, add, behind_proxy, first_admin};
use crate::world::{Answer, World, answer, world_with};
use reqwest::Method;
use serde_json::{Value as Json, json};
use service::audit::AuditFilter;

fn draft(count: usize) -> Json {
    let mut body = salaries(count, "1.00");
    body["draft"] = json!(true);
    body
}

async fn on_version(world: &World, method: Method, path: &str, version: &str, body: Json) -> Answer {
    let request = world.request(method, path).header("If-Match", version);
    answer(if body.is_null() { request } else { request.json(&body) }).await
}

#[tokio::test]
async fn an_edit_of_a_stale_version_is_refused_with_who_changed_the_draft_and_when() {
    let world = world_with_payees(3).await;
    let made = world.post(BATCHES, draft(1)).await.data().clone();
    let id = made["id"].as_i64().unwrap();
    assert_eq!(made["version"], 1);
    let edited = on_version(&world, Method::PATCH, &at(id, ""), "\"1\"", json!({ "name": "a" })).await;
    assert_eq!(edited.data()["version"], 2);
    let relations = json!({ "relations": [{ "targetAccountId": "P-1", "amount": "2.00" }] });
    let relation = world.get(&at(id, "")).await.data()["relations"][0]["id"].clone();
    for (method, rest, body) in [
        (Method::PATCH, String::new(), json!({ "name": "b" })),
        (Method::POST, "/relations".to_owned(), relations.clone()),
        (Method::DELETE, format!("/relations/{relation}"), Json::Null),
        (Method::POST, "/submit".to_owned(), Json::Null),
    ] {
        let old = on_version(&world, method.clone(), &at(id, &rest), "1", body.clone()).await;
        assert_eq!(outcome(&old), is(409, "DRAFT_CHANGED"), "{method} {rest}");
        let data = json!({ "version": 2, "changedBy": "key:all", "changedAt": "2026-03-10T12:00:00Z" });
        assert_eq!(old.json["data"], data);
        let unreadable = on_version(&world, method, &at(id, &rest), "W/\"2\"", body).await;
        assert_eq!(outcome(&unreadable), is(400, "IF_MATCH_INVALID"));
    }
    // A missing If-Match is allowed, and recorded.
    let added = world.post(&at(id, "/relations"), relations).await;
    assert_eq!(added.data()["batch"]["version"], 3);
    let submitted = on_version(&world, Method::POST, &at(id, "/submit"), "3", Json::Null).await;
    assert_eq!(submitted.data()["state"], "pending");
    let events = world.get(&at(id, "/history")).await.data().clone();
    let versions: Vec<_> = events
        .as_array()
        .unwrap()
        .iter()
        .skip(1)
        .map(|event| (event["details"]["version"].clone(), event["details"]["if_match"].clone()))
        .collect();
    assert_eq!(versions, [(json!(2), json!(1)), (json!(3), Json::Null), (json!(3), json!(3))]);
    world.stop().await;
}

#[tokio::test]
async fn a_repeated_edit_gets_its_first_response_whatever_its_version() {
    let world = world_with_payees(2).await;
    let id = world.post(BATCHES, draft(1)).await.data()["id"].as_i64().unwrap();
    let send = async |version: &str| {
        let body = json!({ "relations": [{ "targetAccountId": "P-1", "amount": "2.00" }] });
        let request = world.request(Method::POST, &at(id, "/relations"));
        answer(request.header("Idempotency-Key", "k").header("If-Match", version).json(&body)).await
    };
    let first = send("1").await;
    assert_eq!(first.data()["batch"]["version"], 2);
    assert_eq!(send("2").await.data(), first.data());
    assert_eq!(send("1").await.data(), first.data());
    world.stop().await;
}

/// Every way to change a draft: method, rest of the path, body.
fn edits(relation: &Json) -> [(Method, String, Json); 4] {
    let relations = json!({ "relations": [{ "targetAccountId": "P-1", "amount": "2.00" }] });
    [
        (Method::PATCH, String::new(), json!({ "name": "x" })),
        (Method::POST, "/relations".to_owned(), relations),
        (Method::DELETE, format!("/relations/{relation}"), Json::Null),
        (Method::POST, "/submit".to_owned(), Json::Null),
    ]
}

#[tokio::test]
async fn only_its_maker_and_finance_edit_a_draft_and_finance_is_warned_about_approval() {
    let world = world_with(behind_proxy()).await;
    open(&world, "PAY", "USD", "5000.00").await;
    for place in 0..2 {
        open(&world, &format!("P-{place}"), "USD", "0").await;
    }
    let admin = first_admin(&world).await;
    let mut people = Vec::new();
    for (login, role) in [("anna", "operator"), ("bo", "operator"), ("finn", "finance")] {
        add(&admin, login, role).await;
        people.push(Browser::signed_in(&world, login, PASSWORD).await);
    }
    let [anna, bo, finn] = people.as_slice() else { panic!("three people") };
    let made = anna.post(BATCHES, draft(1)).await.data().clone();
    let (id, relation) = (made["id"].as_i64().unwrap(), {
        let shown = anna.get(&at(made["id"].as_i64().unwrap(), "")).await;
        shown.data()["relations"][0]["id"].clone()
    });
    for (method, rest, body) in edits(&relation) {
        let path = at(id, &rest);
        let by_bo = bo.request(method.clone(), &path);
        let refused = answer(if body.is_null() { by_bo } else { by_bo.json(&body) }).await;
        assert_eq!(outcome(&refused), is(403, "FORBIDDEN"), "{method} {rest}");
        // A key may change only what it created, whatever the key's creator may do.
        let by_key = world.request(method.clone(), &path);
        let refused = answer(if body.is_null() { by_key } else { by_key.json(&body) }).await;
        assert_eq!(outcome(&refused), is(403, "FORBIDDEN"), "{method} {rest} by key");
    }
    let about =
        AuditFilter { subject: Some("batch".to_owned()), subject_id: Some(id), ..AuditFilter::default() };
    let rows = world.audit(about).await;
    let refused = rows.iter().filter(|row| row.result == "FORBIDDEN");
    let seen: Vec<_> = refused.map(|row| (row.action.as_str(), row.actor.name.as_str())).collect();
    let edit = [("batch.edit", "bo"), ("batch.edit", "key:all")];
    let submit = [("batch.submit", "bo"), ("batch.submit", "key:all")];
    assert_eq!(seen, [edit, edit, edit, submit].concat());

    let own = anna.patch(&at(id, ""), json!({ "name": "mine" })).await;
    own.data();
    assert_eq!(own.json["message"], "The draft was changed");
    let foreign = finn.patch(&at(id, ""), json!({ "name": "yours" })).await;
    foreign.data();
    assert_eq!(
        foreign.json["message"],
        "The draft was changed; it was created by somebody else: you will not be able to approve it"
    );
    assert_eq!(anna.post(&at(id, "/submit"), Json::Null).await.data()["state"], "pending");
    world.stop().await;
}
