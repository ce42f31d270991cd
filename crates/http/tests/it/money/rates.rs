//! Bounds on rates: a request's rate must be near the stored one, or a caller with the right to set rates
//! must give a reason.

use super::{Opened, TRANSFERS, pay, two, with};
use crate::browser::{Browser, PASSWORD, add, first_admin};
use crate::world::{Answer, World, answer};
use reqwest::Method;
use serde_json::{Value as Json, json};
use service::api_key::{self, NewApiKey};
use service::policy;

const POLICIES: &str = "/api/v2/fx-rates/policies";

/// A dollar account with money and an empty euro account, at a stored rate of 0.91.
async fn euros() -> (World, Opened, Opened) {
    let (world, a, _) = two().await;
    let eur = world.open("E-1", "eva", "EUR", 0).await;
    world.rate("USD", "EUR", "0.91").await;
    (world, a, eur)
}

async fn send_as(world: &World, key: &str, body: &Json) -> Answer {
    answer(world.client.post(format!("{}{TRANSFERS}", world.url)).bearer_auth(key).json(body)).await
}

async fn key_of(world: &World, scopes: &[&str]) -> String {
    let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
    let new = NewApiKey { name: "transfers only".to_owned(), scopes, ..NewApiKey::default() };
    api_key::add(&world.service, &world.actor, &new).await.unwrap().secret.unwrap()
}

fn at(from: &Opened, to: &Opened, cents: i64, rate: &str) -> Json {
    with(pay(from, to, cents), json!({ "exchangeRate": rate }))
}

async fn audit(world: &World, id: &str) -> Json {
    let rows = world.get(&format!("/api/v2/audit?subject=transfer&subjectId={id}")).await;
    rows.json["data"][0].clone()
}

#[tokio::test]
async fn a_rate_far_from_the_stored_one_moves_nothing_for_any_caller() {
    let (world, a, eur) = euros().await;
    let key = key_of(&world, &["transfers:write"]).await;
    for rate in ["1000000000", "4000000000", "91", "0.928200000000000001", "0.8917", "0.000001"] {
        for key in [&key, &world.key] {
            let refused = send_as(&world, key, &at(&a, &eur, 1, rate)).await;
            assert_eq!((refused.status, refused.code()), (422, "RATE_OUT_OF_BOUNDS"), "{rate}");
            let data = &refused.json["data"];
            assert_eq!((&data["storedRate"], &data["tolerance"]), (&json!("0.91"), &json!("0.020000")));
            let details = refused.json["error"]["details"].as_str().unwrap();
            assert_eq!(details, format!("USD to EUR: {rate} is not within 0.020000 of the stored 0.91"));
            let kept = audit(&world, data["transferId"].as_str().unwrap()).await;
            assert_eq!(kept["result"], "RATE_OUT_OF_BOUNDS");
            let told = &kept["details"];
            assert_eq!((&told["rate"], &told["stored_rate"]), (&json!(rate), &json!("0.91")));
        }
    }
    assert_eq!((world.balance(&a).await, world.balance(&eur).await), (1_000_000, 0));
    // The tolerance is 2 % to either side.
    for (rate, cents) in [("0.9282", 928), ("0.8918", 892)] {
        let made = send_as(&world, &key, &at(&a, &eur, 1_000, rate)).await;
        assert_eq!(made.data()["toAmountCents"], cents, "{rate}");
    }
    world.end().await;
}

#[tokio::test]
async fn without_a_stored_rate_no_rate_is_accepted_unless_the_bound_is_off() {
    let (world, a, _) = two().await;
    let eur = world.open("E-1", "eva", "EUR", 0).await;
    let refused = world.post(TRANSFERS, at(&a, &eur, 1_000, "0.9")).await;
    assert_eq!((refused.status, refused.code()), (422, "RATE_OUT_OF_BOUNDS"));
    assert_eq!(refused.json["error"]["details"], "USD to EUR: no rate is stored");
    world.fx_policy("USD", "EUR", json!({ "tolerance": "0" })).await;
    assert_eq!(world.post(TRANSFERS, at(&a, &eur, 1_000, "0.9")).await.data()["toAmountCents"], 900);
    world.end().await;
}

