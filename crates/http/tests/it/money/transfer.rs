//! Single transfers: document 001's flow, refusals, deposits and withdrawals.

use super::{Opened, TRANSFERS, pay, two, with};
use crate::world::World;
use serde_json::{Value as Json, json};
use service::fx;

#[tokio::test]
async fn a_converting_transfer_with_memo_and_vouchers_shows_both_entries_with_balances() {
    let (world, a, _) = two().await;
    let c = world.open("C-1", "cai", "CNY", 100).await;
    world.rate("USD", "CNY", "7.1").await;
    let vouchers = json!(["https://files.example.com/1.pdf", "/uploads/2.png"]);
    let fields = json!({ "toAmountCents": 71_234, "exchangeRate": 7.1234, "memo": "三月房租",
                         "voucherUrl": vouchers, "transferDate": "2026-03-01" });
    let made = world.post(TRANSFERS, with(pay(&a, &c, 10_000), fields)).await;
    let made = made.data().clone();
    let expected = json!({
        "transferDate": "2026-03-01", "kind": "transfer", "status": "completed", "errorCode": null,
        "fromAccountId": a.id, "fromAccountNumber": "A-1", "toAccountId": c.id, "toAccountNumber": "C-1",
        "fromCurrency": "USD", "toCurrency": "CNY", "fromAmountCents": 10_000, "toAmountCents": 71_234,
        "feeCents": 0, "exchangeRate": "7.1234", "memo": "三月房租", "voucherUrl": vouchers,
        "createdAt": "2026-03-10T12:00:00Z",
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&made[name], value, "{name}");
    }
    assert_eq!(made["exchange"]["rateSource"], "request");
    let entry = |account: &str, kind: &str, amount: i64, before: i64| {
        json!({ "accountId": account, "flowId": made["id"], "transactionDate": "2026-03-01",
                "transactionType": kind, "amountCents": amount, "balanceBeforeCents": before,
                "balanceAfterCents": before + amount, "createdAt": "2026-03-10T12:00:00Z" })
    };
    let entries = made["entries"].as_array().unwrap().iter().map(|one| {
        let mut one = one.clone();
        one.as_object_mut().unwrap().remove("id");
        one
    });
    assert_eq!(
        entries.collect::<Vec<_>>(),
        [entry(&a.id, "transfer_out", -10_000, 1_000_000), entry(&c.id, "transfer_in", 71_234, 100)]
    );
    // A later read returns the same as the response.
    let id = made["id"].as_str().unwrap();
    assert_eq!(*world.get(&format!("{TRANSFERS}/{id}")).await.data(), made);
    world.end().await;
}

