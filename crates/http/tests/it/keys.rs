//! API keys: shown once, and limited by scope, expiry and address.

use crate::browser::{Browser, behind_proxy, first_admin, text};
use crate::world::{answer, world, world_with};
use reqwest::Method;
use serde_json::{Value as Json, json};
use std::time::Duration;

async fn make(admin: &Browser, body: Json) -> (String, String) {
    let made = admin.post("/api/v1/api-keys", body).await;
    (text(&made.data()["key"]["id"]), text(&made.data()["secret"]))
}

/// The statuses a key gets where anyone is let in, and where a user is required.
async fn try_key(browser: &Browser, secret: &str) -> (u16, u16) {
    let send = async |path| answer(browser.request(Method::GET, path).bearer_auth(secret)).await.status;
    (send("/readyz").await, send("/api/v1/users").await)
}

#[tokio::test]
async fn a_revoked_expired_or_invalid_key_and_one_from_another_address_are_refused() {
    let world = world_with(behind_proxy()).await;
    let admin = first_admin(&world).await;
    let scopes = json!(["read", "audit:read"]);
    let (inside, outside) = (Browser::at(&world, "203.0.113.77"), Browser::at(&world, "198.51.100.1"));
    let (id, plain) = make(&admin, json!({ "name": "plain", "scopes": scopes })).await;
    let bound = json!({ "name": "bound", "scopes": scopes, "addresses": ["203.0.113.0/24", "2001:db8::1"] });
    let (_, bound) = make(&admin, bound).await;
    let ends = json!({ "name": "ends", "scopes": scopes, "expiresAt": "2026-03-10T13:00:00Z" });
    let (_, ends) = make(&admin, ends).await;
    for secret in [&plain, &bound, &ends] {
        assert_eq!(try_key(&inside, secret).await, (200, 403), "the key is valid, and may not manage users");
    }
    assert_eq!(try_key(&outside, &plain).await, (200, 403));
    assert_eq!(try_key(&outside, &bound).await, (401, 401), "from another network");
    world.clock.pass(Duration::from_secs(3_600));
    assert_eq!(try_key(&inside, &ends).await, (401, 401), "expired");
    world.clock.set_back(Duration::from_secs(3_600));
    assert_eq!(try_key(&inside, &ends).await, (401, 401), "and it stays expired");
    let admin = Browser::signed_in(&world, "root", crate::browser::PASSWORD).await;
    for _ in 0..2 {
        assert!(admin.delete(&format!("/api/v1/api-keys/{id}")).await.data()["revokedAt"].is_string());
        assert_eq!(try_key(&inside, &plain).await, (401, 401), "revoked");
    }
    let made_up = format!("sluice_{}", "0".repeat(64));
    for none in [made_up.as_str(), "", "sluice_", "x y", &plain[..70]] {
        assert_eq!(try_key(&inside, none).await, (401, 401), "{none}");
    }
    assert_eq!(admin.delete("/api/v1/api-keys/99").await.code(), "API_KEY_NOT_FOUND");
    assert_eq!(admin.delete("/api/v1/api-keys/x").await.code(), "API_KEY_NOT_FOUND");
    world.stop().await;
}

#[tokio::test]
async fn a_key_is_shown_once_and_stored_nowhere() {
    let world = world().await;
    let admin = first_admin(&world).await;
    let send = async |name: &str| {
        let request = admin.request(Method::POST, "/api/v1/api-keys").header("Idempotency-Key", "k-1");
        answer(request.json(&json!({ "name": name, "scopes": ["read"] }))).await
    };
    let (first, again) = (send("payroll").await, send("payroll").await);
    let secret = text(&first.data()["secret"]);
    assert_eq!(first.data()["key"], again.data()["key"]);
    assert!(again.data()["secret"].is_null());
    assert_eq!(send("other").await.code(), "IDEMPOTENCY_KEY_REUSED");
    let list = admin.get("/api/v1/api-keys").await;
    let last = list.data().as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        (&last["name"], &last["scopes"], &last["hint"]),
        (&json!("payroll"), &json!(["read"]), &json!(secret[..12]))
    );
    assert!(!list.json.to_string().contains(&secret));
    for table in ["api_key", "answer", "audit"] {
        let column = match table {
            "api_key" => "token",
            "answer" => "outcome",
            _ => "detail",
        };
        let mut tx = world.store.read().await.unwrap();
        let rows = tx.fetch_text(format!("SELECT {column} FROM {table}"), Vec::new()).await.unwrap();
        assert!(rows.iter().all(|row| !row.text(0).unwrap().contains(&secret[7..])), "{table}");
    }
    world.stop().await;
}

