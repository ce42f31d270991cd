//! Transfers: single requested movements of money.

use crate::stored_enum::stored_enum;

stored_enum! {
    /// Why money moves.
    TransferKind {
        /// A single transfer between two accounts. Between accounts of one holder it is shown as `internal`.
        Single = 1 "transfer",
        /// One item of a batch.
        Item = 2 "batch",
        /// Money enters the ledger.
        Deposit = 3 "deposit",
        /// Money leaves the ledger.
        Withdrawal = 4 "withdrawal",
        /// An opening balance from an account import.
        Opening = 5 "opening",
    }
}

impl TransferKind {
    /// Whether fees apply: only when a customer pays another.
    #[must_use]
    pub const fn is_charged(self) -> bool {
        matches!(self, Self::Single | Self::Item)
    }

    /// Whether limits apply: to everything that leaves a customer account.
    #[must_use]
    pub const fn is_limited(self) -> bool {
        matches!(self, Self::Single | Self::Item | Self::Withdrawal)
    }
}

stored_enum! {
    /// How a transfer request ended.
    TransferStatus {
        /// Its postings are committed.
        Completed = 1 "completed",
        /// Nothing moved; the refusal is kept. On the wire it is `failed`.
        Refused = 2 "failed",
    }
}

/// The longest memo, in characters (document 000: `VARCHAR(500)`).
pub const MEMO_MAX: usize = 500;
