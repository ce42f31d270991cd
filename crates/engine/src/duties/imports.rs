//! The duty of discarding imports that nobody is at any more.

use crate::duty::{Duty, POLL};
use crate::engine::Engine;
use service::Error;
use std::time::Duration;

/// Discards unfinished imports.
pub(crate) struct Imports;

impl Duty for Imports {
    const NAME: &'static str = "imports";
    const IS_WOKEN: bool = false;

    async fn turn(&mut self, engine: &Engine) -> Result<Duration, Error> {
        engine.discard_imports().await?;
        Ok(POLL)
    }

    async fn end(self, _: &Engine) {}
}
