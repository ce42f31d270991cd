//! Listing and showing groups.

use super::view::HolderGroupView;
use crate::app::App;
use crate::kit::answer::{Answer, Envelope, ListAnswer, ListEnvelope};
use crate::kit::list::text;
use crate::kit::paging;
use crate::kit::problem::Problem;
use crate::kit::query::Query;
use crate::kit::routes::Routes;
use crate::kit::segment::Segment;
use axum::extract::State;
use domain::access::Operation;
use domain::code::Code;
use domain::holder_group::HolderGroupRef;
use domain::id::HolderId;
use domain::noun::NounId;
use domain::visible::shown;
use serde::Deserialize;
use service::holder_group;
use utoipa::IntoParams;
use utoipa_axum::routes;

const LIST: &str = "holder groups";
const USUAL: i64 = 20;

pub(super) fn routes() -> Routes {
    Routes::new()
        .add(Operation::HolderGroupList, routes!(list), &[&[Code::CursorInvalid, Code::HolderNotFound]])
        .add(Operation::HolderGroupShow, routes!(show), &[&[Code::HolderGroupNotFound]])
}

/// Which groups to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(super) struct HolderGroupListQuery {
    /// Only groups with this text in the name.
    #[param(max_length = 255, nullable = false)]
    text: Option<String>,
    /// Only groups that this holder is in.
    #[param(example = "hold_9", max_length = 255, nullable = false)]
    holder: Option<String>,
    /// Rows per page; 20 by default.
    #[param(example = 20, minimum = 1, maximum = 200, nullable = false)]
    page_size: Option<i64>,
    /// `nextCursor` of the previous page.
    #[param(max_length = 200, nullable = false)]
    cursor: Option<String>,
}

/// Lists the groups of holders, ordered by id.
#[utoipa::path(get, path = "/api/v2/holder-groups", operation_id = "listHolderGroups", tag = "accounts",
    params(HolderGroupListQuery),
    responses((status = 200, description = "A page of groups.", body = ListEnvelope<HolderGroupView>)))]
pub(super) async fn list(
    State(app): State<App>,
    Query(query): Query<HolderGroupListQuery>,
) -> Result<ListAnswer<HolderGroupView>, Problem> {
    let limit = paging::size(query.page_size, USUAL)?;
    let after = match &query.cursor {
        Some(cursor) => app.cursors.open(LIST, cursor)?.parse().map_err(|_| Code::CursorInvalid)?,
        None => 0,
    };
    let holder = match &query.holder {
        Some(text) => {
            Some(HolderId::from_text(text).map_err(|_| Problem::about(Code::HolderNotFound, shown(text)))?)
        }
        None => None,
    };
    let part = text("text", query.text)?;
    let found = holder_group::list(&app.service, part.as_deref(), holder, after, limit).await?;
    let next = found.next.map(|id| app.cursors.seal(LIST, &id.to_string()));
    let data = found.groups.into_iter().map(HolderGroupView::from).collect();
    Ok(ListAnswer { data, pagination: paging::by_cursor(limit, next) })
}

/// Returns a group of holders. `listHolders` lists its members.
#[utoipa::path(get, path = "/api/v2/holder-groups/{id}", operation_id = "getHolderGroup", tag = "accounts",
    params(("id" = String, Path, description = "The group's id or name.", example = "4")),
    responses((status = 200, description = "The group.", body = Envelope<HolderGroupView>)))]
pub(super) async fn show(State(app): State<App>, id: Segment) -> Result<Answer<HolderGroupView>, Problem> {
    let group = holder_group::show(&app.service, &HolderGroupRef::parse(&id.0)).await?;
    Ok(Answer::of(group.into()))
}
