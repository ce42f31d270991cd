//! What a writer does once, before anything else: nodes and imports that a killed process left behind are
//! cleared away.

use crate::engine::Engine;
use crate::node;
use service::Error;

impl Engine {
    /// Start-up recovery: if no other process can be writing, evicts all other nodes; then discards
    /// unfinished imports. Returns how many imports it discarded.
    pub async fn recover(&self) -> Result<usize, Error> {
        if self.store.is_sole_writer() {
            node::evict_others(&self.store).await?;
        }
        self.discard_imports().await
    }
}
