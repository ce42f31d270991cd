//! The admin view of batches: document 002's examples, to the letter, in both languages.

use crate::batch_tools::{BATCHES, ended, is, make, open, outcome, salaries, verify, world_with_payees};
use crate::browser::{Browser, PASSWORD, add, first_admin};
use crate::world::{Answer, World, answer, world};
use reqwest::Method;
use serde_json::{Value as Json, json};

const ADMIN: &str = "/api/v1/admin/transfer/batches";
const AT: &str = "2026-03-10T12:00:00Z";

/// A request in a language.
async fn say(world: &World, language: &str, method: Method, path: &str, json: Json) -> Answer {
    let request = world.request(method, &format!("{ADMIN}{path}")).header("Accept-Language", language);
    answer(if json.is_null() { request } else { request.json(&json) }).await
}

fn payroll() -> Json {
    json!({ "name": "12月工资发放", "description": "2025年12月员工工资", "network": "internal", "currency": "USD",
        "source_account": "PAY", "recipients": [
            { "address": "P-0", "amount": "10.00", "note": "张三工资" },
            { "address": "P-1", "amount": "4.50", "note": "李四工资" },
            { "address": "P-2", "amount": "9999.99" }] })
}

fn head(status: &str) -> Json {
    json!({ "batch_id": "batch-20260310-001", "name": "12月工资发放", "description": "2025年12月员工工资",
        "network": "internal", "currency": "USD", "status": status })
}

fn with(mut one: Json, more: Json) -> Json {
    one.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    one
}

/// What ids are drawn and hashes computed is not the test's business.
fn settled(mut answer: Answer) -> Json {
    let data = &mut answer.json["data"];
    if data["content_hash"].is_string() {
        data["content_hash"] = json!("HASH");
    }
    if let Some(recipients) = data["recipients"].as_array_mut() {
        for (place, one) in recipients.iter_mut().enumerate() {
            assert!(one["id"].as_str().unwrap().starts_with("item_"), "{one}");
            one["id"] = json!(format!("rcpt-{place}"));
        }
    }
    answer.json
}

fn recipient(place: usize, address: &str, amount: &str, note: Json, end: (&str, &str, Json, Json)) -> Json {
    let (status, state, fee, processed_at) = end;
    json!({ "id": format!("rcpt-{place}"), "address": address, "amount": amount, "note": note, "status": status,
        "state": state, "tx_hash": null, "fee": fee, "fee_currency": "USD", "processed_at": processed_at })
}

fn moved(status: &str, operator: &str, note: Json) -> Json {
    json!({ "status": status, "timestamp": AT, "operator": operator, "note": note })
}

/// The approvals of a batch that needs none.
fn unneeded() -> Json {
    json!({ "needed": 0, "given": 0, "same_day": "0.00", "levels": [], "may_approve": [], "loosened": null,
        "valid_hours": 72, "expires_at": null, "decisions": [] })
}

