//! Repeated requests: they take effect once and get the first response.

use super::transfer::futures_all;
use super::{TRANSFERS, pay, two, with};
use crate::browser::first_admin;
use crate::world::answer;
use reqwest::Method;
use serde_json::json;
use service::account;
use service::account_import::AccountImport;
use service::api_key::{self, NewApiKey};
use service::transfer::{self, TransferRequest};
use std::io::Cursor;

#[tokio::test]
async fn fifty_concurrent_repeats_are_one_transfer_with_one_response() {
    let (world, a, b) = two().await;
    let body = with(pay(&a, &b, 100), json!({ "memo": "once", "voucherUrl": "/v/1" }));
    let answers = futures_all((0..50).map(|_| world.post_once("k-1", TRANSFERS, body.clone()))).await;
    let first = answers[0].data().clone();
    assert!(answers.iter().all(|answer| *answer.data() == first));
    assert_eq!(world.balance(&a).await, 1_000_000 - 100);
    // A later repeat gets the same response, with the key in quotes and whatever has happened since.
    world.post(&format!("/api/v2/accounts/{}/freeze", a.id), json!({})).await.data();
    assert_eq!(*world.post_once("\"k-1\"", TRANSFERS, body).await.data(), first);
    world.end().await;
}

#[tokio::test]
async fn a_key_belongs_to_one_request_and_one_owner() {
    let (mut world, a, b) = two().await;
    world.post_once("k-1", TRANSFERS, pay(&a, &b, 100)).await.data();
    let other = world.post_once("k-1", TRANSFERS, pay(&a, &b, 101)).await;
    assert_eq!((other.status, other.code()), (422, "IDEMPOTENCY_KEY_REUSED"));
    let elsewhere = world.post_once("k-1", "/api/v2/holders", json!({ "name": "x" })).await;
    assert_eq!((elsewhere.status, elsewhere.code()), (422, "IDEMPOTENCY_KEY_REUSED"));
    world.post_once("k-2", "/api/v2/holders", json!({ "name": "x" })).await.data();
    let moved = world.post_once("k-2", TRANSFERS, pay(&a, &b, 100)).await;
    assert_eq!((moved.status, moved.code()), (422, "IDEMPOTENCY_KEY_REUSED"));
    // Each API key has its own key space.
    let scopes = vec!["transfers:write".to_owned(), "read".to_owned()];
    let new = NewApiKey { name: "second".to_owned(), scopes, ..NewApiKey::default() };
    let second = api_key::add(&world.service, &world.actor, &new).await.unwrap().secret.unwrap();
    let first_key = std::mem::replace(&mut world.key, second);
    world.post_once("k-1", TRANSFERS, pay(&a, &b, 102)).await.data();
    world.key = first_key;
    assert_eq!(world.balance(&a).await, 1_000_000 - 100 - 102);
    world.end().await;
}

#[tokio::test]
async fn a_retry_under_a_rotated_secret_pays_once() {
    let (mut world, a, b) = two().await;
    let first = world.post_once("k-1", TRANSFERS, pay(&a, &b, 100)).await.data().clone();
    let made = api_key::rotate(&world.service, &world.actor, 1).await.unwrap();
    let former = std::mem::replace(&mut world.key, made.secret.unwrap());
    assert_eq!(*world.post_once("k-1", TRANSFERS, pay(&a, &b, 100)).await.data(), first);
    // And vice versa: sent first with the new secret, retried by a machine that still has the old one.
    let second = world.post_once("k-2", TRANSFERS, pay(&a, &b, 50)).await.data().clone();
    world.key = former;
    assert_eq!(*world.post_once("k-2", TRANSFERS, pay(&a, &b, 50)).await.data(), second);
    assert_eq!(world.balance(&a).await, 1_000_000 - 150);
    world.end().await;
}

