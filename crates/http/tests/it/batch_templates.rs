//! Saved templates of batches: saved from a batch or from relations, changed, and made into drafts.

use crate::batch_tools::{BATCHES, at, audited, ended, make, salaries, send, verify, world_with_payees};
use crate::browser::{Browser, PASSWORD, add, first_admin};
use crate::world::{Answer, World, answer};
use reqwest::Method;
use serde_json::{Value as Json, json};

pub const TEMPLATES: &str = "/api/batch-transfer-templates";

/// Saves a template from two payees' relations; returns its path.
pub async fn saved(world: &World) -> String {
    let batch = make(world, salaries(2, "10.00")).await;
    let body = json!({ "name": "Salaries", "from": batch.to_string() });
    let template = world.post(TEMPLATES, body).await;
    format!("{TEMPLATES}/{}", template.data()["id"])
}

/// The relations of a draft as `number amount`.
pub async fn relations(world: &World, batch: &Json) -> Vec<String> {
    let list = world.get(&at(batch["id"].as_i64().unwrap(), "/relations?pageSize=200")).await;
    let row = |row: &Json| {
        format!("{} {}", row["targetAccount"].as_str().unwrap(), row["amount"].as_str().unwrap_or("-"))
    };
    list.data().as_array().unwrap().iter().map(row).collect()
}

/// Makes a draft; returns the batch.
pub async fn drawn(world: &World, template: &str, body: Json) -> Json {
    batch_of(&world.post(&format!("{template}/batches"), body).await)
}

/// The batch of an answer to that.
pub fn batch_of(made: &Answer) -> Json {
    made.data()["batch"]["batch"].as_object().map_or_else(|| made.data()["batch"].clone(), |b| json!(b))
}

