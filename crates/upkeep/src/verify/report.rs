//! What a verification checks, and what it found.

use std::collections::BTreeMap;
use store::mark::Behind;

/// Rows per step.
pub(super) const STEP: i64 = 50_000;

/// The pages of the database file are consistent, and its indexes match their tables.
pub(super) const FILE: &str = "file_is_sound";
/// The ledger has everything that its mark knows.
const HEAD: &str = "head_mark";

/// The items of each page, and how their payees were written, are those that were added.
pub(super) const PAGE: &str = "item_page";
/// The audit log is the one that its commits recorded, in the order of their chain.
pub(super) const AUDIT: &str = "audit_chain";
/// Every row that has images is what its last image says.
pub(super) const IMAGE: &str = "row_image";
/// The chain leads through the given checkpoint.
pub(super) const CHECKPOINT: &str = "checkpoint";

/// The invariants by name, in the order of the checks.
pub const INVARIANTS: &[&str] = &[
    FILE,
    HEAD,
    "posting_chain",
    "posting_belongs_to_transfer",
    "transfer_has_its_postings",
    "day_sum",
    "failure_count",
    "chunk_is_recorded",
    "chunk_digest",
    "balance_is_sum_of_postings",
    "balance_not_below_limit",
    "account_has_balance",
    "currency_sums_to_zero",
    "history_is_complete",
    "limit_window",
    "single_transfer",
    "item_settled_once",
    "item_state",
    PAGE,
    "run_has_its_items",
    "batch_counters",
    "batch_state",
    "batch_content",
    "batch_print",
    "item_in_run",
    "payee_once",
    "external_id_held",
    "counter",
    AUDIT,
    CHECKPOINT,
    IMAGE,
];

/// A violated invariant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Its name.
    pub invariant: &'static str,
    /// The first key that violates it.
    pub first_key: String,
    /// How many keys violate it.
    pub count: u64,
}

/// What was checked and what was found.
#[derive(Debug, Default)]
pub struct Verification {
    /// Postings read.
    pub postings: i64,
    /// Accounts read.
    pub accounts: i64,
    /// Items read.
    pub items: i64,
    /// Chunk digests recomputed.
    pub chunks: i64,
    found: BTreeMap<&'static str, (String, u64)>,
}

impl Verification {
    /// Whether every invariant holds.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.found.is_empty()
    }

    /// The invariants that do not hold, by name.
    #[must_use]
    pub fn violations(&self) -> Vec<Violation> {
        let violation = |(invariant, (first_key, count)): (&&'static str, &(String, u64))| Violation {
            invariant,
            first_key: first_key.clone(),
            count: *count,
        };
        self.found.iter().map(violation).collect()
    }

    /// Adds damage found in the database file.
    pub fn add_damage(&mut self, problem: String) {
        self.bad(FILE, || problem);
    }

    /// Adds that the ledger is behind its mark.
    pub fn add_behind(&mut self, behind: &Behind) {
        self.bad(HEAD, || behind.to_string());
    }

    pub(super) fn bad(&mut self, invariant: &'static str, key: impl FnOnce() -> String) {
        self.found.entry(invariant).or_insert_with(|| (key(), 0)).1 += 1;
    }

    pub(super) fn check(&mut self, holds: bool, invariant: &'static str, key: impl FnOnce() -> String) {
        if !holds {
            self.bad(invariant, key);
        }
    }
}
