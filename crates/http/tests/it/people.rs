//! Users: how the first administrator is created, how the others set passwords that only they know, and who
//! cannot be removed.

use crate::browser::{Browser, OTHER_PASSWORD, PASSWORD, accept, add, first_admin, text};
use crate::world::world;
use serde_json::{Value as Json, json};
use service::audit::AuditFilter;
use service::{set_up, user};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3_600);

#[tokio::test]
async fn attack_17_there_is_no_user_until_the_printed_token_creates_one_administrator() {
    let world = world().await;
    let browser = Browser::at(&world, "203.0.113.1");
    for (login, password) in [("admin", "admin"), ("root", "root"), ("sluice", "sluice"), ("admin", "")] {
        assert_eq!(browser.login(login, password).await.code(), "AUTH_LOGIN_FAILED");
    }
    let body = |token: &str, login: &str| json!({ "token": token, "login": login, "name": "R", "password": PASSWORD });
    let forged = format!("setup_{}", "0".repeat(64));
    assert_eq!(browser.post("/api/v1/setup", body(&forged, "root")).await.code(), "INVITATION_INVALID");
    let token = set_up::token(&world.service).await.unwrap().unwrap();
    let printed_twice = set_up::token(&world.service).await.unwrap().unwrap();
    assert_eq!(accept(&browser, token.expose(), PASSWORD).await.code(), "INVITATION_INVALID");
    assert_eq!(browser.post("/api/v1/setup", body(token.expose(), "a b")).await.code(), "LOGIN_INVALID");
    let made = browser.post("/api/v1/setup", body(token.expose(), " Root ")).await;
    let user = made.data();
    assert_eq!(
        (&user["login"], &user["role"], &user["status"]),
        (&json!("root"), &json!("admin"), &json!("active"))
    );
    for token in [&token, &printed_twice] {
        assert_eq!(browser.post("/api/v1/setup", body(token.expose(), "second")).await.code(), "SETUP_DONE");
    }
    assert!(set_up::token(&world.service).await.unwrap().is_none());
    browser.login("ROOT", PASSWORD).await.data();
    assert_eq!(browser.me().await, "root");
    world.stop().await;
}

#[tokio::test]
async fn a_set_up_token_expires_after_a_day_and_works_only_once() {
    let world = world().await;
    let old = set_up::token(&world.service).await.unwrap().unwrap();
    world.clock.pass(25 * HOUR);
    let token = set_up::token(&world.service).await.unwrap().unwrap();
    let browser = Browser::at(&world, "203.0.113.1");
    let body = |token: &str, login: &str| json!({ "token": token, "login": login, "name": "R", "password": PASSWORD });
    assert_eq!(browser.post("/api/v1/setup", body(old.expose(), "root")).await.code(), "INVITATION_INVALID");
    let (one, other) = tokio::join!(
        browser.post("/api/v1/setup", body(token.expose(), "one")),
        browser.post("/api/v1/setup", body(token.expose(), "other")),
    );
    let mut codes = [one.code(), other.code()];
    codes.sort_unstable();
    assert!(codes[1] == "ok" && ["SETUP_DONE", "INVITATION_INVALID"].contains(&codes[0]), "{codes:?}");
    world.stop().await;
}

