//! The duty of sending e-mails, if this process knows how.

use crate::duty::{Duty, POLL};
use crate::engine::Engine;
use service::Error;
use std::time::Duration;

/// The pause of a process that sends no e-mails.
const NEVER: Duration = Duration::from_secs(3_600);

/// Sends e-mails.
pub(crate) struct Mails;

impl Duty for Mails {
    const NAME: &'static str = "mail";
    const IS_WOKEN: bool = false;

    async fn turn(&mut self, engine: &Engine) -> Result<Duration, Error> {
        let Some(mailer) = &engine.options.mailer else { return Ok(NEVER) };
        engine.send_mails(mailer).await?;
        Ok(POLL)
    }

    async fn end(self, _: &Engine) {}
}
