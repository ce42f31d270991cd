//! Files over HTTP: what is accepted, how they come back, and that nothing in them runs.

use crate::browser::{Browser, PASSWORD, add, first_admin};
use crate::task_tools::{FILES, try_upload, upload};
use crate::world::{World, answer, world};
use reqwest::Method;
use serde_json::json;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

/// A file's content with the headers that say how it is shown.
async fn content(world: &World, id: &str, query: &str) -> (Vec<String>, Vec<u8>) {
    let response = world.request(Method::GET, &format!("{FILES}/{id}/content{query}")).send().await.unwrap();
    assert_eq!(response.status().as_u16(), 200);
    let header = |name: &str| {
        let value = response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        value.unwrap_or_default()
    };
    let policy = header("content-security-policy");
    assert!(policy.starts_with("sandbox; default-src 'none'"), "{policy}");
    assert_eq!(header("x-content-type-options"), "nosniff");
    let told = vec![header("content-disposition"), header("content-type"), header("content-length")];
    (told, response.bytes().await.unwrap().to_vec())
}

#[tokio::test]
async fn a_file_comes_back_as_it_was_and_as_an_attachment() {
    let world = world().await;
    let sent = try_upload(&world, "七月.csv", "payee,amount\n").await;
    let file = sent.data().clone();
    assert_eq!(
        (&file["file_id"], &file["kind"], &file["size"]),
        (&json!("file_1"), &json!("csv"), &json!(13))
    );
    assert_eq!(file["sha256"].as_str().unwrap().len(), 64);
    let shown = answer(world.request(Method::GET, &format!("{FILES}/file_1?look=payments"))).await;
    assert_eq!(shown.data(), &file);
    let (told, bytes) = content(&world, "file_1", "").await;
    let name = "attachment; filename=\"__.csv\"; filename*=UTF-8''%E4%B8%83%E6%9C%88.csv";
    assert_eq!(
        (told, bytes),
        (vec![name.to_owned(), "text/plain".to_owned(), "13".to_owned()], b"payee,amount\n".to_vec())
    );
}

#[tokio::test]
async fn only_pictures_and_documents_are_shown_in_place() {
    let world = world().await;
    for (name, bytes, kind, disposition) in [
        ("a.png", PNG, "image/png", "inline"),
        ("a.pdf", b"%PDF-1.7", "application/pdf", "inline"),
        ("a.html", b"<script>alert(1)</script>", "text/plain", "attachment"),
        ("a.svg", b"<svg onload=alert(1)>", "text/plain", "attachment"),
        ("a.png", b"<svg onload=alert(1)>", "text/plain", "attachment"),
    ] {
        let sent = try_upload(&world, name, bytes.to_vec()).await;
        let id = sent.data()["file_id"].as_str().unwrap().to_owned();
        let (told, _) = content(&world, &id, "?inline=1").await;
        assert!(told[0].starts_with(disposition), "{name}: {told:?}");
        assert_eq!(told[1], kind, "{name}");
        let (told, _) = content(&world, &id, "").await;
        assert!(told[0].starts_with("attachment"), "{name}: {told:?}");
    }
    let wrong = answer(world.request(Method::GET, &format!("{FILES}/file_1/content?inline=2"))).await;
    assert_eq!(wrong.code(), "QUERY_INVALID");
}

#[tokio::test]
async fn what_is_refused_is_told_by_name() {
    let world = world().await;
    for (name, bytes, code) in [
        ("a.csv", &b""[..], "UPLOAD_EMPTY"),
        ("a.csv", b"\x7fELF\x02\x01", "UPLOAD_UNSUPPORTED"),
        ("..", b"x", "NAME_INVALID"),
    ] {
        assert_eq!(try_upload(&world, name, bytes.to_vec()).await.code(), code, "{name}");
    }
    let nameless = answer(world.request(Method::POST, FILES).body("a,b\n")).await;
    assert_eq!(nameless.code(), "QUERY_INVALID");
    let missing = answer(world.request(Method::GET, &format!("{FILES}/file_9/content"))).await;
    assert_eq!(missing.code(), "FILE_NOT_FOUND");
}

#[tokio::test]
async fn a_large_upload_takes_no_memory_of_requests() {
    let world = world().await;
    // More than the body of any other request may have, and than one request may hold.
    let row = "A0,1.00,salary of July\n".repeat(1_000);
    let rows = row.repeat(17 * 1024 * 1024 / row.len() + 1);
    let sent = try_upload(&world, "large.csv", rows.clone()).await;
    assert_eq!(sent.data()["size"], json!(rows.len()));
    let (_, bytes) = content(&world, "file_1", "").await;
    assert_eq!(bytes.len(), rows.len());
}

#[tokio::test]
async fn a_file_of_another_does_not_exist() {
    let world = world().await;
    let admin = first_admin(&world).await;
    let operator = async |login: &str, address: &str| {
        add(&admin, login, "operator").await;
        let browser = Browser::at(&world, address);
        browser.login(login, PASSWORD).await.data();
        browser
    };
    let ann = operator("ann@example.com", "203.0.113.7").await;
    let bob = operator("bob@example.com", "203.0.113.8").await;
    let id = upload(&ann, "pay.csv", "payee,amount\n").await;
    assert_eq!(ann.get(&format!("{FILES}/{id}")).await.code(), "ok");
    assert_eq!(bob.get(&format!("{FILES}/{id}")).await.code(), "FILE_NOT_FOUND");
    assert_eq!(bob.get(&format!("{FILES}/{id}/content")).await.code(), "FILE_NOT_FOUND");
    assert_eq!(admin.get(&format!("{FILES}/{id}")).await.code(), "ok");
}
