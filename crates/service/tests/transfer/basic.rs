//! Document 004, section 4.1: the basic transfer.

use crate::world::{A1, A2, B1, World, actor, request, section_3, set};
use domain::account::AccountStatus;
use domain::code::{Code, Language};
use domain::transfer::TransferKind;
use service::policy::PolicyChange;
use service::transfer::{self, TransferRequest};
use service::{account, fx};

#[tokio::test(flavor = "multi_thread")]
async fn test_simple_transfer_success() {
    let world = World::new().await;
    let before = world.footprint();

    let outcome = world.send(A1, B1, "250.00").await;
    assert_eq!((outcome.code, outcome.fee, outcome.replayed), (None, 0, false));
    let number = outcome.transfer.unwrap();

    // 1, 2: the payer has less, the payee has more, by the same amount.
    assert_eq!(world.balance(A1).await, 975_000);
    assert_eq!(world.balance(B1).await, 825_000);
    // 3: there is a transfer record.
    let view = world.show(number).await;
    assert_eq!(
        (view.from.as_ref().unwrap().number.as_str(), view.to.as_ref().unwrap().number.as_str()),
        (A1, B1)
    );
    assert_eq!((view.transfer.amount, view.transfer.code), (25_000, None));
    // 4: there are its transaction records, a debit and a credit.
    let postings = transfer::postings(&world.service, &view.transfer).await.unwrap();
    assert_eq!(postings.len(), 1);
    assert_eq!((postings[0].posting.debit_after, postings[0].posting.credit_after), (975_000, 825_000));
    // 5: there is an audit row.
    let (row, _) = world.audit_of(number).await;
    assert_eq!((row.action.as_str(), row.result.as_str()), ("transfer.create", "ok"));

    let after = world.footprint();
    assert_eq!((after.transfers, after.postings), (before.transfers + 1, before.postings + 1));
    assert_eq!(after.audits, before.audits + 1);
    world.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn test_transfer_with_insufficient_balance() {
    let world = World::new().await;
    let before = world.footprint();

    // 1: one cent more than the balance is refused.
    let outcome = world.send(A2, B1, "5000.01").await;
    assert_eq!(outcome.code, Some(Code::InsufficientBalance));
    // 2: both balances are unchanged.
    let after = world.footprint();
    assert_eq!(after.balances, before.balances);
    assert_eq!(after.postings, before.postings);
    // 3: the refusal is stored, with its audit row.
    let number = outcome.transfer.unwrap();
    assert_eq!(world.show(number).await.transfer.code, Some(Code::InsufficientBalance));
    let (row, detail) = world.audit_of(number).await;
    assert_eq!(row.result, "INSUFFICIENT_BALANCE");
    assert_eq!(detail["amount"], 500_001);
    // The whole balance can be sent.
    assert_eq!(world.code(A2, B1, "5000.00").await, None);
    assert_eq!(world.balance(A2).await, 0);
    world.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn test_transfer_to_same_account() {
    let world = World::new().await;
    let before = world.footprint();

    // 1: refused, nothing moves.
    let outcome = world.send(A1, A1, "10.00").await;
    assert_eq!(world.footprint().balances, before.balances);
    // 2: the answer says why, in both languages.
    let code = outcome.code.unwrap();
    assert_eq!(code, Code::SameAccount);
    assert_eq!(code.message(Language::English), "Source and target are the same account");
    assert_eq!(code.message(Language::Chinese), "转出账户与转入账户相同");
    world.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn test_transfer_with_different_currency() {
    let world = World::new().await;
    world.open("ACC-B2-EUR", "user_b", "EUR").await;
    world.open("ACC-B3-JPY", "user_b", "JPY").await;
    let before = world.footprint();

    // 1: without a rate there is no conversion, and the transfer is refused.
    assert_eq!(world.code(A1, "ACC-B2-EUR", "100.00").await, Some(Code::CurrencyMismatch));
    assert_eq!(world.footprint().balances, before.balances);
    assert_eq!(world.audit_last().await.0.result, "CURRENCY_MISMATCH");

    // 2: with the stored rate it is converted: 100.00 x 0.92345 = 92.345, half a cent is rounded up.
    fx::set(&world.service, &actor(), "USD", "EUR", "0.92345", "test").await.unwrap();
    let outcome = world.send(A1, "ACC-B2-EUR", "100.00").await;
    assert_eq!(outcome.code, None);
    assert_eq!((world.balance(A1).await, world.balance("ACC-B2-EUR").await), (990_000, 9_235));
    let exchange = world.show(outcome.transfer.unwrap()).await.exchange.unwrap();
    assert_eq!((exchange.rate.as_str(), exchange.target_amount), ("0.92345", 9_235));
    assert_eq!((exchange.rate_source.as_str(), exchange.residual.as_str()), ("test", "-0.5"));
    // The clearing accounts hold what left one currency and entered the other.
    assert_eq!(
        (world.balance("fx_clearing-USD").await, world.balance("fx_clearing-EUR").await),
        (10_000, -9_235)
    );

    // A rate in the request takes precedence if it is near enough to the stored one. Yen have no decimals:
    // 10.01 x 150.5 = 1506.505.
    let new = TransferRequest { rate: set("150.5"), ..request(A1, "ACC-B3-JPY", "10.01") };
    assert_eq!(world.refusal(&new).await, Some(Code::RateOutOfBounds), "no rate is stored");
    fx::set(&world.service, &actor(), "USD", "JPY", "148", "test").await.unwrap();
    assert_eq!(world.ask(&new).await.code, None);
    assert_eq!((world.balance(A1).await, world.balance("ACC-B3-JPY").await), (988_999, 1_507));
    // An amount so small that nothing would arrive is refused.
    fx::set(&world.service, &actor(), "USD", "JPY", "0.001", "test").await.unwrap();
    let new = TransferRequest { rate: set("0.001"), ..request(A1, "ACC-B3-JPY", "0.01") };
    assert_eq!(world.ask(&new).await.code, Some(Code::ExchangeTooSmall));
    world.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn test_transfer_between_user_accounts() {
    let world = World::new().await;
    // A fee on everything, so that its absence shows.
    let everything = PolicyChange { fee_threshold: set("0.00"), ..section_3() };
    world.policy(None, &everything).await;

    // 1: a transfer between the holder's own accounts succeeds.
    let view = world.sent(A1, A2, "2000.00").await;
    assert_eq!((world.balance(A1).await, world.balance(A2).await), (800_000, 700_000));
    // 2: it is free, while the same amount to another holder is charged.
    assert_eq!(view.transfer.fee, 0);
    let other = world.sent(A1, B1, "2000.00").await;
    assert_eq!(other.transfer.fee, 200);
    // 3: it is shown as internal; the other is not.
    assert_eq!((view.is_internal, other.is_internal), (true, false));
    assert_eq!(view.transfer.kind, TransferKind::Single);
    world.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn test_transfer_to_inactive_account() {
    let world = World::new().await;
    world.open("ACC-B9-CLOSED", "user_b", "USD").await;
    world.status("ACC-B9-CLOSED", AccountStatus::Closed).await;
    world.status(B1, AccountStatus::Frozen).await;
    let before = world.footprint();

    // 1, 2: refused, with the state as the reason; so is paying from such an account.
    assert_eq!(world.code(A1, B1, "1.00").await, Some(Code::TargetFrozen));
    assert_eq!(world.code(A1, "ACC-B9-CLOSED", "1.00").await, Some(Code::TargetClosed));
    assert_eq!(world.code(B1, A1, "1.00").await, Some(Code::SourceFrozen));
    assert_eq!(world.code("ACC-B9-CLOSED", A1, "1.00").await, Some(Code::SourceClosed));
    assert_eq!(world.code(A1, "ACC-NOBODY", "1.00").await, Some(Code::TargetNotFound));
    assert_eq!(world.footprint().balances, before.balances);

    // An unfrozen account can be paid again; a closed one stays closed.
    world.status(B1, AccountStatus::Active).await;
    assert_eq!(world.code(A1, B1, "1.00").await, None);
    let thaw =
        account::set_status(&world.service, &actor(), &"ACC-B9-CLOSED".into(), AccountStatus::Active, "")
            .await;
    assert_eq!(thaw.unwrap_err().code(), Some(Code::AccountState));
    world.assert_sound().await;
}
