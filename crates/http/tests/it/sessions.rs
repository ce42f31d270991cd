//! Sessions: a fresh token at each login, stored as a hash, invalid as soon as they end.

use crate::browser::{Browser, OTHER_PASSWORD, PASSWORD, accept, add, first_admin, text};
use crate::world::{World, answer, world, world_with};
use http_api::Options;
use reqwest::header::COOKIE;
use reqwest::{Client, Method, Response};
use serde_json::{Value as Json, json};
use service::audit::AuditFilter;
use service::session::{self, SessionLife};
use service::{api_key, set_up};
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

/// The raw response to a login, optionally sent with a cookie planted beforehand.
async fn raw_login(world: &World, cookie: Option<&str>) -> Response {
    let request = Client::new().post(format!("{}/api/v1/auth/login", world.url));
    let request = cookie.iter().fold(request, |request, cookie| request.header(COOKIE, *cookie));
    request.json(&json!({ "login": "root", "password": PASSWORD })).send().await.unwrap()
}

fn set_cookie(response: &Response) -> String {
    response.headers()["set-cookie"].to_str().unwrap().to_owned()
}

async fn me_with(world: &World, cookie: &str) -> u16 {
    let request = Client::new().get(format!("{}/api/v1/auth/me", world.url));
    answer(request.header(COOKIE, cookie)).await.status
}

#[tokio::test]
async fn attack_22_the_token_is_only_in_an_http_only_cookie_and_stored_as_a_hash() {
    let world = world().await;
    first_admin(&world).await;
    let response = raw_login(&world, None).await;
    let cookie = set_cookie(&response);
    let (pair, attributes) = cookie.split_once("; ").unwrap();
    assert_eq!(attributes, "Path=/; HttpOnly; SameSite=Strict; Max-Age=43200");
    let (name, token) = pair.split_once('=').unwrap();
    assert_eq!((name, token.len()), ("sluice_session", 64));
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert_eq!(response.headers()["referrer-policy"], "no-referrer");
    assert!(!response.text().await.unwrap().contains(token));
    assert_eq!(me_with(&world, pair).await, 200);
    let plain = Client::new().get(format!("{}/healthz", world.url)).send().await.unwrap();
    assert!(!plain.headers().contains_key("strict-transport-security"), "no HSTS without TLS");
    let query = Client::new().get(format!("{}/api/v1/auth/me?sluice_session={token}", world.url));
    assert_eq!(answer(query).await.status, 401);
    let mut tx = world.store.read().await.unwrap();
    let rows = tx.fetch_text("SELECT token FROM session".to_owned(), Vec::new()).await.unwrap();
    let stored: Vec<String> = rows.iter().map(|row| row.text(0).unwrap()).collect();
    assert!(stored.iter().all(|stored| stored.len() == 64 && stored != token));
    drop(tx);
    let audit = format!("{:?}", world.audit(AuditFilter::default()).await);
    assert!(!audit.contains(token));
    let other = set_cookie(&raw_login(&world, None).await);
    let logout = Client::new().post(format!("{}/api/v1/auth/logout", world.url));
    let signed_out = logout.header(COOKIE, other.split(';').next().unwrap()).send().await.unwrap();
    assert_eq!(signed_out.headers()["clear-site-data"], "\"cache\", \"storage\"");
    assert!(set_cookie(&signed_out).contains("Max-Age=0"));
    world.stop().await;
}

#[tokio::test]
async fn attack_23_a_token_has_256_random_bits_and_none_like_it_is_a_session() {
    let world = world().await;
    first_admin(&world).await;
    let mut tokens = std::collections::BTreeSet::new();
    for _ in 0..5 {
        let cookie = set_cookie(&raw_login(&world, None).await);
        let (_, token) = cookie.split(';').next().unwrap().split_once('=').unwrap();
        assert!(token.len() == 64 && token.bytes().all(|b| b.is_ascii_hexdigit()), "{token}");
        assert!(tokens.insert(token.to_owned()), "{token} was drawn twice");
    }
    let token = tokens.first().unwrap();
    // One with a character changed, a truncated one, a made-up one, and the hash that is stored.
    let mut forged = token.to_owned();
    forged.replace_range(0..1, if token.starts_with('0') { "1" } else { "0" });
    let mut tx = world.store.read().await.unwrap();
    let rows = tx.fetch_text("SELECT token FROM session".to_owned(), Vec::new()).await.unwrap();
    let stored = rows.iter().next().unwrap().text(0).unwrap();
    drop(tx);
    for wrong in [forged.as_str(), &token[..63], &"0".repeat(64), &stored] {
        assert_eq!(me_with(&world, &format!("sluice_session={wrong}")).await, 401, "{wrong}");
    }
    assert_eq!(me_with(&world, &format!("sluice_session={token}")).await, 200);
    world.stop().await;
}

