//! Adding, renaming and removing groups.

use super::lookup::{HolderGroupRequest, locked};
use crate::write::{Write, WriteResult, claimed};
use crate::{Error, Service};
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::holder_group::{HolderGroupRef, name_of};
use domain::id::HolderGroupId;
use domain::text::Text;
use domain::visible::shown;
use serde_json::{Value, json};
use store::audit::Actor;
use store::holder_group::HolderGroup;
use store::named_lock::{self, NamedLock};

/// A group to add.
#[derive(Debug, Clone, Default)]
pub struct NewHolderGroup {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
}

/// The changes to a group; an absent field stays as it is.
#[derive(Debug, Clone, Default)]
pub struct HolderGroupChange {
    /// The name.
    pub name: Option<String>,
    /// What it is for; empty: nothing is said.
    pub description: Option<String>,
}

/// Adds a group; refused if another has a name that reads the same.
pub async fn add(service: &Service, actor: &Actor, new: &NewHolderGroup) -> Result<HolderGroup, Error> {
    let mut write = claimed!(service.write(actor, Action::HolderGroupAdd));
    let done = add_in(&mut write, new).await;
    write.end(done).await
}

/// Changes a group's name or description.
pub async fn change(
    service: &Service,
    actor: &Actor,
    request: &HolderGroupRequest<'_>,
    change: &HolderGroupChange,
) -> Result<HolderGroup, Error> {
    let mut write = claimed!(service.write(actor, Action::HolderGroupChange));
    let done = change_in(&mut write, request, change).await;
    write.end(done).await
}

/// Removes a group. Its holders and their accounts stay.
pub async fn remove(
    service: &Service,
    actor: &Actor,
    request: &HolderGroupRequest<'_>,
) -> Result<HolderGroup, Error> {
    let mut write = claimed!(service.write(actor, Action::HolderGroupRemove));
    let done = remove_in(&mut write, request).await;
    write.end(done).await
}

async fn add_in(write: &mut Write, new: &NewHolderGroup) -> Result<WriteResult<HolderGroup>, Error> {
    named_lock::take(&mut write.tx, NamedLock::Directory).await?;
    let mut group = HolderGroup {
        id: HolderGroupId(0),
        name: free_name(write, &new.name, None).await?,
        description: description(&new.description)?,
        members: 0,
        created_by: write.actor.author.clone(),
        created_at: write.now,
    };
    group.id = store::holder_group::insert(&mut write.tx, &group).await?;
    let fact = Fact::new(Action::HolderGroupAdd, Some(group.id.0))
        .with("name", group.name.as_str())
        .with("description", group.description.as_str());
    Ok(WriteResult::one(group, fact))
}

async fn change_in(
    write: &mut Write,
    request: &HolderGroupRequest<'_>,
    change: &HolderGroupChange,
) -> Result<WriteResult<HolderGroup>, Error> {
    named_lock::take(&mut write.tx, NamedLock::Directory).await?;
    let before = locked(&mut write.tx, &write.actor, request).await?;
    write.about.id = Some(before.id.0);
    let mut after = before.clone();
    if let Some(name) = &change.name {
        after.name = free_name(write, name, Some(before.id)).await?;
    }
    if let Some(text) = &change.description {
        after.description = description(text)?;
    }
    if after == before {
        return Ok(WriteResult::nothing(after));
    }
    store::holder_group::change(&mut write.tx, &after).await?;
    let fact = Fact::new(Action::HolderGroupChange, Some(after.id.0))
        .with("before", audited(&before))
        .with("after", audited(&after));
    Ok(WriteResult::one(after, fact))
}

async fn remove_in(
    write: &mut Write,
    request: &HolderGroupRequest<'_>,
) -> Result<WriteResult<HolderGroup>, Error> {
    // Templates are saved and changed under the same lock.
    named_lock::take(&mut write.tx, NamedLock::Directory).await?;
    let group = locked(&mut write.tx, &write.actor, request).await?;
    if let Some(template) = store::batch_template::of_group(&mut write.tx, group.id).await? {
        return Err(Error::refused(Code::HolderGroupUsed, shown(&template.name)));
    }
    store::holder_group::remove(&mut write.tx, group.id).await?;
    let fact = Fact::new(Action::HolderGroupRemove, Some(group.id.0))
        .with("name", group.name.as_str())
        .with("members", group.members);
    Ok(WriteResult::one(group, fact))
}

fn audited(group: &HolderGroup) -> Value {
    json!({ "name": group.name, "description": group.description })
}

/// A name that no other group has.
async fn free_name(write: &mut Write, text: &str, own: Option<HolderGroupId>) -> Result<String, Error> {
    let name = name_of(text).map_err(|code| Error::refused(code, shown(text)))?;
    let named = HolderGroupRef::Name(name.as_str().to_owned());
    let other = store::holder_group::get(&mut write.tx, &named).await?;
    match other.filter(|other| Some(other.id) != own) {
        Some(other) => Err(Error::refused(Code::HolderGroupExists, format!("{} ({})", other.name, other.id))),
        None => Ok(name.into()),
    }
}

fn description(text: &str) -> Result<String, Error> {
    let text = Text::parse(text).map_err(|code| Error::refused(code, "description"))?;
    Ok(text.map(String::from).unwrap_or_default())
}
