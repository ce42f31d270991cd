//! The nodes: the processes at work on the ledger.

use crate::{Error, Service};
use store::node::Node;

/// Every node at work.
pub async fn list(service: &Service) -> Result<Vec<Node>, Error> {
    let mut tx = service.store.read().await?;
    Ok(store::node::all(&mut tx).await?)
}