#[tokio::test]
async fn a_batch_is_saved_and_made_again_with_its_amounts() {
    let world = world_with_payees(2).await;
    let mut body = salaries(2, "10.00");
    body["relations"][0]["memo"] = json!("salary");
    body["relations"][1] = json!({ "contactType": "email", "targetIdentifier": "p-1@example.com", "amount": "5.00", "externalId": "X1" });
    body["remarks"] = json!("monthly");
    let batch = make(&world, body).await;
    let number = world.get(&at(batch, "")).await.data()["batchNumber"].clone();
    let saved =
        world.post(TEMPLATES, json!({ "name": " Monthly ", "description": "all", "from": number })).await;
    let template = saved.data().clone();
    let shown = json!({ "name": template["name"], "type": template["type"], "account": template["account"],
        "count": template["relationCount"], "total": template["totalAmount"], "remarks": template["remarks"],
        "version": template["version"] });
    let expected = json!({ "name": "Monthly", "type": "one_to_many", "account": "PAY", "count": 2,
        "total": "15.00", "remarks": "monthly", "version": 1 });
    assert_eq!(shown, expected);
    let path = format!("{TEMPLATES}/{}", template["id"]);
    let listed = world.get(&format!("{path}/relations")).await;
    let row = |row: &Json| json!([row["targetIdentifier"], row["contactType"], row["amount"], row["memo"]]);
    let rows: Vec<Json> = listed.data().as_array().unwrap().iter().map(row).collect();
    assert_eq!(
        rows,
        [json!(["P-0", "inner", "10.00", "salary"]), json!(["p-1@example.com", "email", "5.00", null]),]
    );
    let draft = drawn(&world, &path, json!({ "name": "April" })).await;
    assert_eq!(
        (&draft["name"], &draft["state"], &draft["remarks"]),
        (&json!("April"), &json!("draft"), &json!("monthly"))
    );
    assert_eq!(relations(&world, &draft).await, ["P-0 10.00", "P-1 5.00"]);
    let again = drawn(&world, &path, Json::Null).await;
    assert_eq!(again["name"], "Monthly");
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn amounts_are_saved_of_the_last_run_split_or_empty() {
    let world = world_with_payees(3).await;
    let template = saved(&world).await;
    // The batch that it was saved from has not begun, and no other.
    let refused = world.post(&format!("{template}/batches"), json!({ "amounts": "last" })).await;
    assert_eq!(refused.code(), "BATCH_TEMPLATE_NOT_RUN");
    let draft = drawn(&world, &template, json!({ "amounts": "empty" })).await;
    assert_eq!(relations(&world, &draft).await, ["P-0 -", "P-1 -"]);
    let id = draft["id"].as_i64().unwrap();
    assert_eq!(world.post(&at(id, "/submit"), Json::Null).await.code(), "DRAFT_INCOMPLETE");
    let relations_now = json!({ "relations": [
        { "targetAccountId": "P-0", "amount": "7.00" }, { "targetAccountId": "P-2", "amount": "9.00" }] });
    send(&world, Method::PATCH, &at(id, ""), relations_now).await.data();
    world.post(&at(id, "/submit"), Json::Null).await.data();
    world.post(&at(id, "/execute"), Json::Null).await.data();
    assert_eq!(ended(&world, id).await["state"], "completed");
    for (body, expected) in [
        (json!({ "amounts": "last" }), ["P-0 7.00", "P-1 10.00"]),
        (json!({ "amounts": "saved" }), ["P-0 10.00", "P-1 10.00"]),
        (json!({ "amountMode": "equal", "totalAmount": "0.03" }), ["P-0 0.02", "P-1 0.01"]),
        (json!({ "amountMode": "fixed", "fixedAmount": "3.00" }), ["P-0 3.00", "P-1 3.00"]),
    ] {
        let draft = drawn(&world, &template, body.clone()).await;
        assert_eq!(relations(&world, &draft).await, expected, "{body}");
    }
    for body in [
        json!({ "amounts": "last", "amountMode": "fixed", "fixedAmount": "3.00" }),
        json!({ "amountMode": "ratio", "totalAmount": "3.00" }),
    ] {
        let refused = world.post(&format!("{template}/batches"), body).await;
        assert_eq!(refused.code(), "AMOUNT_MODE_INVALID");
    }
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn a_template_is_changed_under_its_version_and_removed() {
    let world = world_with_payees(3).await;
    let path = saved(&world).await;
    let on = async |version: &str, body: Json| {
        answer(world.request(Method::PATCH, &path).header("If-Match", version).json(&body)).await
    };
    let changed = on("1", json!({ "name": "Pay", "description": "d", "mode": "stop_on_failure" })).await;
    assert_eq!((&changed.data()["name"], &changed.data()["version"]), (&json!("Pay"), &json!(2)));
    assert_eq!(on("1", json!({ "name": "Other" })).await.code(), "BATCH_TEMPLATE_CHANGED");
    // What changes nothing is no change.
    for nothing in [json!({}), json!({ "name": "Pay", "description": "d" })] {
        assert_eq!(on("2", nothing).await.data()["version"], 2);
    }
    let rows = json!({ "relations": [{ "targetAccountId": "P-2" }], "remarks": "r" });
    let changed = on("2", rows).await;
    let shown =
        (&changed.data()["relationCount"], &changed.data()["totalAmount"], &changed.data()["remarks"]);
    assert_eq!(shown, (&json!(1), &json!("0.00"), &json!("r")));
    for (body, code) in [
        (json!({ "relations": [] }), "BATCH_EMPTY"),
        (json!({ "relations": [{ "targetAccountId": "NONE" }] }), "BATCH_ROWS_INVALID"),
        (json!({ "name": "" }), "NAME_INVALID"),
        (json!({ "group": "None" }), "HOLDER_GROUP_NOT_FOUND"),
        (json!({ "amountMode": "fixed", "fixedAmount": "1.00" }), "AMOUNT_MODE_INVALID"),
    ] {
        assert_eq!(send(&world, Method::PATCH, &path, body.clone()).await.code(), code, "{body}");
    }
    assert_eq!(send(&world, Method::DELETE, &path, Json::Null).await.status, 200);
    assert_eq!(world.get(&path).await.code(), "BATCH_TEMPLATE_NOT_FOUND");
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn a_template_pays_no_more_than_a_batch_may() {
    let world = world_with_payees(11).await;
    let body = |name: &str| {
        let mut body = salaries(11, "10000.00");
        body["name"] = json!(name);
        body
    };
    assert_eq!(world.post(TEMPLATES, body("T")).await.code(), "BATCH_ABOVE_MAXIMUM");
    let path = saved(&world).await;
    let more = json!({ "relations": body("T")["relations"] });
    assert_eq!(send(&world, Method::PATCH, &path, more).await.code(), "BATCH_ABOVE_MAXIMUM");
    assert_eq!(world.get(&path).await.data()["version"], 1);
    // Each amount fits the ledger, their sum does not fit a database's number.
    let policy = service::policy::PolicyChange {
        max: Some("9999999999999999.99".to_owned()),
        batch_max: Some("9999999999999999.99".to_owned()),
        ..Default::default()
    };
    service::policy::set(&world.service, &world.actor, "USD", None, &policy).await.unwrap();
    let more = json!({ "relations": salaries(11, "9000000000000000.00")["relations"] });
    assert_eq!(send(&world, Method::PATCH, &path, more).await.code(), "BATCH_ABOVE_MAXIMUM");
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn the_audit_log_says_what_a_template_was_and_has_become() {
    let world = world_with_payees(2).await;
    let path = saved(&world).await;
    let change = json!({ "mode": "atomic", "remarks": "March", "description": "all",
        "relations": [{ "targetAccountId": "P-0", "amount": "3.00" }] });
    send(&world, Method::PATCH, &path, change).await.data();
    assert_eq!(world.post("/api/v2/accounts/P-0/close", json!({ "reason": "left" })).await.status, 200);
    assert_eq!(send(&world, Method::PATCH, &path, json!({ "name": "" })).await.code(), "NAME_INVALID");
    send(&world, Method::DELETE, &path, Json::Null).await.data();
    let rows = audited(&world, "batch_template", Some(1)).await;
    let done: Vec<_> = rows.iter().map(|(action, result, _)| format!("{action} {result}")).collect();
    assert_eq!(
        done,
        [
            "batch_template.save ok",
            "batch_template.change ok",
            "batch_template.change NAME_INVALID",
            "batch_template.remove ok"
        ]
    );
    let (save, change, remove) = (&rows[0].2, &rows[1].2, &rows[3].2);
    let texts = |of: &Json| json!([of["mode"], of["remarks"], of["description"], of["items"], of["amount"]]);
    assert_eq!(texts(&change["before"]), json!(["continue", null, "", 2, 2000]));
    assert_eq!(texts(&change["after"]), json!(["atomic", "March", "all", 1, 300]));
    assert_eq!(save["after"]["payments"], change["before"]["payments"]);
    assert_eq!(change["after"]["payments"], remove["before"]["payments"]);
    assert_ne!(change["before"]["payments"], change["after"]["payments"]);
    assert_eq!(change["after"]["payments"].as_str().map(str::len), Some(64));
    world.stop().await;
}

#[tokio::test]
async fn payments_that_differ_in_their_external_ids_alone_are_not_saved() {
    let world = world_with_payees(1).await;
    let relation = |reference: &str, id: &str| json!({ "targetAccountId": "P-0", "amount": "1.00", "reference": reference, "externalId": id });
    let body = |second: Json| {
        json!({ "name": "Twice", "type": "one_to_many", "sourceAccountId": "PAY", "allowRepeat": true,
            "relations": [relation("a", "X-1"), second] })
    };
    let batch = make(&world, body(relation("a", "X-2"))).await.to_string();
    for twice in [json!({ "name": "T", "from": batch }), body(relation("a", "X-3"))] {
        assert_eq!(world.post(TEMPLATES, twice).await.code(), "DUPLICATE_TARGET");
    }
    let template = world.post(TEMPLATES, body(relation("b", "X-4"))).await;
    let path = format!("{TEMPLATES}/{}", template.data()["id"]);
    let twice = json!({ "relations": body(relation("a", "X-5"))["relations"] });
    assert_eq!(send(&world, Method::PATCH, &path, twice).await.code(), "DUPLICATE_TARGET");
    let draft = drawn(&world, &path, Json::Null).await;
    assert_eq!(relations(&world, &draft).await, ["P-0 1.00", "P-0 1.00"]);
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn what_a_template_cannot_be() {
    let world = world_with_payees(2).await;
    saved(&world).await;
    let batch = make(&world, salaries(1, "3.00")).await.to_string();
    let given = |more: Json| {
        let mut body = json!({ "name": "T", "type": "one_to_many", "sourceAccountId": "PAY",
            "relations": [{ "targetAccountId": "P-0" }] });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    for (body, code) in [
        (json!({ "name": "SALARIES", "from": batch }), "BATCH_TEMPLATE_EXISTS"),
        (json!({ "name": "T", "from": "999" }), "BATCH_NOT_FOUND"),
        (json!({ "name": "T" }), "BODY_INVALID"),
        (json!({ "name": "T", "from": batch, "type": "one_to_many" }), "BODY_INVALID"),
        (given(json!({ "relations": [] })), "BATCH_EMPTY"),
        (given(json!({ "sourceAccountId": null })), "BATCH_SIDE_INVALID"),
        (
            given(json!({ "relations": [{ "targetAccountId": "P-0" }, { "targetAccountId": "P-0" }] })),
            "DUPLICATE_TARGET",
        ),
        (given(json!({ "relations": [{ "targetAccountId": "P-0", "amount": "0" }] })), "BATCH_ROWS_INVALID"),
        (given(json!({ "group": "None" })), "HOLDER_GROUP_NOT_FOUND"),
        (given(json!({ "group": "a\0b" })), "HOLDER_GROUP_NOT_FOUND"),
    ] {
        assert_eq!(world.post(TEMPLATES, body.clone()).await.code(), code, "{body}");
    }
    let between = json!({ "name": "T", "type": "many_to_many", "currency": "USD", "group": "1",
        "relations": [{ "sourceAccountId": "PAY", "targetAccountId": "P-0" }] });
    assert_eq!(world.post(TEMPLATES, between).await.code(), "BATCH_TEMPLATE_GROUP_TYPE");
    let listed = world.get(&format!("{TEMPLATES}?text=sal&type=one_to_many")).await;
    assert_eq!(listed.data().as_array().unwrap().len(), 1);
    assert_eq!(world.get(&format!("{TEMPLATES}?type=deposit")).await.data(), &json!([]));
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn a_template_from_or_to_outside_has_one_relation() {
    let world = world_with_payees(2).await;
    let body = |count: usize| {
        let relations: Vec<Json> = (0..count)
            .map(|place| json!({ "targetAccountId": format!("P-{place}"), "amount": "1.00" }))
            .collect();
        json!({ "name": "In", "type": "deposit", "currency": "USD", "relations": relations })
    };
    assert_eq!(world.post(TEMPLATES, body(2)).await.code(), "OUTSIDE_BATCH_SHAPE");
    let template = world.post(TEMPLATES, body(1)).await;
    let path = format!("{TEMPLATES}/{}", template.data()["id"]);
    let two = json!({ "relations": body(2)["relations"] });
    assert_eq!(send(&world, Method::PATCH, &path, two).await.code(), "OUTSIDE_BATCH_SHAPE");
    let draft = drawn(&world, &path, Json::Null).await;
    assert_eq!(relations(&world, &draft).await, ["P-0 1.00"]);
    verify(&world).await;
    // No request saves a second one; a draft is refused all the same.
    let mut tx = world.store.write().await.unwrap();
    let second = "INSERT INTO batch_template_item (template, place, source, target, amount)
        SELECT template, 2, source, target + 1, amount FROM batch_template_item";
    tx.fetch_text(second.to_owned(), vec![]).await.unwrap();
    tx.commit().await.unwrap();
    let refused = world.post(&format!("{path}/batches"), Json::Null).await;
    assert_eq!(refused.code(), "OUTSIDE_BATCH_SHAPE");
    world.stop().await;
}

#[tokio::test]
async fn an_operator_changes_only_templates_of_his_own_and_uses_all() {
    let world = world_with_payees(2).await;
    let path = saved(&world).await;
    let admin = first_admin(&world).await;
    add(&admin, "anna", "operator").await;
    add(&admin, "alan", "auditor").await;
    let anna = Browser::signed_in(&world, "anna", PASSWORD).await;
    let alan = Browser::signed_in(&world, "alan", PASSWORD).await;
    assert_eq!(anna.patch(&path, json!({ "name": "Mine" })).await.code(), "FORBIDDEN");
    assert_eq!(anna.delete(&path).await.code(), "FORBIDDEN");
    assert_eq!(anna.post(&format!("{path}/batches"), json!({})).await.status, 200);
    let own = anna.post(TEMPLATES, json!({ "name": "Own", "from": "1" })).await;
    let own = format!("{TEMPLATES}/{}", own.data()["id"]);
    assert_eq!(anna.patch(&own, json!({ "name": "Own 2" })).await.status, 200);
    assert_eq!(alan.get(&own).await.data()["createdBy"], "anna");
    assert_eq!(alan.post(&format!("{own}/batches"), json!({})).await.code(), "FORBIDDEN");
    assert_eq!(anna.delete(&own).await.status, 200);
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn a_draft_may_be_empty_and_wait_for_amounts() {
    let world = world_with_payees(2).await;
    let mut body = salaries(0, "0");
    body["draft"] = json!(true);
    let id = make(&world, body.clone()).await;
    assert_eq!(world.post(&at(id, "/submit"), Json::Null).await.code(), "BATCH_EMPTY");
    let rows = json!({ "relations": [{ "targetAccountId": "P-0" }, { "targetAccountId": "P-1", "amount": "1.00" }] });
    let added = world.post(&at(id, "/relations"), rows).await;
    assert_eq!(added.data()["batch"]["totalAmount"], "1.00");
    assert_eq!(added.data()["relations"][0]["amount"], Json::Null);
    let preview = world.post(&at(id, "/preview"), Json::Null).await;
    assert_eq!(preview.data()["relations"][0]["errorCode"], "AMOUNT_MISSING", "{preview:?}");
    let refused = world.post(&at(id, "/submit"), Json::Null).await;
    assert_eq!((refused.code(), &refused.json["data"]["missingAmounts"]), ("DRAFT_INCOMPLETE", &json!(1)));
    // Only a draft waits.
    let mut now = salaries(1, "1.00");
    now["relations"][0].as_object_mut().unwrap().remove("amount");
    assert_eq!(world.post(BATCHES, now).await.code(), "BATCH_ROWS_INVALID");
    body["draft"] = json!(false);
    assert_eq!(world.post(BATCHES, body).await.code(), "BATCH_EMPTY");
    verify(&world).await;
    world.stop().await;
}
