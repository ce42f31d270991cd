//! Random sequences of every operation against a simple reference ledger. After each step the answer, all
//! balances, and every batch with its items must be as the reference says, and `verify` must be clean.
//!
//! `PROPTEST_CASES` raises the number of sequences. Seeds that failed are kept in
//! `proptest-regressions/property.txt` and tried first.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod batches;
mod draws;
mod ledger_under_test;
mod reference;
mod rules;
mod steps;

use draws::Draw;
use ledger_under_test::Ledger;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use reference::Reference;
use steps::Step;

/// Where seeds that failed are kept.
const REGRESSIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/proptest-regressions/property.txt");

fn config() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(32);
    ProptestConfig {
        cases,
        max_shrink_iters: 300,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(REGRESSIONS))),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_sequence_of_operations_does_what_the_reference_ledger_does(
        draws in draws::sequence(),
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(play(&draws));
    }
}

/// Plays a sequence on both ledgers and compares them after each step.
async fn play(draws: &[Draw]) {
    let mut reference = Reference::new();
    let ledger = Ledger::open().await;
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
}
