//! Use cases on request: one function a verb, one file a noun.
//!
//! A verb opens one transaction, asks the domain, writes, leaves an audit row and commits; or it hands a
//! request to the ledger's door. It never moves money by itself and never waits for a batch to run: it
//! leaves rows, and the engine acts on them.

pub mod account;
pub mod account_import;
pub mod api_key;
pub mod asset;
pub mod batch;
pub mod copy;
pub mod error;
pub mod fx;
pub mod history;
pub mod holder;
pub mod holding;
pub mod identity;
pub mod node;
pub mod once;
pub mod policy;
mod secret;
pub mod statement;
pub mod transfer;
pub mod verify;

pub use error::{Error, Refusal};
pub use ledger::request::OperationKey;
pub use secret::request_id;
pub use store::StoreError;
pub use store::audit::Actor;

use domain::asset::Asset;
use domain::code::Code;
use domain::id::{AssetId, BatchId};
use jiff::tz::TimeZone;
use ledger::{Clock, Door};
use serde_json::Value as Json;
use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use store::audit::Audit;
use store::{Store, Tx};

/// Everything a verb needs.
#[derive(Debug, Clone)]
pub struct Service {
    pub(crate) store: Store,
    pub(crate) door: Door,
    clock: Arc<dyn Clock>,
    /// The name of the request that this service is for, if it may be repeated.
    pub(crate) operation: Option<Arc<OperationKey>>,
    /// Imports that this process is at.
    pub(crate) importing: Arc<Mutex<HashSet<BatchId>>>,
}

/// What a verb did, for the audit log.
pub(crate) struct Deed<'a> {
    pub actor: &'a Actor,
    pub action: &'static str,
    pub subject: &'static str,
    pub id: Option<i64>,
    pub detail: Json,
}

impl Service {
    /// Over a store and its door.
    #[must_use]
    pub fn new(store: Store, door: Door, clock: Arc<dyn Clock>) -> Self {
        Self { store, door, clock, operation: None, importing: Arc::default() }
    }

    /// The store, for the engine.
    #[must_use]
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// The door, for the engine.
    #[must_use]
    pub const fn door(&self) -> &Door {
        &self.door
    }

    /// Microseconds since 1970-01-01 UTC.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.clock.now()
    }

    /// Sets the organisation's time zone, by its IANA name.
    pub async fn set_time_zone(&self, actor: &Actor, name: &str) -> Result<(), Error> {
        if TimeZone::get(name).is_err() {
            return Err(Error::refused(Code::NameInvalid, format!("no time zone {name}")));
        }
        let mut tx = self.store.write().await?;
        store::setting::set(&mut tx, "time_zone", name).await?;
        store::head::raise_policy_version(&mut tx).await?;
        let detail = serde_json::json!({ "time_zone": name });
        self.finish(tx, Deed { actor, action: "setting.set", subject: "setting", id: None, detail }).await
    }

    /// The audit log after a row, in order.
    pub async fn audit(&self, after: i64, limit: i64) -> Result<Vec<store::audit::AuditRow>, Error> {
        let mut tx = self.store.read().await?;
        Ok(store::audit::list(&mut tx, after, limit).await?)
    }

    /// The audit rows about one thing.
    pub async fn audit_of(&self, subject: &str, id: i64) -> Result<Vec<store::audit::AuditRow>, Error> {
        let mut tx = self.store.read().await?;
        Ok(store::audit::of_subject(&mut tx, subject, id, 1_000).await?)
    }

    pub(crate) async fn zone(tx: &mut Tx) -> Result<TimeZone, Error> {
        let name = store::setting::get(tx, "time_zone").await?;
        Ok(name.and_then(|name| TimeZone::get(&name).ok()).unwrap_or(TimeZone::UTC))
    }

    pub(crate) async fn asset(tx: &mut Tx, id: AssetId) -> Result<Asset, Error> {
        let assets = store::asset::all(tx).await?;
        let found = assets.into_iter().find(|asset| asset.id == id);
        found.ok_or_else(|| Error::refused(Code::AssetUnknown, id.to_string()))
    }

    /// Ends a verb's transaction: audit row, head, commit. What the verb answers was kept before, if the
    /// request may be repeated ([`Self::keep`]).
    pub(crate) async fn finish(&self, mut tx: Tx, deed: Deed<'_>) -> Result<(), Error> {
        self.note(&mut tx, deed).await?;
        Ok(tx.commit().await?)
    }

    /// Writes audit row and head: last before a commit.
    pub(crate) async fn note(&self, tx: &mut Tx, deed: Deed<'_>) -> Result<(), Error> {
        let audit = Self::row(&deed, "ok");
        store::audit::append(tx, vec![audit], self.now()).await?;
        store::head::advance(tx).await?;
        Ok(())
    }

    /// Keeps a refusal in the audit log and gives it back as the verb's answer.
    pub(crate) async fn refuse<T>(&self, deed: Deed<'_>, refusal: Refusal) -> Result<T, Error> {
        let mut tx = self.store.write().await?;
        let audit = Self::row(&deed, refusal.code.name());
        store::audit::append(&mut tx, vec![audit], self.now()).await?;
        store::head::advance(&mut tx).await?;
        tx.commit().await?;
        Err(Error::Refused(refusal))
    }

    fn row(deed: &Deed<'_>, result: &'static str) -> Audit {
        Audit {
            actor: deed.actor.clone(),
            action: deed.action,
            subject: deed.subject,
            subject_id: deed.id,
            result,
            detail: deed.detail.to_string(),
            digest: None,
        }
    }
}

/// A name or number that people gave: 1 to 255 visible characters, trimmed.
pub(crate) fn visible(text: &str) -> Result<String, Error> {
    let trimmed = text.trim();
    let fits = !trimmed.is_empty() && trimmed.chars().count() <= 255;
    if fits && !trimmed.chars().any(char::is_control) {
        Ok(trimmed.to_owned())
    } else {
        Err(Error::refused(Code::NameInvalid, trimmed.chars().take(64).collect::<String>()))
    }
}
