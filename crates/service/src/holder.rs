//! Holders: who owns accounts.

use crate::{Deed, Error, Service, visible};
use domain::code::Code;
use domain::id::HolderId;
use serde_json::json;
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
        let new = new.clean()?;
        let mut tx = self.begin().await?;
        if known(&mut tx, &new).await?.is_some() {
            return Err(Error::refused(Code::HolderExists, new.email.or(new.uid).unwrap_or(new.name)));
        }
        let holder = self.add(&mut tx, new).await?;
        let (id, detail) = (Some(holder.id.0), json!({ "name": holder.name }));
        self.keep(&mut tx, &holder).await?;
        self.finish(tx, Deed { actor, action: "holder.add", subject: "holder", id, detail }).await?;
        Ok(holder)
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

    /// How many holders there are of whom name, e-mail address or uid contains a text.
    pub async fn holder_count(&self, text: Option<&str>) -> Result<i64, Error> {
        let mut tx = self.store.read().await?;
        Ok(store::holder::count(&mut tx, text).await?)
    }

    /// One holder.
    pub async fn holder_show(&self, id: HolderId) -> Result<Holder, Error> {
        let mut tx = self.store.read().await?;
        let found = store::holder::get(&mut tx, id).await?;
        found.ok_or_else(|| Error::refused(Code::HolderNotFound, id.to_string()))
    }

    /// The holder that is meant, added if it is not known yet.
    pub(crate) async fn holder_for(&self, tx: &mut Tx, new: &NewHolder) -> Result<HolderId, Error> {
        let new = new.clean()?;
        match known(tx, &new).await? {
            Some(id) => Ok(id),
            None => Ok(self.add(tx, new).await?.id),
        }
    }

    async fn add(&self, tx: &mut Tx, new: NewHolder) -> Result<Holder, Error> {
        let id = HolderId(counter::take(tx, Counter::Holder, 1).await?);
        let holder = Holder { id, name: new.name, email: new.email, uid: new.uid, created_at: self.now() };
        store::holder::insert(tx, std::slice::from_ref(&holder)).await?;
        Ok(holder)
    }
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
