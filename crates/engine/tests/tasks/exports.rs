//! Accounts, statements and transfers as files: what the lists show, whole and exact.

use crate::world::{PAYEES, World, admin, world};
use domain::code::Code;
use domain::noun::NounId;
use futures_util::{StreamExt, stream};
use serde_json::{Value as Json, json};
use service::account_import::AccountImport;
use service::transfer::{self, TransferRequest};
use service::{account, statement};
use std::io::Cursor;

/// Exports, and returns the result with the lines of the file below its header.
async fn exported(world: &World, input: Json) -> (Json, Vec<String>) {
    let id = world.start(&admin(), input).await;
    let result = world.result(id).await;
    let text = String::from_utf8(world.content(result.get("file_id").unwrap()).await).unwrap();
    let lines: Vec<String> = text.lines().skip(1).map(str::to_owned).collect();
    assert_eq!(Some(&json!(lines.len())), result.get("rows"), "{text}");
    (result, lines)
}

fn of_kind(kind: &str, options: &Json) -> Json {
    json!({ "task_type": kind, "options": options })
}

async fn pay(world: &World, from: &str, to: &str, amount: &str, date: &str) {
    let request = TransferRequest {
        from: Some(from.into()),
        to: Some(to.into()),
        amount: amount.to_owned().into(),
        date: Some(date.to_owned()),
        memo: Some(format!("to {to}")),
        ..TransferRequest::default()
    };
    transfer::create(&world.service, &admin().actor, &request).await.unwrap();
}

