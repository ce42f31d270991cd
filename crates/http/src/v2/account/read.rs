//! Listing and showing accounts.

use super::input::AccountInput;
use super::view::AccountView;
use crate::app::App;
use crate::kit::answer::{Answer, Envelope, ListAnswer, ListEnvelope};
use crate::kit::list::{OrderBy, Page, text};
use crate::kit::problem::Problem;
use crate::kit::query::Query;
use crate::kit::routes::Routes;
use crate::kit::segment::Segment;
use axum::extract::State;
use domain::access::Operation as O;
use domain::account::AccountStatus;
use domain::code::Code;
use domain::code::groups::ACCOUNT_REFERENCE;
use serde::Deserialize;
use service::account::{self, AccountFilter, AccountQuery, AccountSort};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

pub(super) fn routes() -> Routes {
    Routes::new().add(O::AccountList, routes!(list), &[&[Code::CursorInvalid, Code::AssetUnknown]]).add(
        O::AccountShow,
        routes!(show),
        &[ACCOUNT_REFERENCE, &[Code::AccountNotFound]],
    )
}

/// Whether an account can take part in transfers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AccountStatusWord {
    /// It can pay and be paid.
    Active,
    /// It can do neither until it is unfrozen.
    Frozen,
    /// It is closed permanently.
    Closed,
}

impl From<AccountStatusWord> for AccountStatus {
    fn from(status: AccountStatusWord) -> Self {
        match status {
            AccountStatusWord::Active => Self::Active,
            AccountStatusWord::Frozen => Self::Frozen,
            AccountStatusWord::Closed => Self::Closed,
        }
    }
}

/// The sort field of a list of accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) enum AccountSortWord {
    /// The order of opening.
    Id,
    /// The number.
    Number,
    /// The balance in minor units.
    Balance,
    /// The time of opening.
    CreatedAt,
}

impl From<AccountSortWord> for AccountSort {
    fn from(sort: AccountSortWord) -> Self {
        match sort {
            AccountSortWord::Id => Self::Id,
            AccountSortWord::Number => Self::Number,
            AccountSortWord::Balance => Self::Balance,
            AccountSortWord::CreatedAt => Self::OpenedAt,
        }
    }
}

/// Which accounts to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct AccountListQuery {
    /// Only accounts with at least this balance, in minor units.
    #[param(example = 0, nullable = false)]
    min_balance_cents: Option<i64>,
    /// Only accounts with at most this balance, in minor units.
    #[param(example = 1_000_000, nullable = false)]
    max_balance_cents: Option<i64>,
    /// Only accounts of the holder with this e-mail address.
    #[param(example = "pay@example.com", max_length = 255, nullable = false)]
    email: Option<String>,
    /// Only accounts of the holder with this uid.
    #[param(example = "U-1001", max_length = 255, nullable = false)]
    uid: Option<String>,
    /// Only accounts with this status.
    #[param(inline, nullable = false)]
    status: Option<AccountStatusWord>,
    /// Only accounts in this currency.
    #[param(example = "USD", max_length = 12, nullable = false)]
    currency: Option<String>,
    /// Only accounts with this text in the number, or in the holder's name, e-mail address or uid.
    #[param(max_length = 255, nullable = false)]
    text: Option<String>,
    /// The sort field; `id` by default.
    #[param(inline, nullable = false)]
    sort: Option<AccountSortWord>,
    /// The sort direction; `asc` by default.
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

/// Lists customer accounts.
#[utoipa::path(get, path = "/api/v2/accounts", operation_id = "listAccounts", tag = "accounts",
    params(AccountListQuery),
    responses((status = 200, description = "A page of accounts.", body = ListEnvelope<AccountView>)))]
pub(crate) async fn list(
    State(app): State<App>,
    Query(query): Query<AccountListQuery>,
) -> Result<ListAnswer<AccountView>, Problem> {
    let (sort, order) = (query.sort.unwrap_or(AccountSortWord::Id), query.order.unwrap_or(OrderBy::Asc));
    let name = format!("accounts {sort:?} {order:?}");
    let size = (query.page, query.page_size);
    let page = Page::of(&app, name, order.into(), size, query.cursor.as_deref())?;
    let filter = AccountFilter {
        text: text("text", query.text)?,
        status: query.status.map(AccountStatus::from),
        email: text("email", query.email)?.map(|email| email.to_lowercase()),
        uid: text("uid", query.uid)?,
        balance_min: query.min_balance_cents,
        balance_max: query.max_balance_cents,
        ..AccountFilter::default()
    };
    let wanted = AccountQuery {
        filter,
        currency: text("currency", query.currency)?,
        sort: sort.into(),
        slice: page.slice.clone(),
        resumed: page.resumed.clone(),
        counting: page.counting(),
    };
    let found = account::search(&app.service, &wanted).await?;
    let pagination = page.pagination(&app, found.total, found.next.as_ref()).until(found.searched_until);
    let data = found.accounts.into_iter().map(|(asset, account)| AccountView::of(asset, account)).collect();
    Ok(ListAnswer { data, pagination })
}

/// Returns an account.
#[utoipa::path(get, path = "/api/v2/accounts/{id}", operation_id = "getAccount", tag = "accounts",
    params(("id" = String, Path, description = "The account's id, such as `acct_17`, or its number", example = "acct_17")),
    responses((status = 200, description = "The account.", body = Envelope<AccountView>)))]
pub(crate) async fn show(State(app): State<App>, id: Segment) -> Result<Answer<AccountView>, Problem> {
    let (account, asset) = account::show(&app.service, &AccountInput::read(&id.0)?.0).await?;
    Ok(Answer::of(AccountView::of(asset, account)))
}
