//! Document 004, section 4.4: fees.

use crate::world::{A1, A2, B1, C1, World, section_3, set};
use domain::code::{Code, Language};
use domain::posting::PostingKind;
use service::policy::PolicyChange;
use service::transfer;

#[tokio::test(flavor = "multi_thread")]
async fn test_basic_fee_calculation() {
    let world = World::with_limits().await;

    // 1: 0.1 % of 2,345.00 is 2.345: half a cent is rounded up.
    let view = world.sent(A1, B1, "2345.00").await;
    assert_eq!(view.transfer.fee, 235);
    // 2: the payer pays it on top, the payee gets the whole amount, and the fee account gets the fee.
    assert_eq!(world.balance(A1).await, 1_000_000 - 234_500 - 235);
    assert_eq!(world.balance(B1).await, 800_000 + 234_500);
    assert_eq!(world.balance("fee_income-USD").await, 235);
    // 3: the fee has a record of its own, with both sides and balances.
    let postings = transfer::postings(&world.service, &view.transfer).await.unwrap();
    let fee = &postings[1].posting;
    assert_eq!((postings.len(), fee.kind, fee.amount), (2, PostingKind::Fee, 235));
    assert_eq!((fee.debit.0, fee.credit.0), (world.id(A1).await, world.id("fee_income-USD").await));
    assert_eq!((fee.debit_after, fee.credit_after), (world.balance(A1).await, 235));
    assert_eq!(world.audit_of(view.transfer.number).await.1["fee"], 235);
    world.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn test_minimum_fee() {
    let world = World::with_limits().await;

    // 2: just above the threshold the rate yields 1.00001, which is rounded to the minimum fee.
    assert_eq!(world.sent(A1, B1, "1000.01").await.transfer.fee, 100);
    // 1: small amounts, if charged at all, would pay less than the minimum.
    world.policy(Some(C1), &PolicyChange { fee_threshold: set("0.00"), ..section_3() }).await;
    for amount in ["0.01", "10.00", "999.99"] {
        assert_eq!(world.sent(C1, B1, amount).await.transfer.fee, 100, "{amount}");
    }
    // Above it the rate applies.
    assert_eq!(world.sent(C1, B1, "1010.00").await.transfer.fee, 101);
    assert_eq!(world.balance("fee_income-USD").await, 501);
    world.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn test_maximum_fee() {
    let world = World::with_limits().await;
    // With 5,000 per transfer the rate never yields 50.00, so the limit is removed.
    world
        .policy(None, &PolicyChange { max: set("none"), day: set("none"), month: set("none"), ..section_3() })
        .await;
    world.deposit(A1, "1000000.00").await;

    // 2: up to 50,000.00 the rate applies, from there on the cap.
    for (amount, fee) in [("49990.00", 4_999), ("50000.00", 5_000), ("50010.00", 5_000)] {
        assert_eq!(world.sent(A1, B1, amount).await.transfer.fee, fee, "{amount}");
    }
    // 1: a large transfer pays no more than the cap.
    assert_eq!(world.sent(A1, B1, "500000.00").await.transfer.fee, 5_000);
    assert_eq!(world.balance("fee_income-USD").await, 4_999 + 3 * 5_000);
    // A transfer within section 3's own limits.
    assert_eq!(world.sent(A1, B1, "5000.00").await.transfer.fee, 500);
    world.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn test_fee_free_threshold() {
    let world = World::with_limits().await;

    // 1: up to the threshold and at it a transfer is free; a cent above it is not.
    for (amount, fee) in [("0.01", 0), ("999.99", 0), ("1000.00", 0), ("1000.01", 100)] {
        let view = world.sent(A1, B1, amount).await;
        assert_eq!(view.transfer.fee, fee, "{amount}");
        assert_eq!(view.transfer.posting_count, if fee == 0 { 1 } else { 2 }, "{amount}");
    }
    // 2: between a holder's own accounts it is free above the threshold too.
    let internal = world.sent(A1, A2, "2000.00").await;
    assert_eq!((internal.is_internal, internal.transfer.fee), (true, 0));
    assert_eq!(world.balance("fee_income-USD").await, 100);
    world.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn test_fee_insufficient_balance() {
    let world = World::with_limits().await;
    let before = world.footprint();

    // 1: 5,000.00 cover the amount but not the fee of 5.00.
    let outcome = world.send(A2, B1, "5000.00").await;
    assert_eq!(world.footprint().balances, before.balances);
    assert_eq!(world.footprint().postings, before.postings);
    // 2: the answer names the fee, unlike when the balance does not cover the amount.
    let code = outcome.code.unwrap();
    assert_eq!(code, Code::InsufficientForFee);
    assert_eq!(code.message(Language::English), "The available balance covers the amount but not the fee");
    assert_eq!(code.message(Language::Chinese), "可用余额足够转账但不足以支付手续费");
    assert_eq!(world.audit_of(outcome.transfer.unwrap()).await.0.result, "INSUFFICIENT_BALANCE_FOR_FEE");
    // One cent too little is refused; with just enough for both, the transfer succeeds.
    world.deposit(A2, "4.99").await;
    assert_eq!(world.code(A2, B1, "5000.00").await, Some(Code::InsufficientForFee));
    world.deposit(A2, "0.01").await;
    assert_eq!(world.code(A2, B1, "5000.00").await, None);
    assert_eq!(world.balance(A2).await, 0);
    assert_eq!(world.code(A2, B1, "0.01").await, Some(Code::InsufficientBalance));
    world.assert_sound().await;
}