/// With money in a currency without decimals as well.
async fn moved() -> World {
    let mut world = world().await;
    world.work();
    let accounts = "number,holder,email,currency,opening\nYEN,张三,z@example.com,JPY,1234\n";
    let actor = admin().actor;
    account::import(&world.service, &actor, Cursor::new(accounts), AccountImport::default()).await.unwrap();
    pay(&world, "PAY", "A0", "1.50", "2026-03-01").await;
    pay(&world, "PAY", "A1", "2.25", "2026-03-02").await;
    pay(&world, "A0", "A1", "100.00", "2026-03-02").await;
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_those_of_the_list() {
    let mut world = moved().await;
    for (options, rows) in [
        (json!({}), PAYEES + 2),
        (json!({ "text": "payee 1" }), 11),
        (json!({ "currency": "JPY" }), 1),
        (json!({ "status": "frozen" }), 0),
        (json!({ "email": "Z@example.com" }), 1),
        (json!({ "minBalanceCents": 1, "currency": "USD" }), 3),
        (json!({ "minBalanceCents": 1, "maxBalanceCents": 225, "currency": "USD" }), 2),
    ] {
        let (_, lines) = exported(&world, of_kind("export_accounts", &options)).await;
        assert_eq!(lines.len(), rows, "{options}: {lines:?}");
    }
    let (result, lines) = exported(&world, of_kind("export_accounts", &json!({}))).await;
    assert_eq!(result["name"], json!("accounts.csv"));
    let sums = json!([{ "column": "balance", "currency": "JPY", "sum": "1234" },
        { "column": "balance", "currency": "USD", "sum": "5000.00" }]);
    assert_eq!(result["sums"], sums);
    let yen = lines.iter().find(|line| line.contains(",YEN,")).unwrap();
    assert!(yen.contains(",YEN,张三,z@example.com,,JPY,customer,active,1234,1234,0,0,2026-03-10T"), "{yen}");
    let pay = lines.iter().find(|line| line.contains(",PAY,")).unwrap();
    assert!(pay.contains(",USD,customer,active,4996.25,4996.25,0.00,0.00,"), "{pay}");
    world.rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_has_the_entries_of_its_period_and_its_direction() {
    let mut world = moved().await;
    let of =
        |options: Json| json!({ "task_type": "export_statement", "account_id": "PAY", "options": options });
    for (options, amounts) in [
        (json!({}), &["-2.25", "-1.50", "5000.00"][..]),
        (json!({ "direction": "out" }), &["-2.25", "-1.50"]),
        (json!({ "from": "2026-03-02", "to": "2026-03-02" }), &["-2.25"]),
        (json!({ "to": "2026-03-01" }), &["-1.50"]),
    ] {
        let (_, lines) = exported(&world, of(options.clone())).await;
        let found: Vec<&str> = lines.iter().map(|line| line.split(',').nth(4).unwrap()).collect();
        assert_eq!(found, amounts, "{options}: {lines:?}");
    }
    let (result, lines) = exported(&world, of(json!({ "direction": "out" }))).await;
    assert!(result["name"].as_str().unwrap().starts_with("statement-acct_"), "{result}");
    assert_eq!(result["sums"], json!([{ "column": "amount", "currency": "USD", "sum": "-3.75" }]));
    assert!(lines[0].contains(",2026-03-02,transfer_out,-2.25,USD,4998.50,4996.25,A1,to A1,"), "{lines:?}");
    world.rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn transfers_are_those_of_the_list_newest_first_and_refused_ones_moved_nothing() {
    let mut world = moved().await;
    for (options, kinds) in [
        (json!({}), &["failed A1", "completed A1", "completed A0", "completed YEN", "completed PAY"][..]),
        (json!({ "status": "failed" }), &["failed A1"]),
        (json!({ "kind": "transfer", "status": "completed" }), &["completed A1", "completed A0"]),
        (json!({ "kind": "internal" }), &[]),
        (json!({ "kind": "opening" }), &["completed YEN"]),
        (json!({ "currency": "JPY" }), &["completed YEN"]),
        (json!({ "accountId": "A0" }), &["failed A1", "completed A0"]),
        (json!({ "text": "TO a0" }), &["completed A0"]),
        (json!({ "from": "2026-03-01", "to": "2026-03-01" }), &["completed A0"]),
    ] {
        let input = json!({ "task_type": "export_transfers", "format": "jsonl", "options": options });
        let id = world.start(&admin(), input).await;
        let result = world.result(id).await;
        let text = String::from_utf8(world.content(&result["file_id"]).await).unwrap();
        let rows = text.lines().map(|line| {
            let row: Json = serde_json::from_str(line).unwrap();
            format!("{} {}", row["status"].as_str().unwrap(), row["target"].as_str().unwrap())
        });
        assert_eq!(rows.collect::<Vec<_>>(), kinds, "{options}: {text}");
    }
    let failed =
        json!({ "task_type": "export_transfers", "format": "jsonl", "options": { "status": "failed" } });
    let id = world.start(&admin(), failed).await;
    let result = world.result(id).await;
    let line: Json = serde_json::from_slice(&world.content(&result["file_id"]).await).unwrap();
    assert_eq!(
        (&line["amount"], &line["code"]),
        (&json!("100.00"), &json!("INSUFFICIENT_BALANCE")),
        "{line}"
    );
    assert!(line["received"].is_null(), "{line}");
    world.rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn statistics_have_a_row_for_each_day_account_or_currency() {
    let mut world = moved().await;
    let of = |group: &str, more: Json| {
        let mut options = json!({ "from": "2026-03-01", "to": "2026-03-31", "groupBy": group });
        options.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        of_kind("export_statistics", &options)
    };
    for (input, rows) in [
        (of("none", json!({ "currency": "USD" })), &[",,USD,3,2,1,0.6666,3.75,0.00"][..]),
        (
            of("day", json!({})),
            &["2026-03-01,,USD,1,1,0,1.0000,1.50,0.00", "2026-03-02,,USD,2,1,1,0.5000,2.25,0.00"],
        ),
        (of("account", json!({})), &[",PAY,USD,2,2,0,1.0000,3.75,0.00", ",A0,USD,1,0,1,0.0000,0.00,0.00"]),
        (of("day", json!({ "accountId": "A0" })), &["2026-03-02,,USD,1,0,1,0.0000,0.00,0.00"]),
        (of("day", json!({ "currency": "JPY" })), &[]),
    ] {
        assert_eq!(exported(&world, input.clone()).await.1, rows, "{input}");
    }
    let (result, _) = exported(&world, of("day", json!({}))).await;
    let sum = |column: &str, sum: &str| json!({ "column": column, "currency": "USD", "sum": sum });
    assert_eq!(result["sums"], json!([sum("amount", "3.75"), sum("fee", "0.00")]));
    assert_eq!((&result["name"], result["sha256"].as_str().unwrap().len()), (&json!("statistics.csv"), 64));
    let mut lines = of("account", json!({}));
    lines["format"] = json!("jsonl");
    let id = world.start(&admin(), lines).await;
    let text = world.content(&world.result(id).await["file_id"]).await;
    let first: Json = serde_json::from_str(String::from_utf8(text).unwrap().lines().next().unwrap()).unwrap();
    assert_eq!((&first["account"], &first["amount"]), (&json!("PAY"), &json!("3.75")));
    world.rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_says_what_would_become_of_each_row() {
    let mut world = world().await;
    world.work();
    let text = "account,amount,memo\nA0,10.00,first\nA1,6000.00,\nA2,x,\nA3,20.00,\n";
    for (mode, only, expected) in [
        (
            "continue",
            Json::Null,
            &[
                "2 A0 would_pay 4990.00",
                "3 A1 would_fail 4990.00",
                "5 A3 would_pay 4970.00",
                "4 A2 refused -",
            ][..],
        ),
        ("continue", json!("refused"), &["3 A1 would_fail 4990.00", "4 A2 refused -"]),
        (
            "atomic",
            Json::Null,
            &[
                "2 A0 would_fail 5000.00",
                "3 A1 would_fail 4990.00",
                "5 A3 would_fail 4990.00",
                "4 A2 refused -",
            ],
        ),
    ] {
        let file = world.upload(&admin(), "pay.csv", text).await;
        let import = json!({ "task_type": "import_batch", "file_id": file.id.tagged(), "options":
            { "account": "PAY", "name": "July", "mode": mode, "partial": true, "draft": true } });
        let number = world.result(world.start(&admin(), import).await).await["batch"].clone();
        let options = if only.is_null() { json!({}) } else { json!({ "only": only }) };
        let input =
            json!({ "task_type": "preview", "batch_id": number, "format": "jsonl", "options": options });
        let id = world.start(&admin(), input).await;
        let result = world.result(id).await;
        let text = String::from_utf8(world.content(&result["file_id"]).await).unwrap();
        let rows: Vec<String> = text
            .lines()
            .map(|line| {
                let row: Json = serde_json::from_str(line).unwrap();
                let word = |name: &str| row[name].as_str().unwrap_or("-").to_owned();
                let after = word("balance_after");
                format!("{} {} {} {after}", row["line"], word("target"), word("status"))
            })
            .collect();
        assert_eq!(rows, expected, "{mode}: {text}");
        assert_eq!(world.task(id).await.processed, 3, "items, listed or not");
    }
    assert_eq!(world.count("transfer").await, 1, "nothing is paid");
    world.rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_exist_is_refused_before_there_is_a_task() {
    let world = world().await;
    let day = |from: &str, to: &str| json!({ "from": from, "to": to });
    for (kind, options, code) in [
        ("export_accounts", json!({ "currency": "NONE" }), Code::AssetUnknown),
        ("export_accounts", json!({ "group": "Nobody" }), Code::HolderGroupNotFound),
        ("export_accounts", json!({ "rowsPerFile": 10 }), Code::BodyInvalid),
        ("export_accounts", json!({ "text": "a\tb" }), Code::BodyInvalid),
        ("export_statement", day("2026-02-30", "2026-03-01"), Code::DateInvalid),
        ("export_statement", day("2026-03-02", "2026-03-01"), Code::RangeReversed),
        ("export_transfers", json!({ "accountId": "NOBODY" }), Code::AccountNotFound),
        ("export_transfers", json!({ "currency": "NONE" }), Code::AssetUnknown),
        ("export_transfers", day("2026-03-02", "2026-03-01"), Code::RangeReversed),
        ("export_statistics", day("2026-03-02", "2026-03-01"), Code::RangeReversed),
        ("export_statistics", day("tomorrow", "2026-03-01"), Code::DateInvalid),
        (
            "export_statistics",
            json!({ "from": "2026-03-01", "to": "2026-03-02", "currency": "NONE" }),
            Code::AssetUnknown,
        ),
        (
            "export_statistics",
            json!({ "from": "2026-03-01", "to": "2026-03-02", "accountId": "NOBODY" }),
            Code::AccountNotFound,
        ),
    ] {
        let mut input = of_kind(kind, &options);
        if kind == "export_statement" {
            input["account_id"] = json!("PAY");
        }
        let refused = world.try_start(&admin(), input).await.unwrap_err();
        assert_eq!(refused.code(), Some(code), "{kind} {options}");
    }
    let unknown = json!({ "task_type": "export_statement", "account_id": "NOBODY" });
    let refused = world.try_start(&admin(), unknown).await.unwrap_err();
    assert_eq!((refused.code(), world.count("task").await), (Some(Code::AccountNotFound), 0));
}

/// More rows than a page of any of the three has.
#[tokio::test(flavor = "multi_thread")]
async fn many_pages_are_one_file_without_gaps() {
    let mut world = world().await;
    world.work();
    let count = usize::try_from(statement::PAGE_MAX).unwrap() + 100;
    let mut accounts = "number,holder,currency,opening\n".to_owned();
    for k in 0..10_100 {
        accounts += &format!("N{k},Person {k},USD,{}\n", if k < 2_100 { "0.01" } else { "" });
    }
    let actor = admin().actor;
    account::import(&world.service, &actor, Cursor::new(accounts), AccountImport::default()).await.unwrap();
    stream::iter(0..count)
        .for_each_concurrent(20, |k| {
            pay(&world, "PAY", if k % 2 == 0 { "A0" } else { "A1" }, "0.01", "2026-03-01")
        })
        .await;
    let different = |lines: &[String], cell: usize| {
        let cells: std::collections::HashSet<&str> =
            lines.iter().map(|line| line.split(',').nth(cell).unwrap()).collect();
        cells.len()
    };
    let (_, lines) = exported(&world, of_kind("export_accounts", &json!({}))).await;
    assert_eq!((lines.len(), different(&lines, 1)), (10_100 + PAYEES + 1, 10_100 + PAYEES + 1));
    let (_, lines) = exported(&world, of_kind("export_transfers", &json!({}))).await;
    assert_eq!((lines.len(), different(&lines, 0)), (2_100 + count + 1, 2_100 + count + 1));
    for options in [json!({}), json!({ "from": "2026-01-01" })] {
        let input = json!({ "task_type": "export_statement", "account_id": "PAY", "options": options });
        let (_, lines) = exported(&world, input).await;
        assert_eq!((lines.len(), different(&lines, 1)), (count + 1, count + 1), "{options}");
    }
    let parts = json!({ "task_type": "export_accounts", "options": { "rowsPerFile": 5_000 } });
    let id = world.start(&admin(), parts).await;
    let result = world.result(id).await;
    assert_eq!((&result["name"], &result["rows"]), (&json!("accounts.zip"), &json!(10_100 + PAYEES + 1)));
    let task = world.task(id).await;
    assert_eq!((task.processed, task.total), (10_121, Some(10_121)));
    world.rest().await;
}
