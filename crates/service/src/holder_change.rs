//! Changing a holder: only for finance and administrators. Payments by e-mail address and uid follow such a
//! change, so the old values are audited, and a holder's changes are read back for change reports.

use crate::holder::{Holder, NewHolder, email, missing, uid};
use crate::holder_known::KnownHolders;
use crate::write::{Done, Write, begun};
use crate::{Author, Error, Service, visible};
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::id::HolderId;
use serde_json::{Value, json};
use store::StoreError;
use store::audit::{Actor, AuditRow};
use store::named_lock::{self, NamedLock};

/// The changes to a holder; an absent field stays as it is.
#[derive(Debug, Clone, Default)]
pub struct HolderChange {
    /// The name.
    pub name: Option<String>,
    /// The e-mail address; `Some(None)` removes it.
    pub email: Option<Option<String>>,
    /// The uid; `Some(None)` removes it.
    pub uid: Option<Option<String>>,
}

/// A past change to a holder: to its details, or to its default account in a currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolderChanged {
    /// The holder.
    pub holder: HolderId,
    /// When it was made, microseconds UTC.
    pub at: i64,
    /// The author.
    pub by: Author,
    /// `holder.change` or `holder.make_default`.
    pub action: String,
    /// The values before it: `name`, `email` and `uid`, or `currency` and `account`.
    pub before: Value,
    /// The values after it.
    pub after: Value,
}

impl Service {
    /// Changes a holder's name, e-mail address or uid.
    pub async fn holder_change(
        &self,
        actor: &Actor,
        id: HolderId,
        change: &HolderChange,
    ) -> Result<Holder, Error> {
        let mut write = begun!(self.write(actor, Action::HolderChange));
        write.about.id = Some(id.0);
        let done = apply(&mut write, id, change).await;
        write.end(done).await
    }

    /// The changes to holders since a time (microseconds UTC), oldest first.
    pub async fn holder_changes(
        &self,
        holders: &[HolderId],
        since: i64,
    ) -> Result<Vec<HolderChanged>, Error> {
        let mut ids: Vec<i64> = holders.iter().map(|holder| holder.0).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut tx = self.store.read().await?;
        let mut rows = store::audit::of_holders(&mut tx, ids).await?;
        let is_change = |row: &AuditRow| {
            [Action::HolderChange, Action::HolderDefault].iter().any(|action| action.name() == row.action)
        };
        rows.retain(|row| row.at >= since && is_change(row));
        rows.sort_unstable_by_key(|row| row.id);
        rows.into_iter().map(changed).collect()
    }
}

fn changed(row: AuditRow) -> Result<HolderChanged, Error> {
    let mut detail: Value =
        serde_json::from_str(&row.detail).map_err(|error| StoreError::Corrupt(format!("audit: {error}")))?;
    let mut value = |name| detail.get_mut(name).map(Value::take).unwrap_or_default();
    Ok(HolderChanged {
        holder: HolderId(row.subject_id.unwrap_or_default()),
        at: row.at,
        by: row.actor,
        action: row.action,
        before: value("before"),
        after: value("after"),
    })
}

async fn apply(write: &mut Write, id: HolderId, change: &HolderChange) -> Result<Done<Holder>, Error> {
    let tx = &mut write.tx;
    named_lock::take(tx, NamedLock::Directory).await?;
    let before = store::holder::lock(tx, id).await?.ok_or_else(|| missing(id))?;
    let after = with(&before, change)?;
    if after == before {
        return Ok(Done::nothing(after));
    }
    let sought = NewHolder { name: after.name.clone(), email: after.email.clone(), uid: after.uid.clone() };
    let known = KnownHolders::load(tx, std::slice::from_ref(&sought)).await?;
    if let Some((value, other)) = known.other(&sought, id) {
        return Err(Error::refused(Code::HolderExists, format!("{value}: {other}")));
    }
    store::holder::change(tx, &after).await?;
    let fact =
        Fact::new(Action::HolderChange, Some(id.0)).with("before", told(&before)).with("after", told(&after));
    Ok(Done::one(after, fact))
}

fn with(before: &Holder, change: &HolderChange) -> Result<Holder, Error> {
    let mut after = before.clone();
    if let Some(name) = &change.name {
        after.name = visible(name)?;
    }
    if let Some(address) = &change.email {
        after.email = address.as_deref().map(email).transpose()?;
    }
    if let Some(text) = &change.uid {
        after.uid = text.as_deref().map(uid).transpose()?;
    }
    Ok(after)
}

fn told(holder: &Holder) -> Value {
    json!({ "name": holder.name, "email": holder.email, "uid": holder.uid })
}
