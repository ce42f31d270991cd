//! Groups of holders: whom people pay together. Groups narrow lists of holders and accounts, and fill drafts.

mod change;
mod lookup;
mod members;

pub use self::change::{HolderGroupChange, NewHolderGroup, add, change, remove};
pub use self::lookup::HolderGroupRequest;
pub(crate) use self::lookup::{condition, find};
pub use self::members::{ChangedMembers, MEMBERS_MAX, MemberChange, change_members};
pub use store::holder_group::HolderGroup;

use crate::{Error, Service};
use domain::holder_group::HolderGroupRef;
use domain::id::HolderId;
use store::listing::{CursorKey, PageRequest};

/// A page of the list of groups.
#[derive(Debug, Clone)]
pub struct HolderGroupPage {
    /// The groups, in id order.
    pub groups: Vec<HolderGroup>,
    /// The id after which the next page begins; none on the last page.
    pub next: Option<i64>,
}

/// Groups after an id whose name contains a text, and that a holder is in.
pub async fn list(
    service: &Service,
    text: Option<&str>,
    holder: Option<HolderId>,
    after: i64,
    limit: i64,
) -> Result<HolderGroupPage, Error> {
    let mut tx = service.store.read().await?;
    let after = Some(CursorKey { value: after.into(), key: after });
    let slice = PageRequest { after, limit: limit + 1, ..PageRequest::default() };
    let mut groups = store::holder_group::list(&mut tx, text, holder, slice).await?;
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    let is_more = groups.len() > wanted;
    groups.truncate(wanted);
    let next = groups.last().filter(|_| is_more).map(|last| last.id.0);
    Ok(HolderGroupPage { groups, next })
}

/// One group.
pub async fn show(service: &Service, group: &HolderGroupRef) -> Result<HolderGroup, Error> {
    let mut tx = service.store.read().await?;
    find(&mut tx, group).await
}
