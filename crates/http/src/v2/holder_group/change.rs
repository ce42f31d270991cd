//! Adding, changing and removing groups, and who is in them.

use super::view::{ChangedMembersView, HolderGroupView};
use crate::app::App;
use crate::kit::answer::{Answer, Envelope, Message};
use crate::kit::body::{Body, Input};
use crate::kit::once::Once;
use crate::kit::problem::Problem;
use crate::kit::routes::Routes;
use crate::kit::segment::Segment;
use crate::kit::who::Who;
use axum::extract::State;
use domain::access::Operation as O;
use domain::code::Code;
use domain::code::groups::HOLDER_GROUP;
use domain::holder_group::HolderGroupRef;
use domain::id::HolderId;
use domain::noun::NounId;
use domain::visible::shown;
use serde::Deserialize;
use service::holder_group::{
    self, HolderGroupChange, HolderGroupRequest, MEMBERS_MAX, MemberChange, NewHolderGroup,
};
use utoipa::ToSchema;
use utoipa_axum::routes;

const NOT_FOUND: &[Code] = &[Code::HolderGroupNotFound];
const ADDED: Message = Message { english: "The group was added", chinese: "分组已添加" };
const CHANGED: Message = Message { english: "The group was updated", chinese: "分组已修改" };
const REMOVED: Message = Message {
    english: "The group was removed; its holders were not",
    chinese: "分组已删除，其成员不受影响",
};
const MEMBERS: Message =
    Message { english: "The group's members were updated", chinese: "分组成员已修改" };

pub(super) fn routes() -> Routes {
    Routes::new()
        .add(O::HolderGroupAdd, routes!(add), &[HOLDER_GROUP])
        .add(O::HolderGroupChange, routes!(change), &[HOLDER_GROUP, NOT_FOUND])
        .add(O::HolderGroupRemove, routes!(remove), &[NOT_FOUND, &[Code::HolderGroupUsed]])
        .add(
            O::HolderGroupMembers,
            routes!(members),
            &[NOT_FOUND, &[Code::HolderNotFound, Code::MembersTooMany, Code::MemberTwice]],
        )
}

/// A group to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct HolderGroupInput {
    /// Its name; not digits alone.
    #[schema(example = "Sales London", min_length = 1, max_length = 255)]
    name: String,
    /// What it is for.
    #[serde(default)]
    #[schema(example = "paid on the 25th", max_length = 500)]
    description: String,
}

impl Input for HolderGroupInput {}

/// Changes to a group: omitted fields stay unchanged.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct HolderGroupChangeInput {
    /// Its name; not digits alone.
    #[schema(example = "Sales London", min_length = 1, max_length = 255, nullable = false)]
    name: Option<String>,
    /// What it is for; empty removes the description.
    #[schema(example = "paid on the 25th", max_length = 500, nullable = false)]
    description: Option<String>,
}

impl Input for HolderGroupChangeInput {}

/// Who joins a group and who leaves it; at most 10,000 holders in both lists.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MemberChangeInput {
    /// The ids of the holders who join.
    #[serde(default)]
    #[schema(example = json!(["hold_9"]), max_items = 10_000)]
    add: Vec<String>,
    /// The ids of the holders who leave.
    #[serde(default)]
    #[schema(example = json!(["hold_7"]), max_items = 10_000)]
    remove: Vec<String>,
}

impl Input for MemberChangeInput {
    // 10,000 ids.
    const BYTES_MAX: usize = 512 * 1024;
}

/// Adds a group of holders.
///
/// A holder can be in many groups. Lists of holders and accounts can be narrowed to a group.
#[utoipa::path(post, path = "/api/v2/holder-groups", operation_id = "addHolderGroup", tag = "accounts",
    request_body = HolderGroupInput,
    responses((status = 200, description = "The group.", body = Envelope<HolderGroupView>)))]
pub(super) async fn add(who: Who, once: Once<HolderGroupInput>) -> Result<Answer<HolderGroupView>, Problem> {
    let HolderGroupInput { name, description } = &once.body;
    let new = NewHolderGroup { name: name.clone(), description: description.clone() };
    let group = once.settle(holder_group::add(&once.service, who.actor(), &new).await).await?;
    Ok(Answer::saying(ADDED, group.into()))
}

/// Changes a group's name or description.
#[utoipa::path(patch, path = "/api/v2/holder-groups/{id}", operation_id = "changeHolderGroup", tag = "accounts",
    params(("id" = String, Path, description = "The group's id or name.", example = "4")),
    request_body = HolderGroupChangeInput,
    responses((status = 200, description = "The group.", body = Envelope<HolderGroupView>)))]
pub(super) async fn change(
    State(app): State<App>,
    who: Who,
    id: Segment,
    Body(body): Body<HolderGroupChangeInput>,
) -> Result<Answer<HolderGroupView>, Problem> {
    let group = HolderGroupRef::parse(&id.0);
    let request = HolderGroupRequest { group: &group, reach: who.reach };
    let change = HolderGroupChange { name: body.name, description: body.description };
    let changed = holder_group::change(&app.service, who.actor(), &request, &change).await?;
    Ok(Answer::saying(CHANGED, changed.into()))
}

/// Removes a group. Its holders and their accounts stay.
#[utoipa::path(delete, path = "/api/v2/holder-groups/{id}", operation_id = "removeHolderGroup", tag = "accounts",
    params(("id" = String, Path, description = "The group's id or name.", example = "4")),
    responses((status = 200, description = "The removed group.", body = Envelope<HolderGroupView>)))]
pub(super) async fn remove(
    State(app): State<App>,
    who: Who,
    id: Segment,
) -> Result<Answer<HolderGroupView>, Problem> {
    let group = HolderGroupRef::parse(&id.0);
    let request = HolderGroupRequest { group: &group, reach: who.reach };
    let removed = holder_group::remove(&app.service, who.actor(), &request).await?;
    Ok(Answer::saying(REMOVED, removed.into()))
}

/// Adds holders to a group and removes others.
///
/// One unknown holder refuses the request. Drafts that were filled from the group do not change.
#[utoipa::path(post, path = "/api/v2/holder-groups/{id}/members", operation_id = "changeHolderGroupMembers",
    tag = "accounts",
    params(("id" = String, Path, description = "The group's id or name.", example = "4")),
    request_body = MemberChangeInput,
    responses((status = 200, description = "The group, and how many joined and left.",
        body = Envelope<ChangedMembersView>)))]
pub(super) async fn members(
    who: Who,
    id: Segment,
    once: Once<MemberChangeInput>,
) -> Result<Answer<ChangedMembersView>, Problem> {
    let group = HolderGroupRef::parse(&id.0);
    let request = HolderGroupRequest { group: &group, reach: who.reach };
    let MemberChangeInput { add, remove } = &once.body;
    if add.len() + remove.len() > MEMBERS_MAX {
        return Err(Code::MembersTooMany.into());
    }
    let change = MemberChange { add: holders(add)?, remove: holders(remove)? };
    let changed = holder_group::change_members(&once.service, who.actor(), &request, &change).await;
    Ok(Answer::saying(MEMBERS, once.settle(changed).await?.into()))
}

fn holders(ids: &[String]) -> Result<Vec<HolderId>, Problem> {
    let read = |text: &String| {
        HolderId::from_tagged(text).map_err(|_| Problem::about(Code::HolderNotFound, shown(text)))
    };
    ids.iter().map(read).collect()
}
