//! An account's statement.

use super::input::AccountInput;
use crate::answer::{ListAnswer, ListEnvelope};
use crate::app::App;
use crate::paging;
use crate::problem::Problem;
use crate::query::Query;
use crate::segment::Segment;
use crate::transfer::EntryView;
use axum::extract::State;
use domain::noun::NounId;
use serde::{Deserialize, Serialize};
use service::statement::{Direction, StatementQuery};
use utoipa::{IntoParams, ToSchema};

/// Entries of a page if nothing is said.
const USUAL: i64 = 50;

/// Which way money went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Way {
    /// Into the account.
    In,
    /// Out of the account.
    Out,
}

/// Which entries are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// Only from this transaction date on; the page is then in the order of dates.
    #[param(example = "2026-03-01", format = Date, nullable = false)]
    from: Option<String>,
    /// Only up to this transaction date; the page is then in the order of dates.
    #[param(example = "2026-03-31", format = Date, nullable = false)]
    to: Option<String>,
    /// One direction only.
    #[param(inline, nullable = false)]
    direction: Option<Way>,
    /// Rows of a page.
    #[param(example = 20, minimum = 1, maximum = 200, nullable = false)]
    page_size: Option<i64>,
    /// Where the page before ended.
    #[param(max_length = 200, nullable = false)]
    cursor: Option<String>,
}

/// A line of an account's statement.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StatementEntry {
    #[serde(flatten)]
    entry: EntryView,
    /// The other account of the posting.
    #[schema(example = "acct_18")]
    other_account_id: String,
    /// The other account's number.
    #[schema(example = "ACC-B1-003")]
    other_account_number: String,
    /// What the transfer is for.
    #[schema(example = "March rent")]
    memo: Option<String>,
}

/// An account's entries, newest first: in the order of booking, where each begins with the balance that the one
/// before it left; with dates, in the order of transaction dates.
#[utoipa::path(get, path = "/api/v2/accounts/{id}/transactions", operation_id = "getStatement", tag = "accounts",
    params(("id" = String, Path, description = "The account's id with its noun, or its number.", example = "acct_17"), Wanted),
    responses((status = 200, description = "A page of entries.", body = ListEnvelope<StatementEntry>)))]
pub(crate) async fn show(
    State(app): State<App>,
    id: Segment,
    Query(wanted): Query<Wanted>,
) -> Result<ListAnswer<StatementEntry>, Problem> {
    let limit = paging::size(wanted.page_size, USUAL)?;
    // A place in the order of booking means nothing in the order of dates.
    let by = if wanted.from.is_some() || wanted.to.is_some() { "date" } else { "booking" };
    let list = format!("statement {by} {}", id.0);
    let query = StatementQuery {
        from: wanted.from,
        to: wanted.to,
        direction: wanted.direction.map(|way| if way == Way::In { Direction::In } else { Direction::Out }),
        cursor: wanted.cursor.as_deref().map(|cursor| app.cursors.open(&list, cursor)).transpose()?,
        limit,
        with_balances: false,
    };
    let statement = app.service.statement(&AccountInput::read(&id.0)?.0, &query).await?;
    let account = statement.account.id;
    let entry = |entry: service::statement::Entry| StatementEntry {
        entry: EntryView::of(account, &entry),
        other_account_id: entry.other.tagged(),
        other_account_number: entry.other_number,
        memo: entry.memo,
    };
    let next = statement.cursor.map(|place| app.cursors.seal(&list, &place));
    let data = statement.entries.into_iter().map(entry).collect();
    Ok(ListAnswer { data, pagination: paging::by_cursor(limit, next) })
}
