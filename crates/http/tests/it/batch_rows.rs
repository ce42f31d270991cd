//! The same rows imported from a file, created by a request and added by an edit give the same items and
//! codes.

use crate::batch_tools::{BATCHES, at, is, make, open, open_for, outcome, reason, send, verify};
use crate::world::{World, world};
use domain::account::AccountStatus;
use domain::batch::BatchType;
use domain::id::BatchId;
use reqwest::Method;
use serde_json::{Value as Json, json};
use service::batch::import::BatchImport;
use service::batch::list::OffsetPage;
use service::batch::{self, DescribedItem};
use service::{account, fx};
use std::collections::BTreeMap;
use std::io::Cursor;

/// Keys of a row in the tables below: columns of a file, and fields of a relation.
const COLUMNS: [&str; 9] =
    ["payer", "payee", "account", "email", "uid", "amount", "currency", "memo", "reference"];

type Row<'a> = BTreeMap<&'a str, &'a str>;

fn row(text: &str) -> Row<'_> {
    text.split_whitespace().map(|pair| pair.split_once('=').unwrap()).collect()
}

/// Parses `column=value` pairs; rows are separated by `|`.
fn rows(text: &str) -> Vec<Row<'_>> {
    text.split('|').map(row).collect()
}

/// A world with accounts of every kind; `PAY` is the single side.
async fn everybody() -> World {
    let world = world().await;
    open(&world, "PAY", "USD", "5000.00").await;
    for number in ["ANNA", "FROST", "GONE"] {
        open(&world, number, "USD", "0").await;
    }
    open(&world, "EURO", "EUR", "0").await;
    open_for(&world, "BO", "BO-1", "USD", "0").await;
    open_for(&world, "BO", "BO-2", "USD", "0").await;
    open_for(&world, "CY", "CY-E", "EUR", "0").await;
    open_for(&world, "CY", "CY-J", "JPY", "0").await;
    for (number, status) in [("FROST", AccountStatus::Frozen), ("GONE", AccountStatus::Closed)] {
        account::set_status(&world.service, &world.actor, &number.into(), status, "test").await.unwrap();
    }
    for (target, rate) in [("EUR", "0.9"), ("JPY", "151.237")] {
        fx::set(&world.service, &world.actor, "USD", target, rate, "test").await.unwrap();
    }
    world
}

/// A draft's items.
async fn items(world: &World, batch: BatchId) -> String {
    let page = OffsetPage { limit: 100, offset: 0 };
    let list = batch::item_list(&world.service, batch.into(), &[], None, page).await.unwrap();
    let one = |one: &DescribedItem| format!("{}>{} {}", one.source, one.target, one.item.amount);
    list.items.iter().map(one).collect::<Vec<_>>().join(" ")
}

