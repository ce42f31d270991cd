//! Writing transfers to a file.

use super::export_batch::{ExportFormat, ExportLanguage};
use crate::account_ref::AccountRef;
use crate::transfer::{TransferKind, TransferStatus};
use serde::{Deserialize, Serialize};

/// The input of `export_transfers`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportTransfersInput {
    /// The file's format; CSV unless it is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<ExportFormat>,
    /// The language of headers and messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<ExportLanguage>,
    /// Which transfers, and how the file is divided.
    #[serde(default)]
    pub options: ExportTransfersOptions,
}

/// Which transfers are exported, in the words of their list; all of them without options.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct ExportTransfersOptions {
    /// The account that paid or received.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_id: Option<AccountRef>,
    /// How they ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<TransferStatus>,
    /// Their kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<ExportedKind>,
    /// The currency of either side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// The first value date, `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The last value date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Part of the memo.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// At most so many rows in a file: the result is a zip of numbered files and a manifest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows_per_file: Option<u64>,
}

/// The kind of a transfer as lists show it: that between accounts of one holder is a kind of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExportedKind {
    /// Between two holders' accounts.
    Transfer,
    /// Between one holder's accounts.
    Internal,
    /// An item of a batch.
    Batch,
    /// Into the ledger.
    Deposit,
    /// Out of the ledger.
    Withdrawal,
    /// An opening balance.
    Opening,
}

impl ExportedKind {
    /// The kind as it is stored.
    #[must_use]
    pub const fn stored(self) -> TransferKind {
        match self {
            Self::Transfer | Self::Internal => TransferKind::Single,
            Self::Batch => TransferKind::Item,
            Self::Deposit => TransferKind::Deposit,
            Self::Withdrawal => TransferKind::Withdrawal,
            Self::Opening => TransferKind::Opening,
        }
    }

    /// Whether only transfers between accounts of one holder are meant, or only the others; none if it does not matter.
    #[must_use]
    pub const fn internal(self) -> Option<bool> {
        match self {
            Self::Internal => Some(true),
            Self::Transfer => Some(false),
            Self::Batch | Self::Deposit | Self::Withdrawal | Self::Opening => None,
        }
    }
}
