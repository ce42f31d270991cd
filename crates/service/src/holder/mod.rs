//! Holders: the owners of accounts.

mod change;
pub(crate) mod details;
pub(crate) mod known;

pub use self::change::{HolderChange, change};
pub use self::details::NewHolder;
pub(crate) use self::details::{email, missing, uid};
pub use store::holder::Holder;

use self::known::KnownHolders;
use crate::holder_group;
use crate::listing::Counting;
use crate::search::{Search, SearchScope};
use crate::write::{Write, WriteResult, claimed};
use crate::{Error, Service};
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::holder_group::HolderGroupRef;
use domain::id::HolderId;
use store::Tx;
use store::audit::Actor;
use store::counter::{self, Counter};
use store::holder_group::InGroup;
use store::listing::{CursorKey, PageRequest};
use store::named_lock::{self, NamedLock};

/// A page of the holder list.
#[derive(Debug, Clone)]
pub struct HolderPage {
    /// The holders, in id order.
    pub holders: Vec<Holder>,
    /// The id after which the next page begins; none on the last page.
    pub next: Option<i64>,
    /// If the search ran out of time, when the last holder it reached was added, microseconds UTC; none if it
    /// reached the end of the list or filled the page.
    pub searched_until: Option<i64>,
}

/// Adds a holder; refused if its e-mail address or uid (or, without either, its name) belongs to a
/// holder.
pub async fn add(service: &Service, actor: &Actor, new: &NewHolder) -> Result<Holder, Error> {
    let mut write = claimed!(service.write(actor, Action::HolderAdd));
    let done = add_new(&mut write, new).await;
    write.end(done).await
}

/// Which holders a list shows.
#[derive(Debug, Clone, Copy, Default)]
pub struct HolderFilter<'a> {
    /// Part of the name, the e-mail address or the uid.
    pub text: Option<&'a str>,
    /// Only members of this group.
    pub group: Option<&'a HolderGroupRef>,
}

/// Holders after an id that match a filter, searched within the time budget.
pub async fn list(
    service: &Service,
    filter: HolderFilter<'_>,
    after: i64,
    limit: i64,
) -> Result<HolderPage, Error> {
    let limits = service.search_limits();
    let mut tx = service.store.read().await?;
    let group = group_of(&mut tx, filter).await?;
    let text = filter.text;
    let after = Some(CursorKey { value: after.into(), key: after });
    let slice = PageRequest { after, limit, ..PageRequest::default() };
    if group.is_some_and(|of| of.is_small) {
        let slice = PageRequest { limit: limit + 1, ..slice };
        let holders = store::holder::search(&mut tx, text, group, slice).await?;
        return Ok(page_of(holders, limit));
    }
    let scope = SearchScope::whole(store::holder::ids(&mut tx).await?);
    let (mut search, mut holders) = (Search::new(&slice, Counting::No, scope, limits), Vec::new());
    while let Some(scan) = search.next().await {
        let page = store::holder::search(&mut tx, text, group, scan.slice()).await?;
        search.found(scan, page.iter().map(|holder| holder.id.0).collect());
        holders.extend(page);
    }
    let result = search.result();
    holders.truncate(result.keys.len());
    let searched_until = match result.until {
        Some(id) => store::holder::get(&mut tx, HolderId(id)).await?.map(|holder| holder.created_at),
        None => None,
    };
    Ok(HolderPage { holders, next: result.next.map(|place| place.key), searched_until })
}

/// The holders up to a limit, of which one more was read.
fn page_of(mut holders: Vec<Holder>, limit: i64) -> HolderPage {
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    let is_more = holders.len() > wanted;
    holders.truncate(wanted);
    let next = holders.last().filter(|_| is_more).map(|last| last.id.0);
    HolderPage { holders, next, searched_until: None }
}

async fn group_of(tx: &mut Tx, filter: HolderFilter<'_>) -> Result<Option<InGroup>, Error> {
    match filter.group {
        Some(group) => Ok(Some(holder_group::condition(&holder_group::find(tx, group).await?))),
        None => Ok(None),
    }
}

/// How many holders match a filter.
pub async fn count(service: &Service, filter: HolderFilter<'_>) -> Result<i64, Error> {
    let mut tx = service.store.read().await?;
    let group = group_of(&mut tx, filter).await?;
    Ok(store::holder::count(&mut tx, filter.text, group).await?)
}

/// One holder.
pub async fn show(service: &Service, id: HolderId) -> Result<Holder, Error> {
    let mut tx = service.store.read().await?;
    let found = store::holder::get(&mut tx, id).await?;
    found.ok_or_else(|| missing(id))
}

async fn add_new(write: &mut Write, new: &NewHolder) -> Result<WriteResult<Holder>, Error> {
    let new = new.clean()?;
    named_lock::take(&mut write.tx, NamedLock::Directory).await?;
    if KnownHolders::load(&mut write.tx, std::slice::from_ref(&new)).await?.has(&new) {
        return Err(Error::refused(Code::HolderExists, new.email.or(new.uid).unwrap_or(new.name)));
    }
    let holder = insert(&mut write.tx, new, write.now).await?;
    let fact = Fact::new(Action::HolderAdd, Some(holder.id.0)).with("name", holder.name.as_str());
    Ok(WriteResult::one(holder, fact))
}

/// The holder that the details mean, added if it is not known yet.
pub(crate) async fn holder_for(tx: &mut Tx, new: &NewHolder, now: i64) -> Result<HolderId, Error> {
    let new = new.clean()?;
    let known = KnownHolders::load(tx, std::slice::from_ref(&new)).await?;
    match known.find(&new)? {
        Some(holder) => Ok(holder.id),
        None => Ok(insert(tx, new, now).await?.id),
    }
}

async fn insert(tx: &mut Tx, new: NewHolder, now: i64) -> Result<Holder, Error> {
    let id = HolderId(counter::take(tx, Counter::Holder, 1).await?);
    let holder = Holder { id, name: new.name, email: new.email, uid: new.uid, created_at: now };
    store::holder::insert(tx, std::slice::from_ref(&holder)).await?;
    Ok(holder)
}
