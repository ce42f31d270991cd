//! Nodes that own the balances in turn, and nodes that share them.

use crate::world::{PAYER, World, request, world};
use domain::account::AccountStatus;
use domain::id::BatchId;
use ledger::{Door, Slice, SliceOutcome};
use store::{Script, Store, balance_owner};

const SIZE: usize = 10;

async fn owner(store: &Store) -> String {
    let mut tx = store.write().await.unwrap();
    let mut script = Script::new();
    let asked = balance_owner::lock_later(&mut script);
    tx.run(script).await.unwrap().take(asked).unwrap().node
}

/// Pays slices in chunks of their own; returns how many items were paid, and how many failed.
async fn pay_in_turn(door: &Door, world: &World, slices: impl IntoIterator<Item = Slice>) -> (usize, usize) {
    let mut counts = (0, 0);
    for slice in slices {
        let (completed, failed) = pay(door, world, [slice]).await;
        counts = (counts.0 + completed, counts.1 + failed);
    }
    counts
}

/// Pays slices that are at the door together.
async fn pay(door: &Door, world: &World, slices: impl IntoIterator<Item = Slice>) -> (usize, usize) {
    let (mut waiting, mut counts) = (Vec::new(), (0, 0));
    for slice in slices {
        waiting.push(door.submit(world.actor.clone(), slice).await.unwrap());
    }
    for slice in waiting {
        let outcome = slice.outcome().await.unwrap();
        assert!(matches!(outcome, SliceOutcome::Done { stopped: false, .. }), "{outcome:?}");
        if let SliceOutcome::Done { completed, failed, .. } = outcome {
            counts = (counts.0 + completed, counts.1 + failed);
        }
    }
    counts
}

/// What the payees have, what the payer has left, and what the batch counts.
async fn check(world: &World, batch: BatchId, paid: i64, singles: i64) {
    let mut tx = world.store.read().await.unwrap();
    let accounts = store::balance::read(&mut tx, (1..=301).collect()).await.unwrap();
    let (payer, payees): (Vec<_>, Vec<_>) = accounts.iter().partition(|account| account.id == PAYER);
    assert_eq!(payees.iter().map(|account| account.balance).sum::<i64>(), paid + singles);
    assert_eq!(payer[0].balance, 9 * 900_000 - paid - singles);
    let tally = store::batch::get(&mut tx, batch).await.unwrap().unwrap().tally;
    assert_eq!(tally.success_count, paid);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_pays_alone_owns_the_balances_until_another_writes() {
    let world = world().await;
    let (_, other) = world.another_node().await;
    let mut slices = world.slices(100, SIZE).await.into_iter();
    let batch = slices.as_slice()[0].batch;
    assert_eq!(owner(&world.store).await, "");
    assert_eq!(pay_in_turn(&world.door, &world, slices.by_ref().take(6)).await, (60, 0));
    assert_eq!(owner(&world.store).await, world.store.node());
    // Several slices are decided on what the owner carries, while the other node writes between them.
    let (paid, single) = tokio::join!(
        pay_in_turn(&world.door, &world, slices),
        other.single(world.actor.clone(), request(None))
    );
    assert_eq!((paid, single.unwrap().code), ((40, 0), None));
    assert_eq!(owner(&world.store).await, "");
    // And the node that lost the balances pays on, account by account.
    assert_eq!(world.door.single(world.actor.clone(), request(None)).await.unwrap().code, None);
    check(&world, batch, 100, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_owner_holds_up_nobody_and_leaves_nothing_to_recover() {
    let world = world().await;
    let (store, owning) = world.another_node().await;
    let mut slices = world.slices(100, SIZE).await.into_iter();
    let batch = slices.as_slice()[0].batch;
    assert_eq!(pay_in_turn(&owning, &world, slices.by_ref().take(7)).await, (70, 0));
    assert_eq!(owner(&world.store).await, store.node());
    drop((owning, store));
    assert_eq!(pay(&world.door, &world, slices).await, (30, 0));
    assert_eq!(owner(&world.store).await, "");
    check(&world, batch, 100, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_another_node_froze_is_not_paid_by_the_owner() {
    let world = world().await;
    let (store, _) = world.another_node().await;
    let mut slices = world.slices(100, SIZE).await.into_iter();
    let batch = slices.as_slice()[0].batch;
    assert_eq!(pay_in_turn(&world.door, &world, slices.by_ref().take(6)).await, (60, 0));
    assert_eq!(owner(&world.store).await, world.store.node());
    let mut tx = store.write().await.unwrap();
    store::balance::set_status(&mut tx, slices.as_slice()[1].items[0].target, AccountStatus::Frozen)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(pay(&world.door, &world, slices).await, (39, 1));
    // Nobody else moved money.
    assert_eq!(owner(&world.store).await, world.store.node());
    check(&world, batch, 99, 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nodes_that_pay_at_the_same_time_count_right() {
    let world = world().await;
    let (_, other) = world.another_node().await;
    let (one, two) = (world.slices(300, SIZE).await, world.slices(300, SIZE).await);
    let batch = one[0].batch;
    let singles = async {
        for _ in 0..50 {
            assert_eq!(other.single(world.actor.clone(), request(None)).await.unwrap().code, None);
        }
    };
    let (a, b, ()) =
        tokio::join!(pay_in_turn(&world.door, &world, one), pay_in_turn(&other, &world, two), singles);
    assert_eq!((a, b), ((300, 0), (300, 0)));
    let mut tx = world.store.read().await.unwrap();
    let all = store::balance::read(&mut tx, (2..=301).collect()).await.unwrap();
    assert_eq!(all.iter().map(|account| account.balance).sum::<i64>(), 650);
    let tally = store::batch::get(&mut tx, batch).await.unwrap().unwrap().tally;
    assert_eq!(tally.success_count, 300);
}
