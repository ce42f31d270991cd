//! Drafts that are made from templates: whom they pay, and who is left out.

use crate::batch_templates::{TEMPLATES, batch_of, drawn, relations, saved};
use crate::batch_tools::{at, audited, open, open_for, send, verify, world_with_payees};
use crate::browser::first_admin;
use crate::world::Answer;
use reqwest::Method;
use serde_json::{Value as Json, json};

#[tokio::test]
async fn a_template_pays_the_members_that_its_group_has_now() {
    let world = world_with_payees(3).await;
    assert_eq!(world.post("/api/v2/holder-groups", json!({ "name": "Sales" })).await.status, 200);
    // Holders 2 to 4 own P-0 to P-2; the payer's holder is the first.
    let members = async |body: Json| {
        assert_eq!(world.post("/api/v2/holder-groups/Sales/members", body).await.status, 200);
    };
    members(json!({ "add": ["hold_2", "hold_3"] })).await;
    let body = json!({ "name": "Sales", "type": "one_to_many", "sourceAccountId": "PAY", "group": "Sales",
        "relations": [{ "targetAccountId": "P-0", "amount": "4.00" }] });
    let template = world.post(TEMPLATES, body).await;
    assert_eq!((&template.data()["group"], &template.data()["relationCount"]), (&json!("Sales"), &json!(1)));
    let path = format!("{TEMPLATES}/{}", template.data()["id"]);
    let draft = drawn(&world, &path, Json::Null).await;
    assert_eq!(relations(&world, &draft).await, ["P-0 4.00", "P-1 -"]);
    members(json!({ "add": ["hold_4"], "remove": ["hold_3"] })).await;
    let draft = drawn(&world, &path, json!({ "amountMode": "fixed", "fixedAmount": "1.00" })).await;
    assert_eq!(relations(&world, &draft).await, ["P-0 1.00", "P-2 1.00"]);
    // A member without an account in the currency, and the payer, who cannot pay itself.
    open(&world, "EUR-1", "EUR", "0").await;
    members(json!({ "add": ["hold_5", "hold_1"] })).await;
    let refused = world.post(&format!("{path}/batches"), Json::Null).await;
    assert_eq!(refused.code(), "BATCH_ROWS_INVALID");
    let made = world.post(&format!("{path}/batches"), json!({ "partial": true })).await;
    let mut left: Vec<String> = made.data()["leftOut"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("{} {}", one["payee"].as_str().unwrap(), one["code"].as_str().unwrap()))
        .collect();
    left.sort();
    assert_eq!(left, ["PAY SAME_ACCOUNT", "hold_5 PAYEE_NO_DEFAULT"]);
    let removed = send(&world, Method::DELETE, "/api/v2/holder-groups/Sales", Json::Null).await;
    assert_eq!(removed.code(), "HOLDER_GROUP_IN_USE");
    send(&world, Method::PATCH, &path, json!({ "group": null })).await.data();
    let removed = send(&world, Method::DELETE, "/api/v2/holder-groups/Sales", Json::Null).await;
    assert_eq!(removed.status, 200);
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn a_member_is_paid_once_whichever_of_his_accounts_the_template_names() {
    let world = world_with_payees(2).await;
    open_for(&world, "P-0", "P-0B", "USD", "0").await;
    open_for(&world, "P-1", "P-1B", "USD", "0").await;
    assert_eq!(world.post("/api/v2/holder-groups", json!({ "name": "Sales" })).await.status, 200);
    let members = json!({ "add": ["hold_2", "hold_3"] });
    assert_eq!(world.post("/api/v2/holder-groups/Sales/members", members).await.status, 200);
    let body = json!({ "name": "Sales", "type": "one_to_many", "sourceAccountId": "PAY", "group": "Sales",
        "relations": [{ "targetAccountId": "P-0", "amount": "4.00" },
            { "contactType": "uid", "targetIdentifier": "U-P-1", "amount": "5.00" }] });
    let template = world.post(TEMPLATES, body).await;
    let path = format!("{TEMPLATES}/{}", template.data()["id"]);
    let admin = first_admin(&world).await;
    for account in ["P-0B", "P-1B"] {
        admin.post(&format!("/api/v2/accounts/{account}/make-default"), Json::Null).await.data();
    }
    let draft = drawn(&world, &path, Json::Null).await;
    assert_eq!(relations(&world, &draft).await, ["P-0 4.00", "P-1B 5.00"]);
    // The account that the template names is closed: its holder is left out, and not paid to another account.
    assert_eq!(world.post("/api/v2/accounts/P-0/close", json!({ "reason": "left" })).await.status, 200);
    let made = world.post(&format!("{path}/batches"), json!({ "partial": true })).await;
    assert_eq!(made.data()["leftOut"], json!([{ "payee": "P-0", "code": "TARGET_ACCOUNT_CLOSED" }]));
    let draft = batch_of(&made);
    assert_eq!(relations(&world, &draft).await, ["P-1B 5.00"]);
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn a_payee_who_was_closed_is_named_or_left_out() {
    let world = world_with_payees(2).await;
    let template = saved(&world).await;
    assert_eq!(world.post("/api/v2/accounts/P-1/close", json!({ "reason": "left" })).await.status, 200);
    let refused = world.post(&format!("{template}/batches"), Json::Null).await;
    assert_eq!(refused.code(), "BATCH_ROWS_INVALID");
    let problem = &refused.json["data"]["problems"][0];
    assert_eq!((&problem["value"], &problem["code"]), (&json!("P-1"), &json!("TARGET_ACCOUNT_CLOSED")));
    let made = world.post(&format!("{template}/batches"), json!({ "partial": true })).await;
    assert_eq!(made.data()["leftOutCount"], 1);
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn a_template_whose_group_has_become_too_large_is_refused_before_its_members_are_read() {
    let world = world_with_payees(1).await;
    assert_eq!(world.post("/api/v2/holder-groups", json!({ "name": "All" })).await.status, 200);
    let body = json!({ "name": "All", "type": "one_to_many", "sourceAccountId": "PAY", "group": "All",
        "relations": [{ "targetAccountId": "P-0", "amount": "1.00" }] });
    let path = format!("{TEMPLATES}/{}/batches", world.post(TEMPLATES, body).await.data()["id"]);
    for (members, code) in [(49_999, None), (50_000, Some("BATCH_TEMPLATE_TOO_LARGE"))] {
        // Only their number: nobody reads them.
        let mut tx = world.store.write().await.unwrap();
        let planted = format!("UPDATE holder_group SET members = {members}");
        tx.fetch_text(planted, vec![]).await.unwrap();
        tx.commit().await.unwrap();
        let made = world.post(&path, Json::Null).await;
        match code {
            Some(code) => assert_eq!(made.code(), code),
            None => assert_eq!(made.status, 200),
        }
    }
    world.stop().await;
}

#[tokio::test]
async fn the_audit_log_counts_who_was_left_out_of_a_draft() {
    let world = world_with_payees(2).await;
    let template = saved(&world).await;
    assert_eq!(world.post("/api/v2/accounts/P-1/close", json!({ "reason": "left" })).await.status, 200);
    let made = batch_of(&world.post(&format!("{template}/batches"), json!({ "partial": true })).await);
    let rows = audited(&world, "batch", made["id"].as_i64()).await;
    let (action, _, detail) = &rows[0];
    assert_eq!((action.as_str(), &detail["left_out"]), ("batch.create", &json!(1)));
    world.stop().await;
}

#[tokio::test]
async fn whom_an_amount_does_not_fit_is_named_or_left_out() {
    let world = world_with_payees(3).await;
    let path = format!("{}/batches", saved(&world).await);
    let policy = service::policy::PolicyChange { min: Some("5.00".to_owned()), ..Default::default() };
    service::policy::set(&world.service, &world.actor, "USD", None, &policy).await.unwrap();
    let refused = world.post(&path, json!({ "amountMode": "fixed", "fixedAmount": "4.00" })).await;
    let problem = |refused: &Answer| refused.json["data"]["problems"][0].clone();
    let named =
        |problem: &Json| json!([problem["payee"], problem["code"], problem["value"], problem["index"]]);
    assert_eq!(refused.code(), "BATCH_ROWS_INVALID");
    assert_eq!(named(&problem(&refused)), json!(["P-0", "AMOUNT_BELOW_MINIMUM", "4.00", null]));
    // Nobody is left of it.
    let partial = json!({ "amountMode": "fixed", "fixedAmount": "4.00", "partial": true });
    assert_eq!(world.post(&path, partial).await.code(), "BATCH_EMPTY");
    // A share of a total cannot be left out: the others' would grow.
    let shares = json!({ "amountMode": "equal", "totalAmount": "9.99", "partial": true });
    let refused = world.post(&path, shares).await;
    assert_eq!(named(&problem(&refused)), json!(["P-1", "AMOUNT_BELOW_MINIMUM", "4.99", null]));
    // Of the saved amounts one does not fit any more.
    let relations_now = json!({ "relations": [
        { "targetAccountId": "P-0", "amount": "10.00" }, { "targetAccountId": "P-2", "amount": "20.00" }] });
    send(&world, Method::PATCH, path.trim_end_matches("/batches"), relations_now).await.data();
    let policy = service::policy::PolicyChange { max: Some("15.00".to_owned()), ..Default::default() };
    service::policy::set(&world.service, &world.actor, "USD", None, &policy).await.unwrap();
    let made = world.post(&path, json!({ "partial": true })).await;
    assert_eq!(made.data()["leftOut"], json!([{ "payee": "P-2", "code": "AMOUNT_ABOVE_MAXIMUM" }]));
    assert_eq!(relations(&world, &batch_of(&made)).await, ["P-0 10.00"]);
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn a_payee_of_a_converting_template_is_paid_in_the_currency_that_was_saved() {
    let world = world_with_payees(0).await;
    open(&world, "JP", "JPY", "0").await;
    service::fx::set(&world.service, &world.actor, "USD", "JPY", "151.237", "test").await.unwrap();
    let template = world
        .post(
            TEMPLATES,
            json!({ "name": "Abroad", "type": "one_to_many", "sourceAccountId": "PAY", "convert": true,
                "relations": [{ "contactType": "uid", "targetIdentifier": "U-JP", "amount": "10.00" }] }),
        )
        .await;
    let path = format!("{TEMPLATES}/{}", template.data()["id"]);
    // Since then the payee has an account in the batch's own currency, which a new row would mean.
    open_for(&world, "JP", "JP-USD", "USD", "0").await;
    let draft = drawn(&world, &path, Json::Null).await;
    assert_eq!(relations(&world, &draft).await, ["JP 10.00"]);
    // The saved currency, not the saved account: the holder's default in it.
    open_for(&world, "JP", "JP-2", "JPY", "0").await;
    let admin = first_admin(&world).await;
    admin.post("/api/v2/accounts/JP-2/make-default", Json::Null).await.data();
    let draft = drawn(&world, &path, Json::Null).await;
    assert_eq!(relations(&world, &draft).await, ["JP-2 10.00"]);
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn many_pay_one_and_many_pay_many_by_template() {
    let world = world_with_payees(2).await;
    for (name, body) in [
        (
            "In",
            json!({ "type": "many_to_one", "targetAccountId": "PAY",
            "relations": [{ "sourceAccountId": "P-0", "amount": "1.00" }, { "contactType": "uid", "targetIdentifier": "U-P-1", "amount": "2.00" }] }),
        ),
        (
            "Across",
            json!({ "type": "many_to_many", "currency": "USD",
            "relations": [{ "sourceAccountId": "PAY", "targetAccountId": "P-0", "amount": "1.00" },
                { "sourceAccountId": "P-0", "targetAccountId": "P-1", "amount": "2.00" }] }),
        ),
    ] {
        let mut body = body;
        body["name"] = json!(name);
        let template = world.post(TEMPLATES, body).await;
        let path = format!("{TEMPLATES}/{}", template.data()["id"]);
        let draft = drawn(&world, &path, Json::Null).await;
        let sides = |row: &Json| json!([row["sourceAccount"], row["targetAccount"], row["amount"]]);
        let list = world.get(&at(draft["id"].as_i64().unwrap(), "/relations")).await;
        let rows: Vec<Json> = list.data().as_array().unwrap().iter().map(sides).collect();
        let expected = match name {
            "In" => [json!(["P-0", "PAY", "1.00"]), json!(["P-1", "PAY", "2.00"])],
            _ => [json!(["PAY", "P-0", "1.00"]), json!(["P-0", "P-1", "2.00"])],
        };
        assert_eq!(rows, expected, "{name}");
    }
    verify(&world).await;
    world.stop().await;
}
