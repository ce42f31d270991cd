//! Holders: who owns accounts.

use crate::write::{Done, Write, begun};
use crate::{Error, Service, visible};
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::id::HolderId;
use store::Tx;
use store::audit::Actor;
use store::counter::{self, Counter};
use store::listing::{Place, Slice};

pub use store::holder::Holder;

/// Who a holder is. E-mail address and uid are unique; a holder with neither is known by its name.
#[derive(Debug, Clone, Default)]
pub struct NewHolder {
    /// Its name.
    pub name: String,
    /// Its e-mail address.
    pub email: Option<String>,
    /// Its number with the organisation.
    pub uid: Option<String>,
}

impl NewHolder {
    /// Trimmed, e-mail address in lower case.
    pub(crate) fn clean(&self) -> Result<Self, Error> {
        let email = self.email.as_deref().map(visible).transpose()?.map(|e| e.to_lowercase());
        let uid = self.uid.as_deref().map(visible).transpose()?;
        Ok(Self { name: visible(&self.name)?, email, uid })
    }
}

impl Service {
    /// Adds a holder; one with the same e-mail address or uid is refused.
    pub async fn holder_add(&self, actor: &Actor, new: &NewHolder) -> Result<Holder, Error> {
        let mut write = begun!(self.write(actor, Action::HolderAdd));
        let done = add_new(&mut write, new).await;
        write.end(done).await
    }

    /// Holders after an id.
    pub async fn holder_list(&self, after: i64, limit: i64) -> Result<Vec<Holder>, Error> {
        let mut tx = self.store.read().await?;
        Ok(store::holder::list(&mut tx, after, limit).await?)
    }

    /// Holders of whom name, e-mail address or uid contains a text, after an id.
    pub async fn holder_search(
        &self,
        text: Option<&str>,
        after: i64,
        limit: i64,
    ) -> Result<Vec<Holder>, Error> {
        let mut tx = self.store.read().await?;
        let after = Some(Place { value: after.into(), key: after });
        let slice = Slice { after, limit, ..Slice::default() };
        Ok(store::holder::search(&mut tx, text, slice).await?)
    }

    /// One holder.
    pub async fn holder_show(&self, id: HolderId) -> Result<Holder, Error> {
        let mut tx = self.store.read().await?;
        let found = store::holder::get(&mut tx, id).await?;
        found.ok_or_else(|| Error::refused(Code::HolderNotFound, id.to_string()))
    }
}

async fn add_new(write: &mut Write, new: &NewHolder) -> Result<Done<Holder>, Error> {
    let new = new.clean()?;
    if known(&mut write.tx, &new).await?.is_some() {
        return Err(Error::refused(Code::HolderExists, new.email.or(new.uid).unwrap_or(new.name)));
    }
    let holder = add(&mut write.tx, new, write.now).await?;
    let fact = Fact::new(Action::HolderAdd, Some(holder.id.0)).with("name", holder.name.as_str());
    Ok(Done::one(holder, fact))
}

/// The holder that is meant, added if it is not known yet.
pub(crate) async fn holder_for(tx: &mut Tx, new: &NewHolder, now: i64) -> Result<HolderId, Error> {
    let new = new.clean()?;
    match known(tx, &new).await? {
        Some(id) => Ok(id),
        None => Ok(add(tx, new, now).await?.id),
    }
}

async fn add(tx: &mut Tx, new: NewHolder, now: i64) -> Result<Holder, Error> {
    let id = HolderId(counter::take(tx, Counter::Holder, 1).await?);
    let holder = Holder { id, name: new.name, email: new.email, uid: new.uid, created_at: now };
    store::holder::insert(tx, std::slice::from_ref(&holder)).await?;
    Ok(holder)
}

/// The holder by uid, else e-mail address, else name; if uid and address mean two, that is refused.
async fn known(tx: &mut Tx, new: &NewHolder) -> Result<Option<HolderId>, Error> {
    let by_uid = match &new.uid {
        Some(uid) => store::holder::by_uid(tx, vec![uid.clone()]).await?.first().map(|(_, id)| *id),
        None => None,
    };
    let by_email = match &new.email {
        Some(email) => store::holder::by_email(tx, vec![email.clone()]).await?.first().map(|(_, id)| *id),
        None => None,
    };
    match (by_uid, by_email) {
        (Some(a), Some(b)) if a != b => Err(Error::refused(Code::HolderExists, new.name.clone())),
        (Some(id), _) | (None, Some(id)) => Ok(Some(id)),
        (None, None) if new.uid.is_none() && new.email.is_none() => {
            Ok(store::holder::by_name(tx, &new.name).await?)
        }
        (None, None) => Ok(None),
    }
}
