//! The relations of a batch.

use super::path::BatchName;
use super::view::RelationView;
use super::words::{RelationStateWord, RelationStatusWord};
use crate::app::App;
use crate::kit::answer::{ListAnswer, ListEnvelope};
use crate::kit::paging::{self, Paging};
use crate::kit::problem::{OperatorProblem, Problem};
use crate::kit::query::Query;
use crate::kit::routes::Routes;
use axum::extract::State;
use domain::access::Operation as O;
use domain::code::Code;
use domain::item::ItemState;
use serde::Deserialize;
use service::batch;
use service::batch::list::{ItemQuery, OffsetPage};
use utoipa::IntoParams;
use utoipa_axum::routes;

pub(super) fn routes() -> Routes {
    Routes::new().add_operator(
        O::RelationList,
        routes!(relations),
        &[&[Code::BatchNotFound, Code::CursorInvalid]],
    )
}

/// The default page size.
const USUAL: i64 = 20;

/// Which relations to list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct RelationsQuery {
    /// Only relations with this status: one of document 000's, or `skipped`.
    status: Option<RelationStatusWord>,
    /// Only relations in this exact state.
    #[param(value_type = Option<RelationStateWord>)]
    state: Option<ItemState>,
    /// Only failed relations with this error code.
    #[param(max_length = 64, example = "INSUFFICIENT_BALANCE")]
    error_code: Option<String>,
    /// Start with the relation on this line, or the first after it; not with `page` or `cursor`.
    #[param(minimum = 1)]
    from_line: Option<i64>,
    /// The page number, from 1.
    #[param(minimum = 1, maximum = 10_000)]
    page: Option<i64>,
    /// Relations per page; 20 by default.
    #[param(minimum = 1, maximum = 200)]
    page_size: Option<i64>,
    /// `nextCursor` of the previous page, instead of a page number.
    cursor: Option<String>,
}

impl RelationsQuery {
    fn code(&self) -> Result<Option<Code>, Problem> {
        let Some(name) = &self.error_code else { return Ok(None) };
        let code = Code::ALL.iter().find(|code| code.name() == name);
        code.copied().map(Some).ok_or_else(|| Problem::about(Code::QueryInvalid, "errorCode"))
    }

    /// The requested states; `None` if no relation can have them. With an error code they are those of failed ones: a
    /// skipped relation keeps the code for which it had failed.
    fn states(&self) -> Option<Vec<ItemState>> {
        let states = self.named_states()?;
        match &self.error_code {
            Some(_) if states.is_empty() || states.contains(&ItemState::Failed) => {
                Some(vec![ItemState::Failed])
            }
            Some(_) => None,
            None => Some(states),
        }
    }

    /// The states that status and state name; `None` if they exclude each other.
    fn named_states(&self) -> Option<Vec<ItemState>> {
        match (self.status.map(RelationStatusWord::item_states), self.state) {
            (None, None) => Some(Vec::new()),
            (Some(states), None) => Some(states),
            (Some(states), Some(state)) if !states.contains(&state) => None,
            (_, Some(state)) => Some(vec![state]),
        }
    }
}

/// Lists a batch's relations in their original order, by page number or by cursor.
///
/// For a very large batch, paging by cursor is fastest.
#[utoipa::path(get, path = "/api/batch-transfers/{id}/relations", operation_id = "listRelations", tag = "batches",
    params(("id" = String, Path, description = "The batch's id or number", example = "17"), RelationsQuery),
    responses((status = 200, description = "A page of relations.", body = ListEnvelope<RelationView>)))]
pub(crate) async fn relations(
    State(app): State<App>,
    BatchName(batch): BatchName,
    Query(query): Query<RelationsQuery>,
) -> Result<ListAnswer<RelationView>, OperatorProblem> {
    let sealed = format!("relations {}", batch::named(&app.service, batch).await?.id);
    let (paging, after) = match &query.cursor {
        None if query.from_line.is_some() => {
            if query.page.is_some() {
                return Err(Problem::about(Code::QueryInvalid, "fromLine: not with page").into());
            }
            (None, None)
        }
        None => (Some(Paging::of(query.page, query.page_size, USUAL)?), None),
        Some(_) if query.page.is_some() || query.from_line.is_some() => {
            return Err(Problem::about(Code::QueryInvalid, "cursor: not with page or fromLine").into());
        }
        Some(cursor) => {
            let place = app.cursors.open(&sealed, cursor)?;
            (None, Some(place.parse().map_err(|_| Code::CursorInvalid)?))
        }
    };
    let page_size = paging::size(query.page_size, USUAL)?;
    let offset = paging.map_or(0, Paging::offset);
    // Reading one row more than the page size shows whether there is another page.
    let limit = if query.states().is_none() { 0 } else { page_size + 1 };
    let wanted = ItemQuery {
        states: query.states().unwrap_or_default(),
        code: query.code()?,
        after,
        from_line: query.from_line,
    };
    let mut list = batch::item_search(&app.service, batch, &wanted, OffsetPage { limit, offset }).await?;
    let goes_on = i64::try_from(list.items.len()).unwrap_or(0) > page_size;
    list.items.truncate(usize::try_from(page_size).unwrap_or(0));
    let last = list.items.last().filter(|_| goes_on).map(|last| last.item.number.to_string());
    let next = last.map(|place| app.cursors.seal(&sealed, &place));
    let total = if limit == 0 { 0 } else { list.total };
    let pagination = match paging {
        Some(paging) => paging.of_total(total, next),
        None => paging::by_cursor(page_size, next),
    };
    let data = list.items.into_iter().map(|item| RelationView::of(&list.batch, item)).collect();
    Ok(ListAnswer { data, pagination })
}
