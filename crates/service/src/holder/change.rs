//! Changing a holder: only for finance and administrators. Payments by e-mail address and uid follow such a
//! change, so the old values are audited.

use super::details::{NewHolder, email, missing, uid};
use super::known::KnownHolders;
use crate::write::{Write, WriteResult, claimed};
use crate::{Error, Service, visible};
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::id::HolderId;
use serde_json::{Value, json};
use store::audit::Actor;
use store::holder::Holder;
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

/// Changes a holder's name, e-mail address or uid.
pub async fn change(
    service: &Service,
    actor: &Actor,
    id: HolderId,
    change: &HolderChange,
) -> Result<Holder, Error> {
    let mut write = claimed!(service.write(actor, Action::HolderChange));
    write.about.id = Some(id.0);
    let done = apply(&mut write, id, change).await;
    write.end(done).await
}

async fn apply(write: &mut Write, id: HolderId, change: &HolderChange) -> Result<WriteResult<Holder>, Error> {
    let tx = &mut write.tx;
    named_lock::take(tx, NamedLock::Directory).await?;
    let before = store::holder::lock(tx, id).await?.ok_or_else(|| missing(id))?;
    let after = with(&before, change)?;
    if after == before {
        return Ok(WriteResult::nothing(after));
    }
    let sought = NewHolder { name: after.name.clone(), email: after.email.clone(), uid: after.uid.clone() };
    let known = KnownHolders::load(tx, std::slice::from_ref(&sought)).await?;
    if let Some((value, other)) = known.other(&sought, id) {
        return Err(Error::refused(Code::HolderExists, format!("{value}: {other}")));
    }
    store::holder::change(tx, &after).await?;
    let fact = Fact::new(Action::HolderChange, Some(id.0))
        .with("before", audited(&before))
        .with("after", audited(&after));
    Ok(WriteResult::one(after, fact))
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

fn audited(holder: &Holder) -> Value {
    json!({ "name": holder.name, "email": holder.email, "uid": holder.uid })
}
