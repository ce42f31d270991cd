//! What only the sole writer of a ledger does.

mod ahead;
