//! What an upload is answered with: how its rows are read, so that a person can correct it.

use crate::task_tools::{FILES, try_upload};
use crate::world::{Answer, World, answer, world};
use reqwest::Method;
use serde_json::{Value as Json, json};

const PAY: &str = "July payroll\nAccount;Net pay;Note;Value date\nA0;1200,50;七月;2026-07-31\nB0;900,00;;\n";

async fn look(world: &World, query: &str) -> Answer {
    answer(world.request(Method::GET, &format!("{FILES}/file_1{query}"))).await
}

/// A form with these fields: name, file name, content.
async fn try_form(world: &World, query: &str, fields: &[(&str, Option<&str>, &str)]) -> Answer {
    let mut body = String::new();
    for (name, file, content) in fields {
        let file = file.map_or_else(String::new, |file| format!("; filename=\"{file}\""));
        body +=
            &format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n{content}\r\n");
    }
    let request = world.request(Method::POST, &format!("{FILES}{query}")).body(body + "--edge--\r\n");
    answer(request.header("Content-Type", "multipart/form-data; boundary=edge")).await
}

fn column<'a>(file: &'a Json, header: &str) -> &'a Json {
    file["columns"].as_array().unwrap().iter().find(|column| column["header"] == header).unwrap()
}

#[tokio::test]
async fn an_upload_is_answered_with_what_was_read_and_what_it_probably_means() {
    let world = world().await;
    let sent = try_upload(&world, "pay.csv", PAY).await;
    let file = sent.data();
    assert_eq!(
        (&file["kind"], &file["encoding"], &file["delimiter"], &file["header_line"], &file["problem"]),
        (&json!("csv"), &json!("utf-8"), &json!("semicolon"), &json!(2), &Json::Null)
    );
    assert_eq!(file["header"], json!(["Account", "Net pay", "Note", "Value date"]));
    assert_eq!(file["above"][0]["cells"][0], "July payroll");
    assert_eq!(file["rows"][0], json!({ "line": 3, "cells": ["A0", "1200,50", "七月", "2026-07-31"] }));
    assert_eq!(file["rows_estimate"], 2);
    let account = column(file, "Account");
    assert_eq!((&account["confidence"], &account["samples"]), (&json!(100), &json!(["A0", "B0"])));
    let amount = column(file, "Net pay");
    assert_eq!(amount["field"], "amount");
    assert!(column(file, "Value date")["must_decide"].is_string(), "{file}");
    // The same to read it again, and nothing of the kind unless it is asked for.
    assert_eq!(look(&world, "?look=payments").await.data(), file);
    let unread = look(&world, "").await;
    assert_eq!((&unread.data()["kind"], &unread.data()["rows"]), (&json!("text"), &json!([])));
}

#[tokio::test]
async fn what_was_found_can_be_corrected() {
    let world = world().await;
    // 张三 in GB18030, which Big5 reads as other characters.
    let sent = try_upload(&world, "a.csv", b"account,amount,memo\nA0,1.00,\xd5\xc5\xc8\xfd\n".to_vec()).await;
    assert_eq!(sent.data()["kind"], "csv");
    let memo = async |query: &str| look(&world, query).await.data()["rows"][0]["cells"][2].clone();
    assert_eq!(memo("?look=payments&encoding=gb18030").await, "张三");
    assert_ne!(memo("?look=payments&encoding=big5").await, "张三");
    let whole = look(&world, "?look=payments&encoding=gb18030&delimiter=tab").await;
    assert_eq!(whole.data()["header"], json!(["account,amount,memo"]));
    for query in
        ["?look=colours", "?look=payments&encoding=utf-7", "?look=payments&delimiter=colon", "?sheet=1"]
    {
        assert_eq!(look(&world, query).await.code(), "QUERY_INVALID", "{query}");
    }
}

#[tokio::test]
async fn accounts_to_open_are_looked_at_as_such() {
    let world = world().await;
    let request = world.request(Method::POST, &format!("{FILES}?name=staff.csv&look=accounts"));
    let sent = answer(request.body("number,holder,currency\nN-1,Ann,USD\n")).await;
    let fields: Vec<&Json> =
        sent.data()["columns"].as_array().unwrap().iter().map(|column| &column["field"]).collect();
    assert_eq!(fields, [&json!("number"), &json!("holder"), &json!("currency")]);
}

#[tokio::test]
async fn a_file_whose_rows_cannot_be_read_is_kept_and_says_why() {
    let world = world().await;
    let mut workbook = b"PK\x03\x04".to_vec();
    workbook.resize(30, 0);
    workbook.extend_from_slice(b"[Content_Types].xml and no more");
    for (name, bytes, code) in [
        ("cut.xlsx", workbook, json!("FILE_DAMAGED")),
        ("a.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), Json::Null),
    ] {
        let sent = try_upload(&world, name, bytes).await;
        let file = sent.data();
        assert_eq!(file["problem"]["code"], code, "{name}: {file}");
        assert_eq!((&file["rows"], &file["header"]), (&json!([]), &json!([])), "{name}");
        assert!(file["file_id"].is_string(), "{name}");
    }
}

#[tokio::test]
async fn a_form_uploads_the_one_file_that_it_contains() {
    let world = world().await;
    let sent = try_form(&world, "", &[("note", None, "for July"), ("upload", Some("pay.csv"), PAY)]).await;
    let file = sent.data();
    assert_eq!(
        (&file["name"], &file["size"], &file["kind"]),
        (&json!("pay.csv"), &json!(PAY.len()), &json!("csv"))
    );
    let named = try_form(&world, "?name=other.csv", &[("upload", Some("pay.csv"), PAY)]).await;
    assert_eq!((&named.data()["name"], &named.data()["sha256"]), (&json!("other.csv"), &file["sha256"]));
    let long = "x".repeat(200_000);
    for (fields, why) in [
        (&[("note", None, "x")][..], "no field with a file"),
        (&[("a", Some("a.csv"), PAY), ("b", Some("b.csv"), PAY)], "more than one file"),
        (&[("note", None, long.as_str()), ("a", Some("a.csv"), PAY)], "too much beside the file"),
    ] {
        let refused = try_form(&world, "", fields).await;
        assert_eq!(refused.code(), "BODY_INVALID", "{why}");
        assert!(refused.json.to_string().contains(why), "{why}: {:?}", refused.json);
    }
    // Large files come in many pieces.
    let rows = format!("account,amount\n{}", "A0,1.00\n".repeat(100_000));
    let sent = try_form(&world, "", &[("upload", Some("large.csv"), &rows)]).await;
    assert_eq!((&sent.data()["size"], &sent.data()["rows_estimate"]), (&json!(rows.len()), &json!(100_000)));
}
