//! Transfers: single requested movements of money.

/// Why money moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TransferKind {
    /// A single transfer between two accounts.
    Single,
    /// One item of a batch.
    Item,
    /// Money enters the ledger.
    Deposit,
    /// Money leaves the ledger.
    Withdrawal,
    /// An opening balance from an account import.
    Opening,
}

impl TransferKind {
    /// The stored number; never reused.
    #[must_use]
    pub const fn number(self) -> i64 {
        match self {
            Self::Single => 1,
            Self::Item => 2,
            Self::Deposit => 3,
            Self::Withdrawal => 4,
            Self::Opening => 5,
        }
    }

    /// The kind with this stored number.
    #[must_use]
    pub const fn from_number(number: i64) -> Option<Self> {
        match number {
            1 => Some(Self::Single),
            2 => Some(Self::Item),
            3 => Some(Self::Deposit),
            4 => Some(Self::Withdrawal),
            5 => Some(Self::Opening),
            _ => None,
        }
    }

    /// The name on the wire. A `Single` between accounts of one holder is shown as `internal`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Single => "transfer",
            Self::Item => "batch",
            Self::Deposit => "deposit",
            Self::Withdrawal => "withdrawal",
            Self::Opening => "opening",
        }
    }

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

/// How a transfer request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TransferStatus {
    /// Its postings are committed.
    Completed,
    /// Nothing moved; the refusal is kept.
    Refused,
}

impl TransferStatus {
    /// The stored number; never reused.
    #[must_use]
    pub const fn number(self) -> i64 {
        match self {
            Self::Completed => 1,
            Self::Refused => 2,
        }
    }

    /// The name on the wire: a refused transfer is `failed` there.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Refused => "failed",
        }
    }
}

/// The longest memo, in characters (document 000: `VARCHAR(500)`).
pub const MEMO_MAX: usize = 500;
