//! Creating batches, and what is refused.

use crate::batch_tools::{
    BATCHES, at, balance, ended, is, make, open, open_for, outcome, reason, refused, run, salaries, verify,
    world_with_payees,
};
use crate::world::{World, answer, world};
use domain::account::AccountStatus;
use reqwest::Method;
use serde_json::{Value as Json, json};
use service::{account, asset, policy};

/// The number of batches.
async fn count(world: &World) -> i64 {
    world.get(BATCHES).await.data()["pagination"]["total"].as_i64().unwrap()
}

/// A currency, an amount in JSON, and the outcome: status, code and total.
const SPELLINGS: &[(&str, &str, u16, &str, &str)] = &[
    ("USD", r#""0.01""#, 200, "ok", "0.01"),
    ("USD", r#""1.10""#, 200, "ok", "1.10"),
    ("USD", r#""1.1""#, 200, "ok", "1.10"),
    ("BHD", r#""1.234""#, 200, "ok", "1.234"),
    ("TKN", r#""0.00000001""#, 200, "ok", "0.00000001"),
    ("USD", r#""0""#, 422, "AMOUNT_NOT_POSITIVE", ""),
    ("USD", r#""-1""#, 422, "AMOUNT_SIGN", ""),
    ("USD", r#""+1""#, 422, "AMOUNT_SIGN", ""),
    ("USD", r#""1.100""#, 422, "AMOUNT_PRECISION", ""),
    ("USD", r#""01""#, 422, "AMOUNT_LEADING_ZERO", ""),
    ("USD", r#""00.10""#, 422, "AMOUNT_LEADING_ZERO", ""),
    ("USD", r#""1e3""#, 422, "AMOUNT_EXPONENT", ""),
    ("USD", r#""0x10""#, 422, "AMOUNT_LETTERS", ""),
    ("USD", r#""1_000""#, 422, "AMOUNT_GROUP_MARK", ""),
    ("USD", r#""1,000.00""#, 422, "AMOUNT_GROUP_MARK", ""),
    ("USD", r#""1 000.00""#, 422, "AMOUNT_GROUP_MARK", ""),
    ("USD", r#""1\u00a0000.00""#, 422, "AMOUNT_GROUP_MARK", ""),
    ("USD", r#""１２""#, 422, "AMOUNT_DIGITS", ""),
    ("USD", r#""١٢""#, 422, "AMOUNT_DIGITS", ""),
    ("USD", r#""""#, 422, "AMOUNT_FORMAT", ""),
    ("USD", r#""NaN""#, 422, "AMOUNT_LETTERS", ""),
    ("BHD", r#""1.2345""#, 422, "AMOUNT_PRECISION", ""),
    ("TKN", r#""0.000000000000000001""#, 422, "AMOUNT_PRECISION", ""),
    ("USD", r#""92233720368547758.07""#, 422, "AMOUNT_TOO_LARGE", ""),
    ("USD", "1.0000000000000001", 422, "BODY_INVALID", ""),
    ("USD", "1", 422, "BODY_INVALID", ""),
    ("USD", "true", 422, "BODY_INVALID", ""),
    ("USD", "[]", 422, "BODY_INVALID", ""),
    ("USD", "{}", 422, "BODY_INVALID", ""),
    ("USD", "null", 422, "AMOUNT_MISSING", ""),
];

#[tokio::test]
async fn each_spelling_of_an_amount_has_a_defined_outcome() {
    let world = world().await;
    for (currency, scale) in [("USD", 2), ("BHD", 3), ("TKN", 8)] {
        asset::add(&world.service, &world.actor, currency, Some(scale)).await.unwrap();
        open(&world, &format!("PAY-{currency}"), currency, "0").await;
        open(&world, &format!("P-{currency}"), currency, "0").await;
    }
    let long = format!("\"{}\"", "9".repeat(10_000));
    for (currency, amount, status, code, total) in
        SPELLINGS.iter().copied().chain([("USD", long.as_str(), 422, "AMOUNT_TOO_LARGE", "")])
    {
        let shown: String = amount.chars().take(24).collect();
        let amount: Json = serde_json::from_str(amount).unwrap();
        let body = json!({ "name": "x", "type": "one_to_many", "sourceAccountId": format!("PAY-{currency}"),
            "relations": [{ "targetAccountId": format!("P-{currency}"), "amount": amount }] });
        let answer = world.post(BATCHES, body).await;
        let told = answer.json["data"]["totalAmount"].as_str().unwrap_or_default();
        let outcome = (answer.status, reason(&answer));
        assert_eq!((outcome, told), ((status, code.to_owned()), total), "{currency} {shown}");
    }
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn the_server_splits_a_total_into_amounts_that_sum_to_it() {
    let world = world_with_payees(3).await;
    let amounts = async |extra: Json, ratios: [Json; 3]| {
        let mut body = json!({ "name": "Bonus", "type": "one_to_many", "sourceAccountId": "PAY" });
        let relation = |place: usize, ratio: &Json| match ratio {
            Json::Null => json!({ "targetAccountId": format!("P-{place}") }),
            ratio => json!({ "targetAccountId": format!("P-{place}"), "ratio": ratio }),
        };
        body["relations"] = ratios.iter().enumerate().map(|(place, ratio)| relation(place, ratio)).collect();
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        let answer = world.post(BATCHES, body).await;
        if answer.status != 200 {
            return reason(&answer);
        }
        let detail = world.get(&at(answer.data()["id"].as_i64().unwrap(), "")).await;
        let relations = detail.data()["relations"].as_array().unwrap().clone();
        relations.iter().map(|r| r["amount"].as_str().unwrap()).collect::<Vec<_>>().join(" ")
    };
    let none = || [Json::Null, Json::Null, Json::Null];
    let equal = json!({ "amountMode": "equal", "totalAmount": "100.00" });
    assert_eq!(amounts(equal, none()).await, "33.34 33.33 33.33");
    assert_eq!(
        amounts(json!({ "amountMode": "fixed", "fixedAmount": "5.5" }), none()).await,
        "5.50 5.50 5.50"
    );
    let ratio = json!({ "amountMode": "ratio", "totalAmount": "70.00" });
    assert_eq!(amounts(ratio.clone(), [json!(1), json!("2"), json!("4.0")]).await, "10.00 20.00 40.00");
    assert_eq!(
        amounts(ratio.clone(), [json!("0.5"), json!("0.25"), json!("0.25")]).await,
        "35.00 17.50 17.50"
    );
    for (extra, ratios, code) in [
        (ratio.clone(), [json!(1), json!("-1"), json!(1)], "RATIO_INVALID"),
        (ratio.clone(), [json!(1), Json::Null, json!(1)], "RATIO_INVALID"),
        (ratio.clone(), [json!(1), json!(0), json!(1)], "AMOUNT_NOT_POSITIVE"),
        (ratio, [json!(0), json!(0), json!(0)], "AMOUNT_NOT_POSITIVE"),
        (json!({ "amountMode": "equal" }), none(), "AMOUNT_MODE_INVALID"),
        (json!({ "amountMode": "fixed", "totalAmount": "1" }), none(), "AMOUNT_MODE_INVALID"),
        (json!({ "totalAmount": "1" }), none(), "AMOUNT_MODE_INVALID"),
        (
            json!({ "amountMode": "equal", "totalAmount": "1" }),
            [json!(1), Json::Null, Json::Null],
            "AMOUNT_MODE_INVALID",
        ),
        (json!({ "amountMode": "equal", "totalAmount": "0.02" }), none(), "AMOUNT_NOT_POSITIVE"),
        (json!({ "amountMode": "equal", "totalAmount": "x" }), none(), "AMOUNT_LETTERS"),
        (json!({ "amountMode": "other" }), none(), "BODY_INVALID"),
    ] {
        assert_eq!(amounts(extra.clone(), ratios).await, code, "{extra}");
    }
    world.stop().await;
}

#[tokio::test]
async fn payees_are_found_by_account_uid_and_email() {
    let world = world_with_payees(2).await;
    let id = open(&world, "ANNA", "USD", "0").await;
    open_for(&world, "BO", "BO-1", "USD", "0").await;
    open_for(&world, "BO", "BO-2", "USD", "0").await;
    open_for(&world, "CY", "CY-1", "USD", "0").await;
    open_for(&world, "CY", "CY-E", "EUR", "0").await;
    let one = async |relation: Json| {
        let mut relation = relation;
        relation["amount"] = json!("1.00");
        let body =
            json!({ "name": "x", "type": "one_to_many", "sourceAccountId": "PAY", "relations": [relation] });
        let answer = world.post(BATCHES, body).await;
        if answer.status != 200 {
            return reason(&answer);
        }
        let detail = world.get(&at(answer.data()["id"].as_i64().unwrap(), "")).await;
        detail.data()["relations"][0]["targetAccount"].as_str().unwrap().to_owned()
    };
    let by = |kind: &str, text: &str| json!({ "contactType": kind, "targetIdentifier": text });
    for (relation, expected) in [
        (json!({ "targetAccountId": "ANNA" }), "ANNA"),
        (json!({ "targetAccountId": id }), "ANNA"),
        (json!({ "targetAccountId": format!("acct_{id}") }), "ANNA"),
        (json!({ "targetAccountId": id.to_string() }), "PAYEE_NOT_FOUND"),
        (by("inner", "ANNA"), "ANNA"),
        (by("inner", &format!("acct_{id}")), "ANNA"),
        (by("inner", &id.to_string()), "PAYEE_NOT_FOUND"),
        (by("uid", "U-ANNA"), "ANNA"),
        (by("email", "Anna@Example.COM"), "ANNA"),
        (by("uid", "U-CY"), "CY-1"),
        (by("uid", "U-BO"), "BO-1"),
        (by("email", "nobody@example.com"), "PAYEE_NOT_FOUND"),
        (by("uid", "U-\0"), "NUL_BYTE"),
        (json!({ "targetAccountId": "NOBODY" }), "PAYEE_NOT_FOUND"),
        (json!({ "targetAccountId": 0 }), "ID_INVALID"),
        (json!({ "targetAccountId": -1 }), "ID_INVALID"),
        (json!({ "targetAccountId": "BO-2", "contactType": "uid", "targetIdentifier": "U-BO" }), "BO-2"),
        (
            json!({ "targetAccountId": "BO-2", "contactType": "uid", "targetIdentifier": "U-CY" }),
            "PAYEE_CONFLICT",
        ),
        (json!({ "targetAccountId": "ANNA", "sourceAccountId": "BO-1" }), "PAYER_CONFLICT"),
        (json!({ "targetAccountId": "ANNA", "sourceAccountId": "PAY" }), "ANNA"),
        (json!({}), "PAYEE_MISSING"),
        (json!({ "contactType": "uid" }), "PAYEE_MISSING"),
        (by("phone", "1"), "BODY_INVALID"),
        (json!({ "targetAccountId": "PAY" }), "SAME_ACCOUNT"),
        (json!({ "targetAccountId": "CY-E" }), "CURRENCY_MISMATCH"),
        (json!({ "targetAccountId": 1.5 }), "BODY_INVALID"),
    ] {
        assert_eq!(one(relation.clone()).await, expected, "{relation}");
    }
    world.stop().await;
}

#[tokio::test]
async fn unusable_accounts_are_refused_row_by_row() {
    let world = world_with_payees(3).await;
    open(&world, "EURO", "EUR", "0").await;
    let set = async |number: &str, status| {
        account::set_status(&world.service, &world.actor, &number.into(), status, "test").await.unwrap();
    };
    set("P-0", AccountStatus::Frozen).await;
    set("P-1", AccountStatus::Closed).await;
    let system = asset::list(&world.service).await.unwrap().iter().find(|a| a.code == "USD").unwrap().id.0;
    let mut body = salaries(3, "1.00");
    for account in [json!("EURO"), json!("NOBODY"), json!(system)] {
        body["relations"]
            .as_array_mut()
            .unwrap()
            .push(json!({ "targetAccountId": account, "amount": "1.00" }));
    }
    body["relations"][2]["memo"] = json!("x".repeat(1_000_000));
    let answer = world.post(BATCHES, body).await;
    assert_eq!(outcome(&answer), is(422, "BATCH_ROWS_INVALID"));
    let problems = answer.json["data"]["problems"].as_array().unwrap().clone();
    let shown: Vec<String> =
        problems.iter().map(|p| format!("{} {} {}", p["index"], p["field"], p["code"])).collect();
    assert_eq!(
        shown,
        [
            "1 \"targetAccountId\" \"TARGET_ACCOUNT_CLOSED\"",
            "2 \"memo\" \"TEXT_TOO_LONG\"",
            "3 \"targetAccountId\" \"CURRENCY_MISMATCH\"",
            "4 \"targetAccountId\" \"PAYEE_NOT_FOUND\"",
            "5 \"targetAccountId\" \"SYSTEM_ACCOUNT\"",
        ]
    );
    assert_eq!(count(&world).await, 0);
    world.stop().await;
}

#[tokio::test]
async fn an_item_failed_on_a_frozen_account_can_be_retried() {
    let world = world_with_payees(2).await;
    let set = async |number: &str, status| {
        account::set_status(&world.service, &world.actor, &number.into(), status, "test").await.unwrap();
    };
    set("P-0", AccountStatus::Frozen).await;
    let batch = run(&world, salaries(2, "1.00")).await;
    assert_eq!((&batch["state"], &batch["successCount"]), (&json!("partially_completed"), &json!(1)));
    assert_eq!(batch["relations"][0]["errorCode"], "TARGET_ACCOUNT_FROZEN");
    set("PAY", AccountStatus::Frozen).await;
    let payer = run(&world, salaries(1, "2.00")).await;
    assert_eq!(payer["relations"][0]["errorCode"], "SOURCE_ACCOUNT_FROZEN");
    set("P-0", AccountStatus::Active).await;
    set("PAY", AccountStatus::Active).await;
    for failed in [&batch, &payer] {
        let id = failed["id"].as_i64().unwrap();
        world.post(&at(id, "/retry-failed"), Json::Null).await.data();
        assert_eq!(ended(&world, id).await["state"], "completed");
    }
    assert_eq!(balance(&world, "P-0").await, 300);
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn a_payee_named_in_two_ways_is_a_duplicate() {
    let world = world_with_payees(3).await;
    let id = open(&world, "ANNA", "USD", "0").await;
    let mut body = salaries(2, "1.00");
    for relation in [
        json!({ "targetAccountId": id, "amount": "1.00" }),
        json!({ "contactType": "email", "targetIdentifier": "anna@example.com", "amount": "1.00" }),
        json!({ "contactType": "uid", "targetIdentifier": "U-P-0", "amount": "1.00" }),
        json!({ "contactType": "uid", "targetIdentifier": "nobody", "amount": "1.00" }),
        json!({ "contactType": "uid", "targetIdentifier": " nobody ", "amount": "1.00" }),
    ] {
        body["relations"].as_array_mut().unwrap().push(relation);
    }
    let answer = world.post(BATCHES, body).await;
    assert_eq!(outcome(&answer), is(400, "DUPLICATE_TARGET"));
    let expected = json!(["P-0", id.to_string(), "anna@example.com", "U-P-0", "nobody", " nobody "]);
    assert_eq!(answer.json["data"]["duplicates"], expected);
    let many = json!({ "name": "x", "type": "many_to_one", "targetAccountId": "PAY", "relations": [
        { "sourceAccountId": "ANNA", "amount": "1.00" }, { "sourceAccountId": id, "amount": "2.00" }] });
    let answer = world.post(BATCHES, many).await;
    assert_eq!(outcome(&answer), is(400, "DUPLICATE_SOURCE"));
    assert_eq!(answer.json["data"]["duplicates"], json!(["ANNA", id.to_string()]));
    assert_eq!(count(&world).await, 0);
    world.stop().await;
}

#[tokio::test]
async fn limits_are_checked_when_a_batch_is_created_and_again_when_it_is_executed() {
    let world = world_with_payees(12).await;
    let over = salaries(1, "10000.01");
    assert_eq!(refused(&world.post(BATCHES, over).await), is(422, "AMOUNT_ABOVE_MAXIMUM"));
    assert_eq!(outcome(&world.post(BATCHES, salaries(11, "10000.00")).await), is(422, "BATCH_ABOVE_MAXIMUM"));
    let fits = make(&world, salaries(10, "10000.00")).await;
    let policies =
        service::policy::PolicyChange { batch_max: Some("99999.99".to_owned()), ..Default::default() };
    policy::set(&world.service, &world.actor, "USD", None, &policies).await.unwrap();
    for verb in ["/execute", "/resume"] {
        assert_eq!(outcome(&world.post(&at(fits, verb), Json::Null).await), is(422, "BATCH_ABOVE_MAXIMUM"));
    }
    assert_eq!(balance(&world, "PAY").await, 500_000);
    world.stop().await;
}

#[tokio::test]
async fn a_request_with_a_wrong_field_is_refused_with_a_code() {
    let world = world_with_payees(1).await;
    let base = salaries(1, "1.00");
    let with = |name: &str, value: Json| {
        let mut body = base.clone();
        body[name] = value;
        body
    };
    for (body, status, code) in [
        (with("name", json!("")), 422, "NAME_INVALID"),
        (with("name", json!("x".repeat(256))), 422, "NAME_INVALID"),
        (with("name", json!("a\nb")), 422, "NAME_INVALID"),
        (with("remarks", json!("x".repeat(501))), 422, "TEXT_TOO_LONG"),
        (with("remarks", json!("\0")), 422, "NUL_BYTE"),
        (with("relations", json!([])), 422, "BATCH_EMPTY"),
        (with("relations", Json::Null), 422, "BODY_INVALID"),
        (with("relations", json!({})), 422, "BODY_INVALID"),
        (with("type", json!("all_to_all")), 422, "BODY_INVALID"),
        (with("mode", json!("never")), 422, "BODY_INVALID"),
        (with("sourceAccountId", Json::Null), 422, "BATCH_SIDE_INVALID"),
        (with("targetAccountId", json!("P-0")), 422, "BATCH_SIDE_INVALID"),
        (with("sourceAccountId", json!("NOBODY")), 404, "SOURCE_ACCOUNT_NOT_FOUND"),
        (with("currency", json!("XYZ")), 422, "CURRENCY_UNKNOWN"),
        (with("unknown", json!(1)), 422, "BODY_INVALID"),
        (with("createdBy", json!("someone")), 422, "BODY_INVALID"),
        (json!({}), 422, "BODY_INVALID"),
    ] {
        let answer = world.post(BATCHES, body.clone()).await;
        assert_eq!(outcome(&answer), is(status, code), "{body}");
    }
    assert_eq!(count(&world).await, 0);
    world.stop().await;
}

#[tokio::test]
async fn a_request_with_too_many_relations_or_bytes_is_too_large() {
    let world = world_with_payees(0).await;
    let relations = vec!["{}"; 1_000_001].join(",");
    let body =
        format!(r#"{{"name":"x","type":"one_to_many","sourceAccountId":"PAY","relations":[{relations}]}}"#);
    let send = |body: String| {
        let request = world.request(Method::POST, BATCHES).header("Content-Type", "application/json");
        answer(request.body(body))
    };
    let huge = format!(r#"{{"name":"{}""#, "x".repeat(17 * 1024 * 1024));
    // The response names the limit, and suggests nothing that the API does not offer.
    for (body, bound) in [(body, "50000 relations"), (huge, "16777216 bytes")] {
        let refused = send(body).await;
        assert_eq!(outcome(&refused), is(413, "BODY_TOO_LARGE"));
        assert_eq!(refused.json["error"]["details"], bound);
        assert!(!refused.json["message"].as_str().unwrap().contains("file"), "{}", refused.json);
    }
    world.stop().await;
}

#[tokio::test]
async fn many_to_many_relations_name_both_sides() {
    let world = world_with_payees(2).await;
    open(&world, "OTHER", "USD", "7.00").await;
    let body = json!({ "name": "Settlement", "type": "many_to_many", "currency": "usd", "relations": [
        { "sourceAccountId": "PAY", "targetAccountId": "P-0", "amount": "1.00" },
        { "sourceAccountId": "OTHER", "targetAccountId": "P-0", "amount": "2.00", "note": "n", "reference": "r" }] });
    let batch = run(&world, body).await;
    assert_eq!((&batch["state"], &batch["sourceAccountId"]), (&json!("completed"), &Json::Null));
    let relation = &batch["relations"][1];
    assert_eq!((&relation["memo"], &relation["reference"]), (&json!("n"), &json!("r")));
    assert_eq!(balance(&world, "P-0").await, 300);
    let missing = json!({ "name": "x", "type": "many_to_many", "currency": "USD",
        "relations": [{ "targetAccountId": "P-0", "amount": "1.00" }] });
    assert_eq!(refused(&world.post(BATCHES, missing).await), is(422, "PAYER_MISSING"));
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn a_request_may_have_fifty_thousand_relations_and_not_one_more() {
    let world = world_with_payees(1).await;
    let body = |count: usize| {
        let relation = json!({ "sourceAccountId": "PAY", "targetAccountId": "P-0", "amount": "0.01" });
        let relations = vec![relation; count];
        json!({ "name": "Many", "type": "many_to_many", "currency": "USD", "relations": relations })
    };
    assert_eq!(outcome(&world.post(BATCHES, body(50_001)).await), is(413, "BODY_TOO_LARGE"));
    let id = make(&world, body(50_000)).await;
    let batch = world.get(&at(id, "")).await;
    assert_eq!(
        (&batch.data()["totalCount"], &batch.data()["totalAmount"]),
        (&json!(50_000), &json!("500.00"))
    );
    assert_eq!(batch.data()["relations"].as_array().unwrap().len(), 200);
    let last = world.get(&at(id, "/relations?page=2500&pageSize=20")).await;
    assert_eq!(last.data()[19]["line"], 50_000);
    world.stop().await;
}
