//! Document 004, section 4.2: a transfer happens completely or not at all.
//!
//! The failures are real: a trigger on the database makes one write of the chunk fail after the writes before
//! it were made.

use crate::world::{A1, A2, B1, C1, Footprint, World, actor, request, section_3, set};
use domain::account::AccountStatus;
use domain::code::Code;
use service::policy::PolicyChange;
use service::transfer::{self, TransferRequest};
use service::{Error, fx};
use store::StoreError;

impl World {
    /// Sends a request whose write the database refuses; the error says that nothing was written.
    async fn fails(&self, new: &TransferRequest) {
        match transfer::create(&self.service, &actor(), new).await {
            Err(Error::Store(StoreError::Constraint(text))) => assert!(text.contains("broken"), "{text}"),
            other => panic!("the write did not fail: {other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn test_atomic_debit_credit() {
    let world = World::with_limits().await;
    let before = world.footprint();
    let (payer, payee) = (world.id(A1).await, world.id(B1).await);
    let new = TransferRequest { operation: set("op-1"), ..request(A1, B1, "2000.00") };

    // 2: whichever write fails, nothing of the transfer remains.
    for (statement, table, condition) in [
        ("UPDATE", "balance", format!("NEW.account = {payer}")),
        ("UPDATE", "balance", format!("NEW.account = {payee}")),
        ("INSERT", "posting", "NEW.kind = 1".to_owned()),
        ("INSERT", "posting", "NEW.kind = 2".to_owned()),
        ("INSERT", "transfer", "NEW.amount = 200000".to_owned()),
        ("INSERT", "operation", "NEW.id = 'op:op-1'".to_owned()),
        ("INSERT", "audit", "NEW.action = 'transfer.create'".to_owned()),
        ("UPDATE", "ledger_head", "NEW.commit_number > OLD.commit_number".to_owned()),
        ("INSERT", "chunk", "NEW.postings = 2".to_owned()),
    ] {
        world.break_write(statement, table, &condition);
        world.fails(&new).await;
        assert_eq!(world.footprint(), before, "{statement} {table} {condition}");
        world.mend(table);
    }

    // 1: debit, credit and fee are one commit: its number rises by one, and they share their chunk.
    let commits = world.number("SELECT commit_number FROM ledger_head");
    let outcome = world.ask(&new).await;
    assert_eq!((outcome.code, outcome.replayed), (None, false));
    assert_eq!(world.number("SELECT commit_number FROM ledger_head"), commits + 1);
    let view = world.show(outcome.transfer.unwrap()).await;
    let postings = transfer::postings(&world.service, &view.transfer).await.unwrap();
    assert_eq!(postings.len(), 2);
    assert_eq!(postings[0].posting.id.chunk(), postings[1].posting.id.chunk());
    // 3: the balances agree with one another.
    assert_eq!(world.balance(A1).await, 1_000_000 - 200_000 - 200);
    assert_eq!((world.balance(B1).await, world.balance("fee_income-USD").await), (1_000_000, 200));
    world.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn test_rollback_on_validation_error() {
    let world = World::with_limits().await;

    // 1: the debit would be fine, the credit is refused: the target is frozen.
    world.status(B1, AccountStatus::Frozen).await;
    refused(&world, &request(A1, B1, "2000.00"), Code::TargetFrozen).await;

    // 1: the debit would be fine, but the target's balance would overflow.
    let great = "9999999999999999.99";
    world.open("ACC-B4-EUR", "user_b", "EUR").await;
    fx::set(&world.service, &actor(), "USD", "EUR", "1", "test").await.unwrap();
    for _ in 0..9 {
        world.deposit("ACC-B4-EUR", great).await;
    }
    world.deposit(C1, great).await;
    let unlimited = PolicyChange { max: set("none"), day: set("none"), month: set("none"), ..section_3() };
    world.policy(None, &unlimited).await;
    let new = TransferRequest { rate: set("1"), ..request(C1, "ACC-B4-EUR", "9000000000000000.00") };
    refused(&world, &new, Code::BalanceOverflow).await;
    // An amount that still fits is accepted.
    let new = TransferRequest { rate: set("1"), ..request(C1, "ACC-B4-EUR", "1000000000000000.00") };
    assert_eq!(world.ask(&new).await.code, None);
    world.assert_sound().await;
}

/// 2: nothing moves, and only the stored refusal is written. 3: its audit row says why.
async fn refused(world: &World, new: &TransferRequest, code: Code) {
    let before = world.footprint();
    let outcome = world.ask(new).await;
    assert_eq!((outcome.code, outcome.fee), (Some(code), 0));
    let kept = Footprint { transfers: before.transfers + 1, audits: before.audits + 1, ..before };
    assert_eq!(world.footprint(), kept);
    let view = world.show(outcome.transfer.unwrap()).await;
    assert_eq!((view.transfer.code, view.transfer.posting_count), (Some(code), 0));
    let (row, detail) = world.audit_of(view.transfer.number).await;
    assert_eq!(row.result, code.name());
    assert_eq!(detail["amount"], view.transfer.amount);
}

#[tokio::test(flavor = "multi_thread")]
async fn test_rollback_on_fee_calculation_error() {
    let world = World::with_limits().await;

    // 1: a fee too large for the ledger's integers refuses the whole transfer. 2: no balance changes.
    let absurd = PolicyChange {
        fee_rate: set("9000000000000"),
        fee_max: set("none"),
        max: set("none"),
        ..section_3()
    };
    world.policy(Some(A1), &absurd).await;
    world.deposit(A1, "99000000.00").await;
    let day = PolicyChange { day: set("none"), month: set("none"), ..absurd };
    world.policy(Some(A1), &day).await;
    refused(&world, &request(A1, B1, "99000000.00"), Code::FeeOverflow).await;
    // The account can still pay where no fee applies (up to the threshold, or to the holder's own account).
    assert_eq!(world.code(A1, B1, "1000.00").await, None);
    assert_eq!(world.code(A1, A2, "2000.00").await, None);
    // With a fee that can be calculated, the same transfer succeeds.
    world
        .policy(
            Some(A1),
            &PolicyChange { max: set("none"), day: set("none"), month: set("none"), ..section_3() },
        )
        .await;
    let view = world.sent(A1, B1, "99000000.00").await;
    assert_eq!(view.transfer.fee, 5_000);
    world.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn test_database_constraint_rollback() {
    let world = World::with_limits().await;
    let new = TransferRequest { operation: set("op-7"), ..request(A1, B1, "1500.00") };
    let before = world.footprint();

    // 1: a constraint outside Sluice is violated; what the chunk wrote before it is rolled back.
    let payee = world.id(B1).await;
    world.break_write("INSERT", "posting", &format!("NEW.credit = {payee}"));
    world.fails(&new).await;
    // 2: nothing of it remains: no transfer, posting, operation id, balance change or audit row.
    assert_eq!(world.footprint(), before);
    // Other requests are not affected, not even in the same chunk: every second one of forty fails.
    let service = &world.service;
    let tasks: Vec<_> = (0..40)
        .map(|place| {
            let (service, new) = (service.clone(), request(C1, [A2, B1][place % 2], "10.00"));
            tokio::spawn(async move { transfer::create(&service, &actor(), &new).await })
        })
        .collect();
    for (place, task) in tasks.into_iter().enumerate() {
        let answer = task.await.unwrap();
        assert_eq!(answer.is_ok(), place % 2 == 0, "{answer:?}");
    }
    assert_eq!((world.balance(C1).await, world.balance(A2).await), (1_480_000, 520_000));
    world.mend("posting");

    // 1: a key that already exists: the number of the next transfer is occupied.
    let next = world.number("SELECT value + 1 FROM counter WHERE name = 'number'");
    let occupy = format!(
        "INSERT INTO transfer SELECT {next}, kind, 2, 22, source, target, amount, 0, NULL, 0, value_date,
           created_at, 'occupied' FROM transfer WHERE kind = 1 LIMIT 1"
    );
    world.run(&occupy).unwrap();
    let total =
        "SELECT value_date, 1, kind, status, 0, 1, 0, amount, 0, fee FROM transfer WHERE memo = 'occupied'";
    world.run(&format!("INSERT INTO day_sum {total}")).unwrap();
    let occupied = world.footprint();
    let answer = transfer::create(&world.service, &actor(), &new).await;
    assert!(matches!(answer, Err(Error::Store(StoreError::Duplicate(_)))), "{answer:?}");
    assert_eq!(world.footprint(), occupied);
    // On engines that draw numbers outside the transaction, the counter is already past it.
    world.run(&format!("UPDATE counter SET value = {next} WHERE name = 'number'")).unwrap();

    // The same request succeeds once nothing is in its way; it never counted as done.
    let outcome = world.ask(&new).await;
    assert_eq!((outcome.code, outcome.fee, outcome.replayed), (None, 150, false));
    assert_eq!(world.balance(B1).await, 950_000);
    // A rolled-back transaction is audited in the next one, with its reason (contract, "Refusals are kept").
    let audited = |reason: &str| {
        let of = "SELECT COUNT(*) FROM audit WHERE action = 'chunk.rollback' AND result = 'ROLLED_BACK'";
        world.number(&format!("{of} AND detail LIKE '%{reason}%'"))
    };
    assert_eq!((audited("broken by the test"), audited("duplicate key")), (1 + 20, 1));

    // 1: a foreign key cannot be violated either.
    let orphan = world.run("INSERT INTO transfer_exchange VALUES (-1, 1, '1', 't', 0, 1, '0')");
    let Err(StoreError::Constraint(said)) = orphan else { panic!("{orphan:?}") };
    assert!(said.to_lowercase().contains("foreign key"), "{said}");
    world.assert_only_names("single_transfer", &format!("transfer {next}: no request recorded it")).await;
}
