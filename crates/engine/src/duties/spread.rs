//! The duty of telling people what was committed: reminders that are due, notices, and the rows of e-mails.

use crate::duty::{Duty, POLL};
use crate::engine::Engine;
use service::Error;
use std::time::Duration;

/// Spreads events.
pub(crate) struct Spread;

impl Duty for Spread {
    const NAME: &'static str = "spread";
    const IS_WOKEN: bool = false;

    async fn turn(&mut self, engine: &Engine) -> Result<Duration, Error> {
        engine.spread().await?;
        Ok(POLL)
    }

    async fn end(self, _: &Engine) {}
}