#[tokio::test]
async fn a_key_with_invalid_fields_is_refused() {
    let world = world().await;
    let admin = first_admin(&world).await;
    let cases = [
        (json!({ "name": "all", "scopes": ["read"] }), "NAME_TAKEN"),
        (json!({ "name": " ", "scopes": ["read"] }), "NAME_INVALID"),
        (json!({ "name": "a", "scopes": [] }), "SCOPE_INVALID"),
        (json!({ "name": "a", "scopes": ["approve"] }), "SCOPE_INVALID"),
        (json!({ "name": "a", "scopes": ["read"], "addresses": ["10.0.0.0/33"] }), "ADDRESS_INVALID"),
        (json!({ "name": "a", "scopes": ["read"], "addresses": ["localhost"] }), "ADDRESS_INVALID"),
        (json!({ "name": "a", "scopes": ["read"], "expiresAt": "2026-03-10T12:00:00Z" }), "TIME_INVALID"),
        (json!({ "name": "a", "scopes": ["read"], "expiresAt": "tomorrow" }), "TIME_INVALID"),
        (json!({ "name": "a" }), "BODY_INVALID"),
        (json!({ "name": "a", "scopes": ["read"], "secret": "x" }), "BODY_INVALID"),
    ];
    for (body, code) in cases {
        assert_eq!(admin.post("/api/v1/api-keys", body.clone()).await.code(), code, "{body}");
    }
    world.stop().await;
}

const DAY: Duration = Duration::from_secs(24 * 3_600);

#[tokio::test]
async fn a_rotated_key_has_two_secrets_for_a_day() {
    let world = world().await;
    let admin = first_admin(&world).await;
    let browser = Browser::at(&world, "203.0.113.77");
    let (id, first) = make(&admin, json!({ "name": "payroll", "scopes": ["read", "audit:read"] })).await;
    let path = format!("/api/v1/api-keys/{id}/rotate");
    let rotate = async |key: &str| {
        let request = admin.request(Method::POST, &path).header("Idempotency-Key", key);
        answer(request).await
    };
    let second = rotate("r-1").await;
    let shown = text(&second.data()["secret"]);
    assert_eq!((&second.data()["key"]["id"], &second.data()["key"]["name"]), (&json!(id), &json!("payroll")));
    assert_eq!(second.data()["key"]["hint"], json!(shown[..12]));
    let again = rotate("r-1").await;
    assert!(again.data()["secret"].is_null(), "the secret is shown once, and the key rotated once");
    // If that response was lost, another rotation invalidates neither earlier secret.
    let third = text(&rotate("r-2").await.data()["secret"]);
    for secret in [&first, &shown, &third] {
        assert_eq!(try_key(&browser, secret).await, (200, 403));
    }
    world.clock.pass(DAY - Duration::from_secs(1));
    assert_eq!(try_key(&browser, &first).await, (200, 403));
    world.clock.pass(Duration::from_secs(1));
    assert_eq!(try_key(&browser, &first).await, (401, 401), "after a day");
    assert_eq!(try_key(&browser, &shown).await, (401, 401));
    assert_eq!(try_key(&browser, &third).await, (200, 403));
    world.clock.set_back(DAY);
    assert_eq!(try_key(&browser, &first).await, (401, 401), "and it stays expired");
    let admin = Browser::signed_in(&world, "root", crate::browser::PASSWORD).await;
    let fourth = text(&admin.post(&path, Json::Null).await.data()["secret"]);
    admin.delete(&format!("/api/v1/api-keys/{id}")).await.data();
    for secret in [&third, &fourth] {
        assert_eq!(try_key(&browser, secret).await, (401, 401), "revoked with all its secrets");
    }
    assert_eq!(admin.post(&path, Json::Null).await.code(), "API_KEY_ENDED");
    let audit = admin.get("/api/v2/audit?action=api_key.rotate").await;
    let rows = audit.data().as_array().unwrap();
    assert_eq!(rows.len(), 4, "expected three rotations and a refusal: {}", audit.json);
    assert!(!audit.json.to_string().contains(&third[12..]), "{}", audit.json);
    world.stop().await;
}
