//! Lists of transfers, including refused ones.

use super::show::{TransferDetail, TransferSide, makers, vouchers};
use super::{by_amount, by_day, by_number};
use crate::account_cache::{self, asset_of};
use crate::date::read_range;
use crate::listing::{Counting, Total};
use crate::place::{NextPage, SearchPlace};
use crate::ranked::RankedResult;
use crate::search::SearchLimits;
use crate::{Error, Service};
use domain::account_ref::GivenAccount;
use domain::asset::Asset;
use domain::code::Code;
use domain::transfer::TransferKind;
use hashbrown::HashMap;
use store::Tx;
use store::account::Identity;
use store::listing::PageRequest;
use store::transfer::Exchange;
use store::transfer_list::{self, TransferFilter, TransferSort};

/// Which transfers a list shows.
#[derive(Debug, Clone, Default)]
pub struct TransferQuery {
    /// Only those from or to this account, named by id or number.
    pub account: Option<GivenAccount>,
    /// Only completed ones, or only refused ones.
    pub completed: Option<bool>,
    /// Only of this kind.
    pub kind: Option<TransferKind>,
    /// Only those between one holder's accounts, or only the others.
    pub internal: Option<bool>,
    /// Only those with this currency on either side.
    pub currency: Option<String>,
    /// Only from this value date on, `YYYY-MM-DD`.
    pub from: Option<String>,
    /// Only up to this value date.
    pub to: Option<String>,
    /// Part of the memo.
    pub text: Option<String>,
    /// The sort order.
    pub sort: TransferSort,
    /// Which page is wanted.
    pub slice: PageRequest,
    /// The unfinished search for that page, if one is continued.
    pub resumed: Option<SearchPlace>,
    /// Whether the whole list is counted.
    pub counting: Counting,
}

/// A page of a transfer list.
#[derive(Debug, Clone)]
pub struct TransferPage {
    /// The transfers, without entries.
    pub transfers: Vec<TransferDetail>,
    /// The total number, if they were counted.
    pub total: Option<Total>,
    /// Where the next page begins; none on the last page.
    pub next: Option<NextPage>,
    /// If the search ran out of time, when the last transfer it reached was booked, microseconds UTC; none if
    /// it reached the end of the list or filled the page.
    pub searched_until: Option<i64>,
}

/// A page of the transfer list. Without a whole count, a list with conditions, or sorted by value date or amount, is
/// searched within the time budget.
pub async fn list(service: &Service, query: &TransferQuery) -> Result<TransferPage, Error> {
    let limits = service.search_limits();
    let mut tx = service.store.read().await?;
    let assets = store::asset::all(&mut tx).await?;
    let Some(filter) = filter(&mut tx, query, &assets).await? else { return Ok(nothing(query.counting)) };
    let is_plain = filter == TransferFilter::default() && query.sort == TransferSort::Number;
    if !is_plain && query.counting != Counting::Whole {
        return search_transfers(&mut tx, query, &filter, &assets, limits).await;
    }
    let total = match query.counting {
        Counting::No => None,
        counting => Some(counting.total(transfer_list::count(&mut tx, &filter, counting.most()).await?)),
    };
    let wanted = usize::try_from(query.slice.limit).unwrap_or(0);
    let slice = PageRequest { limit: query.slice.limit + 1, ..query.slice.clone() };
    let mut numbers = transfer_list::page(&mut tx, &filter, query.sort, slice).await?;
    let is_more = numbers.len() > wanted;
    numbers.truncate(wanted);
    let transfers = details(&mut tx, numbers, &assets).await?;
    let next = transfers.last().filter(|_| is_more).map(|last| query.sort.place(&last.transfer));
    let next = next.map(NextPage::After);
    Ok(TransferPage { transfers, total, next, searched_until: None })
}

