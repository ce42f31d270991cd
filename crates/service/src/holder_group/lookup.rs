//! Which group is meant, and who may change it.

use crate::Error;
use domain::access::Reach;
use domain::code::Code;
use domain::holder_group::HolderGroupRef;
use domain::visible::shown;
use store::Tx;
use store::audit::Actor;
use store::holder_group::{HolderGroup, InGroup};

/// Up to this many members, a group's holders are read from the group; a larger group is searched for among all
/// holders, within the time that a search has.
const SMALL: i64 = 10_000;

/// A group that a caller wants to change, and how far the caller's permission reaches.
#[derive(Debug, Clone, Copy)]
pub struct HolderGroupRequest<'a> {
    /// The group.
    pub group: &'a HolderGroupRef,
    /// Whether the caller may change every group or only those it added.
    pub reach: Reach,
}

/// A group that must exist.
pub(crate) async fn find(tx: &mut Tx, group: &HolderGroupRef) -> Result<HolderGroup, Error> {
    let found = if group.can_exist() { store::holder_group::get(tx, group).await? } else { None };
    found.ok_or_else(|| missing(group))
}

/// A group as a condition of a list.
pub(crate) const fn condition(group: &HolderGroup) -> InGroup {
    InGroup { group: group.id, is_small: group.members <= SMALL }
}

fn missing(group: &HolderGroupRef) -> Error {
    Error::refused(Code::HolderGroupNotFound, shown(&group.to_string()))
}

/// A group, locked, that the caller may change.
pub(super) async fn locked(
    tx: &mut Tx,
    actor: &Actor,
    request: &HolderGroupRequest<'_>,
) -> Result<HolderGroup, Error> {
    let found =
        if request.group.can_exist() { store::holder_group::lock(tx, request.group).await? } else { None };
    let group = found.ok_or_else(|| missing(request.group))?;
    let is_own = group.created_by.principal == actor.author.principal;
    if request.reach == Reach::All || is_own {
        Ok(group)
    } else {
        Err(Error::refused(Code::Forbidden, shown(&group.name)))
    }
}