#[tokio::test]
async fn attack_04_a_password_must_be_long_and_hard_to_guess_and_is_used_verbatim() {
    let world = world().await;
    let admin = first_admin(&world).await;
    let body = json!({ "login": "fang.wang", "name": "Fang Wang", "role": "operator" });
    let added = admin.post("/api/v1/users", body).await;
    let token = text(&added.data()["invitationToken"]);
    for weak in ["", "short", "password1234", "qwertyuiop123", "violet fang.wang kettle 81", "sluicesluice"] {
        assert_eq!(accept(&admin, &token, weak).await.code(), "PASSWORD_WEAK", "{weak}");
    }
    let runs = user::password_runs(&world.service);
    assert_eq!(accept(&admin, &token, &"a7-".repeat(20_000)).await.code(), "PASSWORD_WEAK");
    let huge = accept(&admin, &token, &"a".repeat(1 << 20)).await;
    assert_eq!((huge.status, huge.code()), (413, "BODY_TOO_LARGE"));
    assert_eq!(user::password_runs(&world.service), runs, "the length must be checked before hashing");
    let phrase = " 紫色水壶 \0 kettle, and all of 64 characters and more are of use here ";
    accept(&admin, &token, phrase).await.data();
    let browser = Browser::at(&world, "203.0.113.2");
    assert_eq!(browser.login("fang.wang", phrase.trim()).await.code(), "AUTH_LOGIN_FAILED");
    browser.login("fang.wang", phrase).await.data();
    world.stop().await;
}

#[tokio::test]
async fn attack_16_an_administrator_starts_a_reset_and_never_sets_a_password() {
    let world = world().await;
    let admin = first_admin(&world).await;
    let body = json!({ "login": "li", "name": "Li", "role": "operator", "password": PASSWORD });
    assert_eq!(admin.post("/api/v1/users", body).await.code(), "BODY_INVALID");
    let id = add(&admin, "li", "operator").await;
    let path = format!("/api/v1/users/{id}");
    assert_eq!(admin.patch(&path, json!({ "password": OTHER_PASSWORD })).await.code(), "BODY_INVALID");
    let li = Browser::signed_in(&world, "li", PASSWORD).await;
    let reset = admin.post(&format!("{path}/password-reset"), Json::Null).await;
    assert_eq!(reset.data()["user"]["status"], "invited");
    assert_eq!(li.me().await, "AUTH_REQUIRED");
    assert_eq!(li.login("li", PASSWORD).await.code(), "AUTH_LOGIN_FAILED");
    let first = text(&reset.data()["invitationToken"]);
    let again = admin.post(&format!("{path}/password-reset"), json!({})).await;
    let second = text(&again.data()["invitationToken"]);
    assert_eq!(accept(&li, &first, OTHER_PASSWORD).await.code(), "INVITATION_INVALID");
    accept(&li, &second, OTHER_PASSWORD).await.data();
    assert_eq!(accept(&li, &second, PASSWORD).await.code(), "INVITATION_INVALID");
    world.clock.pass(Duration::from_secs(60));
    li.login("li", OTHER_PASSWORD).await.data();
    world.stop().await;
}

#[tokio::test]
async fn an_invitation_ends_after_three_days_and_with_its_user() {
    let world = world().await;
    let admin = first_admin(&world).await;
    let invite = async |login: &str| {
        let body = json!({ "login": login, "name": "N", "role": "auditor" });
        let added = admin.post("/api/v1/users", body).await;
        (text(&added.data()["user"]["id"]), text(&added.data()["invitationToken"]))
    };
    let (id, token) = invite("gone").await;
    let path = format!("/api/v1/users/{id}");
    assert_eq!(admin.patch(&path, json!({ "disabled": true })).await.data()["status"], "disabled");
    assert_eq!(accept(&admin, &token, PASSWORD).await.code(), "INVITATION_INVALID");
    assert_eq!(admin.post(&format!("{path}/password-reset"), Json::Null).await.code(), "USER_DISABLED");
    let (_, token) = invite("late").await;
    world.clock.pass(73 * HOUR);
    assert_eq!(accept(&admin, &token, PASSWORD).await.code(), "INVITATION_INVALID");
    world.stop().await;
}

