//! Writing the uploaded file of a batch again, with the outcome of each row beside it.

use super::batch_name::BatchName;
use super::export_batch::ExportLanguage;
use serde::{Deserialize, Serialize};

/// The input of `annotate_original`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnnotateOriginalInput {
    /// The batch.
    pub batch_id: BatchName,
    /// The language of the added headers and messages; that of the request unless it is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<ExportLanguage>,
}