#[tokio::test]
async fn under_tls_the_cookie_is_secure_and_bound_to_the_host() {
    let options = Options { public_url: Some("https://pay.test".to_owned()), ..Options::default() };
    let world = world_with(options).await;
    let token = set_up::token(&world.service).await.unwrap().unwrap();
    let body = json!({ "token": token.expose(), "login": "root", "name": "R", "password": PASSWORD });
    world.post("/api/v1/setup", body).await.data();
    let cookie = set_cookie(&raw_login(&world, None).await);
    assert!(cookie.starts_with("__Host-sluice_session=") && cookie.ends_with("; Secure"), "{cookie}");
    let pair = cookie.split(';').next().unwrap();
    assert_eq!(me_with(&world, pair).await, 200);
    assert_eq!(me_with(&world, pair.trim_start_matches("__Host-")).await, 401);
    for path in ["/healthz", "/nowhere", "/api/v1/auth/me"] {
        let response = Client::new().get(format!("{}{path}", world.url)).send().await.unwrap();
        assert_eq!(response.headers()["strict-transport-security"], "max-age=31536000", "{path}");
    }
    world.stop().await;
}

#[tokio::test]
async fn attack_19_a_planted_session_is_not_adopted_at_login() {
    let world = world().await;
    first_admin(&world).await;
    let planted = format!("sluice_session={}", "ab".repeat(32));
    let first = set_cookie(&raw_login(&world, Some(&planted)).await);
    let first = first.split(';').next().unwrap();
    let second = set_cookie(&raw_login(&world, Some(first)).await);
    let second = second.split(';').next().unwrap();
    assert!(first != planted && second != first);
    assert_eq!(me_with(&world, &planted).await, 401);
    assert_eq!((me_with(&world, first).await, me_with(&world, second).await), (200, 200));
    world.stop().await;
}

#[tokio::test]
async fn attack_20_everything_that_ends_a_session_ends_it_at_once() {
    let world = world().await;
    let admin = first_admin(&world).await;
    let id = add(&admin, "li", "operator").await;
    let path = format!("/api/v1/users/{id}");
    let li = Browser::at(&world, "203.0.113.1");
    let sign_in = async || {
        assert_eq!(li.login("li", PASSWORD).await.code(), "ok");
        assert_eq!(li.me().await, "li");
    };
    let over = async |what: &str| assert_eq!(li.me().await, "AUTH_REQUIRED", "{what}");

    sign_in().await;
    let stolen = Browser::signed_in(&world, "li", PASSWORD).await;
    li.post("/api/v1/auth/logout", Json::Null).await.data();
    over("logout").await;
    assert_eq!(stolen.me().await, "li", "the user's other session continues");
    sign_in().await;
    assert_eq!(admin.post(&format!("{path}/end-sessions"), Json::Null).await.data()["count"], 2);
    over("ended by an administrator").await;
    sign_in().await;
    admin.patch(&path, json!({ "role": "finance" })).await.data();
    over("role changed").await;
    sign_in().await;
    admin.patch(&path, json!({ "name": "Another name", "role": "finance" })).await.data();
    assert_eq!(li.me().await, "li", "a changed name ends no session");
    admin.patch(&path, json!({ "disabled": true })).await.data();
    over("disabled").await;
    admin.patch(&path, json!({ "disabled": false })).await.data();
    over("enabled again").await;
    sign_in().await;
    let reset = admin.post(&format!("{path}/password-reset"), Json::Null).await;
    over("reset").await;
    accept(&li, &text(&reset.data()["invitationToken"]), PASSWORD).await.data();
    over("password set through an invitation").await;
    sign_in().await;
    // Open endpoints still answer a browser whose session has ended.
    assert_eq!(stolen.get("/healthz").await.status, 200);
    world.stop().await;
}

#[tokio::test]
async fn changing_the_password_needs_the_old_one_and_ends_the_other_sessions() {
    let world = world().await;
    let admin = first_admin(&world).await;
    let other = Browser::signed_in(&world, "root", PASSWORD).await;
    let before = text(&admin.get("/api/v1/auth/me").await.data()["session"]["id"]);
    let change = async |current: &str, new: &str| {
        let body = json!({ "currentPassword": current, "newPassword": new });
        admin.post("/api/v1/auth/password", body).await
    };
    assert_eq!(change(OTHER_PASSWORD, OTHER_PASSWORD).await.code(), "PASSWORD_WRONG");
    assert_eq!(change(PASSWORD, "password1234").await.code(), "PASSWORD_WEAK");
    let changed = change(PASSWORD, OTHER_PASSWORD).await;
    assert_ne!(text(&changed.data()["session"]["id"]), before);
    assert_eq!((admin.me().await, other.me().await), ("root".to_owned(), "AUTH_REQUIRED".to_owned()));
    assert_eq!(admin.get("/api/v1/auth/sessions").await.data().as_array().unwrap().len(), 1);
    assert_eq!(other.login("root", PASSWORD).await.code(), "AUTH_LOGIN_FAILED");
    other.login("root", OTHER_PASSWORD).await.data();
    // A stolen session cannot be used to guess the password.
    let mut codes = Vec::new();
    for _ in 0..6 {
        codes.push(change(PASSWORD, PASSWORD).await.code().to_owned());
    }
    assert_eq!(codes[0], "PASSWORD_WRONG");
    assert_eq!(codes[5], "AUTH_TOO_MANY_ATTEMPTS");
    world.stop().await;
}

