//! The duty of encrypting the stored secrets under the current master key, while a former one is configured beside it.

use crate::duty::Duty;
use crate::engine::Engine;
use domain::code::Code;
use service::{Actor, Error};
use std::time::Duration;

/// How often it looks for secrets under a former key: another node may still write some.
const PAUSE: Duration = Duration::from_secs(30);

/// Encrypts secrets again.
pub(crate) struct Secrets;

impl Duty for Secrets {
    const NAME: &'static str = "secrets";
    const IS_WOKEN: bool = false;

    async fn turn(&mut self, engine: &Engine) -> Result<Duration, Error> {
        if !engine.service.vault().is_rotating() {
            return Ok(PAUSE);
        }
        match engine.rotate(&Actor::system(engine.store.node())).await {
            // Another node is at it.
            Err(error) if matches!(error.code(), Some(Code::RotationRunning | Code::Fenced)) => {}
            Err(error) => return Err(error),
            Ok(rotation) if rotation.done > 0 || rotation.unreadable > 0 => tracing::info!(
                done = rotation.done,
                unreadable = rotation.unreadable,
                "the stored secrets are under the current master key"
            ),
            Ok(_) => {}
        }
        Ok(PAUSE)
    }

    async fn end(self, _: &Engine) {}
}
