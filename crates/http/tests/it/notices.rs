//! Notices, reminders and addresses of the signed-in person.

use crate::browser::{Browser, PASSWORD, accept, add, behind_proxy, first_admin, text};
use crate::world::{World, world, world_with};
use reqwest::Method;
use reqwest::header::ACCEPT_LANGUAGE;
use serde_json::{Value as Json, json};
use service::notice;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3_600);

/// Spreads what was committed, unless the server's worker has done so already.
async fn spread(world: &World) {
    let mut tx = world.store.write().await.unwrap();
    notice::spread(&mut tx, false, world.service.now()).await.unwrap();
    tx.commit().await.unwrap();
}

/// The types of a browser's unread notices, newest first.
async fn unread(world: &World, browser: &Browser) -> Vec<String> {
    spread(world).await;
    let page = browser.get("/api/v1/notices?unread=true").await;
    let all: Vec<_> = page.data().as_array().unwrap().iter().map(|one| text(&one["type"])).collect();
    assert_eq!(page.json["unread"], all.len(), "{}", page.json);
    all
}

#[tokio::test]
async fn notices_are_listed_newest_first_and_marked_as_read() {
    let world = world().await;
    let admin = first_admin(&world).await;
    let id = add(&admin, "mei", "operator").await;
    // Before she becomes one of those who are told.
    spread(&world).await;
    admin.patch(&format!("/api/v1/users/{id}"), json!({ "role": "finance" })).await.data();
    assert_eq!(unread(&world, &admin).await, ["user.role_raised", "user.added"]);
    let page = admin.get("/api/v1/notices?pageSize=1").await;
    let newest = page.data()[0].clone();
    assert_eq!(page.json["pagination"]["total"], 2);
    assert_eq!(newest["title"], "A user's role was raised");
    assert_eq!(newest["text"], "User: mei\nRole before: operator\nRole: finance\nBy: root");
    let details = json!({ "by": "root", "login": "mei", "raised_from": "operator", "role": "finance" });
    assert_eq!(
        (&newest["details"], &newest["readAt"], &newest["batchId"]),
        (&details, &Json::Null, &Json::Null)
    );
    let request = admin.request(Method::GET, "/api/v1/notices").header(ACCEPT_LANGUAGE, "zh");
    assert_eq!(crate::world::answer(request).await.data()[0]["title"], "有用户的角色被提升");
    let read = format!("/api/v1/notices/{}/read", text(&newest["id"]));
    assert_eq!(admin.post(&read, Json::Null).await.data()["unread"], 1);
    assert_eq!(unread(&world, &admin).await, ["user.added"]);
    assert_eq!(admin.get("/api/v1/notices?pageSize=1").await.data()[0]["readAt"], "2026-03-10T12:00:00Z");
    assert_eq!(admin.post("/api/v1/notices/read", Json::Null).await.data()["unread"], 0);
    let other = Browser::signed_in(&world, "mei", PASSWORD).await;
    assert_eq!(unread(&world, &other).await, ["user.role_raised"], "everybody has their own");
    for path in [read.as_str(), "/api/v1/notices/note_999/read", "/api/v1/notices/note/read"] {
        let sent = admin.post(path, Json::Null).await;
        let expected = if path == read { "ok" } else { "NOTICE_NOT_FOUND" };
        assert_eq!(sent.code(), expected, "{path}");
    }
    assert_eq!(admin.get("/api/v1/notices?page=0").await.code(), "QUERY_INVALID");
    assert_eq!(world.get("/api/v1/notices").await.code(), "FORBIDDEN", "a key is no person");
    world.stop().await;
}

#[tokio::test]
async fn a_sign_in_from_a_network_that_was_not_seen_for_90_days_is_told() {
    let world = world_with(behind_proxy()).await;
    let admin = first_admin(&world).await;
    let body = json!({ "login": "mei", "name": "Mei", "role": "operator" });
    let added = admin.post("/api/v1/users", body).await;
    let person = Browser::at(&world, "203.0.113.7");
    accept(&person, &text(&added.data()["invitationToken"]), PASSWORD).await.data();
    let sign_in = async |address: &str| {
        let browser = Browser::at(&world, address);
        browser.login("mei", PASSWORD).await.data();
        unread(&world, &browser).await.len()
    };
    assert_eq!(sign_in("203.0.113.7").await, 0, "the first one");
    assert_eq!(sign_in("203.0.113.250").await, 0, "the same /24");
    assert_eq!(sign_in("203.0.114.7").await, 1);
    assert_eq!(sign_in("2001:db8:1:2::3").await, 2);
    assert_eq!(sign_in("2001:db8:1:ffff::3").await, 2, "the same /48");
    assert_eq!(unread(&world, &admin).await, ["user.added"], "nobody else is told");
    world.clock.pass(91 * DAY);
    assert_eq!(sign_in("203.0.113.7").await, 3);
    assert_eq!(sign_in("203.0.113.8").await, 3);
    let browser = Browser::at(&world, "203.0.113.9");
    browser.login("mei", PASSWORD).await.data();
    let newest = browser.get("/api/v1/notices").await.data()[0].clone();
    assert_eq!(newest["type"], "user.signed_in_elsewhere");
    assert_eq!(newest["details"]["new_network"], "203.0.113.0/24");
    world.stop().await;
}

#[tokio::test]
async fn a_person_asks_for_reminders_and_sets_an_address() {
    let world = world().await;
    let admin = first_admin(&world).await;
    let remind = async |body: Json| admin.post("/api/v1/notices/reminders", body).await;
    let set = remind(json!({ "text": "call the bank", "dueAt": "2026-03-10T13:00:00Z" })).await;
    assert_eq!(
        (&set.data()["dueAt"], &set.data()["approvers"]),
        (&json!("2026-03-10T13:00:00Z"), &json!(false))
    );
    for (body, expected) in [
        (json!({}), "REMINDER_INVALID"),
        (json!({ "text": "x", "dueAt": "soon" }), "TIME_INVALID"),
        (json!({ "text": "x", "dueAt": "2028-03-10T13:00:00Z" }), "REMINDER_INVALID"),
        (json!({ "text": "x", "approvers": true }), "REMINDER_INVALID"),
        (json!({ "batch": "999" }), "BATCH_NOT_FOUND"),
        (json!({ "text": "x".repeat(501) }), "TEXT_TOO_LONG"),
        (json!({ "text": "x", "person": 1 }), "BODY_INVALID"),
    ] {
        assert_eq!(remind(body.clone()).await.code(), expected, "{body}");
    }
    let address = async |body: Json| admin.put("/api/v1/notices/address", body).await;
    let none = json!({ "email": null, "language": null });
    assert_eq!(admin.get("/api/v1/notices/address").await.data(), &none);
    let set = address(json!({ "email": "Root@Example.com", "language": "zh" })).await;
    assert_eq!(set.data(), &json!({ "email": "root@example.com", "language": "zh" }));
    assert_eq!(admin.get("/api/v1/notices/address").await.data(), set.data());
    assert_eq!(address(json!({ "email": "nobody" })).await.code(), "EMAIL_INVALID");
    assert_eq!(address(json!({ "email": null })).await.data(), &none);
    world.stop().await;
}
