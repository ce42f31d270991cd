//! Lists of accounts.

use crate::account_cache::asset_of;
use crate::holder_group;
use crate::listing::{Counting, Total};
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
use store::listing::{CursorKey, PageRequest};

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
    pub next: Option<CursorKey>,
    /// Opening time of the last account a search reached before its budget ran out, microseconds UTC; none if
    /// it reached the end of the list or filled the page.
    pub searched_until: Option<i64>,
}

/// A page of the list of accounts. With a condition that no index answers, it is searched in id order within
/// the time budget.
pub async fn search(service: &Service, query: &AccountQuery) -> Result<AccountPage, Error> {
    let limits = service.search_limits();
    let mut tx = service.store.read().await?;
    let assets = store::asset::all(&mut tx).await?;
    let mut filter = query.filter.clone();
    if let Some(code) = &query.currency {
        let asset = assets.iter().find(|asset| asset.code == *code);
        filter.asset = Some(asset.ok_or_else(|| Error::refused(Code::AssetUnknown, shown(code)))?.id);
    }
    if let Some(group) = &query.group {
        let group = holder_group::find(&mut tx, group).await?;
        filter.group = Some(holder_group::condition(&group));
    }
    let is_small = filter.group.is_some_and(|of| of.is_small);
    let is_search = (!is_small && has_no_index(&filter))
        && query.sort == AccountSort::Id
        && query.counting != Counting::Whole;
    let found = if is_search {
        searched(&mut tx, query, &filter, limits).await?
    } else {
        sorted(&mut tx, query, &filter).await?
    };
    let with_asset = |account: AccountView| Ok((asset_of(&assets, account.asset)?, account));
    let accounts = found.accounts.into_iter().map(with_asset).collect::<Result<_, Error>>()?;
    let FoundAccounts { total, next, searched_until, .. } = found;
    Ok(AccountPage { accounts, total, next, searched_until })
}

/// Whether accounts are examined one after another: by a text, a state, a currency or a balance.
fn has_no_index(filter: &AccountFilter) -> bool {
    let is_indexed = filter.email.is_some() || filter.uid.is_some() || filter.holder.is_some();
    let is_bounded = filter.balance_min.is_some() || filter.balance_max.is_some();
    let is_narrowed = filter.status.is_some() || filter.asset.is_some() || filter.group.is_some();
    filter.text.is_some() || (!is_indexed && (is_bounded || is_narrowed))
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
    let searched_until = match result.until {
        Some(id) => store::account::by_id(tx, AccountId(id)).await?.map(|account| account.opened_at),
        None => None,
    };
    let accounts = store::account::by_ids(tx, result.keys).await?;
    Ok(FoundAccounts { accounts, total: result.total, next: result.next, searched_until })
}

struct FoundAccounts {
    accounts: Vec<AccountView>,
    total: Option<Total>,
    next: Option<CursorKey>,
    searched_until: Option<i64>,
}

async fn sorted(tx: &mut Tx, query: &AccountQuery, filter: &AccountFilter) -> Result<FoundAccounts, Error> {
    let total = match query.counting {
        Counting::No => None,
        counting => Some(counting.total(account_list::count(tx, filter, counting.most()).await?)),
    };
    let after = match &query.slice.after {
        Some(place) if query.sort == AccountSort::Number => by_number(tx, place.key).await?,
        other => other.clone(),
    };
    let slice = PageRequest { limit: query.slice.limit + 1, after, ..query.slice.clone() };
    let mut accounts = account_list::page(tx, filter, query.sort, slice).await?;
    let wanted = usize::try_from(query.slice.limit).unwrap_or(0);
    let is_more = accounts.len() > wanted;
    accounts.truncate(wanted);
    let next = accounts.last().filter(|_| is_more).map(|last| query.sort.place(last));
    Ok(FoundAccounts { accounts, total, next, searched_until: None })
}

/// The cursor key of an account in a list sorted by number; the cursor itself holds only the account id.
async fn by_number(tx: &mut Tx, id: i64) -> Result<Option<CursorKey>, Error> {
    let account = store::account::by_id(tx, AccountId(id)).await?;
    Ok(account.map(|account| AccountSort::Number.place(&account)))
}