async fn by_file(world: &World, kind: BatchType, convert: bool, rows: &[Row<'_>]) -> String {
    let used: Vec<&str> =
        COLUMNS.into_iter().filter(|name| rows.iter().any(|row| row.contains_key(name))).collect();
    let line =
        |row: &Row<'_>| used.iter().map(|name| *row.get(name).unwrap_or(&"")).collect::<Vec<_>>().join(",");
    let text = format!("{}\n{}\n", used.join(","), rows.iter().map(line).collect::<Vec<_>>().join("\n"));
    let import = BatchImport {
        account: (kind != BatchType::ManyToMany).then(|| "PAY".into()),
        currency: (kind == BatchType::ManyToMany).then(|| "USD".to_owned()),
        partial: true,
        draft: true,
        convert,
        ..BatchImport::new(kind, "file")
    };
    let imported = batch::import(&world.service, &world.actor, &import, Cursor::new(text)).await;
    match imported {
        Err(error) => error.code().unwrap().name().to_owned(),
        Ok(imported) if imported.problems.is_empty() => items(world, imported.batch.unwrap().id).await,
        Ok(imported) => {
            let mut codes: Vec<&str> = imported.problems.iter().map(|problem| problem.code.name()).collect();
            codes.sort_unstable();
            codes.dedup();
            codes.join(" ")
        }
    }
}

fn relation(row: &Row<'_>) -> Json {
    let mut relation = serde_json::Map::new();
    for (name, value) in row {
        let (field, kind) = match *name {
            "payer" => ("sourceAccountId", None),
            "payee" => ("targetAccountId", None),
            "account" => ("targetIdentifier", Some("inner")),
            "email" => ("targetIdentifier", Some("email")),
            "uid" => ("targetIdentifier", Some("uid")),
            other => (other, None),
        };
        relation.insert(field.to_owned(), json!(value));
        relation.extend(kind.map(|kind| ("contactType".to_owned(), json!(kind))));
    }
    Json::Object(relation)
}

fn body(kind: BatchType, convert: bool, rows: &[Row<'_>]) -> Json {
    let mut body = json!({ "name": "json", "type": kind.name(), "convert": convert, "draft": true,
        "relations": rows.iter().map(relation).collect::<Vec<_>>() });
    match kind {
        BatchType::OneToMany => body["sourceAccountId"] = json!("PAY"),
        BatchType::ManyToOne => body["targetAccountId"] = json!("PAY"),
        BatchType::ManyToMany | BatchType::Deposit | BatchType::Withdrawal => body["currency"] = json!("USD"),
    }
    body
}

async fn by_request(world: &World, kind: BatchType, convert: bool, rows: &[Row<'_>]) -> String {
    let answer = world.post(BATCHES, body(kind, convert, rows)).await;
    if answer.status != 200 {
        return reason(&answer);
    }
    items(world, BatchId(answer.data()["id"].as_i64().unwrap())).await
}

async fn by_edit(world: &World, kind: BatchType, convert: bool, rows: &[Row<'_>]) -> String {
    let first = BTreeMap::from([("payer", "PAY"), ("payee", "ANNA"), ("amount", "9.00")]);
    let swapped = BTreeMap::from([("payer", "ANNA"), ("payee", "PAY"), ("amount", "9.00")]);
    let first = if kind == BatchType::ManyToOne { swapped } else { first };
    let id = make(world, body(kind, convert, &[first])).await;
    let edit = json!({ "relations": rows.iter().map(relation).collect::<Vec<_>>() });
    let answer = send(world, Method::PATCH, &at(id, ""), edit).await;
    if answer.status != 200 {
        return reason(&answer);
    }
    items(world, BatchId(id)).await
}

/// Checks each line of a table: rows, and their outcome for file, request and edit alike.
async fn check(world: &World, kind: BatchType, convert: bool, table: &[(&str, &str)]) {
    for (text, expected) in table {
        let rows = rows(text);
        assert_eq!(by_file(world, kind, convert, &rows).await, *expected, "file: {text}");
        assert_eq!(by_request(world, kind, convert, &rows).await, *expected, "request: {text}");
        assert_eq!(by_edit(world, kind, convert, &rows).await, *expected, "edit: {text}");
    }
}

#[tokio::test]
async fn one_to_many_rows_have_the_same_outcome_by_file_request_and_edit() {
    let world = everybody().await;
    let table = [
        ("payee=ANNA amount=1.00", "PAY>ANNA 100"),
        ("account=ANNA amount=1.00", "PAY>ANNA 100"),
        ("email=Anna@Example.com amount=1.00", "PAY>ANNA 100"),
        ("uid=U-ANNA amount=1.00 currency=usd", "PAY>ANNA 100"),
        ("payer=PAY payee=ANNA amount=1.00", "PAY>ANNA 100"),
        ("payer=BO-1 payee=ANNA amount=1.00", "PAYER_CONFLICT"),
        ("payer=NOBODY payee=ANNA amount=1.00", "PAYER_CONFLICT"),
        ("payee=ANNA uid=U-ANNA amount=1.00", "PAY>ANNA 100"),
        ("payee=ANNA uid=U-BO amount=1.00", "PAYEE_CONFLICT"),
        ("payee=BO-2 uid=U-BO amount=1.00", "PAY>BO-2 100"),
        ("uid=U-BO amount=1.00", "PAY>BO-1 100"),
        ("email=bo@example.com amount=1.00", "PAY>BO-1 100"),
        ("payee=FROST amount=1.00", "PAY>FROST 100"),
        ("uid=U-FROST amount=1.00", "PAY>FROST 100"),
        ("payee=GONE amount=1.00", "TARGET_ACCOUNT_CLOSED"),
        ("uid=U-GONE amount=1.00", "PAYEE_NO_DEFAULT"),
        ("uid=U-CY amount=1.00", "PAYEE_NO_DEFAULT"),
        ("payee=EURO amount=1.00", "CURRENCY_MISMATCH"),
        ("payee=ANNA amount=1.00 currency=EUR", "CURRENCY_MISMATCH"),
        ("payee=NOBODY amount=1.00", "PAYEE_NOT_FOUND"),
        ("email=nobody@example.com amount=1.00", "PAYEE_NOT_FOUND"),
        ("email=nobody amount=1.00", "EMAIL_INVALID"),
        ("payee=a\u{200b}b amount=1.00", "INVISIBLE_CHARACTER"),
        ("payee=hold_7 amount=1.00", "ID_INVALID"),
        ("payee=PAY amount=1.00", "SAME_ACCOUNT"),
        ("payer=PAY amount=1.00", "PAYEE_MISSING"),
        ("payee=ANNA amount=0.00", "AMOUNT_NOT_POSITIVE"),
        ("payee=ANNA amount=1.001", "AMOUNT_PRECISION"),
        ("payee=ANNA amount=10000.01", "AMOUNT_ABOVE_MAXIMUM"),
        ("payee=ANNA amount=1e3", "AMOUNT_EXPONENT"),
        ("payee=ANNA amount=1.00 memo=a\u{7}b", "CONTROL_CHARACTER"),
        ("payee=ANNA amount=1.00 reference=a\u{202e}b", "CONTROL_CHARACTER"),
        ("payee=ANNA amount=1.00 | uid=U-ANNA amount=2.00", "DUPLICATE_TARGET"),
        ("payee=ANNA amount=1.00 | payee=BO-1 amount=2.00", "PAY>ANNA 100 PAY>BO-1 200"),
    ];
    check(&world, BatchType::OneToMany, false, &table).await;
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn many_to_one_rows_have_the_same_outcome_by_file_request_and_edit() {
    let world = everybody().await;
    let table = [
        ("payer=ANNA amount=1.00", "ANNA>PAY 100"),
        ("account=ANNA amount=1.00", "ANNA>PAY 100"),
        ("uid=U-BO amount=1.00", "BO-1>PAY 100"),
        ("payer=ANNA payee=PAY amount=1.00", "ANNA>PAY 100"),
        ("payer=ANNA payee=BO-1 amount=1.00", "PAYEE_CONFLICT"),
        ("payer=FROST amount=1.00", "FROST>PAY 100"),
        ("payer=GONE amount=1.00", "SOURCE_ACCOUNT_CLOSED"),
        ("payer=NOBODY amount=1.00", "SOURCE_ACCOUNT_NOT_FOUND"),
        ("payer=EURO amount=1.00", "CURRENCY_MISMATCH"),
        ("payee=PAY amount=1.00", "PAYER_MISSING"),
        ("payer=ANNA uid=U-BO amount=1.00", "PAYER_CONFLICT"),
        ("payer=ANNA amount=1.00 | account=ANNA amount=2.00", "DUPLICATE_SOURCE"),
    ];
    check(&world, BatchType::ManyToOne, false, &table).await;
    world.stop().await;
}

#[tokio::test]
async fn many_to_many_rows_have_the_same_outcome_by_file_request_and_edit() {
    let world = everybody().await;
    let table = [
        ("payer=PAY payee=ANNA amount=1.00", "PAY>ANNA 100"),
        ("payer=PAY account=ANNA amount=1.00", "PAY>ANNA 100"),
        ("payer=BO-1 uid=U-ANNA amount=1.00", "BO-1>ANNA 100"),
        ("payee=ANNA amount=1.00", "PAYER_MISSING"),
        ("payer=PAY amount=1.00", "PAYEE_MISSING"),
        (
            "payer=PAY payee=ANNA amount=1.00 | payer=BO-1 payee=ANNA amount=2.00",
            "PAY>ANNA 100 BO-1>ANNA 200",
        ),
    ];
    check(&world, BatchType::ManyToMany, false, &table).await;
    world.stop().await;
}

#[tokio::test]
async fn a_converting_batch_pays_the_default_account_in_the_rows_currency() {
    let world = everybody().await;
    let table = [
        ("uid=U-ANNA amount=1.00", "PAY>ANNA 100"),
        ("uid=U-EURO amount=1.00", "PAY>EURO 100"),
        ("uid=U-CY amount=1.00", "PAYEE_AMBIGUOUS"),
        ("uid=U-CY amount=1.00 currency=JPY", "PAY>CY-J 100"),
        ("uid=U-CY amount=1.00 currency=EUR", "PAY>CY-E 100"),
        ("uid=U-CY amount=1.00 currency=USD", "PAYEE_NO_DEFAULT"),
        ("payee=EURO amount=1.00", "PAY>EURO 100"),
        ("payee=EURO amount=1.00 currency=USD", "PAY>EURO 100"),
        ("payee=EURO amount=1.00 currency=JPY", "CURRENCY_MISMATCH"),
        ("payee=EURO amount=1.00 currency=XYZ", "CURRENCY_UNKNOWN"),
    ];
    check(&world, BatchType::OneToMany, true, &table).await;
    world.stop().await;
}

#[tokio::test]
async fn a_string_of_digits_is_an_account_number_and_never_an_id() {
    let world = everybody().await;
    let anna = open(&world, "ANNA-2", "USD", "0").await;
    let by = |account: Json| {
        json!({ "name": "x", "type": "one_to_many", "sourceAccountId": "PAY", "draft": true,
            "relations": [{ "targetAccountId": account, "amount": "1.00" }] })
    };
    let answer = world.post(BATCHES, by(json!(anna.to_string()))).await;
    assert_eq!(outcome(&answer), is(422, "BATCH_ROWS_INVALID"));
    let message = answer.json["data"]["problems"][0]["message"].as_str().unwrap();
    assert!(message.ends_with(&format!("write acct_{anna}, or {anna} as a JSON number")), "{message}");
    // An account is opened whose number equals Anna's id: it receives nothing meant for Anna.
    open(&world, &anna.to_string(), "USD", "0").await;
    for (account, paid) in [
        (json!(anna), "ANNA-2".to_owned()),
        (json!(format!("acct_{anna}")), "ANNA-2".to_owned()),
        (json!(anna.to_string()), anna.to_string()),
    ] {
        let id = make(&world, by(account.clone())).await;
        assert_eq!(items(&world, BatchId(id)).await, format!("PAY>{paid} 100"), "{account}");
    }
    world.stop().await;
}

#[tokio::test]
async fn a_relation_shows_the_identifier_given_and_the_account_number() {
    let world = everybody().await;
    let id = make(
        &world,
        body(
            BatchType::OneToMany,
            false,
            &rows("email=Anna@Example.com amount=1.00 | uid=U-BO amount=1.00 | payee=FROST amount=1.00"),
        ),
    )
    .await;
    let batch = world.get(&at(id, "")).await.data().clone();
    let shown: Vec<String> = batch["relations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| format!("{} {} {}", r["contactType"], r["targetIdentifier"], r["targetAccount"]))
        .collect();
    assert_eq!(
        shown,
        [
            "\"email\" \"Anna@Example.com\" \"ANNA\"",
            "\"uid\" \"U-BO\" \"BO-1\"",
            "\"inner\" \"FROST\" \"FROST\"",
        ]
    );
    assert_eq!(batch["relations"][0]["createdAt"], batch["createdAt"]);
    assert_eq!(batch["relations"][0]["updatedAt"], batch["createdAt"]);
    world.stop().await;
}

#[tokio::test]
async fn a_repeated_payee_is_accepted_if_the_batch_allows_it_and_the_rows_differ() {
    let world = everybody().await;
    let twice = |text: &str| {
        let mut body = body(BatchType::OneToMany, false, &rows(text));
        body["allowRepeat"] = json!(true);
        body
    };
    let id = make(
        &world,
        twice("payee=ANNA amount=1.00 reference=salary | payee=ANNA amount=1.00 reference=bonus"),
    )
    .await;
    assert_eq!(items(&world, BatchId(id)).await, "PAY>ANNA 100 PAY>ANNA 100");
    let same = "payee=ANNA amount=1.00 reference=bonus | payee=ANNA amount=2.00 reference=bonus";
    assert_eq!(outcome(&world.post(BATCHES, twice(same)).await), is(400, "DUPLICATE_TARGET"));
    for (reference, status) in [("bonus", 400), ("refund", 200)] {
        let more =
            json!({ "relations": [{ "targetAccountId": "ANNA", "amount": "3.00", "reference": reference }] });
        assert_eq!(world.post(&at(id, "/relations"), more).await.status, status, "{reference}");
    }
    world.stop().await;
}
