//! Who is in a group.

use super::lookup::{HolderGroupRequest, locked};
use crate::audited_ids::audited_ids;
use crate::holder::details::missing;
use crate::write::{Write, WriteResult, claimed};
use crate::{Error, Service};
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::id::{HolderGroupId, HolderId};
use domain::noun::NounId;
use hashbrown::HashSet;
use store::audit::Actor;
use store::holder_group::HolderGroup;

/// The most holders that a request adds and removes.
pub const MEMBERS_MAX: usize = 10_000;

/// Who joins a group and who leaves it.
#[derive(Debug, Clone, Default)]
pub struct MemberChange {
    /// Those who join; one who is a member already stays one.
    pub add: Vec<HolderId>,
    /// Those who leave; one who is no member is ignored.
    pub remove: Vec<HolderId>,
}

/// A group whose members were changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedMembers {
    /// The group.
    pub group: HolderGroup,
    /// How many joined.
    pub added: u64,
    /// How many left.
    pub removed: u64,
}

/// Adds holders to a group and removes others. An unknown holder refuses the request.
pub async fn change_members(
    service: &Service,
    actor: &Actor,
    request: &HolderGroupRequest<'_>,
    change: &MemberChange,
) -> Result<ChangedMembers, Error> {
    let mut write = claimed!(service.write(actor, Action::HolderGroupMembers));
    let done = change_in(&mut write, request, change).await;
    write.end(done).await
}

async fn change_in(
    write: &mut Write,
    request: &HolderGroupRequest<'_>,
    change: &MemberChange,
) -> Result<WriteResult<ChangedMembers>, Error> {
    let (add, remove) = (distinct(&change.add), distinct(&change.remove));
    if add.len() + remove.len() > MEMBERS_MAX {
        return Err(Code::MembersTooMany.into());
    }
    if let Some(both) = add.iter().find(|holder| remove.binary_search(holder).is_ok()) {
        return Err(Error::refused(Code::MemberTwice, both.tagged()));
    }
    let mut group = locked(&mut write.tx, &write.actor, request).await?;
    write.about.id = Some(group.id.0);
    all_known(write, &add).await?;
    let (joined, left) = real_changes(write, group.id, &add, &remove).await?;
    let removed = store::holder_group::leave(&mut write.tx, group.id, &left).await?;
    let added = store::holder_group::join(&mut write.tx, group.id, &joined).await?;
    if let Some(changed) = store::holder_group::get(&mut write.tx, &group.id.into()).await? {
        group = changed;
    }
    let fact = Fact::new(Action::HolderGroupMembers, Some(group.id.0))
        .with("added", added)
        .with("removed", removed)
        .with("members", group.members)
        .with("joined", audited_ids(joined.iter().map(|holder| holder.0)))
        .with("left", audited_ids(left.iter().map(|holder| holder.0)));
    let is_nothing = added == 0 && removed == 0;
    let done = ChangedMembers { group, added, removed };
    Ok(if is_nothing { WriteResult::nothing(done) } else { WriteResult::one(done, fact) })
}

/// Those who join and are no members yet, and those who leave and are members. Nobody else changes the group meanwhile:
/// its row is locked.
async fn real_changes(
    write: &mut Write,
    group: HolderGroupId,
    add: &[HolderId],
    remove: &[HolderId],
) -> Result<(Vec<HolderId>, Vec<HolderId>), Error> {
    let mut named = distinct(&[add, remove].concat());
    let among = store::holder_group::members_among(&mut write.tx, group, &named).await?;
    let members: HashSet<i64> = among.into_iter().map(|holder| holder.0).collect();
    named.retain(|holder| add.binary_search(holder).is_ok() && !members.contains(&holder.0));
    let left = remove.iter().copied().filter(|holder| members.contains(&holder.0)).collect();
    Ok((named, left))
}

async fn all_known(write: &mut Write, holders: &[HolderId]) -> Result<(), Error> {
    let known: HashSet<i64> =
        store::holder_group::known(&mut write.tx, holders).await?.into_iter().map(|id| id.0).collect();
    match holders.iter().find(|holder| !known.contains(&holder.0)) {
        Some(unknown) => Err(missing(*unknown)),
        None => Ok(()),
    }
}

/// Each holder once, in id order.
fn distinct(holders: &[HolderId]) -> Vec<HolderId> {
    let mut holders = holders.to_vec();
    holders.sort_unstable();
    holders.dedup();
    holders
}
