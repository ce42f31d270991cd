//! The duty of evicting dead nodes and discarding their unfinished imports.

use crate::duty::{Duty, POLL};
use crate::node;
use crate::runner::Engine;
use service::Error;
use std::time::Duration;

/// Evicts dead nodes, then discards their unfinished imports.
pub(crate) struct Reap;

impl Duty for Reap {
    const NAME: &'static str = "reap";
    const IS_WOKEN: bool = false;

    async fn turn(&mut self, engine: &Engine) -> Result<Duration, Error> {
        node::evict_expired(&engine.store).await?;
        engine.service.batch_purge_unfinished().await?;
        Ok(POLL)
    }

    async fn end(self, _: &Engine) {}
}
