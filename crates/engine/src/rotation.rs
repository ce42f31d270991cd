//! Rotation of the master key: every stored secret is encrypted again under the current key, a few in each transaction
//! and under a lease, while servers run. A kill at any point loses nothing: a secret is under one of the two keys, and
//! processes read both until the rotation has ended.

use crate::engine::Engine;
use crate::lease;
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::work::Work;
use service::vault::Resealed;
use service::{Actor, Error};
use store::{crash, head};

/// Secrets in one transaction: so few that nobody waits for them.
const STEP: i64 = 100;

/// What a rotation did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rotation {
    /// Secrets that were encrypted again.
    pub done: i64,
    /// Secrets that could not be decrypted, and stay as they are.
    pub unreadable: i64,
}

impl Engine {
    /// Encrypts all secrets that are under another key. [`Code::RotationRunning`] if another node is doing it.
    pub async fn rotate(&self, actor: &Actor) -> Result<Rotation, Error> {
        let work = Work::rotation();
        let Some(_at_hand) = self.store.begin_work(work) else { return Err(Code::RotationRunning.into()) };
        // Without a key this fails before the lease is taken.
        self.service.vault().key_id()?;
        let epoch = match lease::take(&self.store, work).await {
            Err(error) if error.code() == Some(Code::BatchRunning) => {
                return Err(Code::RotationRunning.into());
            }
            taken => taken?,
        };
        crash::point("rotation_leased");
        let rotated = self.rotate_all(actor, work, epoch).await;
        lease::release(&self.store, work, epoch).await?;
        rotated
    }

    async fn rotate_all(&self, actor: &Actor, work: Work, epoch: i64) -> Result<Rotation, Error> {
        let (mut rotation, mut after) = (Rotation::default(), String::new());
        loop {
            let resealed = self.rotate_step(actor, work, epoch, &after).await?;
            rotation.done += resealed.done;
            rotation.unreadable += resealed.unreadable;
            match resealed.last {
                Some(last) => after = last,
                None => return Ok(rotation),
            }
        }
    }

    /// One transaction.
    async fn rotate_step(
        &self,
        actor: &Actor,
        work: Work,
        epoch: i64,
        after: &str,
    ) -> Result<Resealed, Error> {
        let vault = self.service.vault();
        let mut tx = self.store.write().await?;
        lease::fence(&mut tx, self.store.node(), work, epoch).await?;
        let resealed = vault.reseal(&mut tx, after, STEP).await?;
        if resealed.done > 0 {
            let fact = Fact::new(Action::MasterKeyRotate, None)
                .with("secrets", resealed.done)
                .with("key", vault.key_id()?);
            head::close(&mut tx, actor, vec![fact], self.service.now()).await?;
            crash::point("rotation_sealed");
            tx.commit().await?;
            crash::point("rotation_committed");
        }
        Ok(resealed)
    }
}
