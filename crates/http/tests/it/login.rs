//! Signing in: indistinguishable for unknown users, throttled after failures, never locked.

use crate::browser::{Browser, PASSWORD, add, behind_proxy, first_admin};
use crate::world::{world, world_with};
use serde_json::{Value as Json, json};
use service::audit::AuditFilter;
use service::user;
use std::time::Duration;

const WRONG: &str = "not-the-password-at-all";

#[tokio::test]
async fn unknown_wrong_disabled_and_invited_logins_get_the_same_answer_at_the_same_cost() {
    let world = world_with(behind_proxy()).await;
    let admin = first_admin(&world).await;
    let id = add(&admin, "disabled", "operator").await;
    admin.patch(&format!("/api/v1/users/{id}"), json!({ "disabled": true })).await.data();
    let invited = json!({ "login": "invited", "name": "N", "role": "operator" });
    admin.post("/api/v1/users", invited).await.data();
    let long = "x".repeat(30_000);
    let cases = [
        ("root", WRONG),
        ("root", long.as_str()),
        ("nobody", PASSWORD),
        ("disabled", PASSWORD),
        ("invited", PASSWORD),
        ("invited", ""),
        ("", ""),
        ("' OR 1=1 --", PASSWORD),
        (long.as_str(), PASSWORD),
        // PostgreSQL text cannot contain NUL.
        ("root\0", PASSWORD),
        ("r\0ot", WRONG),
    ];
    for (place, (login, password)) in cases.into_iter().enumerate() {
        let browser = Browser::at(&world, &format!("198.51.100.{place}"));
        let before = user::password_runs(&world.service);
        let answer = browser.login(login, password).await;
        let expected = json!({
            "success": false,
            "message": "Wrong login or password",
            "error": { "code": "AUTH_LOGIN_FAILED", "details": null },
            "data": null,
        });
        assert_eq!((answer.status, &answer.json), (401, &expected), "{place}");
        assert_eq!(
            user::password_runs(&world.service),
            before + 1,
            "{place}: Argon2 must run once in every case"
        );
    }
    world.stop().await;
}

