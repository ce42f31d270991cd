//! Accounts: opening, freezing, closing, and their statements.

use super::{TRANSFERS, pay, two, with};
use serde_json::{Value as Json, json};

#[tokio::test]
async fn an_account_is_opened_shown_frozen_unfrozen_and_closed() {
    let (world, a, b) = two().await;
    let shown = world.get("/api/v2/accounts/A-1").await;
    let expected = json!({
        "id": a.id, "number": "A-1", "kind": "customer", "status": "active", "currency": "USD", "scale": 2, "isDefault": true,
        "holder": { "id": "hold_1", "mixedScripts": false, "name": "ann", "email": "ann@example.com", "uid": null },
        "balanceCents": 1_000_000, "availableCents": 1_000_000, "heldCents": 0, "overdraftCents": 0,
        "createdAt": "2026-03-10T12:00:00Z", "totp": "none",
    });
    assert_eq!(*shown.data(), expected);
    let verb = |verb: &str| format!("/api/v2/accounts/{}/{verb}", a.id);
    let reason = json!({ "reason": "asked for" });
    assert_eq!(world.post(&verb("freeze"), reason.clone()).await.data()["status"], "frozen");
    assert_eq!(world.post(&verb("freeze"), reason).await.code(), "ACCOUNT_WRONG_STATE");
    assert_eq!(world.post(TRANSFERS, pay(&a, &b, 1)).await.code(), "SOURCE_ACCOUNT_FROZEN");
    assert_eq!(world.post(&verb("unfreeze"), Json::Null).await.data()["status"], "active");
    assert_eq!(world.post(&verb("close"), Json::Null).await.code(), "ACCOUNT_NOT_EMPTY");
    world.post("/api/v2/withdrawals", json!({ "accountId": a.id, "amountCents": 1_000_000 })).await.data();
    assert_eq!(world.post(&verb("close"), Json::Null).await.data()["status"], "closed");
    assert_eq!(world.post(&verb("unfreeze"), Json::Null).await.code(), "ACCOUNT_WRONG_STATE");
    assert_eq!(world.post("/api/v2/accounts/world-USD/freeze", Json::Null).await.code(), "SYSTEM_ACCOUNT");
    let long = json!({ "reason": "x".repeat(501) });
    assert_eq!(world.post("/api/v2/accounts/B-1/freeze", long).await.code(), "TEXT_TOO_LONG");
    world.end().await;
}

#[tokio::test]
async fn each_reason_not_to_open_an_account_has_its_code() {
    let (world, ..) = two().await;
    let base = json!({ "number": "N-1", "currency": "USD", "holderId": "hold_1" });
    let cases = [
        ("ACCOUNT_EXISTS", json!({ "number": "A-1" })),
        ("NAME_INVALID", json!({ "number": " " })),
        ("NUL_BYTE", json!({ "number": "x\u{0}" })),
        ("CURRENCY_UNKNOWN", json!({ "currency": "HRK" })),
        ("HOLDER_NOT_FOUND", json!({ "holderId": "hold_77" })),
        ("HOLDER_NOT_FOUND", json!({ "holderId": "1 OR 1=1" })),
        ("HOLDER_NOT_NAMED", json!({ "holder": { "name": "x" } })),
        ("HOLDER_NOT_NAMED", json!({ "holderId": null })),
        ("BODY_INVALID", json!({ "balance": 5 })),
    ];
    for (code, fields) in cases {
        assert_eq!(
            world.post("/api/v2/accounts", with(base.clone(), fields.clone())).await.code(),
            code,
            "{fields}"
        );
    }
    assert_eq!(world.post("/api/v2/accounts", base).await.data()["holder"]["name"], "ann");
    world.end().await;
}

#[tokio::test]
async fn malformed_ids_are_refused_and_break_nothing() {
    let (world, ..) = two().await;
    let long = "9".repeat(10_000);
    let ids = [
        "'%20OR%201=1%20--",
        "1;%20DROP%20TABLE%20account",
        long.as_str(),
        "%2e%2e%2fetc",
        "%00",
        "1%00",
        "%ff%fe",
        "-1",
        "0",
        "007",
        "1e3",
        "９",
        "9223372036854775808",
    ];
    for id in ids {
        for path in [
            format!("/api/v2/accounts/{id}"),
            format!("/api/v2/accounts/{id}/transactions"),
            format!("/api/v2/holders/{id}"),
            format!("{TRANSFERS}/{id}"),
        ] {
            let answer = world.get(&path).await;
            let is_refused = matches!(answer.status, 400 | 404 | 414 | 422);
            assert!(is_refused && answer.code() != "ok", "{path}: {} {}", answer.status, answer.json);
        }
        let frozen = world.post(&format!("/api/v2/accounts/{id}/freeze"), Json::Null).await;
        assert!(matches!(frozen.status, 404 | 422), "{id}");
    }
    for id in ["' OR 1=1 --", "\u{0}", "../1", long.as_str()] {
        let body = json!({ "fromAccountId": id, "toAccountId": "B-1", "fromAmountCents": 1 });
        assert_eq!(world.post(TRANSFERS, body).await.code(), "SOURCE_ACCOUNT_NOT_FOUND");
    }
    world.end().await;
}

#[tokio::test]
async fn a_statement_chains_balances_across_pages_and_filters_by_date_and_direction() {
    let (world, a, b) = two().await;
    for place in 0..30 {
        let (from, to) = if place % 3 == 0 { (&b, &a) } else { (&a, &b) };
        let date =
            json!({ "transferDate": format!("2026-02-{:02}", 1 + place % 28), "memo": format!("m{place}") });
        world.post(TRANSFERS, with(pay(from, to, 100 + place), date)).await.data();
    }
    let path = format!("/api/v2/accounts/{}/transactions?pageSize=7", a.id);
    let (mut entries, mut cursor) = (Vec::<Json>::new(), String::new());
    loop {
        let page = world.get(&format!("{path}{cursor}")).await;
        entries.extend(page.data().as_array().unwrap().iter().cloned());
        match page.json["pagination"]["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(entries.len(), 31);
    for pair in entries.windows(2) {
        assert_eq!(pair[0]["balanceBeforeCents"], pair[1]["balanceAfterCents"]);
    }
    assert_eq!(entries[0]["balanceAfterCents"], world.balance(&a).await);
    assert_eq!((&entries[0]["memo"], &entries[0]["otherAccountNumber"]), (&json!("m29"), &json!("B-1")));
    let count =
        async |query: &str| world.get(&format!("{path}&{query}")).await.data().as_array().unwrap().len();
    assert_eq!(count("from=2026-02-01&to=2026-02-01").await, 2);
    assert_eq!(count("from=2026-02-02&to=2026-02-04&direction=out").await, 3);
    let reversed = world.get(&format!("{path}&from=2026-02-10&to=2026-02-09")).await;
    assert_eq!((reversed.status, reversed.code()), (422, "RANGE_REVERSED"));
    let bad = world.get(&format!("{path}&from=2026-2-1")).await;
    assert_eq!((bad.status, bad.code()), (422, "DATE_INVALID"));
    world.end().await;
}