#[tokio::test]
async fn a_fee_is_a_separate_entry_and_transfers_within_one_holder_pay_none() {
    let (world, a, b) = two().await;
    let own = world.open("A-2", "ann", "USD", 0).await;
    let fees = json!({ "feeThreshold": "1000.00", "feeRate": "0.001", "feeMin": "1.00",
                       "feeMax": "50.00" });
    world.policy(fees).await;
    let made = world.post(TRANSFERS, pay(&a, &b, 200_000)).await;
    let entries = made.data()["entries"].as_array().unwrap();
    let kinds: Vec<_> = entries.iter().map(|entry| entry["transactionType"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["transfer_out", "transfer_in", "fee"]);
    assert_eq!(made.data()["feeCents"], 200);
    let inner = world.post(TRANSFERS, pay(&a, &own, 200_000)).await;
    assert_eq!((&inner.data()["kind"], &inner.data()["feeCents"]), (&json!("internal"), &json!(0)));
    assert_eq!(world.balance(&a).await, 1_000_000 - 200_200 - 200_000);
    world.end().await;
}

#[tokio::test]
async fn an_id_and_a_number_are_never_confused() {
    let (world, a, b) = two().await;
    assert_eq!(
        (a.id.as_str(), b.id.as_str()),
        (world.id_of("A-1").await.as_str(), world.id_of("B-1").await.as_str())
    );
    let bare = a.id.strip_prefix("acct_").unwrap().to_owned();
    let paid = async |from: Json| {
        let body = json!({ "fromAccountId": from, "toAccountId": "B-1", "fromAmountCents": 1 });
        let answer = world.post(TRANSFERS, body).await;
        match answer.code() {
            "ok" => answer.data()["fromAccountNumber"].as_str().unwrap().to_owned(),
            code => format!("{code} {}", answer.json["error"]["details"].as_str().unwrap_or_default()),
        }
    };
    // Bare digits are a number. If there is no such number but such an id, the refusal says how to write the
    // id.
    assert_eq!(paid(json!(bare)).await, format!("ACCOUNT_ID_WITHOUT_NOUN {}", a.id));
    // Now the digits of A's id are another account's number; no other spelling changes its meaning.
    world.open(&bare, "tim", "USD", 1_000).await;
    let id: i64 = bare.parse().unwrap();
    for (named, expected) in [
        (json!(a.id), "A-1"),
        (json!(id), "A-1"),
        (json!("A-1"), "A-1"),
        (json!(format!(" {} ", a.id)), "A-1"),
        (json!(bare), bare.as_str()),
        (json!(format!("ACCT_{bare}")), &format!("ID_INVALID ACCT_{bare}")),
        (json!("hold_1"), "ID_INVALID hold_1"),
        (json!("acct_999"), "SOURCE_ACCOUNT_NOT_FOUND acct_999"),
        (json!(999), "SOURCE_ACCOUNT_NOT_FOUND acct_999"),
        (json!(0), "ID_INVALID acct_0"),
        (json!("none"), "SOURCE_ACCOUNT_NOT_FOUND none"),
        (json!("A-1\u{200b}"), "INVISIBLE_CHARACTER A-1\\u{200b}"),
        (json!("\u{410}-1"), "SOURCE_ACCOUNT_NOT_FOUND \u{410}-1"),
        (json!("A-１"), "FULL_WIDTH_DIGITS fromAccountId"),
    ] {
        assert_eq!(paid(named.clone()).await, expected, "{named}");
    }
    let shown = async |path: String| {
        let answer = world.get(&path).await;
        answer.json["data"]["number"].as_str().map_or_else(|| answer.code().to_owned(), str::to_owned)
    };
    assert_eq!(shown(format!("/api/v2/accounts/{}", a.id)).await, "A-1");
    assert_eq!(shown(format!("/api/v2/accounts/{bare}")).await, bare);
    world.end().await;
}

#[tokio::test]
async fn an_account_number_that_looks_like_an_id_is_refused() {
    let (world, a, b) = two().await;
    // Whether or not an account with that id exists yet.
    for number in ["acct_3", a.id.as_str(), "ACCT_99", " xfer_1 ", "evt_9"] {
        let body = json!({ "number": number, "currency": "USD", "holder": { "name": "x" } });
        assert_eq!(world.post("/api/v2/accounts", body).await.code(), "NAME_RESERVED", "{number}");
    }
    let squatter = world.open("3", "sam", "USD", 0).await;
    let customer = world.open("NEW-1", "una", "USD", 0).await;
    world.post(TRANSFERS, pay(&a, &customer, 300)).await.data();
    world.post(TRANSFERS, pay(&b, &squatter, 7)).await.data();
    assert_eq!((world.balance(&customer).await, world.balance(&squatter).await), (300, 7));
    world.end().await;
}

#[tokio::test]
async fn deposits_and_withdrawals_involve_one_customer_account() {
    let (world, a, _) = two().await;
    let body = json!({ "accountId": a.id, "amountCents": 500, "memo": "cash", "voucherUrl": "/v/1" });
    let deposit = world.post("/api/v2/deposits", body.clone()).await;
    let deposit = deposit.data();
    assert_eq!((&deposit["kind"], &deposit["fromAccountId"]), (&json!("deposit"), &Json::Null));
    assert_eq!(deposit["entries"].as_array().unwrap().len(), 1);
    let out = world.post("/api/v2/withdrawals", body).await;
    assert_eq!((&out.data()["kind"], &out.data()["toAccountId"]), (&json!("withdrawal"), &Json::Null));
    assert_eq!(world.balance(&a).await, 1_000_000);
    let much = json!({ "accountId": "A-1", "amountCents": 1_000_001 });
    world.policy(json!({ "max": null })).await;
    assert_eq!(world.post("/api/v2/withdrawals", much).await.code(), "INSUFFICIENT_BALANCE");
    let nobody = json!({ "accountId": "nobody", "amountCents": 1 });
    assert_eq!(world.post("/api/v2/deposits", nobody.clone()).await.code(), "TARGET_ACCOUNT_NOT_FOUND");
    assert_eq!(world.post("/api/v2/withdrawals", nobody).await.code(), "SOURCE_ACCOUNT_NOT_FOUND");
    world.end().await;
}

/// A status, a code, whether the refusal is recorded as a failed transfer, and the request's body.
type Case = (u16, &'static str, bool, Json);

/// Requests that are refused, one per rule; the ledger has the limits of [`limited`].
async fn refused_transfers(world: &World, a: &Opened, b: &Opened) -> Vec<Case> {
    let cny = world.open("C-1", "cai", "CNY", 0).await;
    let eur = world.open("E-1", "eva", "EUR", 0).await;
    let (frozen, closed) =
        (world.open("F-1", "fay", "USD", 100).await, world.open("G-1", "gus", "USD", 0).await);
    world.post(&format!("/api/v2/accounts/{}/freeze", frozen.id), json!({})).await.data();
    world.post(&format!("/api/v2/accounts/{}/close", closed.id), json!({})).await.data();
    world.post("/api/v2/fx-rates", json!({ "source": "USD", "target": "CNY", "rate": "7.10" })).await.data();
    let none = Opened { id: "none".to_owned(), number: String::new() };
    let small = world.open("S-1", "sue", "USD", 1_000).await;
    let more = |fields: Json| with(pay(a, b, 100), fields);
    vec![
        (404, "SOURCE_ACCOUNT_NOT_FOUND", false, pay(&none, b, 100)),
        (404, "TARGET_ACCOUNT_NOT_FOUND", false, pay(a, &none, 100)),
        (422, "SYSTEM_ACCOUNT", true, more(json!({ "toAccountId": "world-USD" }))),
        (422, "SOURCE_ACCOUNT_CLOSED", true, pay(&closed, b, 100)),
        (422, "SOURCE_ACCOUNT_FROZEN", true, pay(&frozen, b, 100)),
        (422, "TARGET_ACCOUNT_CLOSED", true, pay(a, &closed, 100)),
        (422, "TARGET_ACCOUNT_FROZEN", true, pay(a, &frozen, 100)),
        (422, "SAME_ACCOUNT", true, pay(a, a, 100)),
        (422, "CURRENCY_MISMATCH", true, pay(a, &eur, 100)),
        (422, "RATE_INVALID", true, with(pay(a, &cny, 100), json!({ "exchangeRate": "0" }))),
        (422, "EXCHANGE_AMOUNT_MISMATCH", true, with(pay(a, &cny, 100), json!({ "toAmountCents": 711 }))),
        (422, "EXCHANGE_AMOUNT_MISMATCH", true, more(json!({ "toAmountCents": 101 }))),
        (422, "EXCHANGE_AMOUNT_MISMATCH", true, more(json!({ "exchangeRate": 1.5 }))),
        (422, "AMOUNT_NOT_POSITIVE", true, pay(a, b, 0)),
        (422, "AMOUNT_NOT_POSITIVE", false, pay(a, b, -1)),
        (422, "AMOUNT_TOO_LARGE", false, pay(a, b, i64::MAX)),
        (422, "AMOUNT_BELOW_MINIMUM", true, pay(a, b, 1)),
        (422, "AMOUNT_ABOVE_MAXIMUM", true, pay(a, b, 500_001)),
        (422, "INSUFFICIENT_BALANCE", true, pay(&small, b, 1_001)),
        (422, "INSUFFICIENT_BALANCE_FOR_FEE", true, pay(&small, b, 950)),
        (422, "TEXT_TOO_LONG", false, more(json!({ "memo": "x".repeat(501) }))),
        (422, "NUL_BYTE", false, more(json!({ "memo": "\u{0}" }))),
        (422, "DATE_INVALID", false, more(json!({ "transferDate": "2026-02-30" }))),
        (422, "VOUCHER_INVALID", false, more(json!({ "voucherUrl": "javascript:alert(1)" }))),
        (422, "VOUCHER_INVALID", false, more(json!({ "voucherUrl": vec!["/v"; 21] }))),
    ]
}

/// Limits and fees of dollars.
async fn limited(world: &World) {
    let limits = json!({ "min": "0.02", "max": "5000.00", "day": "9000.00", "month": "9500.00",
                         "feeThreshold": "8.00", "feeRate": "0.001", "feeMin": "1.00", "feeMax": "50.00" });
    world.policy(limits).await;
}

#[tokio::test]
async fn each_refusal_has_its_code_and_is_recorded_and_counted_if_both_accounts_are_known() {
    let (world, a, b) = two().await;
    let cases = refused_transfers(&world, &a, &b).await;
    limited(&world).await;
    let mut kept = 0;
    for (status, code, is_kept, body) in &cases {
        let refused = world.post(TRANSFERS, body.clone()).await;
        assert_eq!((refused.status, refused.code()), (*status, *code), "{body}");
        let id = refused.json["data"]["transferId"].as_str();
        assert_eq!(id.is_some(), *is_kept, "{code}: {}", refused.json);
        if let Some(id) = id {
            let shown = world.get(&format!("{TRANSFERS}/{id}")).await;
            let told = (&shown.data()["status"], &shown.data()["errorCode"], &shown.data()["entries"]);
            assert_eq!(told, (&json!("failed"), &json!(code), &json!([])));
            kept += 1;
        }
    }
    assert_eq!(failed_and_completed(&world).await, (kept, 0));
    world.end().await;
}

/// How many transfers of dollars the statistics count, including those of closed and frozen accounts.
async fn failed_and_completed(world: &World) -> (i64, i64) {
    let report = world.get("/api/v2/statistics?from=2026-03-01&to=2026-03-31&currency=USD").await;
    let total = &report.data()["totals"][0];
    (total["failedCount"].as_i64().unwrap(), total["successCount"].as_i64().unwrap())
}

#[tokio::test]
async fn the_daily_and_the_monthly_limit_are_refused_and_counted() {
    let (world, a, b) = two().await;
    limited(&world).await;
    for cents in [450_000, 450_000] {
        world.post(TRANSFERS, pay(&a, &b, cents)).await.data();
    }
    assert_eq!(world.post(TRANSFERS, pay(&a, &b, 2)).await.code(), "DAY_LIMIT_EXCEEDED");
    world.clock.pass(std::time::Duration::from_secs(24 * 3_600));
    assert_eq!(world.post(TRANSFERS, pay(&a, &b, 50_001)).await.code(), "MONTH_LIMIT_EXCEEDED");
    assert_eq!(failed_and_completed(&world).await, (2, 2));
    let report = world.get("/api/v2/statistics?from=2026-03-01&to=2026-03-31&currency=USD").await;
    let total = &report.data()["totals"][0];
    assert_eq!((&total["amountCents"], &total["feeCents"]), (&json!(900_000), &json!(900)));
    world.end().await;
}

#[tokio::test]
async fn a_transfer_without_a_rate_is_converted_at_the_stored_one() {
    let (world, a, _) = two().await;
    let jpy = world.open("J-1", "jun", "JPY", 0).await;
    world.post("/api/v2/fx-rates", json!({ "source": "USD", "target": "JPY", "rate": 151.237 })).await.data();
    let made = world.post(TRANSFERS, with(pay(&a, &jpy, 100), json!({ "toAmountCents": 151 }))).await;
    let made = made.data();
    assert_eq!((&made["exchangeRate"], &made["toAmountCents"]), (&json!("151.237"), &json!(151)));
    assert_eq!(
        (&made["exchange"]["residual"], &made["exchange"]["rateSource"]),
        (&json!("0.237"), &json!("api"))
    );
    world.end().await;
}

#[tokio::test]
async fn a_hundred_concurrent_transfers_do_not_exceed_the_daily_limit() {
    let (world, a, b) = two().await;
    let limits = json!({ "max": "100.00", "day": "5000.00" });
    world.policy(limits).await;
    let one = || world.post(TRANSFERS, pay(&a, &b, 10_000));
    let answers = futures_all((0..100).map(|_| one())).await;
    let done = answers.iter().filter(|answer| answer.status == 200).count();
    let refused = answers.iter().filter(|answer| answer.code() == "DAY_LIMIT_EXCEEDED").count();
    assert_eq!((done, refused), (50, 50));
    assert_eq!(world.balance(&a).await, 1_000_000 - 500_000);
    world.end().await;
}

/// Awaits all futures concurrently.
pub async fn futures_all<T>(futures: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut waiting: Vec<_> = futures.map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(|context| {
        let mut is_done = true;
        for (future, answer) in &mut waiting {
            if answer.is_none() {
                match future.as_mut().poll(context) {
                    std::task::Poll::Ready(value) => *answer = Some(value),
                    std::task::Poll::Pending => is_done = false,
                }
            }
        }
        if is_done { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    waiting.into_iter().filter_map(|(_, answer)| answer).collect()
}

#[tokio::test]
async fn a_transfer_shows_who_created_it_and_a_refused_one_what_was_attempted() {
    let (world, a, b) = two().await;
    let cny = world.open("C-1", "cai", "CNY", 0).await;
    let own = world.open("A-2", "ann", "USD", 0).await;
    let made = world.post(TRANSFERS, pay(&a, &own, 100)).await;
    assert_eq!(made.data()["createdBy"], "key:all");
    world.post(TRANSFERS, pay(&a, &b, 100)).await.data();
    let kinds = async |query: &str| {
        let list = world.get(&format!("{TRANSFERS}?{query}")).await;
        let one =
            |row: &Json| format!("{} {}", row["kind"].as_str().unwrap(), row["createdBy"].as_str().unwrap());
        list.data().as_array().unwrap().iter().map(one).collect::<Vec<_>>()
    };
    assert_eq!(kinds("kind=internal").await, ["internal key:all"]);
    assert_eq!(kinds("kind=transfer").await, ["transfer key:all"]);
    assert_eq!(kinds("kind=deposit").await.len(), 2);
    fx::set(&world.service, &world.actor, "USD", "CNY", "7.1", "test").await.unwrap();
    let attempted = async |fields: Json| {
        let refused = world.post(TRANSFERS, with(pay(&a, &cny, 100), fields)).await;
        let id = refused.json["data"]["transferId"].as_str().unwrap().to_owned();
        let shown = world.get(&format!("{TRANSFERS}/{id}")).await.data().clone();
        (shown["errorCode"].clone(), shown["exchangeRate"].clone(), shown["toAmountCents"].clone())
    };
    assert_eq!(
        attempted(json!({ "exchangeRate": "7.10", "toAmountCents": 711 })).await,
        (json!("EXCHANGE_AMOUNT_MISMATCH"), json!("7.1"), json!(711))
    );
    assert_eq!(
        attempted(json!({ "exchangeRate": "7", "fromAmountCents": 2_000_000 })).await,
        (json!("AMOUNT_ABOVE_MAXIMUM"), json!("7"), json!(14_000_000))
    );
    // A list is not accepted in place of an object, at any depth.
    for body in [
        json!(["2026-11-25", "A-1", "B-1", 1, null, null, null, null]),
        json!([null, a.id, b.id, 1, null, null, null, null]),
    ] {
        let refused = world.post(TRANSFERS, body).await;
        assert_eq!(
            (refused.code(), &refused.json["error"]["details"]),
            ("BODY_INVALID", &json!("a list where an object is expected"))
        );
    }
    let holder = json!({ "number": "L-1", "currency": "USD", "holder": ["x", null, null] });
    assert_eq!(world.post("/api/v2/accounts", holder).await.code(), "BODY_INVALID");
    for voucher in ["//evil.example/x", "https://", "/a b", "file_x", "\\x", " "] {
        let body = with(pay(&a, &b, 1), json!({ "voucherUrl": voucher }));
        assert_eq!(world.post(TRANSFERS, body).await.code(), "VOUCHER_INVALID", "{voucher}");
    }
    world.end().await;
}