#[tokio::test]
async fn callers_who_may_set_rates_override_the_bound_with_a_recorded_reason() {
    let (world, a, eur) = euros().await;
    let said = |rate: &str, reason: &str| with(at(&a, &eur, 1_000, rate), json!({ "rateOverride": reason }));
    let key = key_of(&world, &["transfers:write"]).await;
    let refused = send_as(&world, &key, &said("1.5", "agreed with the bank")).await;
    assert_eq!((refused.status, refused.code()), (403, "FORBIDDEN"));
    assert_eq!(world.balance(&eur).await, 0);

    let made = send_as(&world, &world.key, &said("1.5", "agreed with the bank")).await;
    let made = made.data().clone();
    assert_eq!(
        (&made["toAmountCents"], &made["exchange"]["rateSource"]),
        (&json!(1_500), &json!("override"))
    );
    let told = audit(&world, made["id"].as_str().unwrap()).await["details"].clone();
    assert_eq!((&told["rate"], &told["stored_rate"]), (&json!("1.5"), &json!("0.91")));
    assert_eq!(
        (&told["rate_override"], &told["target_amount"]),
        (&json!("agreed with the bank"), &json!(1_500))
    );
    // A finance user may override it as well.
    let admin = first_admin(&world).await;
    add(&admin, "finn", "finance").await;
    let finance = Browser::signed_in(&world, "finn", PASSWORD).await;
    assert_eq!(finance.post(TRANSFERS, said("0.5", "correction of xfer")).await.data()["toAmountCents"], 500);

    let one_currency = |more: Json| with(pay(&a, &a, 1), more);
    for (body, code) in [
        (said("1.5", ""), "RATE_OVERRIDE_INVALID"),
        (said("1.5", "  "), "RATE_OVERRIDE_INVALID"),
        (said("1.5", &"x".repeat(501)), "RATE_OVERRIDE_INVALID"),
        (with(pay(&a, &eur, 1_000), json!({ "rateOverride": "why" })), "RATE_OVERRIDE_INVALID"),
        (one_currency(json!({ "rateOverride": "why", "exchangeRate": 1 })), "RATE_OVERRIDE_INVALID"),
        (said("0", "why"), "RATE_INVALID"),
    ] {
        let refused = world.post(TRANSFERS, body.clone()).await;
        assert_eq!((refused.status, refused.code()), (422, code), "{body}");
    }
    world.end().await;
}

#[tokio::test]
async fn the_target_amount_is_limited_where_an_administrator_set_a_policy() {
    let (world, a, eur) = euros().await;
    world.fx_policy("USD", "EUR", json!({ "tolerance": "0" })).await;
    // The euro's default policy allows 10,000.00 per transfer and limits only the paying side.
    assert_eq!(world.post(TRANSFERS, at(&a, &eur, 1, "4000000")).await.data()["toAmountCents"], 4_000_000);
    let change = service::policy::PolicyChange { max: Some("10000.00".to_owned()), ..Default::default() };
    policy::set(&world.service, &world.actor, "EUR", None, &change).await.unwrap();
    let refused = world.post(TRANSFERS, at(&a, &eur, 1, "4000000000")).await;
    assert_eq!((refused.status, refused.code()), (422, "TARGET_AMOUNT_ABOVE_MAXIMUM"));
    assert_eq!(world.post(TRANSFERS, at(&a, &eur, 1, "1000000")).await.data()["toAmountCents"], 1_000_000);
    // An account's policy overrides its currency's.
    let change = service::policy::PolicyChange { max: Some("5.00".to_owned()), ..Default::default() };
    policy::set(&world.service, &world.actor, "EUR", Some(&"E-1".into()), &change).await.unwrap();
    assert_eq!(world.post(TRANSFERS, pay(&a, &eur, 550)).await.code(), "TARGET_AMOUNT_ABOVE_MAXIMUM");
    assert_eq!(world.post(TRANSFERS, pay(&a, &eur, 549)).await.data()["toAmountCents"], 500);
    // A deposit, like a transfer within one currency, is limited only at its source.
    world.post("/api/v2/deposits", json!({ "accountId": eur.id, "amountCents": 1_000 })).await.data();
    world.end().await;
}

