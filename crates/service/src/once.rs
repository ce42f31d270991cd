//! A request that may be repeated: the caller names it, and whatever happens to the connection its effect is
//! had once and its first answer is given again (design, section 5; contract: `Idempotency-Key`).
//!
//! A verb begins its transaction with `Service::begin` and keeps its answer with `Service::keep` before it
//! commits, so that name, effect and answer stand or fall together. A second request of the same name waits
//! for the first one's transaction. A verb of several transactions looks first (`Service::look`) and begins
//! its last one so: its steps are such that doing them again changes nothing. The caller passes the result
//! through [`Service::settle`], which gives the first answer and keeps refusals.

use crate::{Error, Refusal, Service};
use domain::code::Code;
use ledger::request::OperationKey;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::sync::Arc;
use store::operation::{self, Answered, Operation};
use store::{StoreError, Tx};

/// An answer as it is kept.
#[derive(Debug, Serialize, Deserialize)]
enum Kept {
    /// What the verb answered.
    #[serde(rename = "ok")]
    Done(Json),
    /// Why it did not do it.
    #[serde(rename = "refused")]
    Refused {
        /// The code's number.
        code: i64,
        detail: Option<String>,
        data: Option<Json>,
    },
}

impl Service {
    /// This service, for one request that has a name.
    #[must_use]
    pub fn once(&self, key: OperationKey) -> Self {
        Self { operation: Some(Arc::new(key)), ..self.clone() }
    }

    /// Begins a transaction that writes, under the request's name if it has one.
    pub(crate) async fn begin(&self) -> Result<Tx, Error> {
        let mut tx = self.store.write().await?;
        self.reserve(&mut tx).await?;
        Ok(tx)
    }

    /// Takes the request's name for a transaction that has begun.
    pub(crate) async fn reserve(&self, tx: &mut Tx) -> Result<(), Error> {
        let Some(key) = &self.operation else { return Ok(()) };
        let wanted = Operation { id: key.id.clone(), fingerprint: key.fingerprint.clone(), transfer: 0 };
        let reserved = match operation::reserve(tx, &[wanted], self.now()).await {
            // The first one was waited for in vain.
            Err(StoreError::Busy(_)) => return Err(in_use()),
            other => other?,
        };
        if reserved == 0 {
            let first = operation::answered(tx, &key.id).await?;
            return Err(first.map_or_else(in_use, |first| replay(key, first)));
        }
        Ok(())
    }

    /// Gives the first answer of the request if there is one; begins nothing.
    pub(crate) async fn look(&self) -> Result<(), Error> {
        let Some(key) = &self.operation else { return Ok(()) };
        let mut tx = self.store.read().await?;
        match operation::answered(&mut tx, &key.id).await? {
            None => Ok(()),
            // It became a transfer: the door knows its outcome.
            Some(first) if first.transfer != 0 && first.fingerprint == key.fingerprint => Ok(()),
            Some(first) => Err(replay(key, first)),
        }
    }

    /// Keeps what the verb will answer, in the transaction that [`Self::begin`] began.
    pub(crate) async fn keep<T: Serialize + Sync>(&self, tx: &mut Tx, answer: &T) -> Result<(), Error> {
        let Some(key) = &self.operation else { return Ok(()) };
        let done = serde_json::to_value(answer).map_err(unreadable)?;
        Ok(operation::keep(tx, &key.id, &text(&Kept::Done(done))?).await?)
    }

    /// Makes the verb's answer of what was kept, and keeps a refusal for the next time.
    pub async fn settle<T: DeserializeOwned>(&self, result: Result<T, Error>) -> Result<T, Error> {
        match result {
            Err(Error::Replayed(kept)) => read(&kept),
            Err(Error::Refused(refusal)) if self.operation.is_some() && is_kept(refusal.code) => {
                match self.keep_refusal(&refusal).await {
                    Err(Error::Replayed(kept)) => read(&kept),
                    Err(error) => Err(error),
                    Ok(()) => Err(Error::Refused(refusal)),
                }
            }
            other => other,
        }
    }

    async fn keep_refusal(&self, refusal: &Refusal) -> Result<(), Error> {
        let Some(key) = &self.operation else { return Ok(()) };
        let mut tx = self.begin().await?;
        let Refusal { code, detail, data } = refusal.clone();
        let kept = text(&Kept::Refused { code: code.number(), detail, data })?;
        operation::keep(&mut tx, &key.id, &kept).await?;
        store::head::advance(&mut tx).await?;
        Ok(tx.commit().await?)
    }
}

/// Whether a refusal is the answer for ever. What says that the name itself is wrong is none.
const fn is_kept(code: Code) -> bool {
    !matches!(code, Code::IdempotencyKeyReused | Code::IdempotencyKeyBusy)
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

fn text(kept: &Kept) -> Result<String, Error> {
    serde_json::to_string(kept).map_err(unreadable)
}

fn read<T: DeserializeOwned>(kept: &str) -> Result<T, Error> {
    match serde_json::from_str(kept).map_err(unreadable)? {
        Kept::Done(answer) => serde_json::from_value(answer).map_err(unreadable),
        Kept::Refused { code, detail, data } => {
            let code = Code::from_number(code)
                .ok_or_else(|| Error::Store(StoreError::Corrupt(format!("unknown code {code}"))))?;
            Err(Error::Refused(Refusal { code, detail, data }))
        }
    }
}

fn unreadable(error: serde_json::Error) -> Error {
    Error::Store(StoreError::Corrupt(format!("a kept answer: {error}")))
}
