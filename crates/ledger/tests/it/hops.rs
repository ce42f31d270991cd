//! How often a chunk waits for its database, counted by the store's transactions: messages to the thread of a
//! database file, round trips to a server.

use crate::world::{World, request, world};
use domain::code::Code;
use domain::item::ItemState;
use ledger::{Outcome, Slice, SliceOutcome};
use store::Store;
use testkit::place::Engine;

/// What any chunk may take.
const HOPS_MAX: u64 = 9;

/// The hops on a file, and on a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bound {
    file: u64,
    server: u64,
}

impl Bound {
    fn of(self) -> u64 {
        if Engine::chosen() == Engine::Server { self.server } else { self.file }
    }
}

async fn chunks(store: &Store) -> u64 {
    let mut tx = store.read().await.unwrap();
    let chunks = store::chunk::after(&mut tx, 0, i64::MAX).await.unwrap();
    chunks.len() as u64
}

/// The hops of a call that makes one chunk. It is made three times: the first ones prepare its statements.
async fn hops<T>(world: &World, call: impl AsyncFn(i64) -> T) -> (u64, T) {
    let mut last = None;
    for round in 0..3 {
        let (chunks_before, before) = (chunks(&world.store).await, world.store.hops());
        let answer = call(round).await;
        last = Some((world.store.hops() - before, answer));
        assert_eq!(chunks(&world.store).await - chunks_before, 1);
    }
    last.unwrap()
}