#[tokio::test]
async fn a_batch_goes_its_way_in_the_words_of_document_002() {
    let world = world_with_payees(3).await;
    let created = say(&world, "zh-CN", Method::POST, "", payroll()).await;
    let counts = json!({ "total_recipients": 3, "total_amount": "10014.49", "success_count": 0, "failed_count": 0,
        "pending_count": 3, "created_by": "key:all", "created_at": AT, "submitted_at": null });
    let draft = with(head("draft"), counts);
    assert_eq!(created.json, json!({ "success": true, "message": "批次已创建", "data": draft }));

    let note = json!({ "note": "请审批12月工资发放" });
    let submitted = say(&world, "zh-CN", Method::POST, "/batch-20260310-001/submit", note).await;
    let data = json!({ "batch_id": "batch-20260310-001", "status": "pending", "submitted_at": AT });
    assert_eq!(submitted.json, json!({ "success": true, "message": "批次已提交审批", "data": data }));

    let listed = say(&world, "zh-CN", Method::GET, "?status=pending&page=1&page_size=50", Json::Null).await;
    let row = with(draft.clone(), json!({ "status": "pending", "submitted_at": AT }));
    let pagination = json!({ "page": 1, "page_size": 50, "total": 1, "total_pages": 1 });
    assert_eq!(
        listed.json,
        json!({ "success": true, "message": "成功", "data": [row], "pagination": pagination })
    );
    let started = say(&world, "zh-CN", Method::POST, "/batch-20260310-001/execute", Json::Null).await;
    let data = json!({ "batch_id": "batch-20260310-001", "status": "processing", "started_at": AT });
    assert_eq!(started.json, json!({ "success": true, "message": "批次已开始执行", "data": data }));
    ended(&world, 1).await;

    let shown =
        say(&world, "zh-CN", Method::GET, "/batch-20260310-001?page=1&page_size=50&status=", Json::Null)
            .await;
    let paid = || ("success", "completed", json!("0.00"), json!(AT));
    let expected = with(
        head("partially_completed"),
        json!({
            "summary": {
                "total_recipients": 3, "total_amount": "10014.49", "total_amount_usd": "10014.49",
                "total_fee": "0.00", "total_fee_usd": "0.00", "fee_currency": "USD", "success_count": 2,
                "failed_count": 1, "pending_count": 0 },
            "recipients": [
                recipient(0, "P-0", "10.00", json!("张三工资"), paid()),
                recipient(1, "P-1", "4.50", json!("李四工资"), paid()),
                recipient(2, "P-2", "9999.99", Json::Null, ("failed", "failed", Json::Null, json!(AT)))],
            "timeline": [
                moved("draft", "key:all", Json::Null),
                moved("pending", "key:all", json!("请审批12月工资发放")),
                moved("processing", "key:all", Json::Null),
                moved("partially_completed", "system", Json::Null)],
            "changes": { "base_batch_id": null, "base_name": null, "counts": [
                { "kind": "first_payment", "count": 3, "listed": 3, "amount": "10014.49" },
                { "kind": "account_opened", "count": 3, "listed": 3, "amount": "10014.49" }] },
            "approval": unneeded(),
            "content_hash": "HASH", "created_by": "key:all", "created_at": AT, "approved_by": null,
            "approved_at": null }),
    );
    let pagination = json!({ "page": 1, "page_size": 50, "total": 3, "total_pages": 1 });
    assert_eq!(
        settled(shown),
        json!({ "success": true, "message": "成功", "data": expected, "pagination": pagination })
    );
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn the_same_in_english() {
    let world = world_with_payees(3).await;
    let message = |answer: Answer| {
        answer.data();
        answer.json["message"].clone()
    };
    let at = |rest: &str| format!("/batch-20260310-001/{rest}");
    let post = Method::POST;
    assert_eq!(message(say(&world, "en", post.clone(), "", payroll()).await), "The batch was created");
    let submitted = say(&world, "en", post.clone(), &at("submit"), Json::Null).await;
    assert_eq!(message(submitted), "The batch was submitted for approval");
    let cancelled =
        say(&world, "en", post.clone(), &at("cancel"), json!({ "reason": "数据有误，需重新导入" })).await;
    assert_eq!(message(cancelled.clone()), "The batch was cancelled");
    let data = json!({ "batch_id": "batch-20260310-001", "status": "cancelled", "cancelled_at": AT,
        "cancelled_by": "key:all" });
    assert_eq!(cancelled.json["data"], data);
    let shown = say(&world, "en", Method::GET, "/batch-20260310-001", Json::Null).await;
    assert_eq!(shown.json["message"], "OK");
    assert_eq!(shown.data()["timeline"][2], moved("cancelled", "key:all", json!("数据有误，需重新导入")));
    let summary = &shown.data()["summary"];
    assert_eq!((&summary["failed_count"], &summary["pending_count"]), (&json!(3), &json!(0)));
    assert_eq!(shown.data()["recipients"][0]["state"], "skipped");
    // A draft that another one is made from.
    say(&world, "en", post.clone(), "", payroll()).await.data();
    let cancelled = say(&world, "zh", post.clone(), "/2/cancel", Json::Null).await;
    assert_eq!(message(cancelled), "批次已取消");
    world.stop().await;
}

#[tokio::test]
async fn recipients_are_filtered_by_status_and_paged() {
    let world = world_with_payees(3).await;
    say(&world, "en", Method::POST, "", payroll()).await.data();
    for (query, addresses, total, pages) in [
        ("?page_size=2", &["P-0", "P-1"][..], 3, 2),
        ("?page_size=2&page=2", &["P-2"], 3, 2),
        ("?status=pending", &["P-0", "P-1", "P-2"], 3, 1),
        ("?status=success", &[], 0, 0),
    ] {
        check_page(&world, query, addresses, total, pages).await;
    }
    say(&world, "en", Method::POST, "/1/submit", Json::Null).await.data();
    say(&world, "en", Method::POST, "/1/execute", Json::Null).await.data();
    ended(&world, 1).await;
    for (query, addresses, total, pages) in [
        ("?status=success&page_size=1", &["P-0"][..], 2, 2),
        ("?status=failed", &["P-2"], 1, 1),
        ("?status=pending", &[], 0, 0),
        ("?status=", &["P-0", "P-1", "P-2"], 3, 1),
    ] {
        check_page(&world, query, addresses, total, pages).await;
    }
    let none = say(&world, "en", Method::GET, "?status=draft", Json::Null).await;
    assert_eq!((none.data(), &none.json["pagination"]["total_pages"]), (&json!([]), &json!(0)));
    for query in ["?status=completed", "?page=0", "?page_size=201", "?pageSize=5"] {
        let refused = say(&world, "en", Method::GET, &format!("/1{query}"), Json::Null).await;
        assert_eq!(outcome(&refused), is(422, "QUERY_INVALID"), "{query}");
    }
    world.stop().await;
}

async fn check_page(world: &World, query: &str, addresses: &[&str], total: i64, pages: i64) {
    let shown = say(world, "en", Method::GET, &format!("/1{query}"), Json::Null).await;
    let found = shown.data()["recipients"].as_array().unwrap();
    let found: Vec<_> = found.iter().map(|one| one["address"].as_str().unwrap()).collect();
    assert_eq!(found, addresses, "{query}");
    let pagination = &shown.json["pagination"];
    assert_eq!((&pagination["total"], &pagination["total_pages"]), (&json!(total), &json!(pages)), "{query}");
}

#[tokio::test]
async fn a_wrong_state_is_409_and_a_missing_batch_404_with_the_texts_of_document_002() {
    let world = world_with_payees(3).await;
    say(&world, "en", Method::POST, "", payroll()).await.data();
    let check = async |path: &str, status: u16, code: &str, text: &str| {
        let refused = say(&world, "zh", Method::POST, path, Json::Null).await;
        assert_eq!(outcome(&refused), is(status, code), "{path}");
        assert_eq!(refused.json["message"], text, "{path}");
    };
    let missing = say(&world, "zh", Method::GET, "/batch-20260310-009", Json::Null).await;
    assert_eq!(
        (outcome(&missing), &missing.json["message"]),
        (is(404, "BATCH_NOT_FOUND"), &json!("批次不存在"))
    );
    check("/batch-20260310-009/submit", 404, "BATCH_NOT_FOUND", "批次不存在").await;
    check("/nonsense/cancel", 404, "BATCH_NOT_FOUND", "批次不存在").await;
    check("/1/execute", 409, "BATCH_WRONG_STATE", "批次当前状态不允许此操作").await;
    say(&world, "en", Method::POST, "/1/submit", Json::Null).await.data();
    check("/1/submit", 409, "BATCH_WRONG_STATE", "批次当前状态不允许此操作").await;
    say(&world, "en", Method::POST, "/1/execute", Json::Null).await.data();
    ended(&world, 1).await;
    check("/1/cancel", 409, "BATCH_CANNOT_CANCEL", "批次已开始执行，无法取消").await;
    check("/1/execute", 409, "BATCH_WRONG_STATE", "批次当前状态不允许此操作").await;
    say(&world, "en", Method::POST, "", payroll()).await.data();
    say(&world, "en", Method::POST, "/2/cancel", Json::Null).await.data();
    check("/2/cancel", 409, "BATCH_CANCELLED", "批次已取消，其中的转账不会再执行").await;
    world.stop().await;
}

#[tokio::test]
async fn a_draft_is_refused_whole_and_only_the_internal_network_exists() {
    let world = world_with_payees(1).await;
    let check = async |more: Json, status: u16, code: &str| {
        let refused = say(&world, "en", Method::POST, "", with(payroll(), more.clone())).await;
        assert_eq!(outcome(&refused), is(status, code), "{more}");
    };
    check(json!({}), 422, "BATCH_ROWS_INVALID").await;
    check(json!({ "recipients": [] }), 422, "BATCH_EMPTY").await;
    check(json!({ "network": "Ethereum" }), 422, "NETWORK_UNKNOWN").await;
    check(json!({ "source_account": "NOBODY" }), 404, "SOURCE_ACCOUNT_NOT_FOUND").await;
    check(json!({ "currency": "EUR" }), 422, "CURRENCY_UNKNOWN").await;
    check(json!({ "recipient": [] }), 422, "BODY_INVALID").await;
    let twice = json!([{ "address": "P-0", "amount": "1.00" }, { "address": "P-0", "amount": "2.00" }]);
    check(json!({ "recipients": twice }), 400, "DUPLICATE_TARGET").await;
    assert_eq!(world.get(ADMIN).await.json["pagination"]["total"], 0);
    world.stop().await;
}

#[tokio::test]
async fn a_repeated_request_gets_the_first_answer() {
    let world = world_with_payees(3).await;
    let once = async |key: &str, path: &str, json: Json| {
        world.post_once(key, &format!("{ADMIN}{path}"), json).await.json
    };
    for (key, path, json) in [
        ("k-1", "", payroll()),
        ("k-2", "/1/submit", json!({ "note": "x" })),
        ("k-3", "/1/cancel", json!({ "reason": "y" })),
    ] {
        let first = once(key, path, json.clone()).await;
        assert_eq!(first["success"], true, "{first}");
        assert_eq!(once(key, path, json).await, first, "{path}");
    }
    assert_eq!(world.get(ADMIN).await.json["pagination"]["total"], 1);
    world.stop().await;
}

#[tokio::test]
async fn totals_in_another_currency_follow_the_stored_rate_or_are_null() {
    let world = world().await;
    open(&world, "EURO", "EUR", "100.00").await;
    open(&world, "E-1", "EUR", "0").await;
    let body = json!({ "name": "Fees", "source_account": "EURO",
        "recipients": [{ "address": "E-1", "amount": "20.00" }] });
    say(&world, "en", Method::POST, "", body).await.data();
    let usd = async || {
        let shown = say(&world, "en", Method::GET, "/1", Json::Null).await;
        let summary = shown.data()["summary"].clone();
        (
            summary["total_amount_usd"].clone(),
            summary["total_fee_usd"].clone(),
            summary["fee_currency"].clone(),
        )
    };
    assert_eq!(usd().await, (Json::Null, Json::Null, json!("EUR")));
    open(&world, "USD-1", "USD", "0").await;
    assert_eq!(usd().await, (Json::Null, Json::Null, json!("EUR")));
    world.post("/api/v2/fx-rates", json!({ "source": "EUR", "target": "USD", "rate": "1.25" })).await;
    assert_eq!(usd().await, (json!("25.00"), json!("0.00"), json!("EUR")));
    world.stop().await;
}

#[tokio::test]
async fn auditors_read_the_admin_view_and_operators_do_not() {
    let world = world_with_payees(3).await;
    make(&world, salaries(3, "10.00")).await;
    let admin = first_admin(&world).await;
    for (role, reads, writes) in
        [("operator", 403, 403), ("finance", 200, 200), ("auditor", 200, 403), ("admin", 200, 200)]
    {
        add(&admin, role, role).await;
        let browser = Browser::signed_in(&world, role, PASSWORD).await;
        for path in [ADMIN.to_owned(), format!("{ADMIN}/1")] {
            assert_eq!(browser.get(&path).await.status, reads, "{role} {path}");
        }
        assert_eq!(browser.post(ADMIN, payroll()).await.status, writes, "{role}");
        let changes = browser.get(&format!("{BATCHES}/1/changes")).await;
        assert_eq!(changes.status, 200, "{role}");
    }
    world.stop().await;
}

#[tokio::test]
async fn anybody_may_know_what_the_first_screen_needs() {
    let world = world().await;
    let public = async || answer(world.client.get(format!("{}/api/v1/info", world.url))).await;
    let info = public().await;
    let expected = json!({ "setUpNeeded": true, "language": "en", "languages": ["en", "zh"],
        "version": env!("CARGO_PKG_VERSION"), "organisationName": null, "timeZone": "UTC",
        "approvalNeeded": false });
    assert_eq!(info.data(), &expected);
    let admin = first_admin(&world).await;
    let set = json!({ "organisationName": "华夏贸易", "timeZone": "Asia/Shanghai" });
    assert_eq!(admin.put("/api/v2/settings", set).await.data()["organisationName"], "华夏贸易");
    let changed =
        json!({ "setUpNeeded": false, "organisationName": "华夏贸易", "timeZone": "Asia/Shanghai" });
    assert_eq!(public().await.data(), &with(expected, changed));
    admin.put("/api/v2/settings", json!({ "organisationName": "" })).await.data();
    assert_eq!(public().await.data()["organisationName"], Json::Null);
    world.stop().await;
}