async fn search_transfers(
    tx: &mut Tx,
    query: &TransferQuery,
    filter: &TransferFilter,
    assets: &[Asset],
    limits: SearchLimits<'_>,
) -> Result<TransferPage, Error> {
    let (slice, counting) = (&query.slice, query.counting);
    let result: RankedResult = match query.sort {
        TransferSort::Number => by_number::search(tx, filter, slice, counting, limits).await?.into(),
        TransferSort::ValueDate => by_day::search(tx, filter, slice, counting, limits).await?.into(),
        TransferSort::Amount => {
            by_amount::search(tx, filter, (slice, query.resumed.as_ref()), counting, limits).await?
        }
    };
    let searched_until = match result.until {
        Some(number) => transfer_list::time(tx, number).await?,
        None => None,
    };
    let transfers = details(tx, result.keys, assets).await?;
    Ok(TransferPage { transfers, total: result.total, next: result.next, searched_until })
}

/// The page of a list that must be empty.
fn nothing(counting: Counting) -> TransferPage {
    let total = (counting != Counting::No).then_some(Total { rows: 0, is_least: false });
    TransferPage { transfers: Vec::new(), total, next: None, searched_until: None }
}

/// The filter for the store; none if nothing can match.
async fn filter(
    tx: &mut Tx,
    query: &TransferQuery,
    assets: &[Asset],
) -> Result<Option<TransferFilter>, Error> {
    let (from_date, to_date) = read_range(query.from.as_deref(), query.to.as_deref())?;
    let mut filter = TransferFilter {
        completed: query.completed,
        kind: query.kind,
        internal: query.internal,
        from_date,
        to_date,
        text: query.text.clone(),
        ..TransferFilter::default()
    };
    if let Some(given) = &query.account {
        match account_cache::named(tx, given).await {
            Ok(account) => filter.account = Some(account.id),
            Err(error) if error.code() == Some(Code::AccountNotFound) => return Ok(None),
            Err(error) => return Err(error),
        }
    }
    if let Some(code) = &query.currency {
        let asset = assets.iter().find(|asset| asset.code == *code);
        filter.asset = Some(asset.ok_or_else(|| Error::refused(Code::AssetUnknown, code.as_str()))?.id);
    }
    Ok(Some(filter))
}

/// The details of transfers, in the order of the given numbers.
async fn details(tx: &mut Tx, numbers: Vec<i64>, assets: &[Asset]) -> Result<Vec<TransferDetail>, Error> {
    let transfers = store::transfer::by_numbers(tx, numbers.clone()).await?;
    let accounts = transfers.iter().flat_map(|transfer| [transfer.source.0, transfer.target.0]).collect();
    let known: HashMap<i64, Identity> =
        store::account::identities(tx, accounts).await?.into_iter().map(|one| (one.id.0, one)).collect();
    let mut exchanges: HashMap<i64, Exchange> =
        store::transfer::exchanges(tx, numbers.clone()).await?.into_iter().collect();
    let urls: HashMap<i64, String> =
        store::voucher::by_transfers(tx, numbers.clone()).await?.into_iter().collect();
    let items = store::item::by_numbers(tx, numbers).await?;
    let mut makers = makers(tx, &transfers).await?;
    let mut memos: HashMap<i64, Option<String>> =
        items.into_iter().map(|item| (item.number.0, item.memo)).collect();
    let mut details = Vec::with_capacity(transfers.len());
    for mut transfer in transfers {
        let number = transfer.number.0;
        transfer.memo = transfer.memo.or_else(|| memos.remove(&number).flatten());
        let (source, target) = (known.get(&transfer.source.0), known.get(&transfer.target.0));
        let holder = |side: Option<&Identity>| side.and_then(|side| side.holder);
        details.push(TransferDetail {
            created_by: makers.remove(&number),
            exchange: exchanges.remove(&number),
            from: side(source, assets)?,
            to: side(target, assets)?,
            is_internal: holder(source).is_some() && holder(source) == holder(target),
            vouchers: urls.get(&number).map(|text| vouchers(text)).transpose()?.unwrap_or_default(),
            legs: Vec::new(),
            transfer,
        });
    }
    Ok(details)
}

/// A side, if it is a customer's: only customers' accounts have a holder.
fn side(identity: Option<&Identity>, assets: &[Asset]) -> Result<Option<TransferSide>, Error> {
    match identity {
        Some(Identity { id, number, asset, holder: Some(_) }) => {
            Ok(Some(TransferSide { id: *id, number: number.clone(), asset: asset_of(assets, *asset)? }))
        }
        _ => Ok(None),
    }
}
