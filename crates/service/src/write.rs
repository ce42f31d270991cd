//! The only way to change anything outside the ledger's door.
//!
//! A verb opens a [`Write`] with [`Service::write`], works in its transaction, and ends it with
//! [`Write::end`], which takes either a [`WriteResult`] (the answer and the facts) or an error:
//!
//! ```ignore
//! pub async fn add(service: &Service, actor: &Actor, new: &NewHolder) -> Result<Holder, Error> {
//!     let mut write = claimed!(service.write(actor, Action::HolderAdd));
//!     let done = add_new(&mut write, new).await;
//!     write.end(done).await
//! }
//! ```
//!
//! On success the answer is stored in its form (the module `answer`) under the request's idempotency key, the
//! facts become audit rows and history lines, and the transaction commits. On a refusal everything rolls
//! back, and the refusal is audited and stored under the key instead. A repeated request never reaches the
//! verb: `claimed!` returns the first answer. There is no other way to commit, so no verb can forget its
//! answer, its audit row or its refusal.
//!
//! A verb that needs several transactions takes [`Service::step`] for all but the last; its steps must be
//! safe to repeat. A verb that works before it opens a transaction (reads a large request, hashes a password)
//! first calls [`Service::first_answer`], and calls [`Service::refused`] for a refusal found during that
//! work.

use crate::answer::kept::{Answer, Kept};
use crate::factor::guess::Guesser;
use crate::factor::proof::{FactorUse, Turn};
use crate::{Error, Refusal, Secret, Service, code_guess};
use domain::code::Code;
use domain::fact::{Action, Fact};
use ledger::request::OperationKey;
use serde_json::Value;
use store::audit::Actor;
use store::operation::{self, Answered, Operation};
use store::{StoreError, Tx, head};

/// A verb's open transaction.
#[derive(Debug)]
pub(crate) struct Write {
    /// The transaction.
    pub tx: Tx,
    /// The time of everything that this request does, microseconds UTC.
    pub now: i64,
    /// The caller.
    pub actor: Actor,
    /// What a refusal is about; the verb adds to it as it learns more.
    pub about: Fact,
    /// The service that the request came through, with what it proves of its person.
    pub service: Service,
    /// The person's one-time code that this write uses up.
    pub factor_use: Option<FactorUse>,
    /// The new token of the session in which that code was given.
    pub renewed: Option<Secret>,
    /// Who entered a wrong code, to be counted.
    pub guessed: Option<Guesser>,
    /// The accounts for which a wrong code was entered, to be counted.
    pub wrong_codes: Vec<String>,
    key: Option<OperationKey>,
    // Held until the write has ended.
    _turn: Option<Turn>,
}

/// What a verb did: its answer and the facts to record.
#[derive(Debug)]
pub(crate) struct WriteResult<T> {
    answer: T,
    facts: Vec<Fact>,
}

impl<T> WriteResult<T> {
    /// One thing was done.
    pub(crate) fn one(answer: T, fact: Fact) -> Self {
        Self { answer, facts: vec![fact] }
    }

    /// Several things were done, in this order.
    pub(crate) const fn many(answer: T, facts: Vec<Fact>) -> Self {
        Self { answer, facts }
    }

    /// The same, as a verb further out answers it.
    pub(crate) fn map<U>(self, wrap: impl FnOnce(T) -> U) -> WriteResult<U> {
        WriteResult { answer: wrap(self.answer), facts: self.facts }
    }

    /// The same, with a detail more about the first thing.
    pub(crate) fn with(self, name: &str, value: impl Into<Value>) -> Self {
        let mut facts = self.facts.into_iter();
        let first = facts.next().map(|fact| fact.with(name, value));
        Self { answer: self.answer, facts: first.into_iter().chain(facts).collect() }
    }

    /// There was nothing to do.
    pub(crate) const fn nothing(answer: T) -> Self {
        Self { answer, facts: Vec::new() }
    }
}