#[tokio::test]
async fn sessions_are_listed_and_ended_only_by_their_user() {
    let world = world().await;
    let admin = first_admin(&world).await;
    add(&admin, "li", "operator").await;
    let one = Browser::signed_in(&world, "li", PASSWORD).await;
    world.clock.pass(MINUTE / 60);
    let two = Browser::signed_in(&world, "li", PASSWORD).await;
    let list = one.get("/api/v1/auth/sessions").await;
    let list = list.data().as_array().unwrap().clone();
    assert_eq!(list.iter().map(|s| s["current"].as_bool().unwrap()).collect::<Vec<_>>(), [false, true]);
    let path = format!("/api/v1/auth/sessions/{}", text(&list[0]["id"]));
    for (asking, expected) in [(&admin, "SESSION_NOT_FOUND"), (&one, "ok"), (&one, "SESSION_NOT_FOUND")] {
        assert_eq!(asking.delete(&path).await.code(), expected);
    }
    assert_eq!((two.me().await, one.me().await), ("AUTH_REQUIRED".to_owned(), "li".to_owned()));
    assert_eq!(one.delete("/api/v1/auth/sessions/x").await.code(), "SESSION_NOT_FOUND");
    world.stop().await;
}

#[tokio::test]
async fn a_session_ends_when_idle_or_too_old() {
    let world = world().await;
    let admin = first_admin(&world).await;
    world.clock.pass(29 * MINUTE);
    assert_eq!(admin.me().await, "root");
    world.clock.pass(29 * MINUTE);
    assert_eq!(admin.me().await, "root", "a request keeps it alive");
    world.clock.pass(30 * MINUTE);
    assert_eq!(admin.me().await, "AUTH_REQUIRED", "idle");
    admin.login("root", PASSWORD).await.data();
    for _ in 0..28 {
        world.clock.pass(25 * MINUTE);
        assert_eq!(admin.me().await, "root");
    }
    world.clock.pass(20 * MINUTE);
    assert_eq!(admin.me().await, "AUTH_REQUIRED", "the maximum age is twelve hours");
    assert_eq!(admin.get("/api/v1/users").await.status, 401);
    world.stop().await;
}

#[tokio::test]
async fn the_last_seen_time_is_written_once_a_minute() {
    let world = world().await;
    let admin = first_admin(&world).await;
    let seen = async || text(&admin.get("/api/v1/auth/sessions").await.data()[0]["seenAt"]);
    assert_eq!(seen().await, "2026-03-10T12:00:00Z");
    world.clock.pass(Duration::from_secs(59));
    assert_eq!(seen().await, "2026-03-10T12:00:00Z");
    world.clock.pass(Duration::from_secs(1));
    assert_eq!(seen().await, "2026-03-10T12:01:00Z");
    world.stop().await;
}

#[tokio::test]
async fn attack_25_setting_the_clock_back_extends_no_session() {
    let world = world().await;
    let admin = first_admin(&world).await;
    world.clock.pass(31 * MINUTE);
    assert_eq!(admin.me().await, "AUTH_REQUIRED");
    world.clock.set_back(31 * MINUTE);
    assert_eq!(admin.me().await, "AUTH_REQUIRED", "it had ended, and stays ended");
    admin.login("root", PASSWORD).await.data();
    assert_eq!(admin.me().await, "root", "a new session works as usual");
    world.clock.set_back(600 * MINUTE);
    world.clock.pass(29 * MINUTE);
    assert_eq!(admin.me().await, "root");
    world.clock.pass(31 * MINUTE);
    assert_eq!(admin.me().await, "AUTH_REQUIRED", "idle time counts although the clock was set back");
    world.stop().await;
}

#[tokio::test]
async fn the_identities_behind_open_connections_are_checked_in_one_call() {
    let world = world().await;
    let admin = first_admin(&world).await;
    world.clock.pass(MINUTE);
    let other = Browser::signed_in(&world, "root", PASSWORD).await;
    let list = admin.get("/api/v1/auth/sessions").await;
    let ids: Vec<i64> =
        list.data().as_array().unwrap().iter().map(|s| text(&s["id"]).parse().unwrap()).collect();
    let life = SessionLife { idle: 30 * MINUTE, max: 600 * MINUTE };
    let hold = async || {
        session::identities_hold(&world.service, &[&ids[..], &[99]].concat(), &[1, 99], life).await.unwrap()
    };
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    assert_eq!(hold().await, (sorted.clone(), vec![1]));
    other.post("/api/v1/auth/logout", Json::Null).await.data();
    assert_eq!(hold().await, (vec![ids[1]], vec![1]));
    api_key::revoke(&world.service, &world.actor, 1).await.unwrap();
    world.clock.pass(30 * MINUTE);
    assert_eq!(hold().await, (vec![], vec![]));
    assert_eq!(answer(world.request(Method::GET, "/healthz")).await.code(), "AUTH_REQUIRED");
    world.stop().await;
}
