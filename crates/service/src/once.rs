//! A request under an `Idempotency-Key`: however often it is sent, it takes effect once and every attempt
//! gets the first answer (design, section 5; contract).
//!
//! The module `write` stores the answers of all verbs but one. A single transfer's key goes to the ledger's
//! door as its operation id, and only its refusals before the door are stored here, by [`Service::settle`].

use crate::answer::kept::{Answer, Kept};
use crate::{Error, Refusal, Service};
use domain::code::Code;
use ledger::request::OperationKey;
use std::sync::Arc;
use store::operation::{self, Answered, Operation};
use store::{StoreError, Tx};

impl Service {
    /// This service, for one request with an idempotency key.
    #[must_use]
    pub fn once(&self, key: OperationKey) -> Self {
        Self { operation: Some(Arc::new(key)), ..self.clone() }
    }

    /// Claims the request's key in an open transaction.
    async fn reserve(&self, tx: &mut Tx) -> Result<(), Error> {
        let Some(key) = &self.operation else { return Ok(()) };
        let wanted = Operation { id: key.id.clone(), fingerprint: key.fingerprint.clone(), transfer: 0 };
        let reserved = match operation::reserve(tx, &[wanted], self.now()).await {
            // Timed out waiting for the first request.
            Err(StoreError::Busy(_)) => return Err(in_use()),
            other => other?,
        };
        if reserved == 0 {
            let first = operation::answered(tx, &key.id).await?;
            return Err(first.map_or_else(in_use, |first| replay(key, first)));
        }
        Ok(())
    }

    /// Returns the request's stored answer, as an error, if there is one; claims nothing.
    pub(crate) async fn look(&self) -> Result<(), Error> {
        let Some(key) = &self.operation else { return Ok(()) };
        let mut tx = self.store.point_read().await?;
        match operation::answered(&mut tx, &key.id).await? {
            None => Ok(()),
            // It became a transfer: the door knows its outcome.
            Some(first) if first.transfer != 0 && first.fingerprint == key.fingerprint => Ok(()),
            Some(first) => Err(replay(key, first)),
        }
    }

    /// Turns a stored answer into the verb's answer, and stores a refusal for later attempts.
    pub async fn settle<T: Answer>(&self, result: Result<T, Error>) -> Result<T, Error> {
        match result {
            Err(Error::Replayed(kept)) => Kept::Text(kept).answer(),
            Err(Error::Refused(refusal)) if self.operation.is_some() && is_kept(&refusal) => {
                match self.keep_refusal(refusal.clone()).await {
                    Err(Error::Replayed(kept)) => Kept::Text(kept).answer(),
                    Err(error) => Err(error),
                    Ok(()) => Err(Error::Refused(refusal)),
                }
            }
            other => other,
        }
    }

    async fn keep_refusal(&self, refusal: Refusal) -> Result<(), Error> {
        let Some(key) = &self.operation else { return Ok(()) };
        let mut tx = self.store.write().await?;
        self.reserve(&mut tx).await?;
        operation::keep(&mut tx, &key.id, &Kept::Refused(refusal).into_text()?).await?;
        store::head::advance(&mut tx).await?;
        Ok(tx.commit().await?)
    }
}

/// Whether a refusal is stored as the permanent answer. A refusal of the key itself is not, and neither is
/// one because the ledger cannot be written: that may be over by the time the refusal would be stored.
const fn is_kept(refusal: &Refusal) -> bool {
    let is_of_the_name = matches!(refusal.code, Code::IdempotencyKeyReused | Code::IdempotencyKeyBusy);
    !is_of_the_name && !refusal.is_of_the_ledger() && !refusal.is_of_a_one_time_code()
}

fn replay(key: &OperationKey, first: Answered) -> Error {
    match first {
        Answered { fingerprint, .. } if fingerprint != key.fingerprint => Code::IdempotencyKeyReused.into(),
        Answered { outcome: Some(kept), .. } => Error::Replayed(kept),
        Answered { outcome: None, .. } => in_use(),
    }
}

fn in_use() -> Error {
    Code::IdempotencyKeyBusy.into()
}
