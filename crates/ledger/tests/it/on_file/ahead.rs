//! Slices that wait at the door while something that they were decided on changes.
//!
//! On a file, the slices behind the one that is being written are decided meanwhile, on what that one leaves.
//! Whatever changes before their turn, they have the outcome that they would have had without looking ahead.

use crate::world::{PAYER, World, world};
use domain::account::AccountStatus;
use domain::batch::{BatchIntent, BatchMode, BatchState};
use domain::id::{AccountId, BatchId};
use domain::item::ItemState;
use domain::policy::Policy;
use domain::work::Work;
use ledger::{Slice, SliceOutcome, SubmittedSlice};
use std::time::Duration;
use store::Tx;

const SIZE: usize = 10;

/// What a change does to the slices that wait.
fn done(completed: usize, failed: usize) -> SliceOutcome {
    SliceOutcome::Done { completed, failed, stopped: false }
}

/// Pays the first slice, then holds up the writer until the others are at the door, and changes something before
/// they have their turn. Returns their outcomes.
async fn outcomes(world: &World, slices: Vec<Slice>, change: impl AsyncFnOnce(&mut Tx)) -> Vec<SliceOutcome> {
    let mut waiting = Vec::<SubmittedSlice>::new();
    let mut slices = slices.into_iter();
    let first = world.door.slice(world.actor.clone(), slices.next().unwrap()).await.unwrap();
    assert_eq!(first, done(SIZE, 0));
    let mut tx = world.store.write().await.unwrap();
    // The transaction begins here: nobody else writes before it has ended.
    store::balance::lock(&mut tx, vec![PAYER.0]).await.unwrap();
    for slice in slices {
        waiting.push(world.door.submit(world.actor.clone(), slice).await.unwrap());
    }
    // Long enough for the door to decide what it can; if it has not, the outcomes are the same.
    tokio::time::sleep(Duration::from_millis(20)).await;
    change(&mut tx).await;
    tx.commit().await.unwrap();
    let mut outcomes = Vec::new();
    for slice in waiting {
        outcomes.push(slice.outcome().await.unwrap());
    }
    outcomes
}

async fn tally(world: &World, batch: BatchId) -> (i64, i64) {
    let mut tx = world.store.read().await.unwrap();
    let tally = store::batch::get(&mut tx, batch).await.unwrap().unwrap().tally;
    (tally.success_count, tally.failed_count)
}