#[tokio::test]
async fn the_last_administrator_who_can_sign_in_cannot_be_removed() {
    let world = world().await;
    let admin = first_admin(&world).await;
    let root = text(&admin.get("/api/v1/auth/me").await.data()["user"]["id"]);
    let path = format!("/api/v1/users/{root}");
    let body = json!({ "login": "invited", "name": "N", "role": "admin" });
    admin.post("/api/v1/users", body).await.data();
    for change in [json!({ "disabled": true }), json!({ "role": "finance" })] {
        let refused = admin.patch(&path, change).await;
        assert_eq!((refused.status, refused.code()), (409, "LAST_ADMIN"));
    }
    let second = add(&admin, "second", "admin").await;
    let other = Browser::signed_in(&world, "second", PASSWORD).await;
    // Both concurrently: one of them remains.
    let second = format!("/api/v1/users/{second}");
    let (one, two) = tokio::join!(
        admin.patch(&path, json!({ "role": "finance" })),
        other.patch(&second, json!({ "disabled": true })),
    );
    let mut codes = [one.code(), two.code()];
    codes.sort_unstable();
    assert_eq!(codes, ["LAST_ADMIN", "ok"]);
    world.stop().await;
}

#[tokio::test]
async fn users_are_listed_changed_and_unique() {
    let world = world().await;
    let admin = first_admin(&world).await;
    for n in 1..=4 {
        let body = json!({ "login": format!("user{n}"), "name": format!("N{n}"), "role": "operator" });
        admin.post("/api/v1/users", body).await.data();
    }
    let body = json!({ "login": "USER1", "name": "N", "role": "operator" });
    assert_eq!(admin.post("/api/v1/users", body).await.code(), "USER_EXISTS");
    let (mut logins, mut path) = (Vec::new(), "/api/v1/users?pageSize=2".to_owned());
    loop {
        let page = admin.get(&path).await;
        logins.extend(page.data().as_array().unwrap().iter().map(|user| text(&user["login"])));
        let Some(cursor) = page.json["pagination"]["nextCursor"].as_str() else { break };
        path = format!("/api/v1/users?pageSize=2&cursor={cursor}");
    }
    assert_eq!(logins, ["root", "user1", "user2", "user3", "user4"]);
    assert_eq!(admin.get("/api/v1/users?cursor=MQ").await.code(), "CURSOR_INVALID");
    let changed = admin.patch("/api/v1/users/2", json!({ "name": "王芳", "role": "finance" })).await;
    assert_eq!((&changed.data()["name"], &changed.data()["role"]), (&json!("王芳"), &json!("finance")));
    let shown = admin.get("/api/v1/users/2").await;
    let told = changed.data().as_object().unwrap();
    assert!(told.iter().all(|(name, value)| shown.data()[name] == *value), "{} {told:?}", shown.json);
    assert_eq!((&shown.data()["totp"], &shown.data()["totpSince"]), (&json!("none"), &Json::Null));
    for id in ["99", "0", "x", "1%20OR%201=1", "%ff", "99999999999999999999"] {
        let missing = admin.get(&format!("/api/v1/users/{id}")).await;
        assert_eq!((missing.status, missing.code()), (404, "USER_NOT_FOUND"), "{id}");
    }
    assert_eq!(admin.patch("/api/v1/users/2", json!({ "role": "owner" })).await.code(), "BODY_INVALID");
    let user =
        AuditFilter { subject: Some("user".to_owned()), subject_id: Some(2), ..AuditFilter::default() };
    let about = world.audit(user).await;
    assert_eq!(about.iter().map(|row| row.action.as_str()).collect::<Vec<_>>(), ["user.add", "user.change"]);
    assert_eq!((about[1].actor.name.as_str(), about[1].origin.as_str()), ("root", "127.0.0.1"));
    world.stop().await;
}

#[tokio::test]
async fn a_repeated_user_creation_returns_the_first_response_without_its_token() {
    let world = world().await;
    let admin = first_admin(&world).await;
    let send = async || {
        let request = admin.request(reqwest::Method::POST, "/api/v1/users").header("Idempotency-Key", "a-1");
        let body = json!({ "login": "li", "name": "Li", "role": "operator" });
        crate::world::answer(request.json(&body)).await
    };
    let (first, again) = (send().await, send().await);
    assert_eq!(first.data()["user"], again.data()["user"]);
    assert!(first.data()["invitationToken"].is_string() && again.data()["invitationToken"].is_null());
    world.stop().await;
}
