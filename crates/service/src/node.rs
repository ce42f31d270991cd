//! The nodes: the processes at work on the ledger.

use crate::{Error, Service};
use store::node::Node;

impl Service {
    /// Every node at work.
    pub async fn node_list(&self) -> Result<Vec<Node>, Error> {
        let mut tx = self.store.read().await?;
        Ok(store::node::all(&mut tx).await?)
    }
}
