//! Listing and showing transfers, including refused ones.

use super::view::{TransferSummaryView, TransferView};
use crate::app::App;
use crate::kit::answer::{Answer, Envelope, ListAnswer, ListEnvelope};
use crate::kit::list::{OrderBy, Page, text};
use crate::kit::problem::Problem;
use crate::kit::query::Query;
use crate::kit::routes::Routes;
use crate::kit::segment::Segment;
use crate::v2::account::AccountInput;
use axum::extract::State;
use domain::access::Operation as O;
use domain::code::Code;
use domain::code::groups::{ACCOUNT_REFERENCE, RANGE};
use domain::id::TransferId;
use domain::transfer::TransferKind;
use serde::Deserialize;
use service::transfer::{self, TransferQuery, TransferSort};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

const LIST: &[Code] = &[Code::CursorInvalid, Code::AssetUnknown];

pub(super) fn routes() -> Routes {
    Routes::new().add(O::TransferList, routes!(list), &[ACCOUNT_REFERENCE, RANGE, LIST]).add(
        O::TransferShow,
        routes!(show),
        &[&[Code::TransferNotFound]],
    )
}

/// The outcome of a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum TransferStatusWord {
    /// Carried out.
    Completed,
    /// Refused.
    Failed,
}

/// The kind of a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum TransferKindWord {
    /// Between two holders' accounts.
    Transfer,
    /// Between one holder's accounts.
    Internal,
    /// An item of a batch.
    Batch,
    /// Into the ledger.
    Deposit,
    /// Out of the ledger.
    Withdrawal,
    /// An opening balance.
    Opening,
}

impl From<TransferKindWord> for TransferKind {
    fn from(kind: TransferKindWord) -> Self {
        match kind {
            TransferKindWord::Transfer | TransferKindWord::Internal => Self::Single,
            TransferKindWord::Batch => Self::Item,
            TransferKindWord::Deposit => Self::Deposit,
            TransferKindWord::Withdrawal => Self::Withdrawal,
            TransferKindWord::Opening => Self::Opening,
        }
    }
}

/// The sort field of a list of transfers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) enum TransferSortWord {
    /// Booking order.
    Id,
    /// The value date.
    TransferDate,
    /// The amount sent, in minor units.
    FromAmountCents,
}

impl From<TransferSortWord> for TransferSort {
    fn from(sort: TransferSortWord) -> Self {
        match sort {
            TransferSortWord::Id => Self::Number,
            TransferSortWord::TransferDate => Self::ValueDate,
            TransferSortWord::FromAmountCents => Self::Amount,
        }
    }
}

/// Which transfers to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct TransferListQuery {
    /// Only transfers that this account, by id or number, paid or received.
    #[param(example = "acct_17", max_length = 255, nullable = false)]
    account_id: Option<String>,
    /// Only transfers with this outcome.
    #[param(inline, nullable = false)]
    status: Option<TransferStatusWord>,
    /// Only transfers of this kind.
    #[param(inline, nullable = false)]
    kind: Option<TransferKindWord>,
    /// Only transfers with this currency on either side.
    #[param(example = "USD", max_length = 12, nullable = false)]
    currency: Option<String>,
    /// Only transfers from this transfer date on.
    #[param(example = "2026-03-01", format = Date, nullable = false)]
    from: Option<String>,
    /// Only transfers up to and including this transfer date.
    #[param(example = "2026-03-31", format = Date, nullable = false)]
    to: Option<String>,
    /// Only transfers with this text in the memo.
    #[param(max_length = 255, nullable = false)]
    text: Option<String>,
    /// The sort field; `id` by default.
    #[param(inline, nullable = false)]
    sort: Option<TransferSortWord>,
    /// The sort direction; `desc` by default.
    #[param(inline, nullable = false)]
    order: Option<OrderBy>,
    /// The page number, from 1.
    #[param(example = 1, minimum = 1, maximum = 10_000, nullable = false)]
    page: Option<i64>,
    /// Rows per page; 20 by default.
    #[param(example = 20, minimum = 1, maximum = 200, nullable = false)]
    page_size: Option<i64>,
    /// `nextCursor` of the previous page, instead of `page`.
    #[param(max_length = 8000, nullable = false)]
    cursor: Option<String>,
}

/// Lists transfers, including refused ones; newest first by default.
#[utoipa::path(get, path = "/api/v2/account-transfers", operation_id = "listAccountTransfers", tag = "transfers",
    params(TransferListQuery),
    responses((status = 200, description = "A page of transfers.", body = ListEnvelope<TransferSummaryView>)))]
pub(crate) async fn list(
    State(app): State<App>,
    Query(query): Query<TransferListQuery>,
) -> Result<ListAnswer<TransferSummaryView>, Problem> {
    let (sort, order) = (query.sort.unwrap_or(TransferSortWord::Id), query.order.unwrap_or(OrderBy::Desc));
    let name = format!("transfers {sort:?} {order:?}");
    let size = (query.page, query.page_size);
    let page = Page::of(&app, name, order.into(), size, query.cursor.as_deref())?;
    let account = text("accountId", query.account_id)?;
    let wanted = TransferQuery {
        account: account.as_deref().map(AccountInput::read).transpose()?.map(|account| account.0),
        completed: query.status.map(|status| status == TransferStatusWord::Completed),
        kind: query.kind.map(TransferKind::from),
        internal: match query.kind {
            Some(TransferKindWord::Internal) => Some(true),
            Some(TransferKindWord::Transfer) => Some(false),
            _ => None,
        },
        currency: text("currency", query.currency)?,
        from: query.from,
        to: query.to,
        text: text("text", query.text)?,
        sort: sort.into(),
        slice: page.slice.clone(),
        resumed: page.resumed.clone(),
        counting: page.counting(),
    };
    let found = transfer::list(&app.service, &wanted).await?;
    let pagination = page.pagination(&app, found.total, found.next.as_ref()).until(found.searched_until);
    Ok(ListAnswer { data: found.transfers.into_iter().map(TransferSummaryView::from).collect(), pagination })
}

/// Returns a transfer with its entries.
#[utoipa::path(get, path = "/api/v2/account-transfers/{id}", operation_id = "getAccountTransfer", tag = "transfers",
    params(("id" = String, Path, description = "The transfer's id.", example = "xfer_4711")),
    responses((status = 200, description = "The transfer.", body = Envelope<TransferView>)))]
pub(crate) async fn show(State(app): State<App>, id: Segment) -> Result<Answer<TransferView>, Problem> {
    let id: TransferId = id.named(Code::TransferNotFound)?;
    Ok(Answer::of(transfer::show(&app.service, id.0).await?.into()))
}
