//! Tasks: everything that takes long enough to be watched, cancelled and trusted. A file with rows becomes a batch, a
//! batch becomes a file, the ledger is verified.
//!
//! To add a kind: a file in `task/` with its input and its output; its line in [`TaskInput`] and [`TaskOutput`], with a
//! number and a name in [`TaskType`]; and in `engine` a file with what it does and a line in its registry.

pub mod annotate_original;
pub mod batch_name;
pub mod columns;
pub mod evidence;
pub mod export_accounts;
pub mod export_audit;
pub mod export_batch;
pub mod export_statement;
pub mod export_statistics;
pub mod export_transfers;
pub mod import_accounts;
pub mod import_batch;
pub mod made;
pub mod preview;
pub mod progress;
pub mod verify;

use crate::access::Operation;
use crate::batch_ref::BatchRef;
use crate::id::FileId;
use crate::stored_enum::stored_enum;
use serde::{Deserialize, Serialize};

/// The most tasks of one principal that wait or run.
pub const TASKS_OPEN_MAX: i64 = 20;

/// How often a task may be taken before it is given up: each time but the last, the process ended in the middle of it.
pub const TAKES_MAX: i64 = 5;

stored_enum! {
    /// What a task does.
    TaskType {
        /// Makes a batch of the rows of a file, or adds them to one.
        ImportBatch = 1 "import_batch",
        /// Opens accounts from the rows of a file.
        ImportAccounts = 2 "import_accounts",
        /// Writes the results of a batch to a file.
        ExportBatch = 3 "export_batch",
        /// Writes accounts to a file.
        ExportAccounts = 4 "export_accounts",
        /// Writes an account's statement to a file.
        ExportStatement = 5 "export_statement",
        /// Writes transfers to a file.
        ExportTransfers = 6 "export_transfers",
        /// Writes the audit log to a file.
        ExportAudit = 7 "export_audit",
        /// Makes the evidence pack of a batch.
        Evidence = 8 "evidence",
        /// Verifies the whole ledger.
        Verify = 9 "verify",
        /// Checks a large draft row by row.
        Preview = 10 "preview",
        /// Writes statistics to a file.
        ExportStatistics = 11 "export_statistics",
        /// Writes the uploaded file of a batch again, with the outcome of each row beside it.
        AnnotateOriginal = 12 "annotate_original",
    }
}

impl TaskType {
    /// The operation whose right it needs, at its start, when it is taken up again and at the download of its result.
    #[must_use]
    pub const fn right(self) -> Operation {
        match self {
            Self::ImportBatch => Operation::BatchCreate,
            Self::ImportAccounts => Operation::AccountOpen,
            Self::ExportBatch | Self::AnnotateOriginal => Operation::BatchShow,
            Self::ExportAccounts => Operation::AccountList,
            Self::ExportStatement => Operation::StatementShow,
            Self::ExportTransfers => Operation::TransferList,
            Self::ExportStatistics => Operation::StatisticsShow,
            // Those who may read the whole log may have the whole ledger verified.
            Self::ExportAudit | Self::Verify => Operation::AuditList,
            Self::Evidence => Operation::BatchEvidence,
            Self::Preview => Operation::BatchPreview,
        }
    }
}

stored_enum! {
    /// How far a task is.
    TaskState {
        /// No node has taken it yet.
        Pending = 1 "pending",
        /// A node is at it, or was when its process ended.
        Processing = 2 "processing",
        /// It did all that it was to do.
        Completed = 3 "completed",
        /// It could not; its code says why.
        Failed = 4 "failed",
        /// Somebody cancelled it.
        Cancelled = 5 "cancelled",
    }
}

impl TaskState {
    /// Whether nothing more happens to it.
    #[must_use]
    pub const fn has_ended(self) -> bool {
        match self {
            Self::Pending | Self::Processing => false,
            Self::Completed | Self::Failed | Self::Cancelled => true,
        }
    }
}

/// What a task is to do, as it is requested and stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "task_type", rename_all = "snake_case")]
pub enum TaskInput {
    /// [`TaskType::ImportBatch`].
    ImportBatch(Box<import_batch::ImportBatchInput>),
    /// [`TaskType::ImportAccounts`].
    ImportAccounts(Box<import_accounts::ImportAccountsInput>),
    /// [`TaskType::ExportBatch`].
    ExportBatch(export_batch::ExportBatchInput),
    /// [`TaskType::ExportAccounts`].
    ExportAccounts(export_accounts::ExportAccountsInput),
    /// [`TaskType::ExportStatement`].
    ExportStatement(export_statement::ExportStatementInput),
    /// [`TaskType::ExportTransfers`].
    ExportTransfers(export_transfers::ExportTransfersInput),
    /// [`TaskType::ExportStatistics`].
    ExportStatistics(export_statistics::ExportStatisticsInput),
    /// [`TaskType::ExportAudit`].
    ExportAudit(export_audit::ExportAuditInput),
    /// [`TaskType::Evidence`].
    Evidence(evidence::EvidenceInput),
    /// [`TaskType::Verify`].
    Verify(verify::VerifyInput),
    /// [`TaskType::Preview`].
    Preview(preview::PreviewInput),
    /// [`TaskType::AnnotateOriginal`].
    AnnotateOriginal(annotate_original::AnnotateOriginalInput),
}

