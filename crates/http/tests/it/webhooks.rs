//! Webhooks over the API: their life, their deliveries, and what is refused.

use crate::browser::{Browser, add, first_admin, text};
use crate::world::{Answer, World, answer, world};
use reqwest::Method;
use serde_json::{Value as Json, json};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const HOOKS: &str = "/api/v2/webhooks";

fn hook(url: &str) -> Json {
    json!({ "url": url, "events": ["batch.finished", "batch.submitted"], "description": "books" })
}

/// A receiver that answers 204 and keeps the requests.
async fn receiver() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let all = heard.clone();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let (mut bytes, mut part) = (Vec::new(), [0_u8; 4_096]);
            while !bytes.ends_with(b"}") {
                let read = stream.read(&mut part).await.unwrap();
                bytes.extend_from_slice(&part[..read]);
                if read == 0 {
                    break;
                }
            }
            all.lock().unwrap().push(String::from_utf8(bytes).unwrap());
            stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
        }
    });
    (url, heard)
}

/// The deliveries of a webhook, once there are this many and none waits.
async fn delivered(admin: &Browser, id: &str, count: usize) -> Vec<Json> {
    let begun = Instant::now();
    loop {
        let found = admin.get(&format!("{HOOKS}/{id}/deliveries")).await.data().as_array().unwrap().clone();
        if found.len() == count && found.iter().all(|one| one["state"] == "delivered") {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{found:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_webhook_is_added_tested_replayed_rotated_and_removed() {
    let world = world().await;
    let admin = first_admin(&world).await;
    let (url, heard) = receiver().await;
    let made = admin.post(HOOKS, hook(&url)).await;
    let (id, secret) = (text(&made.data()["webhook"]["id"]), text(&made.data()["secret"]));
    assert!(secret.starts_with("whsec_") && id == "hook_1", "{}", made.json);
    let shown = admin.get(&format!("{HOOKS}/{id}")).await;
    assert_eq!(
        shown.data()["events"],
        json!(["batch.submitted", "batch.finished"]),
        "in the order of the list"
    );
    assert_eq!(admin.get(HOOKS).await.data(), &json!([shown.data()]));
    assert!(!shown.json.to_string().contains(&secret));

    admin.post(&format!("{HOOKS}/{id}/test"), Json::Null).await.data();
    let tested = delivered(&admin, &id, 1).await.remove(0);
    assert_eq!(
        (&tested["type"], &tested["attempts"], &tested["status"]),
        (&json!("webhook.test"), &json!(1), &json!(204))
    );
    let replay = format!("{HOOKS}/{id}/deliveries/{}/replay", tested["id"]);
    admin.post(&replay, Json::Null).await.data();
    delivered(&admin, &id, 1).await;
    let bodies = || -> Vec<String> {
        let heard = heard.lock().unwrap();
        heard.iter().map(|request| request.split_once("\r\n\r\n").unwrap().1.to_owned()).collect()
    };
    let begun = Instant::now();
    while bodies().len() < 2 {
        assert!(begun.elapsed() < Duration::from_secs(60));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(bodies()[0], bodies()[1]);
    let body: Json = serde_json::from_str(&bodies()[0]).unwrap();
    assert_eq!(
        (&body["id"], &body["type"], &body["batch_id"]),
        (&tested["event"], &json!("webhook.test"), &Json::Null)
    );

    let rotated = admin.post(&format!("{HOOKS}/{id}/rotate"), Json::Null).await;
    assert_ne!(text(&rotated.data()["secret"]), secret);
    assert_eq!(rotated.data()["webhook"]["formerUntil"], "2026-03-11T12:00:00Z");
    let off = admin.patch(&format!("{HOOKS}/{id}"), json!({ "enabled": false })).await;
    assert_eq!(off.data()["enabled"], false);
    assert_eq!(admin.post(&format!("{HOOKS}/{id}/test"), Json::Null).await.code(), "WEBHOOK_DISABLED");
    assert_eq!(admin.post(&replay, Json::Null).await.code(), "WEBHOOK_DISABLED");
    admin.delete(&format!("{HOOKS}/{id}")).await.data();
    for path in [format!("{HOOKS}/{id}"), format!("{HOOKS}/{id}/deliveries")] {
        assert_eq!(admin.get(&path).await.code(), "WEBHOOK_NOT_FOUND", "{path}");
    }
    for (table, column) in [("sealed_secret", "sealed"), ("answer", "outcome"), ("audit", "detail")] {
        let mut tx = world.store.read().await.unwrap();
        let rows = tx.fetch_text(format!("SELECT {column} FROM {table}"), Vec::new()).await.unwrap();
        assert!(rows.iter().all(|row| !row.text(0).unwrap().contains(&secret[6..])), "{table}");
    }
    world.stop().await;
}

#[tokio::test]
async fn a_wrong_webhook_is_refused_and_the_list_of_deliveries_has_pages() {
    let world = world().await;
    let admin = first_admin(&world).await;
    for (body, code) in [
        (hook("ftp://example.org/"), "WEBHOOK_URL_INVALID"),
        (hook("https://a:b@example.org/"), "WEBHOOK_URL_INVALID"),
        (hook("https://10.0.0.1/"), "WEBHOOK_ADDRESS_REFUSED"),
        (hook("https://0xa000001/"), "WEBHOOK_ADDRESS_REFUSED"),
        (hook("https://[::ffff:169.254.169.254]/"), "WEBHOOK_ADDRESS_REFUSED"),
        (hook("https://[64:ff9b::a00:1]/"), "WEBHOOK_ADDRESS_REFUSED"),
        (json!({ "url": "https://example.org/", "events": [] }), "WEBHOOK_EVENTS_INVALID"),
        (json!({ "url": "https://example.org/", "events": ["batch.over"] }), "WEBHOOK_EVENTS_INVALID"),
        (json!({ "url": "https://example.org/" }), "BODY_INVALID"),
        (
            json!({ "url": "https://example.org/", "events": ["batch.finished"], "secret": "x" }),
            "BODY_INVALID",
        ),
    ] {
        assert_eq!(admin.post(HOOKS, body.clone()).await.code(), code, "{body}");
    }
    let id = text(&admin.post(HOOKS, hook("https://example.org/")).await.data()["webhook"]["id"]);
    let change = admin.patch(&format!("{HOOKS}/{id}"), json!({ "url": "https://192.168.0.1/" })).await;
    assert_eq!(change.code(), "WEBHOOK_ADDRESS_REFUSED");
    let path = format!("{HOOKS}/{id}/deliveries");
    let get = async |query: &str| -> Answer { admin.get(&format!("{path}?{query}")).await };
    for (query, code) in
        [("state=gone", "QUERY_INVALID"), ("pageSize=0", "QUERY_INVALID"), ("cursor=x", "CURSOR_INVALID")]
    {
        assert_eq!(get(query).await.code(), code, "{query}");
    }
    assert_eq!(get("state=dead&pageSize=1").await.data(), &json!([]));
    for delivery in ["1", "0", "x", "01"] {
        let replayed = admin.post(&format!("{path}/{delivery}/replay"), Json::Null).await;
        assert_eq!(replayed.code(), "WEBHOOK_DELIVERY_NOT_FOUND", "{delivery}");
    }
    for _ in 1..50 {
        admin.post(HOOKS, hook("https://example.org/")).await.data();
    }
    assert_eq!(admin.post(HOOKS, hook("https://example.org/")).await.code(), "WEBHOOKS_TOO_MANY");
    world.stop().await;
}

/// Only administrators, and no key, whatever its scopes.
#[tokio::test]
async fn nobody_else_sees_or_changes_webhooks() {
    let world: World = world().await;
    let admin = first_admin(&world).await;
    assert_eq!(world.get(HOOKS).await.code(), "FORBIDDEN");
    for role in ["operator", "finance", "auditor"] {
        add(&admin, role, role).await;
        let browser = Browser::signed_in(&world, role, crate::browser::PASSWORD).await;
        assert_eq!(browser.get(HOOKS).await.code(), "FORBIDDEN", "{role}");
        let added = answer(browser.request(Method::POST, HOOKS).json(&hook("https://example.org/"))).await;
        assert_eq!(added.code(), "FORBIDDEN", "{role}");
    }
    world.stop().await;
}
