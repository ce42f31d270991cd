//! Document 004, section 4.3: limits and validation.

use crate::world::{A1, B1, C1, World, actor, section_3, set};
use domain::code::Code;
use service::policy::{self, PolicyChange};
use service::setting::{self, SettingsChange};

#[tokio::test(flavor = "multi_thread")]
async fn test_single_transfer_limit() {
    let world = World::with_limits().await;

    // 3: the bounds: one cent above the maximum is refused; the maximum and one cent below it pass.
    assert_eq!(world.code(C1, B1, "5000.01").await, Some(Code::AboveMaximum));
    assert_eq!(world.balance(C1).await, 1_500_000);
    assert_eq!(world.code(C1, B1, "5000.00").await, None);
    assert_eq!(world.code(C1, B1, "4999.99").await, None);
    // 1: an amount far above is refused too, although the balance would cover it.
    world.deposit(C1, "100000.00").await;
    assert_eq!(world.code(C1, B1, "50000.00").await, Some(Code::AboveMaximum));
    // 2: an amount within the limit passes.
    assert_eq!(world.code(A1, B1, "100.00").await, None);
    world.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn test_daily_transfer_limit() {
    let world = World::with_limits().await;
    world.deposit(A1, "90000.00").await;

    // 1: 5,000 and 5,000 use up the daily limit; one cent more is refused.
    assert_eq!(world.code(A1, B1, "5000.00").await, None);
    assert_eq!(world.code(A1, B1, "5000.00").await, None);
    assert_eq!(world.code(A1, B1, "0.01").await, Some(Code::DayLimit));
    // Refusals do not count; the limit is per account; the fees of 5.00 do not count either.
    assert_eq!(world.code(C1, B1, "1.00").await, None);
    // 2: this holds until the last microsecond of the day; then a new day begins.
    world.set_clock("2026-03-10T23:59:59.999999Z");
    assert_eq!(world.code(A1, B1, "0.01").await, Some(Code::DayLimit));
    world.set_clock("2026-03-11T00:00:00Z");
    // 3: many small ones add up: a hundred times 100.00, and not one cent more.
    for _ in 0..100 {
        assert_eq!(world.code(A1, B1, "100.00").await, None);
    }
    assert_eq!(world.code(A1, B1, "0.01").await, Some(Code::DayLimit));
    // Setting the clock back does not reopen the previous day.
    world.set_clock("2026-03-10T12:00:00Z");
    assert_eq!(world.code(A1, B1, "0.01").await, Some(Code::DayLimit));
    world.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn changing_the_time_zone_reopens_no_day() {
    let world = World::with_limits().await;
    world.deposit(A1, "90000.00").await;
    let zone = async |name: &str| {
        let change = SettingsChange { time_zone: Some(name.to_owned()), ..SettingsChange::default() };
        setting::set(&world.service, &actor(), &change).await.unwrap();
    };
    let fill = async || {
        assert_eq!(world.code(A1, B1, "5000.00").await, None);
        assert_eq!(world.code(A1, B1, "5000.00").await, None);
        assert_eq!(world.code(A1, B1, "0.01").await, Some(Code::DayLimit));
    };
    world.set_clock("2026-03-10T12:00:00Z");
    fill().await;
    // To the west it is at most the previous day: what has left since counts there too.
    zone("Pacific/Pago_Pago").await;
    assert_eq!(world.code(A1, B1, "0.01").await, Some(Code::DayLimit));
    // To the east a day begins early, once: it does not reopen when it begins here.
    zone("Pacific/Kiritimati").await;
    fill().await;
    zone("UTC").await;
    assert_eq!(world.code(A1, B1, "0.01").await, Some(Code::DayLimit));
    world.set_clock("2026-03-11T12:00:00Z");
    assert_eq!(world.code(A1, B1, "0.01").await, Some(Code::DayLimit));
    world.set_clock("2026-03-12T00:00:00Z");
    fill().await;
    world.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn test_monthly_transfer_limit() {
    let world = World::with_limits().await;
    world.deposit(A1, "90000.00").await;

    // 1: five days of 10,000 each use up the monthly limit.
    for day in 10..15 {
        world.set_clock(&format!("2026-03-{day}T09:00:00Z"));
        assert_eq!(world.code(A1, B1, "5000.00").await, None);
        assert_eq!(world.code(A1, B1, "5000.00").await, None);
    }
    world.set_clock("2026-03-15T09:00:00Z");
    assert_eq!(world.code(A1, B1, "0.01").await, Some(Code::MonthLimit));
    world.set_clock("2026-03-31T23:59:59.999999Z");
    assert_eq!(world.code(A1, B1, "0.01").await, Some(Code::MonthLimit));
    // 2: the next month starts from zero.
    world.set_clock("2026-04-01T00:00:00Z");
    assert_eq!(world.code(A1, B1, "5000.00").await, None);
    world.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn test_minimum_transfer_amount() {
    let world = World::with_limits().await;

    // 2: section 3's minimum is one cent: one cent passes, zero does not.
    assert_eq!(world.code(A1, B1, "0.01").await, None);
    assert_eq!(world.code(A1, B1, "0.00").await, Some(Code::AmountNotPositive));
    assert_eq!(world.code(A1, B1, "0").await, Some(Code::AmountNotPositive));
    assert_eq!(world.code(A1, B1, "-1.00").await, Some(Code::AmountSign));

    // 1: in a currency with smaller units there are amounts below 0.01.
    world.open("ACC-A8-USDT", "user_a", "USDT").await;
    world.open("ACC-B8-USDT", "user_b", "USDT").await;
    world.deposit("ACC-A8-USDT", "100.000000").await;
    policy::set(&world.service, &crate::world::actor(), "USDT", None, &section_3()).await.unwrap();
    assert_eq!(world.code("ACC-A8-USDT", "ACC-B8-USDT", "0.009999").await, Some(Code::BelowMinimum));
    assert_eq!(world.code("ACC-A8-USDT", "ACC-B8-USDT", "0.01").await, None);
    // A higher minimum, for one account.
    world.policy(Some(A1), &PolicyChange { min: set("10.00"), ..section_3() }).await;
    assert_eq!(world.code(A1, B1, "9.99").await, Some(Code::BelowMinimum));
    assert_eq!(world.code(A1, B1, "10.00").await, None);
    assert_eq!(world.code(C1, B1, "9.99").await, None);
    assert_eq!(world.balance(A1).await, 1_000_000 - 1 - 1_000);
    world.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn test_precision_validation() {
    let world = World::with_limits().await;
    world.open("ACC-A7-JPY", "user_a", "JPY").await;
    world.open("ACC-B7-JPY", "user_b", "JPY").await;
    world.deposit("ACC-A7-JPY", "5000").await;
    let before = world.footprint();

    // 1: no more decimals than the currency has, not even zeros.
    for amount in ["0.001", "10.999", "10.000", "1.0000000000000000000000001"] {
        assert_eq!(world.code(A1, B1, amount).await, Some(Code::AmountPrecision), "{amount}");
    }
    assert_eq!(world.code("ACC-A7-JPY", "ACC-B7-JPY", "1.0").await, Some(Code::AmountPrecision));
    // 2: an amount that is too precise is refused and never rounded; nothing moved.
    assert_eq!(world.footprint().balances, before.balances);
    assert_eq!(world.audit_last().await.0.result, "AMOUNT_PRECISION");
    // Other spellings of a number are refused too.
    for (amount, code) in [
        ("1e2", Code::AmountExponent),
        ("1,000.00", Code::AmountGroupMark),
        ("+1", Code::AmountSign),
        ("01.00", Code::AmountLeadingZero),
        (".5", Code::AmountDigitMissing),
        ("5.", Code::AmountDigitMissing),
        ("", Code::AmountFormat),
        (" 1", Code::AmountBlank),
        ("NaN", Code::AmountLetters),
        ("１", Code::AmountDigits),
    ] {
        assert_eq!(world.code(A1, B1, amount).await, Some(code), "{amount}");
    }
    assert_eq!(world.code(A1, B1, "99999999999999999999.00").await, Some(Code::AmountTooLarge));
    assert_eq!(world.footprint().balances, before.balances);
    // Fewer decimals are the same number.
    for (amount, left) in [("10", 999_000), ("10.5", 997_950), ("10.55", 996_895)] {
        assert_eq!(world.code(A1, B1, amount).await, None);
        assert_eq!(world.balance(A1).await, left);
    }
    world.assert_sound().await;
}
