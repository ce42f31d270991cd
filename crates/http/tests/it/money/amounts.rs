//! Bad input for amounts and rates (B-001 to B-034).

use super::{TRANSFERS, pay, two, with};
use reqwest::Method;
use std::fmt::Write;

#[tokio::test]
async fn an_amount_is_a_positive_whole_number_of_minor_units() {
    let (world, a, b) = two().await;
    let long = "9".repeat(10_000);
    let table = [
        ("1", "ok"),
        ("0", "AMOUNT_NOT_POSITIVE"),
        ("-1", "AMOUNT_NOT_POSITIVE"),
        ("+1", "BODY_MALFORMED"),
        ("01", "BODY_MALFORMED"),
        ("1.0", "BODY_INVALID"),
        ("0.1", "BODY_INVALID"),
        ("1e3", "BODY_INVALID"),
        ("1.0000000000000001", "BODY_INVALID"),
        ("0x10", "BODY_MALFORMED"),
        ("1_000", "BODY_MALFORMED"),
        ("１２", "BODY_MALFORMED"),
        ("\"100\"", "BODY_INVALID"),
        ("\"1,000.00\"", "BODY_INVALID"),
        ("null", "BODY_INVALID"),
        ("true", "BODY_INVALID"),
        ("[]", "BODY_INVALID"),
        ("{}", "BODY_INVALID"),
        ("NaN", "BODY_MALFORMED"),
        ("999999999999999999", "AMOUNT_ABOVE_MAXIMUM"),
        ("1000000000000000000", "AMOUNT_TOO_LARGE"),
        ("9223372036854775807", "AMOUNT_TOO_LARGE"),
        ("9223372036854775808", "BODY_INVALID"),
        ("1e400", "BODY_MALFORMED"),
        (long.as_str(), "BODY_MALFORMED"),
    ];
    let (mut expected, mut got) = (String::new(), String::new());
    for (amount, code) in table {
        let text = pay(&a, &b, 424_242).to_string().replace("424242", amount);
        let request =
            world.request(Method::POST, TRANSFERS).header("content-type", "application/json").body(text);
        let answer = crate::world::answer(request).await;
        assert!(answer.status < 500);
        let short: String = amount.chars().take(30).collect();
        writeln!(expected, "{short}: {code}").unwrap();
        writeln!(got, "{short}: {}", answer.code()).unwrap();
    }
    assert_eq!(got, expected);
    world.end().await;
}

#[tokio::test]
async fn a_rate_is_a_positive_decimal_parsed_from_its_text() {
    let (world, a, _) = two().await;
    let cny = world.open("C-1", "cai", "CNY", 0).await;
    // This tests how a rate is parsed, not whether it is near the stored one.
    world.fx_policy("USD", "CNY", serde_json::json!({ "tolerance": "0" })).await;
    let table = [
        ("7.1", "ok 710"),
        ("\"7.1\"", "ok 710"),
        ("7", "ok 700"),
        ("0.1", "ok 10"),
        ("\"7.12345678\"", "ok 712"),
        ("7.115", "ok 712"),
        ("0", "RATE_INVALID"),
        ("0.0", "RATE_INVALID"),
        ("-7.1", "RATE_INVALID"),
        ("1e-30", "RATE_INVALID"),
        ("1e30", "RATE_INVALID"),
        ("\"1e3\"", "RATE_INVALID"),
        ("\"07.1\"", "RATE_INVALID"),
        ("\"\"", "RATE_INVALID"),
        ("\"7,1\"", "RATE_INVALID"),
        ("0.000000000000000001", "RATE_INVALID"),
        ("\"0.000000000000000001\"", "EXCHANGE_TOO_SMALL"),
        ("\"0.0000000000000000001\"", "RATE_INVALID"),
        ("true", "BODY_INVALID"),
        ("[]", "BODY_INVALID"),
    ];
    let (mut expected, mut got) = (String::new(), String::new());
    for (rate, outcome) in table {
        let text = with(pay(&a, &cny, 100), serde_json::json!({ "exchangeRate": 424_242 })).to_string();
        let text = text.replace("424242", rate);
        let request =
            world.request(Method::POST, TRANSFERS).header("content-type", "application/json").body(text);
        let answer = crate::world::answer(request).await;
        writeln!(expected, "{rate}: {outcome}").unwrap();
        match answer.code() {
            "ok" => writeln!(got, "{rate}: ok {}", answer.data()["toAmountCents"]).unwrap(),
            code => writeln!(got, "{rate}: {code}").unwrap(),
        }
    }
    assert_eq!(got, expected);
    world.end().await;
}

#[tokio::test]
async fn converting_there_and_back_changes_at_most_one_minor_unit() {
    let (world, a, _) = two().await;
    let cny = world.open("C-1", "cai", "CNY", 0).await;
    world.rate("USD", "CNY", "7.1").await;
    world.rate("CNY", "USD", "0.14").await;
    let out =
        world.post(TRANSFERS, with(pay(&a, &cny, 9_999), serde_json::json!({ "exchangeRate": "7.1" }))).await;
    let cents = out.data()["toAmountCents"].as_i64().unwrap();
    let rate = serde_json::json!({ "exchangeRate": "0.140845070422535211" });
    let back = world.post(TRANSFERS, with(pay(&cny, &a, cents), rate)).await;
    assert!((9_998..=10_000).contains(&back.data()["toAmountCents"].as_i64().unwrap()));
    world.end().await;
}