impl TaskInput {
    /// What kind of task it is.
    #[must_use]
    pub const fn kind(&self) -> TaskType {
        match self {
            Self::ImportBatch(_) => TaskType::ImportBatch,
            Self::ImportAccounts(_) => TaskType::ImportAccounts,
            Self::ExportBatch(_) => TaskType::ExportBatch,
            Self::ExportAccounts(_) => TaskType::ExportAccounts,
            Self::ExportStatement(_) => TaskType::ExportStatement,
            Self::ExportTransfers(_) => TaskType::ExportTransfers,
            Self::ExportStatistics(_) => TaskType::ExportStatistics,
            Self::ExportAudit(_) => TaskType::ExportAudit,
            Self::Evidence(_) => TaskType::Evidence,
            Self::Verify(_) => TaskType::Verify,
            Self::Preview(_) => TaskType::Preview,
            Self::AnnotateOriginal(_) => TaskType::AnnotateOriginal,
        }
    }

    /// The operation whose right it needs. Adding rows to a draft needs that of an edit.
    #[must_use]
    pub const fn right(&self) -> Operation {
        match self {
            Self::ImportBatch(input) if input.options.into.is_some() => Operation::RelationAdd,
            _ => self.kind().right(),
        }
    }

    /// The uploaded file that it reads.
    #[must_use]
    pub const fn file(&self) -> Option<FileId> {
        match self {
            Self::ImportBatch(input) => Some(input.file_id),
            Self::ImportAccounts(input) => Some(input.file_id),
            Self::ExportBatch(_)
            | Self::ExportAccounts(_)
            | Self::ExportStatement(_)
            | Self::ExportTransfers(_)
            | Self::ExportStatistics(_)
            | Self::ExportAudit(_)
            | Self::Evidence(_)
            | Self::Verify(_)
            | Self::Preview(_)
            | Self::AnnotateOriginal(_) => None,
        }
    }

    /// The existing batch that it is about.
    #[must_use]
    pub fn batch(&self) -> Option<BatchRef> {
        match self {
            Self::ImportBatch(input) => input.options.into.map(|name| name.0),
            Self::ExportBatch(input) => Some(input.batch_id.0),
            Self::Evidence(input) => Some(input.batch_id.0),
            Self::Preview(input) => Some(input.batch_id.0),
            Self::AnnotateOriginal(input) => Some(input.batch_id.0),
            Self::ImportAccounts(_)
            | Self::ExportAccounts(_)
            | Self::ExportStatement(_)
            | Self::ExportTransfers(_)
            | Self::ExportStatistics(_)
            | Self::ExportAudit(_)
            | Self::Verify(_) => None,
        }
    }
}

/// What a task did, as it is stored and answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "task_type", rename_all = "snake_case")]
pub enum TaskOutput {
    /// [`TaskType::ImportBatch`].
    ImportBatch(import_batch::ImportBatchOutput),
    /// [`TaskType::ImportAccounts`].
    ImportAccounts(import_accounts::ImportAccountsOutput),
    /// [`TaskType::ExportBatch`].
    ExportBatch(made::MadeFile),
    /// [`TaskType::ExportAccounts`].
    ExportAccounts(made::MadeFile),
    /// [`TaskType::ExportStatement`].
    ExportStatement(made::MadeFile),
    /// [`TaskType::ExportTransfers`].
    ExportTransfers(made::MadeFile),
    /// [`TaskType::ExportStatistics`].
    ExportStatistics(made::MadeFile),
    /// [`TaskType::ExportAudit`].
    ExportAudit(made::MadeFile),
    /// [`TaskType::Evidence`].
    Evidence(made::MadeFile),
    /// [`TaskType::Verify`].
    Verify(verify::VerifyOutput),
    /// [`TaskType::Preview`].
    Preview(made::MadeFile),
    /// [`TaskType::AnnotateOriginal`].
    AnnotateOriginal(made::MadeFile),
}

impl TaskOutput {
    /// The file that was made.
    #[must_use]
    pub const fn file(&self) -> Option<FileId> {
        match self {
            Self::ExportBatch(made)
            | Self::ExportAccounts(made)
            | Self::ExportStatement(made)
            | Self::ExportTransfers(made)
            | Self::ExportStatistics(made)
            | Self::ExportAudit(made)
            | Self::Evidence(made)
            | Self::Preview(made)
            | Self::AnnotateOriginal(made) => Some(made.file_id),
            Self::ImportBatch(_) | Self::ImportAccounts(_) | Self::Verify(_) => None,
        }
    }
}

#[cfg(test)]
#[path = "task_tests.rs"]
mod tests;
