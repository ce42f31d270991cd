//! Attacks: codes that are replayed or guessed.

use super::app::{named, transfer, world_with_bound_payer};
use crate::batch_tools::{at, balance, ended, make, salaries};
use reqwest::Method;
use serde_json::{Value as Json, json};
use service::audit::AuditFilter;
use std::time::Duration;

#[tokio::test]
async fn attack_08_an_older_code_is_refused_after_a_newer_one() {
    let (world, _, app) = world_with_bound_payer(1, false).await;
    let (newer, older, oldest) = (app.fresh(&world), app.code(&world, -1), app.code(&world, -2));
    let pay = async |code: &str| {
        let body = transfer(1, json!({ "verificationCode": code }));
        world.post("/api/v2/account-transfers", body).await.code().to_owned()
    };
    for (code, expected) in [
        (&oldest, "AUTH_2FA_CODE_INVALID"),
        (&newer, "ok"),
        (&older, "AUTH_2FA_CODE_USED"),
        (&newer, "AUTH_2FA_CODE_USED"),
    ] {
        assert_eq!(pay(code).await, expected);
    }
    world.stop().await;
}

#[tokio::test]
async fn attack_one_code_by_fifty_requests_at_once_lets_one_through() {
    let (world, _, app) = world_with_bound_payer(1, false).await;
    let code = app.fresh(&world);
    let before = balance(&world, "PAY").await;
    let pay = || world.post("/api/v2/account-transfers", transfer(100, json!({ "verificationCode": code })));
    let answers = futures_util::future::join_all((0..50).map(|_| pay())).await;
    let count = |wanted: &str| answers.iter().filter(|answer| answer.code() == wanted).count();
    assert_eq!((count("ok"), count("AUTH_2FA_CODE_USED")), (1, 49));
    assert_eq!(before - balance(&world, "PAY").await, 100);
    world.stop().await;
}

#[tokio::test]
async fn attack_guesses_of_a_code_have_to_wait_however_many_arrive_at_once() {
    let (world, _, app) = world_with_bound_payer(1, false).await;
    let right = app.fresh(&world);
    let guess = |k: usize| {
        let code = format!("{:06}", (k * 7_919) % 1_000_000);
        let code = if code == right { "999999".to_owned() } else { code };
        world.post("/api/v2/account-transfers", transfer(100, json!({ "verificationCode": code })))
    };
    let answers = futures_util::future::join_all((0..40).map(guess)).await;
    let count = |wanted: &str| answers.iter().filter(|answer| answer.code() == wanted).count();
    assert_eq!((count("AUTH_2FA_CODE_INVALID"), count("AUTH_TOO_MANY_ATTEMPTS")), (5, 35));
    let pay = async || {
        let body = transfer(100, json!({ "verificationCode": app.code(&world, 0) }));
        world.post("/api/v2/account-transfers", body).await.code().to_owned()
    };
    assert_eq!(pay().await, "AUTH_TOO_MANY_ATTEMPTS", "the right code waits too");
    world.clock.pass(Duration::from_secs(2));
    assert_eq!(pay().await, "ok", "and is never locked out");
    world.stop().await;
}

#[tokio::test]
async fn attack_guesses_through_retry_are_counted_too() {
    let (world, _, app) = world_with_bound_payer(1, false).await;
    let batch = make(&world, salaries(1, "10.00")).await;
    crate::batch_tools::send(&world, Method::POST, "/api/v2/accounts/P-0/freeze", Json::Null).await.data();
    let code = json!({ "verificationCode": app.fresh(&world) });
    world.post(&at(batch, "/execute"), code).await.data();
    ended(&world, batch).await;
    let right = app.fresh(&world);
    let wrong = if right == "000000" { "111111" } else { "000000" };
    let item = world.get(&at(batch, "")).await.data()["relations"][0]["id"].as_i64().unwrap();
    let one = at(batch, &format!("/relations/{item}/retry"));
    for (tries, path) in
        [at(batch, "/retry-failed"), one.clone(), at(batch, "/retry-failed")].iter().enumerate()
    {
        let refused = world.post(path, json!({ "verificationCode": wrong })).await;
        assert_eq!(named(&refused), (401, "AUTH_2FA_CODE_INVALID", vec!["PAY"]), "{tries}");
    }
    for _ in 0..2 {
        world.post(&one, json!({ "verificationCode": wrong })).await;
    }
    let waits = world.post(&at(batch, "/retry-failed"), json!({ "verificationCode": right })).await;
    assert_eq!(waits.code(), "AUTH_TOO_MANY_ATTEMPTS");
    let rows = world
        .audit(AuditFilter { result: Some("AUTH_2FA_CODE_INVALID".to_owned()), ..AuditFilter::default() });
    assert_eq!(rows.await.len(), 5, "each refusal has one audit row");
    world.stop().await;
}
