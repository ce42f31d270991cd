//! Where a person with a second factor, or who must have one, is asked for it.

use crate::browser::{Browser, PASSWORD, add, first_admin, text};
use crate::phone::{enrol, signed_in, with_code, wrong_code};
use crate::world::{Answer, World, answer, world};
use reqwest::Method;
use serde_json::{Value as Json, json};
use service::audit::AuditFilter;
use service::factor::{Proof, Renewed};
use service::session::SessionLife;
use service::setting::SettingsChange;
use service::{Secret, session, setting};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

const FRESH: Duration = Duration::from_secs(300);

/// Changes of keys, people, settings and policies: request, and body without its code. `{id}` is a user, `{key}` a
/// key, `{hook}` a webhook.
const CHANGES: &[(&str, &str)] = &[
    ("POST /api/v1/api-keys", r#"{"name": "k", "scopes": ["read"]}"#),
    ("POST /api/v1/api-keys/{key}/rotate", "{}"),
    ("DELETE /api/v1/api-keys/{key}", "{}"),
    ("POST /api/v2/webhooks", r#"{"url": "https://example.org/hook", "events": ["batch.finished"]}"#),
    ("PATCH /api/v2/webhooks/{hook}", r#"{"url": "https://example.org/other"}"#),
    ("POST /api/v2/webhooks/{hook}/rotate", "{}"),
    ("DELETE /api/v2/webhooks/{hook}", "{}"),
    ("POST /api/v1/users", r#"{"login": "new", "name": "N", "role": "operator"}"#),
    ("PATCH /api/v1/users/{id}", r#"{"role": "finance"}"#),
    ("POST /api/v1/users/{id}/password-reset", "{}"),
    ("POST /api/v1/users/{id}/end-sessions", "{}"),
    ("PUT /api/v2/settings", r#"{"timeZone": "Asia/Shanghai"}"#),
    ("PUT /api/v2/policies", r#"{"currency": "USD", "max": "5.00"}"#),
    ("PUT /api/v2/fx-rates/policies", r#"{"source": "USD", "target": "EUR", "rounding": "down"}"#),
    (
        "POST /api/v1/auth/password",
        r#"{"currentPassword": "violet-kettle-81-orbit", "newPassword": "granite-lamp-37-meadow"}"#,
    ),
];

/// An administrator with a key and a user to change.
struct Changed {
    world: World,
    admin: Browser,
    id: String,
    key: String,
    hook: String,
}

impl Changed {
    async fn new() -> Self {
        let world = world().await;
        let admin = first_admin(&world).await;
        let id = add(&admin, "li", "operator").await;
        let body = json!({ "name": "first", "scopes": ["read"] });
        let made = admin.post("/api/v1/api-keys", body).await;
        let key = text(&made.data()["key"]["id"]);
        let body = json!({ "url": "https://example.org/first", "events": ["batch.finished"] });
        let made = admin.post("/api/v2/webhooks", body).await;
        let hook = text(&made.data()["webhook"]["id"]);
        for currency in ["USD", "EUR"] {
            admin.post("/api/v2/currencies", json!({ "code": currency })).await.data();
        }
        Self { world, admin, id, key, hook }
    }

    async fn send(&self, request: &str, body: Json) -> Answer {
        let (method, path) = request.split_once(' ').unwrap();
        let path = path.replace("{id}", &self.id).replace("{key}", &self.key).replace("{hook}", &self.hook);
        let method: Method = method.parse().unwrap();
        answer(self.admin.request(method, &path).json(&body)).await
    }
}

#[tokio::test]
async fn keys_people_settings_and_policies_ask_for_a_code_of_who_has_a_factor() {
    for (request, body) in CHANGES {
        let changed = Changed::new().await;
        let (phone, _) = enrol(&changed.world, &changed.admin).await;
        changed.world.clock.pass(FRESH);
        let plain: Json = serde_json::from_str(body).unwrap();
        let asked = changed.send(request, plain).await;
        assert_eq!((asked.status, asked.code()), (400, "AUTH_2FA_REQUIRED"), "{request}");
        let wrong = changed.send(request, with_code(body, &wrong_code(&phone, &changed.world))).await;
        assert_eq!((wrong.status, wrong.code()), (401, "AUTH_2FA_CODE_INVALID"), "{request}");
        let code = phone.code(&changed.world);
        let done = changed.send(request, with_code(body, &code)).await;
        assert_eq!((done.status, done.code()), (200, "ok"), "{request}: {}", done.json);
        changed.world.stop().await;
    }
}

#[tokio::test]
async fn without_a_factor_nothing_is_asked_as_shipped() {
    let changed = Changed::new().await;
    for (request, body) in CHANGES {
        let done = changed.send(request, serde_json::from_str(body).unwrap()).await;
        assert_eq!((done.status, done.code()), (200, "ok"), "{request}: {}", done.json);
    }
    changed.world.stop().await;
}

#[tokio::test]
async fn a_code_suffices_for_five_minutes_in_its_session_alone() {
    let changed = Changed::new().await;
    let world = &changed.world;
    let (phone, _) = enrol(world, &changed.admin).await;
    let put = async |browser: &Browser, zone: &str| {
        browser.put("/api/v2/settings", json!({ "timeZone": zone })).await.code().to_owned()
    };
    assert_eq!(put(&changed.admin, "Europe/Berlin").await, "ok", "the code that confirmed the factor");
    world.clock.pass(FRESH - Duration::from_secs(60));
    assert_eq!(put(&changed.admin, "Asia/Shanghai").await, "ok");
    // The code of the sign-in counts in that session, and not in the other.
    let other = signed_in(world, "203.0.113.1", "root", &phone).await;
    world.clock.pass(Duration::from_secs(60));
    assert_eq!(put(&changed.admin, "UTC").await, "AUTH_2FA_REQUIRED");
    assert_eq!(put(&other, "UTC").await, "ok");
    let until = other.get("/api/v1/auth/me").await.data()["factor"]["freshUntil"].clone();
    assert!(until.is_string());
    world.clock.pass(FRESH);
    assert_eq!(put(&other, "Europe/Berlin").await, "AUTH_2FA_REQUIRED");
    changed.world.stop().await;
}

#[tokio::test]
async fn attack_10_a_code_that_signed_in_is_not_accepted_for_a_change() {
    let changed = Changed::new().await;
    let world = &changed.world;
    let (phone, _) = enrol(world, &changed.admin).await;
    world.clock.pass(FRESH);
    signed_in(world, "203.0.113.1", "root", &phone).await;
    let overheard = phone.code(world);
    let refused = changed.send("PUT /api/v2/settings", with_code(r#"{"timeZone": "UTC"}"#, &overheard)).await;
    assert_eq!((refused.status, refused.code()), (401, "AUTH_2FA_CODE_USED"));
    changed.world.stop().await;
}

/// The cookie that a response sets.
fn set_cookie(response: &reqwest::Response) -> Option<String> {
    let value = response.headers().get("set-cookie")?;
    Some(value.to_str().unwrap().split(';').next().unwrap().to_owned())
}

#[tokio::test]
async fn attack_19_a_session_that_was_stolen_or_planted_before_a_step_up_gains_nothing_from_it() {
    let world = world().await;
    let admin = first_admin(&world).await;
    let (phone, _) = enrol(&world, &admin).await;
    let half = Browser::at(&world, "203.0.113.1");
    let challenge = crate::phone::challenge(&half, "root").await;
    let body = json!({ "challenge": challenge, "code": phone.next_code(&world) });
    let response = half.request(Method::POST, "/api/v1/auth/2fa").json(&body).send().await.unwrap();
    let former = set_cookie(&response).unwrap();
    world.clock.pass(FRESH);
    let send = async |cookie: &str, method: Method, path: &str, body: Json| {
        let request = reqwest::Client::new().request(method, format!("{}{path}", world.url));
        request.header("cookie", cookie).json(&body).send().await.unwrap()
    };
    let put = async |cookie: &str, code: Option<String>| {
        let plain = json!({ "timeZone": "UTC" });
        let body = code.map_or(plain, |code| with_code(r#"{"timeZone": "UTC"}"#, &code));
        send(cookie, Method::PUT, "/api/v2/settings", body).await
    };
    let code = async |response: reqwest::Response| {
        let json: Json = response.json().await.unwrap();
        json["error"]["code"].as_str().unwrap_or("ok").to_owned()
    };
    let wrong = put(&former, Some(wrong_code(&phone, &world))).await;
    assert_eq!(set_cookie(&wrong), None, "a code that was refused changes nothing");
    let stepped_up = put(&former, Some(phone.code(&world))).await;
    let renewed = set_cookie(&stepped_up).unwrap();
    assert_eq!(code(stepped_up).await, "ok");
    assert_ne!(renewed, former);
    // The new token needs no further code for a while; the former one, which others may know, needs one.
    let fresh = put(&renewed, None).await;
    assert_eq!((set_cookie(&fresh), code(fresh).await.as_str()), (None, "ok"));
    assert_eq!(code(put(&former, None).await).await, "AUTH_2FA_REQUIRED");
    // It is the same session, which requests that were on their way may still read from.
    let me = async |cookie: &str| {
        let json: Json = send(cookie, Method::GET, "/api/v1/auth/me", json!({})).await.json().await.unwrap();
        json["data"]["session"]["id"].clone()
    };
    assert_eq!((me(&former).await, me(&renewed).await.is_string()), (me(&renewed).await, true));
    world.clock.pass(Duration::from_secs(60));
    assert_eq!((me(&former).await, me(&renewed).await.is_string()), (Json::Null, true));
    assert_eq!(code(put(&former, None).await).await, "AUTH_REQUIRED");
    world.stop().await;
}

#[tokio::test]
async fn the_first_of_two_codes_that_came_with_one_token_renews_it() {
    let world = world().await;
    let admin = first_admin(&world).await;
    let (phone, _) = enrol(&world, &admin).await;
    let half = Browser::at(&world, "203.0.113.1");
    let challenge = crate::phone::challenge(&half, "root").await;
    let body = json!({ "challenge": challenge, "code": phone.next_code(&world) });
    let response = half.request(Method::POST, "/api/v1/auth/2fa").json(&body).send().await.unwrap();
    let cookie = set_cookie(&response).unwrap();
    let token = Secret::new(cookie.split_once('=').unwrap().1);
    let life = SessionLife { idle: FRESH, max: FRESH };
    let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let identify = async |token: &Secret| {
        session::identify(&world.service, token, address, life).await.unwrap().unwrap()
    };
    // Both have arrived before either has used its code.
    let (first, second) = (identify(&token).await, identify(&token).await);
    assert!(first.proving_session().is_some() && first == second);
    let mut renewed = Vec::new();
    for (one, organisation) in [(first, "First"), (second, "Second")] {
        let proof = Proof {
            session: one.proving_session(),
            code: Some(Secret::new(phone.next_code(&world))),
            renewed: Renewed::default(),
        };
        let service = world.service.clone().with_proof(proof.clone());
        let organisation_name = Some(organisation.to_owned());
        let change = SettingsChange { organisation_name, ..SettingsChange::default() };
        setting::set(&service, &one.actor, &change).await.unwrap();
        renewed.push(proof.renewed.token().cloned());
    }
    assert_eq!(renewed[1], None, "the browser keeps the token of the first answer");
    let present = identify(renewed[0].as_ref().unwrap()).await;
    assert!(present.proving_session().is_some());
    assert_eq!(identify(&token).await.proving_session(), None, "the former token");
    world.stop().await;
}

#[tokio::test]
async fn fifty_parallel_uses_of_one_code_let_one_change_through() {
    let changed = Changed::new().await;
    let (phone, _) = enrol(&changed.world, &changed.admin).await;
    changed.world.clock.pass(FRESH);
    let code = phone.code(&changed.world);
    let uses = (0..50).map(|n| {
        let body = json!({ "name": format!("k{n}"), "scopes": ["read"], "2fa_code": code });
        let request = changed.admin.request(Method::POST, "/api/v1/api-keys").json(&body);
        tokio::spawn(async move { answer(request).await.code().to_owned() })
    });
    let mut codes = Vec::new();
    for one in uses.collect::<Vec<_>>() {
        codes.push(one.await.unwrap());
    }
    codes.sort_unstable();
    assert_eq!(codes[..49], vec!["AUTH_2FA_CODE_USED"; 49], "{codes:?}");
    assert_eq!(codes[49], "ok");
    changed.world.stop().await;
}

#[tokio::test]
async fn a_code_is_used_up_only_by_the_request_that_it_lets_through() {
    let changed = Changed::new().await;
    let (phone, _) = enrol(&changed.world, &changed.admin).await;
    changed.world.clock.pass(FRESH);
    let code = phone.code(&changed.world);
    for (body, expected) in [
        (r#"{"timeZone": "Mars/Olympus"}"#, "TIME_ZONE_UNKNOWN"),
        (r#"{"timeZone": "UTC"}"#, "ok"),
        (r#"{"timeZone": "UTC"}"#, "AUTH_2FA_CODE_USED"),
    ] {
        assert_eq!(changed.send("PUT /api/v2/settings", with_code(body, &code)).await.code(), expected);
    }
    changed.world.stop().await;
}

#[tokio::test]
async fn a_refused_code_is_not_the_answer_to_its_idempotency_key() {
    let changed = Changed::new().await;
    let (phone, _) = enrol(&changed.world, &changed.admin).await;
    changed.world.clock.pass(FRESH);
    let send = async |code: Option<String>| {
        let mut body = json!({ "login": "new", "name": "N", "role": "operator" });
        if let Some(code) = code {
            body["2fa_code"] = json!(code);
        }
        let request = changed.admin.request(Method::POST, "/api/v1/users");
        answer(request.header("Idempotency-Key", "a-1").json(&body)).await
    };
    assert_eq!(send(None).await.code(), "AUTH_2FA_REQUIRED");
    assert_eq!(send(Some(wrong_code(&phone, &changed.world))).await.code(), "AUTH_2FA_CODE_INVALID");
    let first = send(Some(phone.code(&changed.world))).await;
    assert!(first.data()["invitationToken"].is_string());
    // The first answer again, looked up before any code is checked.
    for code in [None, Some(phone.code(&changed.world)), Some(wrong_code(&phone, &changed.world))] {
        let again = send(code).await;
        assert_eq!(again.data()["user"], first.data()["user"]);
    }
    changed.world.stop().await;
}

#[tokio::test]
async fn who_must_have_a_factor_changes_nothing_without_one() {
    let changed = Changed::new().await;
    add(&changed.admin, "second", "admin").await;
    let second = Browser::signed_in(&changed.world, "second", PASSWORD).await;
    enrol(&changed.world, &changed.admin).await;
    let set = json!({ "factorRoles": ["finance", "admin"] });
    let settings = changed.admin.put("/api/v2/settings", set).await;
    assert_eq!(settings.data()["factorRoles"], json!(["finance", "admin"]));
    // Their own password people may change all the same.
    let is_asked = |request: &&str| !request.contains('{') && !request.ends_with("/password");
    for (request, body) in CHANGES.iter().filter(|(request, _)| is_asked(request)) {
        let (method, path) = request.split_once(' ').unwrap();
        let body: Json = serde_json::from_str(body).unwrap();
        let refused = answer(second.request(method.parse().unwrap(), path).json(&body)).await;
        assert_eq!((refused.status, refused.code()), (403, "TOTP_NOT_ENROLLED"), "{request}");
    }
    // Nor can the rule be abolished without one.
    let refused = second.put("/api/v2/settings", json!({ "factorRoles": [] })).await;
    assert_eq!(refused.code(), "TOTP_NOT_ENROLLED");
    let me = second.get("/api/v1/auth/me").await;
    assert_eq!(
        (&me.data()["factor"]["required"], &me.data()["nextSteps"][0]),
        (&json!(true), &json!("enrolTotp"))
    );
    enrol(&changed.world, &second).await;
    second.put("/api/v2/settings", json!({ "factorRoles": [] })).await.data();
    changed.world.stop().await;
}

#[tokio::test]
async fn attack_14_a_stolen_session_neither_removes_nor_replaces_a_factor_nor_reads_its_codes() {
    let changed = Changed::new().await;
    let (phone, _) = enrol(&changed.world, &changed.admin).await;
    let stolen = &changed.admin;
    let other = signed_in(&changed.world, "203.0.113.1", "root", &phone).await;
    // Even while the session is fresh.
    for (request, body) in [
        ("DELETE /api/v1/auth/totp", "{}"),
        ("POST /api/v1/auth/totp/recovery-codes", "{}"),
        ("POST /api/v1/auth/totp", r#"{"password": "violet-kettle-81-orbit"}"#),
    ] {
        let plain: Json = serde_json::from_str(body).unwrap();
        assert_eq!(changed.send(request, plain).await.code(), "AUTH_2FA_REQUIRED", "{request}");
        let wrong = changed.send(request, with_code(body, &wrong_code(&phone, &changed.world))).await;
        assert_eq!(wrong.code(), "AUTH_2FA_CODE_INVALID", "{request}");
    }
    let renewed = with_code("{}", &phone.next_code(&changed.world));
    let renewed = stolen.post("/api/v1/auth/totp/recovery-codes", renewed).await;
    assert_eq!(renewed.data()["recoveryCodes"].as_array().unwrap().len(), 10);
    let removed = with_code("{}", &phone.next_code(&changed.world));
    assert_eq!(stolen.delete_with("/api/v1/auth/totp", removed).await.data()["totp"], "none");
    assert_eq!((stolen.me().await, other.me().await), ("root".to_owned(), "AUTH_REQUIRED".to_owned()));
    assert_eq!(Browser::signed_in(&changed.world, "root", PASSWORD).await.me().await, "root");
    changed.world.stop().await;
}

#[tokio::test]
async fn another_administrator_resets_a_factor_and_its_person_cools_off() {
    let changed = Changed::new().await;
    let li = Browser::signed_in(&changed.world, "li", PASSWORD).await;
    let path = format!("/api/v1/users/{}/totp-reset", changed.id);
    let none = changed.admin.post(&path, Json::Null).await;
    assert_eq!((none.status, none.code()), (409, "USER_WITHOUT_TOTP"));
    enrol(&changed.world, &li).await;
    let shown = changed.admin.get(&format!("/api/v1/users/{}", changed.id)).await;
    assert_eq!(shown.data()["totp"], "active");
    changed.world.clock.pass(FRESH);
    changed.admin.post(&path, Json::Null).await.data();
    assert_eq!(li.me().await, "AUTH_REQUIRED");
    let li = Browser::signed_in(&changed.world, "li", PASSWORD).await;
    let me = li.get("/api/v1/auth/me").await;
    let day_after = json!("2026-03-11T12:05:00Z");
    assert_eq!(
        (&me.data()["factor"]["totp"], &me.data()["factor"]["approvesFrom"]),
        (&json!("none"), &day_after)
    );
    enrol(&changed.world, &changed.admin).await;
    let own = changed.admin.post("/api/v1/users/user_1/totp-reset", Json::Null).await;
    assert_eq!((own.status, own.code()), (409, "TOTP_RESET_OWN"));
    let reset = AuditFilter { action: Some("user.totp_reset".to_owned()), ..AuditFilter::default() };
    let results: Vec<_> = changed.world.audit(reset).await.into_iter().map(|row| row.result).collect();
    assert_eq!(results, ["USER_WITHOUT_TOTP", "ok", "TOTP_RESET_OWN"]);
    changed.world.stop().await;
}

#[tokio::test]
async fn only_a_factor_of_the_first_session_needs_no_cooling_off() {
    let changed = Changed::new().await;
    let world = &changed.world;
    // A day after being added; the person then accepts, signs in and enrols.
    let body = json!({ "login": "late", "name": "N", "role": "finance" });
    let token = text(&changed.admin.post("/api/v1/users", body).await.data()["invitationToken"]);
    world.clock.pass(Duration::from_secs(25 * 3_600));
    crate::browser::accept(&changed.admin, &token, PASSWORD).await.data();
    let first = Browser::signed_in(world, "late", PASSWORD).await;
    let second = Browser::signed_in(world, "late", PASSWORD).await;
    let approves_from = async |browser: &Browser| {
        browser.get("/api/v1/auth/me").await.data()["factor"]["approvesFrom"].clone()
    };
    assert_eq!(approves_from(&first).await, Json::Null);
    enrol(world, &first).await;
    assert_eq!(approves_from(&first).await, Json::Null, "the session that accepted the invitation");
    assert_eq!(second.me().await, "AUTH_REQUIRED");
    // Anybody else, such as the thief of a later session.
    let root = Browser::signed_in(world, "root", PASSWORD).await;
    assert_eq!(approves_from(&root).await, Json::Null);
    enrol(world, &root).await;
    assert!(approves_from(&root).await.is_string());
    changed.world.stop().await;
}
