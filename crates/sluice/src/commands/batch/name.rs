//! Which batch a command concerns.

use clap::Args;

/// Which batch.
#[derive(Debug, Args)]
pub(crate) struct BatchName {
    /// Batch id or number
    pub id: String,
}
