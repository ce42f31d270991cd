//! The duty of removing files whose time is over, and bytes that no file knows.

use crate::duty::Duty;
use crate::engine::Engine;
use crate::lease;
use domain::code::Code;
use domain::work::Work;
use service::{Error, upload};
use std::time::{Duration, Instant};
use store::crash;

/// How often it looks for files whose time is over.
const PAUSE: Duration = Duration::from_secs(60);
/// How often it looks for bytes that no file knows.
const SWEPT: Duration = Duration::from_secs(3_600);

/// Removes files.
#[derive(Default)]
pub(crate) struct Expiry {
    swept: Option<Instant>,
}

impl Duty for Expiry {
    const NAME: &'static str = "expiry";
    const IS_WOKEN: bool = false;

    async fn turn(&mut self, engine: &Engine) -> Result<Duration, Error> {
        if upload::is_due(&engine.service).await? {
            engine.expire_files().await?;
        }
        if self.swept.is_none_or(|swept| swept.elapsed() >= SWEPT) {
            let swept = upload::sweep(&engine.service).await?;
            if swept > 0 {
                tracing::info!(swept, "removed files that nothing refers to");
            }
            self.swept = Some(Instant::now());
        }
        Ok(PAUSE)
    }

    async fn end(self, _: &Engine) {}
}

impl Engine {
    /// Removes the files whose time is over; returns how many. Nothing is done if another node is at it.
    pub async fn expire_files(&self) -> Result<usize, Error> {
        let work = Work::expiry();
        let Some(_at_hand) = self.store.begin_work(work) else { return Ok(0) };
        let epoch = match lease::take(&self.store, work).await {
            Err(error) if error.code() == Some(Code::BatchRunning) => return Ok(0),
            taken => taken?,
        };
        let expired = self.expire_all(epoch).await;
        lease::release(&self.store, work, epoch).await?;
        expired
    }

    async fn expire_all(&self, epoch: i64) -> Result<usize, Error> {
        let mut count = 0;
        loop {
            let mut tx = self.store.write().await?;
            lease::fence(&mut tx, self.store.node(), Work::expiry(), epoch).await?;
            let keys = upload::expire_step(&self.service, &mut tx).await?;
            if keys.is_empty() {
                return Ok(count);
            }
            tx.commit().await?;
            crash::point("files_expired");
            count += keys.len();
            upload::delete_all(&self.service, &keys).await?;
        }
    }
}