/// Whether a request is new or a repetition.
#[derive(Debug)]
pub(crate) enum ClaimedWrite {
    /// It is new.
    Fresh(Box<Write>),
    /// It was made before; this is its stored answer.
    Replayed(Box<Kept>),
}

/// Opens a write, or returns from the verb with the request's first answer.
macro_rules! claimed {
    ($write:expr) => {
        match $write.await? {
            $crate::write::ClaimedWrite::Fresh(write) => write,
            $crate::write::ClaimedWrite::Replayed(kept) => return kept.answer(),
        }
    };
}
pub(crate) use claimed;

impl Service {
    /// Opens a write under the request's idempotency key, if it has one.
    pub(crate) async fn write(&self, actor: &Actor, action: Action) -> Result<ClaimedWrite, Error> {
        self.step(actor, action).await?.claim().await
    }

    /// Opens a write that does not produce the request's answer: one of several transactions of a verb, or a
    /// change by Sluice itself.
    pub(crate) async fn step(&self, actor: &Actor, action: Action) -> Result<Box<Write>, Error> {
        let turn = self.turn(actor.author.principal).await;
        let tx = self.store.write().await?;
        Ok(Box::new(Write {
            tx,
            now: self.now(),
            actor: actor.clone(),
            about: Fact::new(action, None),
            service: self.clone(),
            factor_use: None,
            renewed: None,
            guessed: None,
            wrong_codes: Vec::new(),
            key: None,
            _turn: turn,
        }))
    }