#[tokio::test]
async fn converting_cents_back_and_forth_gains_nothing() {
    let (world, a, _) = two().await;
    let eur = world.open("E-1", "eva", "EUR", 0).await;
    world.rate("USD", "EUR", "0.52").await;
    world.rate("EUR", "USD", "1.92").await;
    let refused = world.post(TRANSFERS, pay(&a, &eur, 1)).await;
    assert_eq!((refused.status, refused.code()), (422, "EXCHANGE_TOO_SMALL"));
    // 191 cents are 99.32, rounded down; converting back and forth ten times never gains.
    for _ in 0..10 {
        let there = world.post(TRANSFERS, pay(&a, &eur, 191)).await.data()["toAmountCents"].as_i64().unwrap();
        assert_eq!(there, 99);
        world.post(TRANSFERS, pay(&eur, &a, there)).await.data();
    }
    assert_eq!((world.balance(&eur).await, world.balance(&a).await), (0, 1_000_000 - 10));
    world.end().await;
}

#[tokio::test]
async fn a_pairs_policy_is_readable_by_all_and_set_by_administrators() {
    let (world, a, eur) = euros().await;
    let of = |source: &str, target: &str| format!("{POLICIES}?source={source}&target={target}");
    let shipped = json!({ "source": "USD", "target": "EUR", "tolerance": "0.020000", "rounding": "half_up",
                          "minimum": "1.00", "maxAgeHours": 72 });
    assert_eq!(world.get(&of("USD", "EUR")).await.data(), &shipped);
    assert_eq!(world.get(&of("USD", "XXX")).await.code(), "CURRENCY_UNKNOWN");
    assert_eq!(world.get(&of("USD", "USD")).await.code(), "FX_POLICY_INVALID");

    let admin = first_admin(&world).await;
    let put = async |body: Json| answer(admin.request(Method::PUT, POLICIES).json(&body)).await;
    let pair = |more: Json| with(json!({ "source": "USD", "target": "EUR" }), more);
    let by_key =
        answer(world.request(Method::PUT, POLICIES).json(&pair(json!({ "rounding": "down" })))).await;
    assert_eq!((by_key.status, by_key.code()), (403, "FORBIDDEN"));
    for (wrong, code) in [
        (json!({ "tolerance": "1.1" }), "FX_POLICY_INVALID"),
        (json!({ "tolerance": "2 %" }), "FX_POLICY_INVALID"),
        (json!({ "rounding": "up" }), "FX_POLICY_INVALID"),
        (json!({ "minimum": "0.001" }), "AMOUNT_PRECISION"),
        (json!({ "minimum": "-1" }), "AMOUNT_SIGN"),
        (json!({ "maxAgeHours": -1 }), "FX_POLICY_INVALID"),
    ] {
        assert_eq!(put(pair(wrong.clone())).await.code(), code, "{wrong}");
    }
    let set = put(pair(json!({ "rounding": "down", "minimum": "0", "maxAgeHours": 0 }))).await;
    let expected = with(shipped.clone(), json!({ "rounding": "down", "minimum": "0.00", "maxAgeHours": 0 }));
    assert_eq!(set.data(), &expected);
    assert_eq!(world.get(&of("USD", "EUR")).await.data(), &expected);
    assert_eq!(world.get(&of("EUR", "USD")).await.data()["rounding"], "half_up");
    // 1,000.99 x 0.91 = 910.9009
    let made = world.post(TRANSFERS, pay(&a, &eur, 100_099)).await;
    assert_eq!(made.data()["toAmountCents"], 91_090);
    let rows = world.get("/api/v2/audit?action=fx_policy.set").await;
    assert!(rows.json.to_string().contains("half_up"), "{}", rows.json);
    world.end().await;
}
