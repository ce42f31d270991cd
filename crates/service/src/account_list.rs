//! Lists of accounts.

use crate::account_cache::asset_of;
use crate::holder_group;
use crate::listing::{COUNT_MAX, Counting, Total};
use crate::place::{NextPage, SearchPlace};
use crate::ranked::{self, RankedList, RankedRequest, Ranking};
use crate::search::{Search, SearchLimits, SearchScope};
use crate::{Error, Service};
use domain::asset::Asset;
use domain::code::Code;
use domain::holder_group::HolderGroupRef;
use domain::id::AccountId;
use domain::visible::shown;
use store::Tx;
use store::account::AccountView;
use store::account_list;
use store::holder_group::InGroup;
use store::listing::{CursorKey, PageRequest, Window};

pub use store::account_list::{AccountFilter, AccountSort};

/// A query for a list of accounts.
#[derive(Debug, Clone, Default)]
pub struct AccountQuery {
    /// The filter.
    pub filter: AccountFilter,
    /// Only this currency.
    pub currency: Option<String>,
    /// Only accounts of the members of this group.
    pub group: Option<HolderGroupRef>,
    /// The sort order.
    pub sort: AccountSort,
    /// Which page is wanted.
    pub slice: PageRequest,
    /// The unfinished search for that page, if one is continued.
    pub resumed: Option<SearchPlace>,
    /// Whether to count the whole list.
    pub counting: Counting,
}

/// A page of a list of accounts.
#[derive(Debug, Clone)]
pub struct AccountPage {
    /// The accounts with their currencies.
    pub accounts: Vec<(Asset, AccountView)>,
    /// The total, if it was counted.
    pub total: Option<Total>,
    /// Where the next page begins; none on the last page.
    pub next: Option<NextPage>,
    /// Opening time of the last account a search reached before its budget ran out, microseconds UTC; none if
    /// it reached the end of the list or filled the page.
    pub searched_until: Option<i64>,
}

/// A page of the list of accounts. Without a whole count, it is searched along the ids within the time budget, unless
/// an index has it in its order.
pub async fn search(service: &Service, query: &AccountQuery) -> Result<AccountPage, Error> {
    let limits = service.search_limits();
    let mut tx = service.store.read().await?;
    let assets = store::asset::all(&mut tx).await?;
    let filter = filter_of(&mut tx, query, &assets).await?;
    let found =
        if query.counting == Counting::Whole || is_in_order(&filter, query) || is_short(&filter, query) {
            sorted(&mut tx, query, &filter).await?
        } else if query.sort == AccountSort::Id {
            searched(&mut tx, query, &filter, limits).await?
        } else {
            ranked(&mut tx, query, &filter, limits).await?
        };
    let with_asset = |account: AccountView| Ok((asset_of(&assets, account.asset)?, account));
    let accounts = found.accounts.into_iter().map(with_asset).collect::<Result<_, Error>>()?;
    let FoundAccounts { total, next, searched_until, .. } = found;
    Ok(AccountPage { accounts, total, next, searched_until })
}

/// The filter of a query, with the currency and the group that it names.
pub(crate) async fn filter_of(
    tx: &mut Tx,
    query: &AccountQuery,
    assets: &[Asset],
) -> Result<AccountFilter, Error> {
    let mut filter = query.filter.clone();
    if let Some(code) = &query.currency {
        let asset = assets.iter().find(|asset| asset.code == *code);
        filter.asset = Some(asset.ok_or_else(|| Error::refused(Code::AssetUnknown, shown(code)))?.id);
    }
    if let Some(group) = &query.group {
        filter.group = Some(group_of(tx, group).await?);
    }
    Ok(filter)
}

/// A group as a condition: its members are read from it only if they have few accounts as well.
async fn group_of(tx: &mut Tx, group: &HolderGroupRef) -> Result<InGroup, Error> {
    let of = holder_group::condition(&holder_group::find(tx, group).await?);
    let all = AccountFilter { group: Some(of), with_system: true, ..AccountFilter::default() };
    let is_small = of.is_small && account_list::count(tx, &all, Some(COUNT_MAX + 1)).await? <= COUNT_MAX;
    Ok(InGroup { is_small, ..of })
}

