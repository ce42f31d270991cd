//! Protection against accidental double payment: batches similar to an earlier one, external ids, and money
//! promised to other batches.

use crate::batch_tools::{
    BATCHES, at, ended, is, make, open, outcome, run, salaries, send, verify, world_with_payees,
};
use crate::browser::first_admin;
use crate::world::{Answer, World};
use reqwest::Method;
use serde_json::{Value as Json, json};
use service::setting::{self, SettingsChange};
use std::fmt::Write;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);

/// A world with payees in which batches are compared with the default duplicate window.
async fn compared(count: usize) -> World {
    let world = world_with_payees(count).await;
    let shipped = SettingsChange {
        duplicate_window: Some(domain::similar::WINDOW_SHIPPED),
        ..SettingsChange::default()
    };
    setting::set(&world.service, &world.actor, &shipped).await.unwrap();
    world
}

/// Adds fields to a batch's body.
fn with(mut body: Json, more: Json) -> Json {
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

/// The outcome of creating a batch.
async fn outcome_of(world: &World, body: Json) -> String {
    let answer = world.post(BATCHES, body).await;
    match answer.status {
        200 => format!("ok, {} paid", answer.json["data"]["alreadyPaid"]),
        _ => answer.code().to_owned(),
    }
}

#[tokio::test]
async fn a_batch_that_repeats_an_earlier_one_is_refused_and_the_earlier_one_named() {
    let world = compared(4).await;
    let first = make(&world, salaries(3, "10.00")).await;
    let second = world.post(BATCHES, salaries(3, "10.00")).await;
    assert_eq!(outcome(&second), is(409, "BATCH_SIMILAR"));
    let data = &second.json["data"];
    assert_eq!(
        (&data["batchId"], &data["day"], &data["count"], &data["sum"], &data["same"]),
        (&json!(first), &json!("2026-03-10"), &json!(3), &json!("30.00"), &json!(3))
    );
    // Nothing of the refused batch remains.
    assert_eq!(world.get(BATCHES).await.data()["pagination"]["total"], 1);
    let reversed = {
        let mut body = salaries(3, "10.00");
        body["relations"].as_array_mut().unwrap().reverse();
        with(body, json!({ "name": "Another name" }))
    };
    let different = |relation: Json| with(salaries(1, "10.00"), json!({ "relations": [relation] }));
    let mut table = String::new();
    for (name, body) in [
        ("another order and name", reversed),
        ("two of three", salaries(2, "10.00")),
        ("three of four", salaries(4, "10.00")),
        ("other amounts", salaries(3, "10.01")),
        ("a memo", different(json!({ "targetAccountId": "P-0", "amount": "10.00", "memo": "Bonus" }))),
        ("a reference", different(json!({ "targetAccountId": "P-0", "amount": "10.00", "reference": "R2" }))),
        (
            "an external id",
            different(json!({ "targetAccountId": "P-0", "amount": "10.00", "externalId": "E2" })),
        ),
        ("a draft", with(salaries(3, "10.00"), json!({ "draft": true }))),
        ("a reason", with(salaries(3, "10.00"), json!({ "again": "returned by the bank" }))),
        ("a reason that cannot be seen", with(salaries(3, "10.00"), json!({ "again": " \n" }))),
        ("without what is paid, nothing left", with(salaries(3, "10.00"), json!({ "withoutPaid": true }))),
        ("without what is paid", with(salaries(4, "10.00"), json!({ "withoutPaid": true }))),
    ] {
        writeln!(table, "{name}: {}", outcome_of(&world, body).await).unwrap();
    }
    assert_eq!(
        table,
        "another order and name: BATCH_SIMILAR\ntwo of three: BATCH_SIMILAR\nthree of four: BATCH_SIMILAR\n\
         other amounts: ok, 0 paid\na memo: ok, 0 paid\na reference: ok, 0 paid\nan external id: ok, 0 paid\n\
         a draft: ok, 3 paid\na reason: ok, 3 paid\na reason that cannot be seen: BATCH_SIMILAR\n\
         without what is paid, nothing left: BATCH_EMPTY\nwithout what is paid: ok, 3 paid\n"
    );
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn rows_already_paid_are_reported_and_can_be_left_out() {
    let world = compared(4).await;
    let first = make(&world, salaries(2, "10.00")).await;
    let number = world.get(&at(first, "")).await.data()["batchNumber"].clone();
    let body = with(salaries(4, "10.00"), json!({ "draft": true }));
    let seen = world.post(&format!("{BATCHES}/preview"), body.clone()).await.data().clone();
    assert_eq!((&seen["alreadyPaid"], &seen["warnings"]), (&json!(2), &json!([])));
    let rows = seen["alreadyPaidRows"].as_array().unwrap();
    assert_eq!(
        rows.iter().map(|row| (row["line"].clone(), row["batchNumber"].clone())).collect::<Vec<_>>(),
        [(json!(1), number.clone()), (json!(2), number.clone())]
    );
    let draft = make(&world, body).await;
    let seen = world.post(&at(draft, "/preview"), Json::Null).await.data().clone();
    assert_eq!((&seen["alreadyPaid"], &seen["alreadyPaidRows"][1]["batchNumber"]), (&json!(2), &number));
    let submitted = world.post(&at(draft, "/submit"), json!({ "withoutPaid": true })).await.data().clone();
    assert_eq!((&submitted["alreadyPaid"], &submitted["leftOut"]), (&json!(2), &json!(2)));
    let shown = world.get(&at(draft, "")).await.data().clone();
    assert_eq!(
        (&shown["totalCount"], &shown["totalAmount"], &shown["state"]),
        (&json!(2), &json!("20.00"), &json!("pending"))
    );
    assert_eq!(shown["relations"][0]["targetAccount"], "P-2");
    // Only the remaining rows are paid.
    world.post(&at(draft, "/execute"), Json::Null).await.data();
    assert_eq!(ended(&world, draft).await["successCount"], 2);
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn weekly_wages_and_daily_collections_are_accepted() {
    let world = compared(3).await;
    let mut table = String::new();
    let collection = |day: usize| {
        let relation = |place: usize| json!({ "sourceAccountId": format!("P-{place}"), "amount": "1.00", "memo": format!("Day {day}") });
        json!({ "name": "Collection", "type": "many_to_one", "targetAccountId": "PAY",
            "relations": (0..3).map(relation).collect::<Vec<_>>() })
    };
    for day in 0..12 {
        let wages = match day {
            // Tuesdays; in the second week a day early, for a holiday.
            0 | 6 => outcome_of(&world, salaries(3, "10.00")).await,
            2 => format!("a mistake: {}", outcome_of(&world, salaries(3, "10.00")).await),
            11 => format!("after 5 days: {}", outcome_of(&world, salaries(3, "10.00")).await),
            _ => String::new(),
        };
        let collected = outcome_of(&world, collection(day)).await;
        writeln!(table, "{day}: {wages} | {collected}").unwrap();
        world.clock.pass(DAY);
    }
    assert_eq!(
        table,
        "0: ok, 0 paid | ok, 0 paid\n1:  | ok, 0 paid\n2: a mistake: BATCH_SIMILAR | ok, 0 paid\n\
         3:  | ok, 0 paid\n4:  | ok, 0 paid\n5:  | ok, 0 paid\n6: ok, 0 paid | ok, 0 paid\n\
         7:  | ok, 0 paid\n8:  | ok, 0 paid\n9:  | ok, 0 paid\n10:  | ok, 0 paid\n\
         11: after 5 days: ok, 0 paid | ok, 0 paid\n"
    );
    // Beyond the window there is only a warning, and beyond 35 days none.
    let warned = async |world: &World| {
        let seen = world.post(&format!("{BATCHES}/preview"), salaries(3, "10.00")).await.data().clone();
        let warning = &seen["warnings"][0];
        (warning["code"].clone(), warning["similar"]["refuses"].clone(), seen["alreadyPaid"].clone())
    };
    world.clock.pass(4 * DAY);
    assert_eq!(warned(&world).await, (json!("BATCH_SIMILAR"), json!(false), json!(0)));
    world.clock.pass(30 * DAY);
    assert_eq!(warned(&world).await, (json!("BATCH_SIMILAR"), json!(false), json!(0)));
    world.clock.pass(DAY);
    assert_eq!(warned(&world).await, (json!(null), json!(null), json!(0)));
    world.stop().await;
}

#[tokio::test]
async fn the_duplicate_window_is_set_globally_and_per_account() {
    let world = compared(2).await;
    open(&world, "OTHER", "USD", "100.00").await;
    let from = |account: &str| with(salaries(2, "1.00"), json!({ "sourceAccountId": account }));
    let twice = async |account: &str| {
        let first = outcome_of(&world, from(account)).await;
        format!("{first}; {}", outcome_of(&world, from(account)).await)
    };
    let admin = first_admin(&world).await;
    let set = async |settings: Json| admin.put("/api/v2/settings", settings).await;
    let shown = set(json!({ "accountWindow": { "account": "OTHER", "days": 0 } })).await.data().clone();
    assert_eq!(
        (&shown["duplicateWindow"], &shown["duplicateWindows"]),
        (&json!(4), &json!([{ "account": "OTHER", "days": 0 }]))
    );
    assert_eq!(twice("PAY").await, "ok, 0 paid; BATCH_SIMILAR");
    assert_eq!(twice("OTHER").await, "ok, 0 paid; ok, 0 paid");
    let shown = set(json!({ "accountWindow": { "account": "OTHER" }, "duplicateWindow": 35 })).await;
    let shown = shown.data().clone();
    assert_eq!((&shown["duplicateWindow"], &shown["duplicateWindows"]), (&json!(35), &json!([])));
    assert_eq!(twice("OTHER").await, "BATCH_SIMILAR; BATCH_SIMILAR");
    for days in [-1, 36] {
        let refused = set(json!({ "duplicateWindow": days })).await;
        assert_eq!(outcome(&refused), is(422, "DUPLICATE_WINDOW_INVALID"));
    }
    world.clock.pass(35 * DAY);
    assert_eq!(outcome_of(&world, from("PAY")).await, "BATCH_SIMILAR");
    world.clock.pass(DAY);
    assert_eq!(outcome_of(&world, from("PAY")).await, "ok, 0 paid");
    world.stop().await;
}

#[tokio::test]
async fn a_cancelled_batch_and_skipped_rows_no_longer_count() {
    let world = compared(3).await;
    let cancelled = make(&world, salaries(3, "1.00")).await;
    world.post(&at(cancelled, "/cancel"), Json::Null).await.data();
    open(&world, "POOR", "USD", "1.00").await;
    let poor = || with(salaries(3, "1.00"), json!({ "sourceAccountId": "POOR" }));
    let failed = run(&world, poor()).await;
    assert_eq!((&failed["successCount"], &failed["failedCount"]), (&json!(1), &json!(2)));
    // The failed payments can still be retried in that batch.
    assert_eq!(outcome_of(&world, poor()).await, "BATCH_SIMILAR");
    assert_eq!(outcome_of(&world, salaries(3, "1.00")).await, "ok, 0 paid");
    let id = failed["id"].as_i64().unwrap();
    let relations = world.get(&at(id, "/relations?status=failed")).await.data().clone();
    for relation in relations.as_array().unwrap() {
        let skip = at(id, &format!("/relations/{}/skip", relation["id"]));
        world.post(&skip, json!({ "reason": "paid by hand" })).await.data();
    }
    assert_eq!(outcome_of(&world, poor()).await, "ok, 1 paid");
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn one_paid_row_of_a_batch_cancelled_for_good_is_enough() {
    let world = compared(3).await;
    open(&world, "POOR", "USD", "1.00").await;
    let poor = |count| with(salaries(count, "1.00"), json!({ "sourceAccountId": "POOR" }));
    // One of three is paid.
    let first = run(&world, poor(3)).await;
    assert_eq!((&first["successCount"], &first["failedCount"]), (&json!(1), &json!(2)));
    let other = |draft: bool| {
        let relations = json!([
            { "targetAccountId": "P-0", "amount": "1.00" }, { "targetAccountId": "P-1", "amount": "7.00" },
            { "targetAccountId": "P-2", "amount": "8.00" }]);
        with(poor(3), json!({ "relations": relations, "draft": draft }))
    };
    let told = world.post(&format!("{BATCHES}/preview"), other(true)).await.data().clone();
    assert_eq!((&told["alreadyPaid"], &told["warnings"][0]["code"]), (&json!(1), &json!("BALANCE_SHORT")));
    let cancel = at(first["id"].as_i64().unwrap(), "/cancel");
    world.post(&cancel, json!({ "forGood": true, "note": "the wrong file" })).await.data();
    let refused = world.post(BATCHES, other(false)).await;
    assert_eq!(outcome(&refused), is(409, "BATCH_SIMILAR"));
    assert_eq!(refused.json["data"]["batchId"], first["id"]);
    world.stop().await;
}

#[tokio::test]
async fn an_external_id_stays_claimed_while_its_payment_is_paid_or_can_be() {
    let world = compared(3).await;
    open(&world, "POOR", "USD", "0").await;
    let one = |source: &str, payee: usize, id: &str, more: Json| {
        let relation = json!({ "targetAccountId": format!("P-{payee}"), "amount": "1.00", "externalId": id });
        with(
            json!({ "name": "x", "type": "one_to_many", "sourceAccountId": source, "relations": [relation] }),
            more,
        )
    };
    let used = async |id: &str| {
        let answer = world.post(&format!("{BATCHES}/preview"), one("PAY", 2, id, json!({}))).await;
        let created = world.post(BATCHES, one("PAY", 2, id, json!({ "draft": true }))).await;
        assert_eq!(answer.status, created.status, "{created:?}");
        if created.status == 200 {
            let draft = at(created.data()["id"].as_i64().unwrap(), "");
            world.post(&format!("{draft}/cancel"), Json::Null).await.data();
        }
        outcome(&created)
    };
    let (free, held) = (is(200, "ok"), is(409, "EXTERNAL_ID_USED"));
    // A draft claims it; deleting the row or cancelling the draft releases it.
    let draft = make(&world, one("PAY", 0, "E1", json!({ "draft": true }))).await;
    assert_eq!(used("E1").await, held);
    let shown = world.get(&at(draft, "")).await.data()["relations"][0].clone();
    assert_eq!(shown["externalId"], "E1");
    let relation = at(draft, &format!("/relations/{}", shown["id"]));
    send(&world, Method::DELETE, &relation, Json::Null).await.data();
    assert_eq!(used("E1").await, free);
    let relations = json!([{ "targetAccountId": "P-1", "amount": "1.00", "externalId": "E1" }]);
    world.post(&at(draft, "/relations"), json!({ "relations": relations })).await.data();
    assert_eq!(used("E1").await, held);
    let other = json!([{ "targetAccountId": "P-1", "amount": "1.00", "externalId": "E2" }]);
    send(&world, Method::PATCH, &at(draft, ""), json!({ "relations": other })).await.data();
    assert_eq!((used("E1").await, used("E2").await), (free.clone(), held.clone()));
    world.post(&at(draft, "/cancel"), Json::Null).await.data();
    assert_eq!(used("E2").await, free);
    // A paid payment claims it permanently; the refusal says where.
    let paid = run(&world, one("PAY", 0, "E3", json!({}))).await;
    let refused = world.post(BATCHES, one("PAY", 1, "E3", json!({}))).await;
    assert_eq!(outcome(&refused), held);
    let about = format!("E3: {}, row 1", paid["batchNumber"].as_str().unwrap());
    assert_eq!(refused.json["error"]["details"], about);
    assert_eq!(refused.json["data"]["problems"][0]["relationId"], paid_relation(&world, &paid).await);
    // A failed payment keeps it until it is skipped.
    let failed = run(&world, one("POOR", 0, "E4", json!({}))).await;
    assert_eq!((failed["failedCount"].clone(), used("E4").await), (json!(1), held));
    let relation = paid_relation(&world, &failed).await;
    let skip = at(failed["id"].as_i64().unwrap(), &format!("/relations/{relation}/skip"));
    world.post(&skip, json!({ "reason": "paid by hand" })).await.data();
    assert_eq!(used("E4").await, free);
    verify(&world).await;
    world.stop().await;
}

async fn paid_relation(world: &World, batch: &Json) -> Json {
    let id = batch["id"].as_i64().unwrap();
    world.get(&at(id, "/relations")).await.data()[0]["id"].clone()
}

#[tokio::test]
async fn repeated_and_invalid_external_ids_in_a_request_are_reported_by_row() {
    let world = compared(3).await;
    let with_ids = |ids: [Json; 3]| {
        let relation = |(place, id): (usize, Json)| json!({ "targetAccountId": format!("P-{place}"), "amount": "1.00", "externalId": id });
        let relations: Vec<Json> = ids.into_iter().enumerate().map(relation).collect();
        json!({ "name": "x", "type": "one_to_many", "sourceAccountId": "PAY", "relations": relations })
    };
    let problems = |answer: &Answer| {
        let problems = answer.json["data"]["problems"].as_array().cloned().unwrap_or_default();
        let one = |problem: &Json| format!("{} {}", problem["index"], problem["code"].as_str().unwrap());
        format!("{} {}", answer.code(), problems.iter().map(one).collect::<Vec<_>>().join(", "))
    };
    let mut table = String::new();
    for ids in [
        [json!("A"), json!("B"), json!("A")],
        [json!("A"), json!(" A "), json!(null)],
        [json!("a b"), json!(null), json!("é")],
        [json!("x".repeat(65)), json!(null), json!(null)],
        [json!(null), json!(""), json!("")],
        [json!("A"), json!("a"), json!("A:1/2._-")],
    ] {
        writeln!(table, "{}", problems(&world.post(BATCHES, with_ids(ids)).await)).unwrap();
        world.clock.pass(5 * DAY);
    }
    assert_eq!(
        table,
        "BATCH_ROWS_INVALID 0 EXTERNAL_ID_REPEATED, 2 EXTERNAL_ID_REPEATED\n\
         BATCH_ROWS_INVALID 0 EXTERNAL_ID_REPEATED, 1 EXTERNAL_ID_REPEATED\n\
         BATCH_ROWS_INVALID 0 EXTERNAL_ID_INVALID, 2 EXTERNAL_ID_INVALID\n\
         BATCH_ROWS_INVALID 0 EXTERNAL_ID_INVALID\nok \nok \n"
    );
    world.stop().await;
}

#[tokio::test]
async fn money_promised_to_other_batches_causes_a_warning_and_no_refusal() {
    let world = compared(3).await;
    make(&world, salaries(3, "1000.00")).await;
    let made = world.post(BATCHES, salaries(2, "1500.00")).await.data().clone();
    assert_eq!(made["heldByOthers"], "3000.00");
    let warning = &made["warnings"][0];
    assert_eq!(
        (&warning["code"], &warning["need"], &warning["balance"], &warning["missing"]),
        (&json!("BALANCE_SHORT"), &json!("6000.00"), &json!("5000.00"), &json!("1000.00"))
    );
    let id = made["id"].as_i64().unwrap();
    world.post(&at(id, "/execute"), Json::Null).await.data();
    assert_eq!(ended(&world, id).await["state"], "completed");
    verify(&world).await;
    world.stop().await;
}
