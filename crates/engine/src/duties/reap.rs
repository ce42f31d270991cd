//! The duty of evicting dead nodes, which frees the work that they held.

use crate::duty::{Duty, POLL};
use crate::engine::Engine;
use crate::node;
use service::Error;
use std::time::Duration;

/// Evicts dead nodes.
pub(crate) struct Reap;

impl Duty for Reap {
    const NAME: &'static str = "reap";
    const IS_WOKEN: bool = false;

    async fn turn(&mut self, engine: &Engine) -> Result<Duration, Error> {
        node::evict_expired(&engine.store).await?;
        Ok(POLL)
    }

    async fn end(self, _: &Engine) {}
}