/// Whether the list is narrowed to so few accounts that they are read and sorted at once.
fn is_short(filter: &AccountFilter, query: &AccountQuery) -> bool {
    // A search that has begun is continued, even if the group has become small meanwhile.
    query.resumed.is_none() && filter.group.is_some_and(|of| of.is_small)
}

/// Whether an index has the list's rows in its order, hardly any others, and few before the page.
fn is_in_order(filter: &AccountFilter, query: &AccountQuery) -> bool {
    let all = AccountFilter { with_system: filter.with_system, ..AccountFilter::default() };
    *filter == all && query.sort == AccountSort::Number && query.slice.offset <= COUNT_MAX
}

struct FoundAccounts {
    accounts: Vec<AccountView>,
    total: Option<Total>,
    next: Option<NextPage>,
    searched_until: Option<i64>,
}

async fn searched(
    tx: &mut Tx,
    query: &AccountQuery,
    filter: &AccountFilter,
    limits: SearchLimits<'_>,
) -> Result<FoundAccounts, Error> {
    let scope = SearchScope::whole(account_list::ids(tx).await?);
    let mut search = Search::new(&query.slice, query.counting, scope, limits);
    while let Some(scan) = search.next().await {
        let keys = account_list::page_of_ids(tx, filter, scan.slice()).await?;
        search.found(scan, keys);
    }
    let result = search.result();
    let searched_until = opened_at(tx, result.until).await?;
    let accounts = store::account::by_ids(tx, result.keys).await?;
    Ok(FoundAccounts {
        accounts,
        total: result.total,
        next: result.next.map(NextPage::After),
        searched_until,
    })
}

/// Accounts by what changes too often for an index, or is asked for too seldom.
struct RankedAccounts<'a> {
    filter: &'a AccountFilter,
    sort: AccountSort,
}

impl RankedList for RankedAccounts<'_> {
    async fn rows(&self, tx: &mut Tx, slice: PageRequest) -> Result<Vec<CursorKey>, Error> {
        Ok(account_list::ranks(tx, self.filter, self.sort, slice).await?)
    }

    async fn count(&self, tx: &mut Tx, window: Window, most: i64) -> Result<i64, Error> {
        Ok(account_list::count_within(tx, self.filter, window, most).await?)
    }
}

async fn ranked(
    tx: &mut Tx,
    query: &AccountQuery,
    filter: &AccountFilter,
    limits: SearchLimits<'_>,
) -> Result<FoundAccounts, Error> {
    let request = RankedRequest {
        slice: &query.slice,
        resumed: query.resumed.as_ref(),
        ranking: Ranking::of(query.slice.order),
        counting: query.counting,
        keys: account_list::ids(tx).await?,
    };
    let list = RankedAccounts { filter, sort: query.sort };
    let result = ranked::search(tx, &list, request, limits).await?;
    let searched_until = opened_at(tx, result.until).await?;
    let accounts = store::account::by_ids(tx, result.keys).await?;
    Ok(FoundAccounts { accounts, total: result.total, next: result.next, searched_until })
}

/// When an account that a search reached was opened.
async fn opened_at(tx: &mut Tx, reached: Option<i64>) -> Result<Option<i64>, Error> {
    let Some(id) = reached else { return Ok(None) };
    Ok(account_list::opened_at(tx, AccountId(id)).await?)
}

async fn sorted(tx: &mut Tx, query: &AccountQuery, filter: &AccountFilter) -> Result<FoundAccounts, Error> {
    let total = match query.counting {
        Counting::No => None,
        counting => Some(counting.total(account_list::count(tx, filter, counting.most()).await?)),
    };
    let slice = PageRequest { limit: query.slice.limit + 1, ..query.slice.clone() };
    let mut accounts = account_list::page(tx, filter, query.sort, slice).await?;
    let wanted = usize::try_from(query.slice.limit).unwrap_or(0);
    let is_more = accounts.len() > wanted;
    accounts.truncate(wanted);
    let next = accounts.last().filter(|_| is_more).map(|last| NextPage::After(query.sort.place(last)));
    Ok(FoundAccounts { accounts, total, next, searched_until: None })
}