/// The balances follow from the postings: each payee has what the successes say.
async fn check(world: &World, batch: BatchId, expected: (i64, i64)) {
    assert_eq!(tally(world, batch).await, expected);
    let mut tx = world.store.read().await.unwrap();
    let accounts = store::balance::read(&mut tx, (2..=301).collect()).await.unwrap();
    assert_eq!(accounts.iter().map(|account| account.balance).sum::<i64>(), expected.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn slices_that_nothing_disturbs_are_paid_in_order() {
    let world = world().await;
    let slices = world.slices(50, SIZE).await;
    let batch = slices[0].batch;
    let outcomes = outcomes(&world, slices, async |_| {}).await;
    assert_eq!(outcomes, vec![done(SIZE, 0); 4]);
    check(&world, batch, (50, 0)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slices_of_several_batches_take_turns() {
    let world = world().await;
    let (one, two) = (world.slices(30, SIZE).await, world.slices(30, SIZE).await);
    let batches = [one[0].batch, two[0].batch];
    let mixed = one.into_iter().zip(two).flat_map(|(a, b)| [a, b]).collect();
    assert_eq!(outcomes(&world, mixed, async |_| {}).await, vec![done(SIZE, 0); 5]);
    for batch in batches {
        assert_eq!(tally(&world, batch).await, (30, 0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_or_interrupted_batch_is_halted_although_it_was_decided() {
    for intent in [BatchIntent::Pause, BatchIntent::Interrupt] {
        let world = world().await;
        let slices = world.slices(50, SIZE).await;
        let batch = slices[0].batch;
        let stop = async |tx: &mut Tx| {
            store::batch::set_state(tx, batch, BatchState::Processing, intent, Some(2), None).await.unwrap();
        };
        assert_eq!(outcomes(&world, slices, stop).await, [SliceOutcome::Halted; 4], "{intent:?}");
        check(&world, batch, (10, 0)).await;
    }
}

/// The last of 30 items is refused. The runner hands over one slice at a time of a batch that stops at a
/// failure, but what the door decides ahead does not rely on that.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_stops_a_batch_or_undoes_its_slice_although_others_were_decided_before_it() {
    for (mode, last, paid) in [
        (BatchMode::Continue, done(SIZE - 1, 1), (29, 1)),
        (
            BatchMode::StopOnFailure,
            SliceOutcome::Done { completed: SIZE - 1, failed: 1, stopped: true },
            (29, 1),
        ),
        (BatchMode::Atomic, SliceOutcome::Done { completed: 0, failed: SIZE, stopped: true }, (20, 10)),
    ] {
        let world = world().await;
        let slices = World::cut(&world.slice_of(mode, 30, 1).await, SIZE);
        let batch = slices[0].batch;
        let outcomes = outcomes(&world, slices, async |_| {}).await;
        assert_eq!(outcomes, [done(SIZE, 0), last], "{mode:?}");
        check(&world, batch, paid).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_that_was_taken_over_fences_what_was_decided() {
    let world = world().await;
    let slices = world.slices(50, SIZE).await;
    let (batch, epoch) = (slices[0].batch, slices[0].epoch);
    let take = async |tx: &mut Tx| {
        let taken = store::lease::take(tx, Work::run(batch), world.store.node(), epoch).await.unwrap();
        assert_eq!(taken, Some(epoch + 1));
    };
    assert_eq!(outcomes(&world, slices, take).await, [SliceOutcome::Fenced; 4]);
    check(&world, batch, (10, 0)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_skipped_item_makes_its_slice_stale_and_no_other_is_paid_by_halves() {
    let world = world().await;
    let slices = world.slices(50, SIZE).await;
    let (batch, number) = (slices[0].batch, slices[2].items[4].number);
    let skip = async |tx: &mut Tx| {
        store::item::set_states(tx, batch, &[(number, None)], (ItemState::Skipped, 1)).await.unwrap();
    };
    let outcomes = outcomes(&world, slices, skip).await;
    assert_eq!(outcomes[1], SliceOutcome::Stale);
    let paid = outcomes.iter().filter(|outcome| **outcome == done(SIZE, 0)).count();
    let stale = outcomes.iter().filter(|outcome| **outcome == SliceOutcome::Stale).count();
    assert_eq!(paid + stale, 4, "{outcomes:?}");
    check(&world, batch, (10 + 10 * i64::try_from(paid).unwrap(), 0)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payee_that_was_frozen_is_not_paid_although_that_was_decided() {
    let world = world().await;
    let slices = world.slices(50, SIZE).await;
    let (batch, payee) = (slices[0].batch, slices[3].items[0].target);
    let freeze = async |tx: &mut Tx| {
        store::balance::set_status(tx, payee, AccountStatus::Frozen).await.unwrap();
    };
    let expected = [done(SIZE, 0), done(SIZE, 0), done(SIZE - 1, 1), done(SIZE, 0)];
    assert_eq!(outcomes(&world, slices, freeze).await, expected);
    check(&world, batch, (49, 1)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payer_that_was_frozen_pays_no_further_slice() {
    let world = world().await;
    let slices = world.slices(50, SIZE).await;
    let batch = slices[0].batch;
    let freeze = async |tx: &mut Tx| {
        store::balance::set_status(tx, PAYER, AccountStatus::Frozen).await.unwrap();
    };
    assert_eq!(outcomes(&world, slices, freeze).await, [done(0, SIZE); 4]);
    check(&world, batch, (10, 40)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_policy_applies_to_what_was_decided_and_not_written() {
    let world = world().await;
    let slices = world.slices(50, SIZE).await;
    let batch = slices[0].batch;
    let mut policy = Policy::shipped(2);
    policy.limit.min = 5;
    let change = async |tx: &mut Tx| {
        store::policy::ship(tx, world.asset(), &policy).await.unwrap();
        store::head::raise_policy_version(tx).await.unwrap();
    };
    assert_eq!(outcomes(&world, slices, change).await, [done(0, SIZE); 4]);
    check(&world, batch, (10, 40)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_between_slices_sees_what_they_left() {
    let world = world().await;
    let slices = world.slices(50, SIZE).await;
    let batch = slices[0].batch;
    let mut waiting = Vec::new();
    for slice in slices {
        waiting.push(world.door.submit(world.actor.clone(), slice).await.unwrap());
    }
    let single = world.door.single(world.actor.clone(), crate::world::request(None)).await.unwrap();
    assert_eq!(single.code, None);
    for slice in waiting {
        assert_eq!(slice.outcome().await.unwrap(), done(SIZE, 0));
    }
    assert_eq!(tally(&world, batch).await, (50, 0));
    let mut tx = world.store.read().await.unwrap();
    let payees = store::balance::read(&mut tx, (2..=301).collect()).await.unwrap();
    assert_eq!(payees.iter().map(|account| account.balance).sum::<i64>(), 51);
    let payer = store::balance::read(&mut tx, vec![PAYER.0]).await.unwrap();
    assert_eq!(payer[0].balance, 9 * 900_000 - 51);
    assert_eq!(AccountId(1), payer[0].id);
}