#[tokio::test]
async fn the_same_key_text_is_a_different_key_for_each_caller() {
    let (world, a, b) = two().await;
    let admin = first_admin(&world).await;
    let new = TransferRequest {
        from: Some(a.number.clone().into()),
        to: Some(b.number.clone().into()),
        amount: "0.01".to_owned().into(),
        ..TransferRequest::default()
    };
    // Including texts that look like the prefixes of internal keys.
    let texts = ["same", "op:same", "user:1", "key:1", "internal:opening:acct_1", "internal:opening:acct_3"];
    for (place, text) in (1..).zip(texts) {
        let operation = Some(text.to_owned());
        let done =
            transfer::create(&world.service, &world.actor, &TransferRequest { operation, ..new.clone() })
                .await;
        assert_eq!(done.unwrap().outcome.code, None, "{text}");
        world.post_once(text, TRANSFERS, pay(&a, &b, 10)).await.data();
        let request = admin.request(Method::POST, TRANSFERS).header("Idempotency-Key", text);
        answer(request.json(&pay(&a, &b, 100))).await.data();
        assert_eq!(world.balance(&a).await, 1_000_000 - place * 111, "{text}");
    }
    // An opening, which has an internal key, is not mistaken for one of them either.
    let row = "number,holder,email,currency,opening\nOPENED,Olga,o@example.com,USD,5.00\n";
    let actor = &world.actor;
    let imported =
        account::import(&world.service, actor, Cursor::new(row), AccountImport::default()).await.unwrap();
    let opened = world.get("/api/v2/accounts?text=OPENED").await;
    assert_eq!((imported.paid, opened.data()[0]["balanceCents"].as_i64()), (1, Some(500)), "{}", opened.json);
    world.end().await;
}

#[tokio::test]
async fn a_refusal_is_stored_permanently() {
    let (world, a, b) = two().await;
    let poor = world.open("P-1", "pia", "USD", 0).await;
    // Refused by the ledger; after the deposit below it would succeed.
    let refused = world.post_once("k-1", TRANSFERS, pay(&poor, &b, 100)).await;
    assert_eq!((refused.status, refused.code()), (422, "INSUFFICIENT_BALANCE"));
    world.post(TRANSFERS, pay(&a, &poor, 1_000)).await.data();
    let again = world.post_once("k-1", TRANSFERS, pay(&poor, &b, 100)).await;
    assert_eq!((again.status, &again.json), (422, &refused.json));
    assert_eq!(world.balance(&poor).await, 1_000);
    // Refused before it reached the ledger; the account below then exists.
    let body = json!({ "fromAccountId": a.id, "toAccountId": "LATE-1", "fromAmountCents": 100 });
    let refused = world.post_once("k-2", TRANSFERS, body.clone()).await;
    assert_eq!((refused.status, refused.code()), (404, "TARGET_ACCOUNT_NOT_FOUND"));
    let late = world.open("LATE-1", "lea", "USD", 0).await;
    let again = futures_all((0..10).map(|_| world.post_once("k-2", TRANSFERS, body.clone()))).await;
    assert!(again.iter().all(|answer| answer.json == refused.json && answer.status == 404), "{again:?}");
    assert_eq!(world.balance(&late).await, 0);
    world.post_once("k-3", TRANSFERS, body).await.data();
    world.end().await;
}

#[tokio::test]
async fn a_rate_change_does_not_change_the_stored_response() {
    let (world, a, _) = two().await;
    let cny = world.open("C-1", "cai", "CNY", 0).await;
    world.post("/api/v2/fx-rates", json!({ "source": "USD", "target": "CNY", "rate": "7.1" })).await.data();
    let body = with(pay(&a, &cny, 100), json!({ "toAmountCents": 710 }));
    let first = world.post_once("k-1", TRANSFERS, body.clone()).await.data().clone();
    world.post("/api/v2/fx-rates", json!({ "source": "USD", "target": "CNY", "rate": "7.2" })).await.data();
    assert_eq!(*world.post_once("k-1", TRANSFERS, body.clone()).await.data(), first);
    assert_eq!(world.post_once("k-2", TRANSFERS, body).await.code(), "EXCHANGE_AMOUNT_MISMATCH");
    world.end().await;
}

#[tokio::test]
async fn opening_and_freezing_also_take_effect_once() {
    let (world, a, _) = two().await;
    let body = json!({ "number": "N-1", "currency": "USD", "holder": { "name": "nia" } });
    let all = futures_all((0..10).map(|_| world.post_once("k-1", "/api/v2/accounts", body.clone()))).await;
    assert!(all.iter().all(|answer| answer.data() == all[0].data()));
    let path = format!("/api/v2/accounts/{}/freeze", a.id);
    let first = world.post_once("k-2", &path, json!({})).await.data().clone();
    world.post(&format!("/api/v2/accounts/{}/unfreeze", a.id), json!(null)).await.data();
    assert_eq!(*world.post_once("k-2", &path, json!({})).await.data(), first);
    assert_eq!(world.get(&format!("/api/v2/accounts/{}", a.id)).await.data()["status"], "active");
    world.end().await;
}