    /// The stored answer of this request, if it was made before and did not become a transfer.
    pub(crate) async fn first_answer(&self) -> Result<Option<Kept>, Error> {
        let Some(key) = &self.operation else { return Ok(None) };
        let mut tx = self.store.point_read().await?;
        match operation::answered(&mut tx, &key.id).await? {
            Some(first) if first.transfer == 0 || first.fingerprint != key.fingerprint => {
                replayed(key, first).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// Audits a refusal found before a transaction was opened, stores it under the request's key, and returns
    /// it. Other errors pass through.
    pub(crate) async fn refused<T: Answer>(
        &self,
        actor: &Actor,
        about: Fact,
        error: Error,
    ) -> Result<T, Error> {
        if error.code().is_none() {
            return Err(error);
        }
        let mut write = claimed!(self.write(actor, about.action));
        write.about = about;
        write.end(Err(error)).await
    }
}

impl Write {
    /// Makes a step the request's last transaction: its answer will be stored under the request's key.
    pub(crate) async fn claim(mut self: Box<Self>) -> Result<ClaimedWrite, Error> {
        self.key = self.service.operation.as_deref().cloned();
        match self.reserve().await {
            Ok(None) => Ok(ClaimedWrite::Fresh(self)),
            Ok(Some(kept)) => Ok(ClaimedWrite::Replayed(Box::new(kept))),
            Err(error) => {
                // The key belongs to another request: this refusal is audited but not stored under it.
                self.key = None;
                self.end::<()>(Err(error)).await.and(Err(Code::IdempotencyKeyBusy.into()))
            }
        }
    }

    /// Claims the request's key, waiting for another request that holds it. Returns the stored answer if the
    /// request was made before.
    async fn reserve(&mut self) -> Result<Option<Kept>, Error> {
        let Some(key) = &self.key else { return Ok(None) };
        let wanted = Operation { id: key.id.clone(), fingerprint: key.fingerprint.clone(), transfer: 0 };
        let reserved = match operation::reserve(&mut self.tx, &[wanted], self.now).await {
            // The first request did not end within the lock timeout.
            Err(StoreError::Busy(_)) => return Err(Code::IdempotencyKeyBusy.into()),
            other => other?,
        };
        if reserved > 0 {
            return Ok(None);
        }
        let first = operation::answered(&mut self.tx, &key.id).await?;
        first.map_or_else(|| Err(Code::IdempotencyKeyBusy.into()), |first| replayed(key, first)).map(Some)
    }

    /// Ends the write: commits what was done, or rolls back and records why it was refused.
    pub(crate) async fn end<T: Answer>(
        mut self: Box<Self>,
        result: Result<WriteResult<T>, Error>,
    ) -> Result<T, Error> {
        match result {
            Ok(done) => {
                if let Some(key) = &self.key {
                    let kept = done.answer.clone().keep()?.into_text()?;
                    operation::keep(&mut self.tx, &key.id, &kept).await?;
                }
                self.commit(done).await
            }
            Err(Error::Refused(refusal)) if !refusal.is_of_the_ledger() => {
                self.refuse(refusal).await?.answer()
            }
            Err(error) => Err(error),
        }
    }

    /// Ends a write whose answer is never stored: one with a secret (a login, a password change), or one
    /// requested without a key (a file).
    pub(crate) async fn end_unkept<T>(
        self: Box<Self>,
        result: Result<WriteResult<T>, Error>,
    ) -> Result<T, Error> {
        match result {
            Ok(done) => self.commit(done).await,
            Err(Error::Refused(refusal)) => {
                let error = Error::Refused(refusal.clone());
                self.refuse(refusal).await.and(Err(error))
            }
            Err(error) => Err(error),
        }
    }

    async fn commit<T>(mut self: Box<Self>, mut done: WriteResult<T>) -> Result<T, Error> {
        if let (Some(used), Some(first)) = (self.factor_use, done.facts.first_mut()) {
            // Not the code itself: the row must not help to guess the secret.
            first.detail.insert("totp_step".to_owned(), used.step.into());
        }
        if !done.facts.is_empty() || self.key.is_some() {
            head::close(&mut self.tx, &self.actor, done.facts, self.now).await?;
        }
        self.tx.commit().await?;
        if let Some(used) = self.factor_use {
            self.service.proof.accept(used);
        }
        if let Some(token) = self.renewed {
            self.service.proof.renew(token);
        }
        Ok(done.answer)
    }

    /// Rolls back, then audits and stores the refusal. Returns the request's stored answer, which is another
    /// one if the same request was answered meanwhile.
    async fn refuse(self: Box<Self>, refusal: Refusal) -> Result<Kept, Error> {
        let Self { tx, now, actor, about, service, guessed, wrong_codes, key, _turn, .. } = *self;
        // The next attempt comes with another code, under the same key.
        let key = key.filter(|_| !refusal.is_of_a_one_time_code());
        // Rolls back before the writer is requested again.
        drop(tx);
        let about = match &refusal.detail {
            Some(detail) => about.with("about", detail.as_str()),
            None => about,
        };
        let tx = service.store.write().await?;
        let (factor_use, renewed) = (None, None);
        let mut write =
            Self { tx, now, actor, about, service, factor_use, renewed, guessed, wrong_codes, key, _turn };
        write.count_wrong_codes().await?;
        if let Some(kept) = write.reserve().await? {
            return Ok(kept);
        }
        let code = refusal.code.name();
        let kept = Kept::Refused(refusal);
        if let Some(key) = &write.key {
            operation::keep(&mut write.tx, &key.id, &kept.clone().into_text()?).await?;
        }
        head::close_refused(&mut write.tx, &write.actor, &write.about, code, write.now).await?;
        write.tx.commit().await?;
        Ok(kept)
    }

    /// Counts the wrong codes that led to the refusal.
    async fn count_wrong_codes(&mut self) -> Result<(), Error> {
        let now = self.service.steady_now();
        if let Some(guesser) = &self.guessed {
            guesser.failed(&mut self.tx, now).await?;
        }
        for owner in &self.wrong_codes {
            code_guess::failed(&mut self.tx, owner, now).await?;
        }
        Ok(())
    }
}

fn replayed(key: &OperationKey, first: Answered) -> Result<Kept, Error> {
    match first {
        Answered { fingerprint, .. } if fingerprint != key.fingerprint => {
            Err(Code::IdempotencyKeyReused.into())
        }
        Answered { outcome: Some(kept), .. } => Ok(Kept::Text(kept)),
        Answered { outcome: None, .. } => Err(Code::IdempotencyKeyBusy.into()),
    }
}

#[cfg(test)]
#[path = "write_tests.rs"]
mod tests;
