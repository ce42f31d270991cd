//! Account holders.

use crate::app::App;
use crate::kit::answer::{Answer, Envelope, ListAnswer, ListEnvelope, Message};
use crate::kit::body::{Body, Input};
use crate::kit::list::text;
use crate::kit::once::Once;
use crate::kit::paging;
use crate::kit::plain::PlainText;
use crate::kit::problem::Problem;
use crate::kit::query::Query;
use crate::kit::routes::Routes;
use crate::kit::segment::Segment;
use crate::kit::time::wire;
use crate::kit::who::Who;
use axum::extract::State;
use domain::access::Operation;
use domain::code::Code;
use domain::code::groups::HOLDER_DETAILS;
use domain::holder_group::HolderGroupRef;
use domain::id::HolderId;
use domain::noun::NounId;
use domain::script::is_mixed;
use serde::{Deserialize, Deserializer, Serialize};
use service::holder::{self, Holder, HolderChange, HolderFilter};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

const LIST: &str = "holders";
const USUAL: i64 = 20;
const CHANGED: Message = Message { english: "The holder was updated", chinese: "账户持有人已修改" };
const ADDED: Message = Message { english: "The holder was added", chinese: "账户持有人已添加" };

pub(crate) fn routes() -> Routes {
    Routes::new()
        .add(Operation::HolderList, routes!(list), &[&[Code::CursorInvalid, Code::HolderGroupNotFound]])
        .add(Operation::HolderShow, routes!(show), &[&[Code::HolderNotFound]])
        .add(Operation::HolderAdd, routes!(add), &[HOLDER_DETAILS])
        .add(Operation::HolderChange, routes!(change), &[HOLDER_DETAILS])
}

/// A holder's details. E-mail address and uid are unique; a holder with neither is identified by name.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HolderInput {
    /// The holder's name.
    #[schema(example = "Example Trading Ltd", min_length = 1, max_length = 255)]
    name: String,
    /// The holder's e-mail address.
    #[schema(value_type = Option<String>, example = "pay@example.com", min_length = 1, max_length = 254)]
    email: Option<PlainText>,
    /// The holder's id in the organisation's other systems.
    #[schema(value_type = Option<String>, example = "U-1001", min_length = 1, max_length = 255)]
    uid: Option<PlainText>,
}

impl Input for HolderInput {}

/// Changes to a holder: omitted fields stay unchanged; null removes an e-mail address or uid.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HolderChangeInput {
    /// The holder's name.
    #[schema(example = "Example Trading Ltd", min_length = 1, max_length = 255, nullable = false)]
    name: Option<String>,
    /// The holder's e-mail address.
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<String>, example = "pay@example.com", min_length = 1, max_length = 254)]
    email: Option<Option<PlainText>>,
    /// The holder's id in the organisation's other systems.
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<String>, example = "U-1001", min_length = 1, max_length = 255)]
    uid: Option<Option<PlainText>>,
}

impl Input for HolderChangeInput {}

/// Reads a field that is present, even if it is null; serde does not call this for an omitted field.
fn named<'de, D: Deserializer<'de>>(field: D) -> Result<Option<Option<PlainText>>, D::Error> {
    Option::deserialize(field).map(Some)
}

impl From<HolderChangeInput> for HolderChange {
    fn from(body: HolderChangeInput) -> Self {
        let text = |field: Option<Option<PlainText>>| field.map(|value| value.map(|text| text.0));
        Self { name: body.name, email: text(body.email), uid: text(body.uid) }
    }
}

impl From<HolderInput> for service::holder::NewHolder {
    fn from(new: HolderInput) -> Self {
        Self { name: new.name, email: new.email.map(|text| text.0), uid: new.uid.map(|text| text.0) }
    }
}

/// An account holder.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HolderView {
    /// The holder's id.
    #[schema(example = "hold_9")]
    id: String,
    /// The holder's name.
    #[schema(example = "Example Trading Ltd")]
    name: String,
    /// Whether the name mixes scripts with look-alike letters, such as Latin and Cyrillic. If so, read it
    /// letter by letter before paying.
    #[schema(example = false)]
    mixed_scripts: bool,
    /// The holder's e-mail address, in lower case.
    #[schema(example = "pay@example.com")]
    email: Option<String>,
    /// The holder's id in the organisation's other systems.
    #[schema(example = "U-1001")]
    uid: Option<String>,
    /// When the holder was added.
    #[schema(example = "2026-03-10T12:00:00Z", format = DateTime)]
    created_at: String,
}

