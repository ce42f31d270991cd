//! Making the evidence pack of a batch.

use super::batch_name::BatchName;
use serde::{Deserialize, Serialize};

/// The input of `evidence`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceInput {
    /// The batch.
    pub batch_id: BatchName,
    /// The commit of a checkpoint, at which the chain in the pack is to end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<i64>,
}
