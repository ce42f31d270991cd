//! The duty of making the change reports of large batches, and those that a stop has prevented: what is different
//! about them, for the people who approve them.

use crate::duty::{Duty, POLL};
use crate::engine::Engine;
use service::Error;
use service::batch::change;
use std::time::Duration;

/// Makes change reports.
pub(crate) struct Changes;

impl Duty for Changes {
    const NAME: &'static str = "changes";
    const IS_WOKEN: bool = false;

    async fn turn(&mut self, engine: &Engine) -> Result<Duration, Error> {
        for batch in change::due(&engine.service).await? {
            change::make(&engine.service, batch).await?;
        }
        Ok(POLL)
    }

    async fn end(self, _: &Engine) {}
}
