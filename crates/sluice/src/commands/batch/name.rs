//! Which batch a command concerns.

use crate::exit::Failure;
use clap::Args;
use domain::batch_ref::BatchRef;
use service::batch::read_ref;

/// Which batch.
#[derive(Debug, Args)]
pub(crate) struct BatchName {
    /// Batch id or number
    pub id: String,
}

impl BatchName {
    /// The batch. A text that cannot name one is refused like a batch that does not exist, not as wrong usage.
    pub(crate) fn read(&self) -> Result<BatchRef, Failure> {
        Ok(read_ref(&self.id)?)
    }
}