impl From<Holder> for HolderView {
    fn from(holder: Holder) -> Self {
        Self {
            id: holder.id.tagged(),
            mixed_scripts: is_mixed(&holder.name),
            name: holder.name,
            email: holder.email,
            uid: holder.uid,
            created_at: wire(holder.created_at),
        }
    }
}

/// Which holders to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct HolderListQuery {
    /// Only holders with this text in the name, e-mail address or uid.
    #[param(max_length = 255, nullable = false)]
    text: Option<String>,
    /// Only members of the group with this id or name.
    #[param(example = "Sales London", max_length = 255, nullable = false)]
    group: Option<String>,
    /// Rows per page; 20 by default.
    #[param(example = 20, minimum = 1, maximum = 200, nullable = false)]
    page_size: Option<i64>,
    /// `nextCursor` of the previous page.
    #[param(max_length = 200, nullable = false)]
    cursor: Option<String>,
}

/// Lists holders, ordered by id.
#[utoipa::path(get, path = "/api/v2/holders", operation_id = "listHolders", tag = "accounts", params(HolderListQuery),
    responses((status = 200, description = "A page of holders.", body = ListEnvelope<HolderView>)))]
pub(crate) async fn list(
    State(app): State<App>,
    Query(query): Query<HolderListQuery>,
) -> Result<ListAnswer<HolderView>, Problem> {
    let limit = paging::size(query.page_size, USUAL)?;
    let after = match &query.cursor {
        Some(cursor) => app.cursors.open(LIST, cursor)?.parse().map_err(|_| Code::CursorInvalid)?,
        None => 0,
    };
    let part = text("text", query.text)?;
    let group = text("group", query.group)?.map(|group| HolderGroupRef::parse(&group));
    let filter = HolderFilter { text: part.as_deref(), group: group.as_ref() };
    let found = holder::list(&app.service, filter, after, limit).await?;
    let next = found.next.map(|id| app.cursors.seal(LIST, &HolderId(id).to_string()));
    let data = found.holders.into_iter().map(HolderView::from).collect();
    Ok(ListAnswer { data, pagination: paging::by_cursor(limit, next).until(found.searched_until) })
}

/// Returns a holder.
#[utoipa::path(get, path = "/api/v2/holders/{id}", operation_id = "getHolder", tag = "accounts",
    params(("id" = String, Path, description = "The holder's id.", example = "hold_9")),
    responses((status = 200, description = "The holder.", body = Envelope<HolderView>)))]
pub(crate) async fn show(State(app): State<App>, id: Segment) -> Result<Answer<HolderView>, Problem> {
    let id: HolderId = id.named(Code::HolderNotFound)?;
    Ok(Answer::of(holder::show(&app.service, id).await?.into()))
}

/// Adds a holder.
#[utoipa::path(post, path = "/api/v2/holders", operation_id = "addHolder", tag = "accounts",
    request_body = HolderInput,
    responses((status = 200, description = "The holder.", body = Envelope<HolderView>)))]
pub(crate) async fn add(who: Who, once: Once<HolderInput>) -> Result<Answer<HolderView>, Problem> {
    let new = once.body.clone().into();
    let holder = once.settle(holder::add(&once.service, who.actor(), &new).await).await?;
    Ok(Answer::saying(ADDED, holder.into()))
}

/// Changes a holder's name, e-mail address or uid.
///
/// Payments by e-mail address or uid follow the change, so the old values are kept in the audit log.
#[utoipa::path(patch, path = "/api/v2/holders/{id}", operation_id = "changeHolder", tag = "accounts",
    params(("id" = String, Path, description = "The holder's id.", example = "hold_9")),
    request_body = HolderChangeInput,
    responses((status = 200, description = "The holder.", body = Envelope<HolderView>)))]
pub(crate) async fn change(
    State(app): State<App>,
    who: Who,
    id: Segment,
    Body(body): Body<HolderChangeInput>,
) -> Result<Answer<HolderView>, Problem> {
    let id: HolderId = id.named(Code::HolderNotFound)?;
    let holder = holder::change(&app.service, who.actor(), id, &body.into()).await?;
    Ok(Answer::saying(CHANGED, holder.into()))
}
