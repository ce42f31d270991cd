//! Refused rows of a file: listed in pages, dropped by count, and left unpaid when the batch is submitted.

use crate::batch_tools::{BATCHES, at, is, outcome, send, world_with_payees};
use crate::world::{World, answer};
use domain::batch::BatchType;
use domain::principal::Principal;
use reqwest::Method;
use serde_json::{Value as Json, json};
use service::batch;
use service::batch::import::BatchImport;
use std::io::Cursor;
use store::audit::Actor;

/// A draft with one item, from a file of which three rows were refused.
async fn partial(world: &World) -> i64 {
    let file = "account,amount,memo\nP-0,1.00,a\nNOBODY,2.00,b\nP-1,-3,c\nNOWHERE,x,d\n";
    let import = BatchImport {
        account: Some("PAY".into()),
        partial: true,
        ..BatchImport::new(BatchType::OneToMany, "partial")
    };
    // The world's key creates the draft, so that it may change it.
    let maker = Actor::new(Principal::Key(1), "key:test", "test");
    let imported = batch::import(&world.service, &maker, &import, Cursor::new(file)).await.unwrap();
    imported.batch.unwrap().id.0
}

fn line(row: &Json) -> String {
    let others = row["others"].as_array().unwrap().iter().map(|other| other["code"].as_str().unwrap());
    let codes: Vec<&str> = std::iter::once(row["code"].as_str().unwrap()).chain(others).collect();
    format!("{} {} {}", row["line"], codes.join("+"), row["row"]["account"])
}

#[tokio::test]
async fn refused_rows_are_listed_page_by_page_with_all_their_reasons() {
    let world = world_with_payees(2).await;
    let id = partial(&world).await;
    let (mut lines, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = world.get(&at(id, &format!("/problems?pageSize=2{cursor}"))).await;
        lines.extend(page.data().as_array().unwrap().iter().map(line));
        assert_eq!(page.json["pagination"]["total"], 3);
        match page.json["pagination"]["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(
        lines,
        [
            "3 PAYEE_NOT_FOUND \"NOBODY\"",
            "4 AMOUNT_SIGN \"P-1\"",
            "5 PAYEE_NOT_FOUND+AMOUNT_LETTERS \"NOWHERE\"",
        ]
    );
    let of_code = world.get(&at(id, "/problems?code=AMOUNT_SIGN")).await;
    assert_eq!(of_code.data().as_array().unwrap().len(), 1);
    let unknown = world.get(&at(id, "/problems?code=NO_SUCH")).await;
    assert_eq!(outcome(&unknown), is(422, "QUERY_INVALID"));
    world.stop().await;
}

#[tokio::test]
async fn refused_rows_are_dropped_or_left_only_with_their_exact_count() {
    let world = world_with_payees(2).await;
    let id = partial(&world).await;
    let drop = async |query: &str| send(&world, Method::DELETE, &at(id, query), Json::Null).await;
    let wrong = drop("/problems?code=PAYEE_NOT_FOUND&count=1").await;
    assert_eq!((outcome(&wrong), &wrong.json["error"]["details"]), (is(409, "PROBLEMS_OPEN"), &json!("2")));
    let submit = async |body: Json| world.post(&at(id, "/submit"), body).await;
    assert_eq!(outcome(&submit(Json::Null).await), is(409, "PROBLEMS_OPEN"));
    // An edit like any other: it raises the draft's version, and may be based on one.
    assert_eq!(drop("/problems?code=PAYEE_NOT_FOUND&count=2").await.data()["version"], 2);
    let submit_old = world.request(Method::POST, &at(id, "/submit")).header("If-Match", "1");
    for old in [
        answer(submit_old.json(&json!({ "leaveProblems": 1 }))).await,
        answer(world.request(Method::DELETE, &at(id, "/problems?count=1")).header("If-Match", "1")).await,
    ] {
        assert_eq!(outcome(&old), is(409, "DRAFT_CHANGED"));
    }
    assert_eq!(outcome(&submit(json!({ "leaveProblems": 3 })).await), is(409, "PROBLEMS_OPEN"));
    let submitted = submit(json!({ "leaveProblems": 1 })).await.data().clone();
    assert_eq!(submitted["state"], "pending");
    // They stay with the batch and can no longer be dropped.
    assert_eq!(world.get(&at(id, "/problems")).await.json["pagination"]["total"], 1);
    assert_eq!(outcome(&drop("/problems?count=1").await).0, 400);
    assert_eq!(world.get(BATCHES).await.data()["pagination"]["total"], 1);
    world.stop().await;
}
