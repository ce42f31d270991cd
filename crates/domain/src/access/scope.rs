//! The scopes of API keys.

use serde::{Deserialize, Serialize};

/// What an API key may do. A key never approves and never manages people, whatever its scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Scope {
    /// Reads accounts, transfers, batches, statistics.
    Read,
    /// Opens, freezes and closes accounts and adds holders.
    AccountsWrite,
    /// Creates, edits and submits batches.
    BatchesWrite,
    /// Executes, pauses, resumes, cancels, retries and skips.
    BatchesExecute,
    /// Moves money in single transfers.
    TransfersWrite,
    /// Sets exchange rates.
    RatesWrite,
    /// Reads the audit log.
    AuditRead,
    /// Reads the metrics.
    MetricsRead,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 8] = [
        Self::Read,
        Self::AccountsWrite,
        Self::BatchesWrite,
        Self::BatchesExecute,
        Self::TransfersWrite,
        Self::RatesWrite,
        Self::AuditRead,
        Self::MetricsRead,
    ];

    /// The name on the wire and in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::AccountsWrite => "accounts:write",
            Self::BatchesWrite => "batches:write",
            Self::BatchesExecute => "batches:execute",
            Self::TransfersWrite => "transfers:write",
            Self::RatesWrite => "rates:write",
            Self::AuditRead => "audit:read",
            Self::MetricsRead => "metrics:read",
        }
    }

    /// The scope with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}
