//! Verifying the whole ledger.

use serde::{Deserialize, Serialize};

/// The input of `verify`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerifyInput {}

/// The output of `verify`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifyOutput {
    /// Whether every invariant holds.
    pub sound: bool,
    /// Postings that were checked.
    pub postings: i64,
    /// The invariants that are violated.
    pub violations: Vec<ViolatedInvariant>,
}

/// An invariant that is violated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ViolatedInvariant {
    /// Its name.
    pub invariant: String,
    /// How often it is violated.
    pub count: u64,
    /// The first key that violates it.
    pub first: String,
}