fn key(prefix: &str, round: i64) -> String {
    format!("{prefix}-{round}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_takes_few_hops() {
    let world = world().await;
    let single = async |key: Option<&str>| {
        let outcome = world.door.single(world.actor.clone(), request(key)).await.unwrap();
        assert_eq!(outcome.code, None);
        outcome
    };
    let (plain, _) = hops(&world, async |_| single(None).await).await;
    let (keyed, _) = hops(&world, async |round| single(Some(&key("a", round))).await).await;
    let (again, outcome) = hops(&world, async |_| single(Some("a-0")).await).await;
    assert!(outcome.replayed);
    let expected = [
        // Begin, numbers and locks; writes; commit. A server draws numbers on another connection.
        Bound { file: 3, server: 4 },
        // An operation id needs its transfer's number first. On a server, what may write waits for the begin.
        Bound { file: 4, server: 6 },
        // And then the transfer of the first answer is read.
        Bound { file: 5, server: 7 },
    ];
    assert_eq!([plain, keyed, again], expected.map(Bound::of));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_singles_take_the_hops_of_one() {
    let world = world().await;
    for is_keyed in [false, true] {
        for round in 0..3 {
            let key = |k| is_keyed.then(|| format!("{round}-{k}"));
            let (chunks_before, before) = (chunks(&world.store).await, world.store.hops());
            let outcomes = world.singles((0..300).map(key).collect()).await;
            assert!(outcomes.iter().all(|outcome: &Outcome| outcome.code.is_none()));
            let (hops, made) = (world.store.hops() - before, chunks(&world.store).await - chunks_before);
            // The first single is a chunk of its own; the transaction that held them up made one hop.
            assert_eq!((outcomes.len(), made), (301, 2));
            let (single, keyed) = (Bound { file: 3, server: 4 }.of(), Bound { file: 4, server: 6 }.of());
            let expected = 1 + single + if is_keyed { keyed } else { single };
            // On a server, the connections that met first must prepare the statements.
            assert!(round < 2 || hops == expected, "{hops} hops, {expected} expected");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slice_takes_few_hops_however_long_it_is() {
    let world = world().await;
    let table = [
        (10, 0, Bound { file: 3, server: 4 }),
        (10, 3, Bound { file: 3, server: 4 }),
        // From a number of rows on, a server gets them by COPY: two round trips for a table.
        (2_000, 0, Bound { file: 3, server: 8 }),
        (2_000, 10, Bound { file: 3, server: 8 }),
    ];
    for (items, refused, bound) in table {
        let mut slices = Vec::new();
        for _ in 0..3 {
            slices.push(world.slice(items, refused).await);
        }
        let slice = async |round: i64| {
            let slice = slices[usize::try_from(round).unwrap()].clone();
            world.door.slice(world.actor.clone(), slice).await.unwrap()
        };
        let (hops, outcome) = hops(&world, slice).await;
        let (completed, failed) =
            (usize::try_from(items - refused).unwrap(), usize::try_from(refused).unwrap());
        assert_eq!(outcome, SliceOutcome::Done { completed, failed, stopped: false });
        assert_eq!(hops, bound.of(), "{items} items, {refused} refused");
        assert!(hops <= HOPS_MAX);
    }
}

/// Changes the state of an item of a slice, as a verb does.
async fn change(world: &World, slice: &Slice, place: usize, to: ItemState) {
    let code = (to == ItemState::Failed).then_some(Code::Interrupted);
    let mut tx = world.store.write().await.unwrap();
    store::batch::lock(&mut tx, slice.batch).await.unwrap().unwrap();
    let item = [(slice.items[place].number, code)];
    assert_eq!(store::item::set_states(&mut tx, slice.batch, &item, (to, 1)).await.unwrap(), 1);
    tx.commit().await.unwrap();
}

/// The states of a slice's items.
async fn states(world: &World, slice: &Slice) -> Vec<ItemState> {
    let mut tx = world.store.read().await.unwrap();
    let numbers = slice.items.iter().map(|item| item.number.0).collect();
    store::item::states(&mut tx, numbers).await.unwrap().into_iter().map(|(_, _, state)| state).collect()
}

fn part(slice: &Slice, places: std::ops::Range<usize>) -> Slice {
    Slice { items: slice.items[places].to_vec().into(), ..*slice }
}

async fn edition(world: &World, slice: &Slice) -> i64 {
    store::batch::edition(&mut world.store.read().await.unwrap(), slice.batch).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slice_with_items_that_are_no_longer_pending_is_stale_and_none_of_it_is_written() {
    let world = world().await;
    // Those that would complete, and those that would fail: neither is refused by the database.
    for (refused, changed) in [(0, 0), (3, 9)] {
        let slice = world.slice(10, refused).await;
        change(&world, &slice, changed, ItemState::Skipped).await;
        let before = states(&world, &slice).await;
        let last = store::posting::last(&mut world.store.read().await.unwrap()).await.unwrap();
        let outcome = world.door.slice(world.actor.clone(), slice.clone()).await.unwrap();
        assert_eq!((outcome, states(&world, &slice).await), (SliceOutcome::Stale, before));
        assert_eq!(store::posting::last(&mut world.store.read().await.unwrap()).await.unwrap(), last);
        // The others are not affected.
        let fenced = Slice { epoch: slice.epoch + 1, ..slice };
        let outcome = world.door.slice(world.actor.clone(), fenced).await.unwrap();
        assert_eq!(outcome, SliceOutcome::Fenced);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slice_is_stale_if_and_only_if_the_pending_items_of_its_range_changed_since_it_was_read() {
    let world = world().await;
    let (failed, pending, skipped) = (ItemState::Failed, ItemState::Pending, ItemState::Skipped);
    for (what, changes, places, is_stale) in [
        ("nothing", vec![], 0..5, false),
        ("an item of it is skipped", vec![(2, skipped)], 0..5, true),
        ("an item of it fails", vec![(4, failed)], 0..5, true),
        ("another item of the batch is skipped", vec![(7, skipped)], 0..5, false),
        ("an earlier item is retried", vec![(0, failed), (0, pending)], 1..5, false),
        ("an item of it is failed and retried", vec![(3, failed), (3, pending)], 0..5, false),
    ] {
        let whole = world.slice(10, 0).await;
        let slice = part(&whole, places);
        for (place, to) in &changes {
            change(&world, &whole, *place, *to).await;
        }
        assert_eq!(edition(&world, &slice).await, i64::try_from(changes.len()).unwrap(), "{what}");
        let outcome = world.door.slice(world.actor.clone(), slice.clone()).await.unwrap();
        let done = SliceOutcome::Done { completed: slice.items.len(), failed: 0, stopped: false };
        assert_eq!(outcome, if is_stale { SliceOutcome::Stale } else { done }, "{what}");
    }
    // An item between two others of it is pending again.
    let whole = world.slice(10, 0).await;
    change(&world, &whole, 3, failed).await;
    let around: Vec<_> = [2, 4].into_iter().map(|place| whole.items[place]).collect();
    let slice = Slice { items: around.into(), edition: edition(&world, &whole).await, ..whole };
    change(&world, &whole, 3, pending).await;
    assert_eq!(world.door.slice(world.actor.clone(), slice).await.unwrap(), SliceOutcome::Stale);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slice_that_was_committed_before_is_stale_and_pays_nobody_again() {
    let world = world().await;
    for refused in [0, 3, 10] {
        let slice = world.slice(10, refused).await;
        let completed = usize::try_from(10 - refused).unwrap();
        let done = SliceOutcome::Done { completed, failed: 10 - completed, stopped: false };
        assert_eq!(world.door.slice(world.actor.clone(), slice.clone()).await.unwrap(), done);
        let before = states(&world, &slice).await;
        // The door changes items without raising the edition: its own slices follow one another.
        assert_eq!(edition(&world, &slice).await, 0);
        // The second time it is decided as before, the third time all of it is refused.
        for min in [1, 5] {
            set_minimum(&world, min).await;
            let outcome = world.door.slice(world.actor.clone(), slice.clone()).await.unwrap();
            let now = states(&world, &slice).await;
            assert_eq!((outcome, &now), (SliceOutcome::Stale, &before), "{refused} refused, minimum {min}");
        }
        set_minimum(&world, 1).await;
    }
}

/// Sets the least amount of a transfer.
async fn set_minimum(world: &World, min: i64) {
    let mut tx = world.store.write().await.unwrap();
    let mut policy = domain::policy::Policy::shipped(2);
    policy.limit.min = min;
    store::policy::set(&mut tx, world.asset(), None, &policy).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_policy_applies_from_the_next_chunk_on() {
    let world = world().await;
    let single = async || world.door.single(world.actor.clone(), request(None)).await.unwrap().code;
    assert_eq!(single().await, None);
    for (min, code) in [(5, Some(Code::BelowMinimum)), (1, None)] {
        set_minimum(&world, min).await;
        assert_eq!(single().await, code);
    }
}