#[tokio::test]
async fn attack_01_guessing_one_login_is_throttled_and_does_not_lock_out_the_user() {
    let world = world_with(behind_proxy()).await;
    let admin = first_admin(&world).await;
    add(&admin, "li", "operator").await;
    let home = Browser::at(&world, "203.0.113.50");
    home.login("li", PASSWORD).await.data();
    // Each guess comes from another address.
    let guess = async |n: u32, password: &str| {
        Browser::at(&world, &format!("198.51.100.{n}")).login("li", password).await
    };
    for n in 1..=5 {
        assert_eq!(guess(n, WRONG).await.code(), "AUTH_LOGIN_FAILED");
    }
    let mut waited = Vec::new();
    for n in 6..=14 {
        let runs = user::password_runs(&world.service);
        let refused = guess(n, PASSWORD).await;
        assert_eq!((refused.status, refused.code()), (429, "AUTH_TOO_MANY_ATTEMPTS"));
        assert_eq!(user::password_runs(&world.service), runs, "a throttled attempt computes nothing");
        let seconds = refused.json["data"]["retryAfterSeconds"].as_u64().unwrap();
        waited.push(seconds);
        world.clock.pass(Duration::from_secs(seconds));
        assert_eq!(guess(n, WRONG).await.code(), "AUTH_LOGIN_FAILED");
    }
    assert_eq!(waited, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
    // Where the user signed in before, other clients' guesses do not count.
    home.login("li", PASSWORD).await.data();
    // Elsewhere the user waits a minute at most.
    world.clock.pass(Duration::from_secs(60));
    guess(77, PASSWORD).await.data();
    guess(78, WRONG).await;
    world.stop().await;
}

#[tokio::test]
async fn attack_02_password_spraying_from_one_address_is_throttled() {
    let world = world_with(behind_proxy()).await;
    let spray = Browser::at(&world, "198.51.100.1");
    let mut codes = Vec::new();
    for n in 0..7 {
        codes.push(spray.login(&format!("user{n}"), "Welcome-2026!").await.code().to_owned());
    }
    assert_eq!(codes[..5], ["AUTH_LOGIN_FAILED"; 5]);
    assert_eq!(codes[5..], ["AUTH_TOO_MANY_ATTEMPTS"; 2]);
    let other = Browser::at(&world, "198.51.100.2");
    assert_eq!(other.login("user9", "Welcome-2026!").await.code(), "AUTH_LOGIN_FAILED");
    let response = spray
        .request(reqwest::Method::POST, "/api/v1/auth/login")
        .json(&json!({ "login": "a1", "password": "x" }))
        .send();
    assert_eq!(response.await.unwrap().headers()["retry-after"], "1");
    // After an hour without a failure the count starts over.
    world.clock.pass(Duration::from_secs(3_601));
    for _ in 0..5 {
        assert_eq!(spray.login("user1", "Welcome-2026!").await.code(), "AUTH_LOGIN_FAILED");
    }
    world.stop().await;
}

#[tokio::test]
async fn attack_01_concurrent_guesses_do_not_bypass_the_throttle() {
    let world = world_with(behind_proxy()).await;
    first_admin(&world).await;
    let tries = (1..=30).map(|n| {
        let browser = Browser::at(&world, &format!("198.51.100.{n}"));
        tokio::spawn(async move { browser.login("root", WRONG).await.code().to_owned() })
    });
    let mut checked = 0;
    for one in tries.collect::<Vec<_>>() {
        checked += usize::from(one.await.unwrap() == "AUTH_LOGIN_FAILED");
    }
    assert!((1..=5).contains(&checked), "{checked}");
    world.stop().await;
}

#[tokio::test]
async fn an_office_with_many_logins_is_not_throttled() {
    let world = world_with(behind_proxy()).await;
    let admin = first_admin(&world).await;
    add(&admin, "li", "operator").await;
    for _ in 0..8 {
        Browser::at(&world, "203.0.113.9").login("li", PASSWORD).await.data();
    }
    // Occasional typos followed by a successful login do not add up.
    for _ in 0..4 {
        let li = Browser::at(&world, "203.0.113.9");
        assert_eq!(li.login("li", WRONG).await.code(), "AUTH_LOGIN_FAILED");
        li.login("li", PASSWORD).await.data();
    }
    world.stop().await;
}

#[tokio::test]
async fn attempts_are_audited_without_the_password_or_an_unknown_login() {
    let world = world().await;
    first_admin(&world).await;
    let browser = Browser::at(&world, "203.0.113.1");
    browser.login("my-password-in-the-wrong-field", WRONG).await;
    browser.login("root", WRONG).await;
    let rows = world.audit(AuditFilter::default()).await;
    let logins: Vec<_> = rows.iter().filter(|row| row.action == "user.login").collect();
    let results: Vec<_> = logins.iter().map(|row| (row.result.as_str(), row.actor.name.as_str())).collect();
    assert_eq!(
        results,
        [("ok", "root"), ("AUTH_LOGIN_FAILED", "anonymous"), ("AUTH_LOGIN_FAILED", "anonymous")]
    );
    let details: Vec<Json> = logins.iter().map(|row| serde_json::from_str(&row.detail).unwrap()).collect();
    assert_eq!((&details[1]["login"], &details[2]["login"]), (&Json::Null, &json!("root")));
    for row in &rows {
        let all = format!("{row:?}");
        assert!(!all.contains(WRONG) && !all.contains(PASSWORD) && !all.contains("wrong-field"), "{all}");
    }
    world.stop().await;
}

#[tokio::test]
async fn an_impossible_login_is_answered_like_a_wrong_one() {
    let world = crate::world::world().await;
    let long = "x".repeat(10_000);
    for login in ["a\u{0}b", "\u{0}", "", "system", "r\u{43e}ot", long.as_str()] {
        let body = serde_json::json!({ "login": login, "password": "granite-lamp-37-meadow" });
        let request = world.client.post(format!("{}/api/v1/auth/login", world.url)).json(&body);
        let refused = crate::world::answer(request).await;
        // All come from one address, so some attempts are throttled.
        assert!(matches!(refused.status, 401 | 429), "{}: {}", login.escape_unicode(), refused.json);
    }
    world.stop().await;
}
