//! Holders, currencies, rates, policies and settings.

use super::{TRANSFERS, pay, two, with};
use crate::browser::{Browser, first_admin};
use crate::world::{Answer, answer};
use reqwest::Method;
use serde_json::{Value as Json, json};
use service::audit::AuditFilter;

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
async fn currencies_are_enabled_with_a_valid_number_of_decimals() {
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
async fn rates_are_set_and_the_newest_of_a_pair_applies() {
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
async fn a_policy_keeps_omitted_fields_and_null_lifts_a_limit() {
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
        (json!({ "max": 5 }), "BODY_INVALID"),
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

#[tokio::test]
async fn a_known_email_or_uid_with_other_details_is_refused_with_both_values() {
    let (world, ..) = two().await;
    let open = async |number: &str, holder: Json| {
        let body = json!({ "number": number, "currency": "USD", "holder": holder });
        let answer = world.post("/api/v2/accounts", body).await;
        match answer.code() {
            "ok" => {
                format!("{} {}", answer.data()["holder"]["id"].as_str().unwrap(), answer.data()["isDefault"])
            }
            code => format!("{code} {}", answer.json["error"]["details"].as_str().unwrap_or_default()),
        }
    };
    let ann = "ann@example.com";
    for (number, holder, expected) in [
        ("H-1", json!({ "name": "eve", "email": ann }), "HOLDER_DIFFERS name: ann | eve (hold_1)"),
        ("H-1", json!({ "name": "ann", "email": ann, "uid": "U-7" }), "HOLDER_DIFFERS uid: - | U-7 (hold_1)"),
        ("H-1", json!({ "name": "ａｎｎ", "email": "ANN@example.com " }), "hold_1 false"),
        ("H-2", json!({ "name": "una", "uid": "U-7" }), "hold_3 true"),
        (
            "H-3",
            json!({ "name": "ann", "email": ann, "uid": "U-7" }),
            "HOLDER_CONFLICT uid U-7: una (hold_3); email ann@example.com: ann (hold_1)",
        ),
        (
            "H-4",
            json!({ "name": "x", "email": "x\u{200b}@example.com" }),
            "INVISIBLE_CHARACTER x\\u{200b}@example.com",
        ),
        ("H-4", json!({ "name": "x", "uid": "U-７" }), "FULL_WIDTH_DIGITS holder.uid"),
        ("H-4", json!({ "name": "x", "email": "x" }), "EMAIL_INVALID x"),
        ("H-４", json!({ "name": "x" }), "FULL_WIDTH_DIGITS number"),
        ("М\u{410}IN", json!({ "name": "x" }), "MIXED_SCRIPTS М\u{410}IN"),
        ("h-l", json!({ "name": "x" }), "NUMBER_CONFUSABLE h-l: H-1"),
    ] {
        assert_eq!(open(number, holder.clone()).await, expected, "{number} {holder}");
    }
    let confirmed =
        json!({ "number": "h-l", "currency": "USD", "holder": { "name": "x" }, "confusable": true });
    assert_eq!(world.post("/api/v2/accounts", confirmed).await.data()["number"], "h-l");
    // NFC and NFD spell the same number, and the same email.
    assert_eq!(
        open("Caf\u{e9}", json!({ "name": "y", "email": "jos\u{e9}@example.com" })).await,
        "hold_5 true"
    );
    assert_eq!(open("Cafe\u{301}", json!({ "name": "y" })).await, "ACCOUNT_EXISTS Caf\u{e9}");
    assert_eq!(open("Y-2", json!({ "name": "y", "email": "jose\u{301}@example.com" })).await, "hold_5 false");
    world.end().await;
}

#[tokio::test]
async fn a_default_account_is_closed_only_after_another_becomes_the_default() {
    let (world, a, _) = two().await;
    let second = world.open("A-2", "ann", "USD", 0).await;
    let euros = world.open("A-3", "ann", "EUR", 0).await;
    let is_default = async |account: &super::Opened| {
        world.get(&format!("/api/v2/accounts/{}", account.id)).await.data()["isDefault"] == true
    };
    assert_eq!(
        (is_default(&a).await, is_default(&second).await, is_default(&euros).await),
        (true, false, true)
    );
    let make_default = format!("/api/v2/accounts/{}/make-default", second.id);
    assert_eq!(world.post(&make_default, json!(null)).await.code(), "FORBIDDEN", "a key may not");
    world.post("/api/v2/withdrawals", json!({ "accountId": a.id, "amountCents": 1_000_000 })).await.data();
    let close = async |account: &super::Opened| {
        world.post(&format!("/api/v2/accounts/{}/close", account.id), json!(null)).await.code().to_owned()
    };
    assert_eq!(close(&a).await, "DEFAULT_ACCOUNT_NEEDED");
    let admin = first_admin(&world).await;
    assert_eq!(admin.post(&make_default, json!({})).await.data()["isDefault"], true);
    assert_eq!((is_default(&a).await, is_default(&second).await), (false, true));
    // The last account in a currency can be closed although it is the default.
    assert_eq!((close(&a).await, close(&euros).await), ("ok".to_owned(), "ok".to_owned()));
    assert!(!is_default(&euros).await);
    world.end().await;
}

/// Changes of the first holder, one per rule.
const HOLDER_CHANGES: [(&str, &str, &str); 6] = [
    ("1", r#"{ "email": "bob@example.com" }"#, "HOLDER_EXISTS"),
    ("hold_1", r#"{ "email": "bob" }"#, "EMAIL_INVALID"),
    ("hold_1", r#"{ "name": "" }"#, "NAME_INVALID"),
    ("hold_99", r#"{ "name": "x" }"#, "HOLDER_NOT_FOUND"),
    ("hold_1", r#"{ "phone": "1" }"#, "BODY_INVALID"),
    ("hold_1", r#"["x"]"#, "BODY_INVALID"),
];

#[tokio::test]
async fn admins_change_holders_and_the_audit_log_keeps_the_old_values() {
    let (world, ..) = two().await;
    let second = world.open("A-2", "ann", "USD", 0).await;
    let patch = world.request(Method::PATCH, "/api/v2/holders/hold_1").json(&json!({ "name": "eve" }));
    assert_eq!(answer(patch).await.code(), "FORBIDDEN", "a key may not");
    let admin = first_admin(&world).await;
    admin.post(&format!("/api/v2/accounts/{}/make-default", second.id), json!({})).await.data();
    let change = async |id: &str, body: Json| {
        answer(admin.request(Method::PATCH, &format!("/api/v2/holders/{id}")).json(&body)).await
    };
    let changed = change("hold_1", json!({ "name": "Ann Lee", "email": null, "uid": "U-1" })).await;
    assert_eq!(
        (&changed.data()["name"], &changed.data()["email"], &changed.data()["uid"]),
        (&json!("Ann Lee"), &json!(null), &json!("U-1"))
    );
    for (id, body, code) in HOLDER_CHANGES {
        assert_eq!(change(id, serde_json::from_str(body).unwrap()).await.code(), code, "{body}");
    }
    // Both changes can be read back from the audit log, with the values before and after.
    let about =
        AuditFilter { subject: Some("holder".to_owned()), subject_id: Some(1), ..AuditFilter::default() };
    let mut told = Vec::new();
    for row in world.audit(about).await {
        let detail: Json = serde_json::from_str(&row.detail).unwrap();
        if row.result == "ok" && !detail["before"].is_null() {
            told.push((row.action, detail["before"].clone(), detail["after"].clone()));
        }
    }
    let account = |number: &str| json!({ "currency": "USD", "account": number });
    let before = json!({ "name": "ann", "email": "ann@example.com", "uid": null });
    let after = json!({ "name": "Ann Lee", "email": null, "uid": "U-1" });
    assert_eq!(
        told,
        [
            ("holder.make_default".to_owned(), account("A-1"), account("A-2")),
            ("holder.change".to_owned(), before, after),
        ]
    );
    world.end().await;
}
