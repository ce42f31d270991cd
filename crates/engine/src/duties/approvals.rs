//! The duty of letting approvals expire, and of putting changes of approval policies in force that are due.

use crate::duty::Duty;
use crate::engine::Engine;
use service::{Error, approval};
use std::time::Duration;

/// The pause between two turns. What asks for an approval looks at its age itself.
const PAUSE: Duration = Duration::from_secs(10);

/// Expires approvals.
pub(crate) struct Approvals;

impl Duty for Approvals {
    const NAME: &'static str = "approvals";
    const IS_WOKEN: bool = false;

    async fn turn(&mut self, engine: &Engine) -> Result<Duration, Error> {
        approval::expire_due(&engine.service).await?;
        Ok(PAUSE)
    }

    async fn end(self, _: &Engine) {}
}
