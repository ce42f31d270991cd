//! Statistics of what customers sent: totals, by day and by account.

use super::{TRANSFERS, pay, two, with};
use serde_json::{Value as Json, json};

#[tokio::test]
async fn statistics_add_up_by_day_and_by_account() {
    let (world, a, b) = two().await;
    let fees = json!({ "feeThreshold": "1000.00", "feeRate": "0.001" });
    world.policy(fees).await;
    let on = |day: &str| json!({ "transferDate": day });
    world.post(TRANSFERS, with(pay(&a, &b, 200_000), on("2026-03-01"))).await.data();
    world.post(TRANSFERS, with(pay(&a, &b, 300), on("2026-03-02"))).await.data();
    world.post(TRANSFERS, with(pay(&b, &a, 400), on("2026-03-02"))).await.data();
    assert_eq!(
        world.post(TRANSFERS, with(pay(&b, &a, 700_000), on("2026-03-02"))).await.code(),
        "INSUFFICIENT_BALANCE"
    );
    let ask = async |query: &str| {
        let path = format!("/api/v2/statistics?from=2026-03-01&to=2026-03-31{query}");
        world.get(&path).await.data().clone()
    };
    let figures = |count: i64, done: i64, rate: f64, amount: i64, fee: i64| {
        json!({ "currency": "USD", "count": count, "successCount": done, "failedCount": count - done,
                "successRate": rate, "amountCents": amount, "feeCents": fee })
    };
    let total = json!([figures(4, 3, 0.75, 200_700, 200)]);
    let days = ask("&groupBy=day").await;
    assert_eq!((&days["totals"], &days["groupCount"]), (&total, &json!(2)));
    let group = |fields: Json, figures: Json| with(figures, fields);
    let day = |date: &str| json!({ "date": date, "accountId": null, "accountNumber": null });
    assert_eq!(
        days["groups"],
        json!([
            group(day("2026-03-01"), figures(1, 1, 1.0, 200_000, 200)),
            group(day("2026-03-02"), figures(3, 2, 0.6666, 700, 0)),
        ])
    );
    let accounts = ask("&groupBy=account").await;
    let of = |account: &super::Opened| json!({ "date": null, "accountId": account.id, "accountNumber": account.number });
    assert_eq!(
        accounts["groups"],
        json!([group(of(&a), figures(2, 2, 1.0, 200_300, 200)), group(of(&b), figures(2, 1, 0.5, 400, 0)),])
    );
    assert_eq!(ask("&groupBy=account&limit=1").await["groups"].as_array().unwrap().len(), 1);
    assert_eq!(ask(&format!("&accountId={}", b.id)).await["totals"], json!([figures(2, 1, 0.5, 400, 0)]));
    assert_eq!(ask("&groupBy=none").await["groups"], json!([]));
    for (query, code) in [
        ("from=2026-03-01", "QUERY_INVALID"),
        ("from=2026-03-01&to=tomorrow", "DATE_INVALID"),
        ("from=2026-03-01&to=2026-03-02&groupBy=hour", "QUERY_INVALID"),
        ("from=2026-03-01&to=2026-03-02&accountId=nobody", "ACCOUNT_NOT_FOUND"),
        ("from=2026-03-01&to=2026-03-02&currency=HRK", "CURRENCY_UNKNOWN"),
    ] {
        assert_eq!(world.get(&format!("/api/v2/statistics?{query}")).await.code(), code, "{query}");
    }
    world.end().await;
}

#[tokio::test]
async fn sums_beyond_the_i64_range_are_correct() {
    let (world, a, b) = two().await;
    world.policy(json!({ "max": null })).await;
    let much = 999_999_999_999_999_999_i64;
    world
        .post("/api/v2/deposits", json!({ "accountId": a.id, "amountCents": much - 1_000_000 }))
        .await
        .data();
    for place in 0..16 {
        let (from, to) = if place % 2 == 0 { (&a, &b) } else { (&b, &a) };
        world.post(TRANSFERS, pay(from, to, much)).await.data();
    }
    let path = "/api/v2/statistics?from=2026-03-10&to=2026-03-10&groupBy=day";
    let answer = world.get(path).await;
    assert_eq!(answer.data()["groups"][0]["amountCents"].to_string(), "15999999999999999984");
    world.end().await;
}
