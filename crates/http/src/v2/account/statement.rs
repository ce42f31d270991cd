//! Account statements.

use super::input::AccountInput;
use crate::app::App;
use crate::kit::answer::{ListAnswer, ListEnvelope};
use crate::kit::paging;
use crate::kit::problem::Problem;
use crate::kit::query::Query;
use crate::kit::routes::Routes;
use crate::kit::segment::Segment;
use crate::v2::transfer::view::TransferEntryView;
use axum::extract::State;
use domain::access::Operation as O;
use domain::code::Code;
use domain::code::groups::{ACCOUNT_REFERENCE, RANGE};
use domain::noun::NounId;
use serde::{Deserialize, Serialize};
use service::statement::{self, Direction, StatementQuery};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

const CODES: &[Code] = &[Code::AccountNotFound, Code::CursorInvalid];

pub(super) fn routes() -> Routes {
    Routes::new().add(O::StatementShow, routes!(show), &[ACCOUNT_REFERENCE, RANGE, CODES])
}

/// The default page size.
const USUAL: i64 = 50;

/// The direction of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum DirectionWord {
    /// Into the account.
    In,
    /// Out of the account.
    Out,
}

/// Which entries to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct StatementParameters {
    /// Only entries from this transaction date on. The list is then ordered by date.
    #[param(example = "2026-03-01", format = Date, nullable = false)]
    from: Option<String>,
    /// Only entries up to and including this transaction date. The list is then ordered by date.
    #[param(example = "2026-03-31", format = Date, nullable = false)]
    to: Option<String>,
    /// Only entries in this direction.
    #[param(inline, nullable = false)]
    direction: Option<DirectionWord>,
    /// Rows per page; 50 by default.
    #[param(example = 20, minimum = 1, maximum = 200, nullable = false)]
    page_size: Option<i64>,
    /// `nextCursor` of the previous page.
    #[param(max_length = 200, nullable = false)]
    cursor: Option<String>,
}

/// An entry of an account statement.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StatementEntryView {
    #[serde(flatten)]
    entry: TransferEntryView,
    /// The id of the posting's other account.
    #[schema(example = "acct_18")]
    other_account_id: String,
    /// The other account's number.
    #[schema(example = "ACC-B1-003")]
    other_account_number: String,
    /// The purpose of the transfer.
    #[schema(example = "March rent")]
    memo: Option<String>,
}

/// Lists an account's entries, newest first.
///
/// Entries are in booking order, so each one's opening balance is the closing balance of the entry booked
/// before it. With `from` or `to`, they are ordered by transaction date.
#[utoipa::path(get, path = "/api/v2/accounts/{id}/transactions", operation_id = "getStatement", tag = "accounts",
    params(("id" = String, Path, description = "The account's id, such as `acct_17`, or its number", example = "acct_17"), StatementParameters),
    responses((status = 200, description = "A page of entries.", body = ListEnvelope<StatementEntryView>)))]
pub(crate) async fn show(
    State(app): State<App>,
    id: Segment,
    Query(wanted): Query<StatementParameters>,
) -> Result<ListAnswer<StatementEntryView>, Problem> {
    let limit = paging::size(wanted.page_size, USUAL)?;
    // A cursor in booking order is not valid in date order.
    let by = if wanted.from.is_some() || wanted.to.is_some() { "date" } else { "booking" };
    let list = format!("statement {by} {}", id.0);
    let query = StatementQuery {
        from: wanted.from,
        to: wanted.to,
        direction: wanted
            .direction
            .map(|way| if way == DirectionWord::In { Direction::In } else { Direction::Out }),
        cursor: wanted.cursor.as_deref().map(|cursor| app.cursors.open(&list, cursor)).transpose()?,
        limit,
        with_balances: false,
    };
    let statement = statement::show(&app.service, &AccountInput::read(&id.0)?.0, &query).await?;
    let account = statement.account.id;
    let entry = |entry: service::statement::Entry| StatementEntryView {
        entry: TransferEntryView::of(account, &entry),
        other_account_id: entry.other.tagged(),
        other_account_number: entry.other_number,
        memo: entry.memo,
    };
    let next = statement.cursor.map(|place| app.cursors.seal(&list, &place));
    let data = statement.entries.into_iter().map(entry).collect();
    Ok(ListAnswer { data, pagination: paging::by_cursor(limit, next) })
}
