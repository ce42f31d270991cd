//! Random sequences of every operation, compared with a simple reference ledger. After each step the answer,
//! all balances, and every batch with its items must match the reference, and `verify` must be clean. At the
//! end, every report must be what a scan of the transfers finds.
//!
//! The same sequence must also give identical results on two engines, down to the last statement entry.
//!
//! `SLUICE_TEST_ENGINE=file|memory|server` selects the engine. `PROPTEST_CASES` sets the number of sequences,
//! whose default is smaller where a step takes longer. Failed seeds are stored in
//! `proptest-regressions/property.txt` and run first.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod batches;
mod draws;
mod ledger_under_test;
mod reference;
mod reports;
mod rules;
mod statements;
mod steps;

use draws::Draw;
use ledger_under_test::Ledger;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use reference::Reference;
use steps::Step;
use testkit::place::Engine;

/// Where failed seeds are stored.
const REGRESSIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/proptest-regressions/property.txt");

fn config(cases: u32) -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(cases);
    ProptestConfig {
        cases,
        max_shrink_iters: 300,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(REGRESSIONS))),
        ..ProptestConfig::default()
    }
}

/// Fewer on a server, where each sequence creates and fills its own database, and on a file, which waits for the disk
/// after each step: the same statements run on the database in memory.
fn cases() -> u32 {
    match Engine::chosen() {
        Engine::Server => 6,
        Engine::File => 12,
        Engine::Memory => 32,
    }
}

/// Most items of a chunk: one, a few, as many as the largest batch here has, and as shipped. With one or three items a
/// batch that continues after failures has several slices at the door, so chunks are decided ahead (ADR 43).
fn sizes() -> impl Strategy<Value = usize> {
    prop_oneof![Just(1), Just(3), Just(7), Just(131_072)]
}

fn block_on(job: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.unwrap().block_on(job);
}

proptest! {
    #![proptest_config(config(cases()))]

    #[test]
    fn every_sequence_of_operations_matches_the_reference_ledger(
        draws in draws::sequence(),
        chunk_items in sizes(),
    ) {
        block_on(play(&draws, chunk_items));
    }
}

proptest! {
    #![proptest_config(config(if Engine::chosen() == Engine::Memory { 16 } else { 4 }))]

    #[test]
    fn the_same_sequence_has_the_same_results_on_both_engines(
        draws in draws::sequence(),
        chunk_items in sizes(),
    ) {
        // Each selected engine compares a different pair.
        let both = match Engine::chosen() {
            Engine::File => [Engine::File, Engine::Server],
            Engine::Memory => [Engine::Memory, Engine::File],
            Engine::Server => [Engine::Server, Engine::Memory],
        };
        block_on(compare(&draws, both, chunk_items));
    }
}

/// Plays a sequence on the ledger and the reference and compares them after each step.
async fn play(draws: &[Draw], chunk_items: usize) {
    let mut reference = Reference::new();
    let ledger = Ledger::open(Engine::chosen(), chunk_items).await;
    let mut done: Vec<Step> = Vec::new();
    for step in steps::beginning() {
        assert_eq!(ledger.take(&step).await, reference.take(&step), "{step:?}");
    }
    for draw in draws {
        let Some(step) = draw.resolve(&reference, &done) else { continue };
        let (answer, expected) = (ledger.take(&step).await, reference.take(&step));
        assert_eq!(answer, expected, "the answer to {step:?}\nafter {done:#?}");
        done.push(step);
        let step = done.last().unwrap();
        assert_eq!(ledger.balances().await, reference.balances(), "balances after {step:?}");
        assert_eq!(ledger.batches().await, reference.batches(), "batches after {step:?}");
        let found = ledger.verify().await;
        assert!(found.is_empty(), "{found:?} after {step:?}");
    }
    ledger.compare_reports().await;
}

/// Plays a sequence on two engines and compares the answers, the state after each step, and everything
/// readable at the end.
async fn compare(draws: &[Draw], [one, other]: [Engine; 2], chunk_items: usize) {
    let mut reference = Reference::new();
    let (one, other) = (Ledger::open(one, chunk_items).await, Ledger::open(other, chunk_items).await);
    let mut done: Vec<Step> = Vec::new();
    for step in steps::beginning() {
        assert_eq!(one.take(&step).await, other.take(&step).await, "{step:?}");
        reference.take(&step);
    }
    for draw in draws {
        let Some(step) = draw.resolve(&reference, &done) else { continue };
        assert_eq!(
            one.take(&step).await,
            other.take(&step).await,
            "the answers to {step:?}\nafter {done:#?}"
        );
        reference.take(&step);
        assert_eq!(one.balances().await, other.balances().await, "balances after {step:?}");
        assert_eq!(one.batches().await, other.batches().await, "batches after {step:?}");
        done.push(step);
    }
    let (text, of_other) = (one.text().await, other.text().await);
    for (line, line_of_other) in text.lines().zip(of_other.lines()) {
        assert_eq!(line, line_of_other, "after {done:#?}");
    }
    assert_eq!(text, of_other);
    assert!(text.lines().count() > 2 * steps::beginning().len());
    let mut counts = Vec::new();
    for ledger in [&one, &other] {
        let found = ledger.verify().await;
        assert!(found.is_empty(), "{found:?}");
        counts.push(ledger.compare_reports().await);
    }
    assert_eq!(counts[0], counts[1]);
}
