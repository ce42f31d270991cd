//! Holders, currencies, rates, policies, settings.

use super::{TRANSFERS, pay, two, with};
use crate::browser::{Browser, first_admin};
use crate::world::{Answer, answer};
use reqwest::Method;
use serde_json::{Value as Json, json};

async fn put(admin: &Browser, path: &str, json: Json) -> Answer {
    answer(admin.request(Method::PUT, path).json(&json)).await
}

#[tokio::test]
async fn holders_are_added_found_and_unique() {
    let (world, ..) = two().await;
    let new = json!({ "name": "朱莉", "email": "Zhu@Example.com", "uid": "U-9" });
    let added = world.post("/api/v2/holders", new.clone()).await;
    let (added, id) = (added.data().clone(), added.data()["id"].as_str().unwrap().to_owned());
    assert_eq!((&added["email"], &added["uid"]), (&json!("zhu@example.com"), &json!("U-9")));
    assert_eq!(*world.get(&format!("/api/v2/holders/{id}")).await.data(), added);
    let again = world.post("/api/v2/holders", new).await;
    assert_eq!((again.status, again.code()), (409, "HOLDER_EXISTS"));
    assert_eq!(world.post("/api/v2/holders", json!({ "name": "" })).await.code(), "NAME_INVALID");
    let found = world.get("/api/v2/holders?text=ZHU").await;
    assert_eq!(found.data().as_array().unwrap().len(), 1);
    let first = world.get("/api/v2/holders?pageSize=2").await;
    let next = first.json["pagination"]["nextCursor"].as_str().unwrap().to_owned();
    let last = world.get(&format!("/api/v2/holders?pageSize=2&cursor={next}")).await;
    assert_eq!(
        (last.data()[0]["name"].as_str(), &last.json["pagination"]["nextCursor"]),
        (Some("朱莉"), &json!(null))
    );
    assert_eq!(world.get("/api/v2/holders/999").await.code(), "HOLDER_NOT_FOUND");
    world.end().await;
}

#[tokio::test]
async fn currencies_are_enabled_with_decimals_that_fit() {
    let (world, ..) = two().await;
    assert_eq!(world.post("/api/v2/currencies", json!({ "code": "BHD" })).await.code(), "FORBIDDEN");
    let admin = first_admin(&world).await;
    let add = async |body| admin.post("/api/v2/currencies", body).await;
    assert_eq!(*add(json!({ "code": "BHD" })).await.data(), json!({ "code": "BHD", "scale": 3 }));
    assert_eq!(add(json!({ "code": "POINTS", "scale": 0 })).await.data()["scale"], 0);
    for (body, code) in [
        (json!({ "code": "BHD" }), "CURRENCY_EXISTS"),
        (json!({ "code": "HRK" }), "CURRENCY_UNKNOWN"),
        (json!({ "code": "usd", "scale": 2 }), "CURRENCY_INVALID"),
        (json!({ "code": "ETH", "scale": 18 }), "CURRENCY_INVALID"),
        (json!({ "code": "ETH", "scale": 256 }), "BODY_INVALID"),
    ] {
        assert_eq!(add(body.clone()).await.code(), code, "{body}");
    }
    let all = world.get("/api/v2/currencies").await;
    let codes: Vec<_> =
        all.data().as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["USD", "BHD", "POINTS"]);
    world.end().await;
}

#[tokio::test]
async fn rates_are_set_and_the_newest_of_a_pair_holds() {
    let (world, ..) = two().await;
    let set = async |rate| {
        world
            .post(
                "/api/v2/fx-rates",
                json!({ "source": "USD", "target": "CNY", "rate": rate, "origin": "desk" }),
            )
            .await
    };
    assert_eq!(set(json!("7.10")).await.data()["rate"], "7.1");
    assert_eq!(set(json!(7.2)).await.data()["rate"], "7.2");
    for bad in [json!(0), json!(-1), json!("x"), json!(1e-30)] {
        assert_eq!(set(bad).await.code(), "RATE_INVALID");
    }
    let own = json!({ "source": "USD", "target": "USD", "rate": "1" });
    assert_eq!(world.post("/api/v2/fx-rates", own).await.code(), "RATE_INVALID");
    let all = world.get("/api/v2/fx-rates").await;
    assert_eq!(all.data().as_array().unwrap().len(), 1);
    let expected = json!({ "source": "USD", "target": "CNY", "rate": "7.2", "origin": "desk",
                           "createdAt": "2026-03-10T12:00:00Z" });
    assert_eq!(all.data()[0], expected);
    world.end().await;
}

#[tokio::test]
async fn a_policy_keeps_what_is_left_out_and_null_lifts_a_limit() {
    let (world, a, b) = two().await;
    let admin = first_admin(&world).await;
    let shown = async |query: &str| world.get(&format!("/api/v2/policies?{query}")).await.data().clone();
    assert_eq!(shown("currency=USD").await["max"], "10000.00");
    let change = json!({ "currency": "USD", "max": "50.00", "day": "60.00" });
    put(&admin, "/api/v2/policies", change).await.data();
    let account = json!({ "currency": "USD", "accountId": a.id, "max": null });
    let own = put(&admin, "/api/v2/policies", account).await;
    let own = own.data();
    assert_eq!((&own["accountId"], &own["max"], &own["day"]), (&json!(a.id), &json!(null), &json!("60.00")));
    assert_eq!(shown(&format!("currency=USD&accountId={}", a.id)).await, *own);
    assert_eq!(shown("currency=USD").await["max"], "50.00");
    world.post(TRANSFERS, pay(&a, &b, 5_500)).await.data();
    assert_eq!(world.post(TRANSFERS, pay(&b, &a, 5_500)).await.code(), "AMOUNT_ABOVE_MAXIMUM");
    let base = json!({ "currency": "USD" });
    for (fields, code) in [
        (json!({ "min": "100.00", "max": "50.00" }), "POLICY_INVALID"),
        (json!({ "feeRate": "-1" }), "POLICY_INVALID"),
        (json!({ "max": "1.001" }), "AMOUNT_PRECISION"),
        (json!({ "max": "1e3" }), "AMOUNT_EXPONENT"),
        (json!({ "max": "-1" }), "AMOUNT_SIGN"),
        (json!({ "max": 5 }), "BODY_MALFORMED"),
        (json!({ "maximum": "5" }), "BODY_INVALID"),
        (json!({ "currency": "HRK" }), "CURRENCY_UNKNOWN"),
        (json!({ "accountId": "nobody" }), "ACCOUNT_NOT_FOUND"),
    ] {
        assert_eq!(
            put(&admin, "/api/v2/policies", with(base.clone(), fields.clone())).await.code(),
            code,
            "{fields}"
        );
    }
    world.end().await;
}

#[tokio::test]
async fn the_time_zone_is_a_setting() {
    let (world, ..) = two().await;
    let admin = first_admin(&world).await;
    assert_eq!(world.get("/api/v2/settings").await.data()["timeZone"], "UTC");
    let set = async |name: &str| put(&admin, "/api/v2/settings", json!({ "timeZone": name })).await;
    assert_eq!(set("Asia/Shanghai").await.data()["timeZone"], "Asia/Shanghai");
    for bad in ["Mars/Olympus", "../../etc/passwd", "", &"x".repeat(1_000)] {
        assert_eq!(set(bad).await.code(), "TIME_ZONE_UNKNOWN", "{bad}");
    }
    assert_eq!(world.get("/api/v2/settings").await.data()["timeZone"], "Asia/Shanghai");
    world.end().await;
}
