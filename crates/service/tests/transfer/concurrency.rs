//! Document 004, section 4.5: concurrency. Fifty threads start at the same moment; nothing here sleeps or
//! depends on timing.

use crate::world::{A1, A2, B1, C1, THREADS, World, actor, footprint, request, section_3, set};
use domain::account::AccountStatus;
use domain::code::Code;
use domain::id::AccountId;
use domain::transfer::TransferKind;
use ledger::{Effects, Outcome, Party, PostingRequest};
use service::policy::PolicyChange;
use service::transfer::TransferRequest;
use std::collections::BTreeSet;

/// The numbers of the transfers that were carried out, each once.
fn carried_out(outcomes: &[Outcome]) -> BTreeSet<i64> {
    let done = outcomes.iter().filter(|outcome| outcome.code.is_none());
    done.map(|outcome| outcome.transfer.unwrap().0).collect()
}

fn minor(count: usize, amount: i64) -> i64 {
    i64::try_from(count).unwrap() * amount
}

#[tokio::test(flavor = "multi_thread")]
async fn test_concurrent_transfers_from_same_account() {
    let world = World::new().await;
    let count = world.scale.transfers;
    let before = world.footprint();

    // 1: one writer at a time locks the accounts; no request fails because of another.
    let outcomes = world.crowd(count, |_| request(A1, B1, "0.10")).await;
    // 2: the balance is what the same transfers would leave one after another.
    let all = minor(count, 10).min(1_000_000);
    assert_eq!(carried_out(&outcomes).len(), count);
    assert_eq!((world.balance(A1).await, world.balance(B1).await), (1_000_000 - all, 800_000 + all));
    // 3: each has its record, its posting and its audit row.
    let after = world.footprint();
    assert_eq!(after.transfers - before.transfers, minor(count, 1));
    assert_eq!(after.postings - before.postings, minor(count, 1));
    assert_eq!(after.audits - before.audits, minor(count, 1));
    let once =
        "SELECT COUNT(DISTINCT subject_id) FROM audit WHERE action = 'transfer.create' AND subject_id IN
                (SELECT number FROM transfer WHERE kind = 1)";
    assert_eq!(world.number(once), minor(count, 1));
    world.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn test_concurrent_transfers_to_same_account() {
    let world = World::new().await;
    let count = world.scale.transfers;

    let outcomes = world.crowd(count, |place| request([A1, A2, C1][place % 3], B1, "0.04")).await;
    assert_eq!(carried_out(&outcomes).len(), count);
    // 1, 2: everything that left the three arrived.
    assert_eq!(world.balance(B1).await, 800_000 + minor(count, 4));
    let left = world.balance(A1).await + world.balance(A2).await + world.balance(C1).await;
    assert_eq!(left, 3_000_000 - minor(count, 4));
    // The balance rises by the amount with each entry: no transfer read a stale balance.
    let payee = world.id(B1).await;
    let after =
        world.numbers(&format!("SELECT credit_after FROM posting WHERE credit = {payee} ORDER BY id"));
    assert!(after.windows(2).all(|pair| pair[1] - pair[0] == 4));
    assert_eq!(after.len(), count + 1);
    world.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn test_bidirectional_concurrent_transfers() {
    let world = World::new().await;
    let count = world.scale.transfers;

    // 1: every second thread sends back. 2: all of them finish, without a deadlock.
    let outcomes = world
        .crowd(count, |place| if place % 2 == 0 { request(A1, B1, "0.07") } else { request(B1, A1, "0.05") })
        .await;
    assert_eq!(carried_out(&outcomes).len(), count);
    // 3: the balances are the net of both streams.
    let (there, back) = (minor(count.div_ceil(2), 7), minor(count / 2, 5));
    assert_eq!(world.balance(A1).await, 1_000_000 - there + back);
    assert_eq!(world.balance(B1).await, 800_000 + there - back);
    world.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn test_race_condition_prevention() {
    let world = World::with_limits().await;
    world.policy(None, &PolicyChange { day: set("none"), ..section_3() }).await;

    // 2: 10,000.00 suffice for 33 transfers of 300.00, however many arrive at once; the others are refused.
    let outcomes = world.crowd(THREADS, |_| request(A1, B1, "300.00")).await;
    assert_eq!(carried_out(&outcomes).len(), 33);
    let short = |outcome: &&Outcome| outcome.code == Some(Code::InsufficientBalance);
    assert_eq!(outcomes.iter().filter(short).count(), THREADS - 33);
    assert_eq!(world.balance(A1).await, 10_000);
    // The same for a limit: the balance is 15,000.00, and the daily limit 10,000.00.
    world.policy(Some(C1), &section_3()).await;
    let outcomes = world.crowd(THREADS, |_| request(C1, B1, "1000.00")).await;
    assert_eq!(carried_out(&outcomes).len(), 10);
    assert_eq!(outcomes.iter().filter(|outcome| outcome.code == Some(Code::DayLimit)).count(), THREADS - 10);

    // 3: one operation id from fifty threads is one transfer, and all get its answer.
    let before = world.footprint();
    let same = |_| TransferRequest { operation: set("op-same"), ..request(A2, B1, "2000.00") };
    let outcomes = world.crowd(THREADS, same).await;
    assert_eq!(carried_out(&outcomes).len(), 1);
    assert!(outcomes.iter().all(|outcome| outcome.code.is_none() && outcome.fee == 200));
    assert_eq!(outcomes.iter().filter(|outcome| !outcome.replayed).count(), 1);
    assert_eq!(world.balance(A2).await, 500_000 - 200_000 - 200);
    assert_eq!(world.footprint().transfers, before.transfers + 1);
    // Different content under the same id is refused, whichever request comes first.
    let conflict =
        world.ask(&TransferRequest { operation: set("op-same"), ..request(A2, B1, "2000.01") }).await;
    assert_eq!((conflict.code, conflict.transfer), (Some(Code::OperationConflict), None));
    let mixed = |place| TransferRequest {
        operation: set("op-mixed"),
        ..request(A2, B1, ["1.00", "2.00"][place % 2])
    };
    let outcomes = world.crowd(THREADS, mixed).await;
    assert_eq!(carried_out(&outcomes).len(), 1);
    let conflicts = outcomes.iter().filter(|outcome| outcome.code == Some(Code::OperationConflict));
    assert_eq!(conflicts.count(), THREADS / 2);

    group_commit(&world).await;
    world.assert_sound().await;
}

/// However many transfers are on their way, a request that is made after an account was frozen is refused, and
/// one that is made after it was unfrozen is carried out: no chunk decides with an earlier status.
#[tokio::test(flavor = "multi_thread")]
async fn test_status_holds_from_the_next_request() {
    let world = World::new().await;
    let others = world.crowd(world.scale.transfers, |place| {
        if place % 2 == 0 { request(A2, B1, "0.01") } else { request(B1, A1, "0.01") }
    });
    let one_after_another = async {
        for _ in 0..10 {
            world.status(C1, AccountStatus::Frozen).await;
            assert_eq!(world.code(C1, B1, "0.01").await, Some(Code::SourceFrozen));
            assert_eq!(world.code(A1, C1, "0.01").await, Some(Code::TargetFrozen));
            world.status(C1, AccountStatus::Active).await;
            assert_eq!(world.code(C1, B1, "0.01").await, None);
            assert_eq!(world.code(A1, C1, "0.01").await, None);
        }
    };
    let (outcomes, ()) = tokio::join!(others, one_after_another);
    assert_eq!(carried_out(&outcomes).len(), world.scale.transfers);
    world.assert_sound().await;
}

/// 1: a writer holds the account locks. Meanwhile fifty requests wait, and then share one commit, or two if
/// the door had already taken the first of them.
async fn group_commit(world: &World) {
    let (source, target) = (world.id(A2).await, world.id(B1).await);
    let (before, commits) = (world.footprint(), world.number("SELECT commit_number FROM ledger_head"));
    let request = || PostingRequest {
        kind: TransferKind::Single,
        source: Party::Account(AccountId(source)),
        target: Party::Account(AccountId(target)),
        amount: 1,
        exchange: Ok(None),
        quote: None,
        value_date: None,
        memo: None,
        refused: None,
        effects: Effects::default(),
    };
    let mut writer = world.store.write().await.unwrap();
    let mut accounts = vec![source, target];
    accounts.sort_unstable();
    store::balance::lock(&mut writer, accounts).await.unwrap();
    let single = |_| testkit::waiting(world.door.single(actor(), request()));
    let waiting: Vec<_> = (0..THREADS).map(single).collect();
    assert_eq!(footprint(&mut writer).await, before);
    drop(writer);
    for request in waiting {
        assert_eq!(request.await.unwrap().code, None);
    }
    assert_eq!(world.footprint().transfers, before.transfers + minor(THREADS, 1));
    let shared = world.number("SELECT commit_number FROM ledger_head") - commits;
    assert!((1..=2).contains(&shared), "{shared} commits");
}
