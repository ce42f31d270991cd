//! Helpers shared by the batch tests: accounts with money, batches, and waiting for a batch to end.

use crate::world::{Answer, World, world};
use reqwest::Method;
use serde_json::{Value as Json, json};
use service::account::{self, OpenAccount};
use service::audit::AuditFilter;
use service::holder::NewHolder;
use service::transfer::{self, TransferRequest};
use std::time::{Duration, Instant};

pub const BATCHES: &str = "/api/batch-transfers";

/// Opens an account for a holder with the uid `U-…` and the email `…@example.com`; returns its id.
pub async fn open(world: &World, number: &str, currency: &str, money: &str) -> i64 {
    open_for(world, number, number, currency, money).await
}

/// Opens an account for a named holder, who may have others.
pub async fn open_for(world: &World, holder: &str, number: &str, currency: &str, money: &str) -> i64 {
    let holder = NewHolder {
        name: holder.to_owned(),
        email: Some(format!("{}@example.com", holder.to_lowercase())),
        uid: Some(format!("U-{holder}")),
    };
    let new = OpenAccount {
        number: number.to_owned(),
        holder,
        currency: currency.to_owned(),
        ..OpenAccount::default()
    };
    let account = account::open(&world.service, &world.actor, &new).await.unwrap();
    if money != "0" {
        let deposit = TransferRequest {
            to: Some(number.into()),
            amount: money.to_owned().into(),
            ..TransferRequest::default()
        };
        assert_eq!(
            transfer::create(&world.service, &world.actor, &deposit).await.unwrap().outcome.code,
            None
        );
    }
    account.id.0
}

/// A world with a payer `PAY` of 5,000.00 USD and payees `P-0`, `P-1`, … without money.
pub async fn world_with_payees(count: usize) -> World {
    let world = world().await;
    open(&world, "PAY", "USD", "5000.00").await;
    for place in 0..count {
        open(&world, &format!("P-{place}"), "USD", "0").await;
    }
    world
}

/// The body of a batch that pays each payee the same amount from `PAY`.
pub fn salaries(count: usize, amount: &str) -> Json {
    let relations: Vec<Json> = (0..count)
        .map(|place| json!({ "targetAccountId": format!("P-{place}"), "amount": amount }))
        .collect();
    json!({ "name": "Salaries", "type": "one_to_many", "sourceAccountId": "PAY", "relations": relations })
}

/// Creates a batch, which must succeed; returns its id.
pub async fn make(world: &World, body: Json) -> i64 {
    world.post(BATCHES, body).await.data()["id"].as_i64().unwrap()
}

pub fn at(id: i64, rest: &str) -> String {
    format!("{BATCHES}/{id}{rest}")
}

/// Polls until a batch is neither pending, approved nor processing.
pub async fn ended(world: &World, id: i64) -> Json {
    let begun = Instant::now();
    loop {
        let batch = world.get(&at(id, "")).await.data().clone();
        if !["pending", "approved", "processing"].contains(&batch["state"].as_str().unwrap()) {
            return batch;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "{batch}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Creates and executes a batch and waits for it to end.
pub async fn run(world: &World, body: Json) -> Json {
    let id = make(world, body).await;
    world.post(&at(id, "/execute"), Json::Null).await.data();
    ended(world, id).await
}

pub async fn send(world: &World, method: Method, path: &str, json: Json) -> Answer {
    let request = world.request(method, path);
    crate::world::answer(if json.is_null() { request } else { request.json(&json) }).await
}

pub async fn balance(world: &World, number: &str) -> i64 {
    account::show(&world.service, &number.into()).await.unwrap().0.balance
}

/// Asserts that every invariant holds.
pub async fn verify(world: &World) {
    let found = upkeep::verify::run(&world.store).await.unwrap();
    assert!(found.is_ok(), "{:?}", found.violations());
}

/// The details of the audit rows about a noun, and about one of its ids if given: action, result and details, in order.
pub async fn audited(world: &World, subject: &str, id: Option<i64>) -> Vec<(String, String, Json)> {
    let filter = AuditFilter { subject: Some(subject.to_owned()), subject_id: id, ..AuditFilter::default() };
    let rows = world.audit(filter).await.into_iter();
    rows.map(|row| (row.action, row.result, serde_json::from_str(&row.detail).unwrap())).collect()
}

/// Status and code.
pub fn outcome(answer: &Answer) -> (u16, String) {
    (answer.status, answer.code().to_owned())
}

pub fn is(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

/// Status and code; for refused rows, the rows' distinct codes.
pub fn refused(answer: &Answer) -> (u16, String) {
    (answer.status, reason(answer))
}

/// The code; for refused rows, the rows' distinct codes.
pub fn reason(answer: &Answer) -> String {
    if answer.code() != "BATCH_ROWS_INVALID" {
        return answer.code().to_owned();
    }
    let problems = answer.json["data"]["problems"].as_array().unwrap();
    let mut codes: Vec<&str> = problems.iter().map(|problem| problem["code"].as_str().unwrap()).collect();
    codes.sort_unstable();
    codes.dedup();
    codes.join(" ")
}
