//! How often a chunk waits for its database, counted by the store's transactions: messages to the thread of a
//! database file, round trips to a server.

use crate::world::{World, request, world};
use domain::code::Code;
use ledger::{Outcome, SliceOutcome};
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

#[tokio::test(flavor = "multi_thread")]
async fn a_slice_with_items_that_are_no_longer_pending_is_stale_and_writes_nothing() {
    let world = world().await;
    // Those that would complete, and those that would fail: neither is refused by the database.
    for (refused, changed) in [(0, 0), (3, 9)] {
        let slice = world.slice(10, refused).await;
        let number = slice.items[changed].number;
        let mut tx = world.store.write().await.unwrap();
        let skipped = domain::item::ItemState::Skipped;
        assert_eq!(store::item::set_states(&mut tx, &[(number, None)], skipped).await.unwrap(), 1);
        tx.commit().await.unwrap();
        let before = chunks(&world.store).await;
        let outcome = world.door.slice(world.actor.clone(), slice.clone()).await.unwrap();
        assert_eq!((outcome, chunks(&world.store).await), (SliceOutcome::Stale, before));
        // The others are not affected.
        let fenced = ledger::Slice { epoch: slice.epoch + 1, ..slice };
        let outcome = world.door.slice(world.actor.clone(), fenced).await.unwrap();
        assert_eq!(outcome, SliceOutcome::Fenced);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_policy_applies_from_the_next_chunk_on() {
    let world = world().await;
    let single = async || world.door.single(world.actor.clone(), request(None)).await.unwrap().code;
    assert_eq!(single().await, None);
    for (min, code) in [(5, Some(Code::BelowMinimum)), (1, None)] {
        let mut tx = world.store.write().await.unwrap();
        let mut policy = domain::policy::Policy::shipped(2);
        policy.limit.min = min;
        store::policy::set(&mut tx, world.asset(), None, &policy).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(single().await, code);
    }
}
