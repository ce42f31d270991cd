//! Facts about batches, postings and idempotency, each as a script and the whole ledger that it leaves.
//!
//! A script is a list of steps (see [`script`]); what a step is refused with is printed, and after the last step the
//! whole ledger is: accounts, transfers, batches, items, audit rows. So "a refusal changes nothing" is seen in every column,
//! not in those that a test picked. To add a fact: one more `check` in the file of its subject.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod batch_life;
mod idempotency;
mod posting;
mod printer;
mod script;

/// Runs a script on an empty ledger and compares what it prints. Indentation is ignored.
async fn check(script: &str, expected: &str) {
    let plain = |text: &str| {
        text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
    };
    let (script, expected) = (plain(script), plain(expected));
    let found = script::run(&script).await;
    assert_eq!(found, expected, "\nscript:\n{script}\n\nfound:\n{found}\n\nexpected:\n{expected}\n");
}
