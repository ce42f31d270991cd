//! Lists of transfers, refused ones too.

use super::read_date;
use super::show::{Side, TransferDetail, vouchers};
use crate::directory::{asset_of, choose, name};
use crate::{Error, Service};
use domain::asset::Asset;
use domain::code::Code;
use domain::id::AccountId;
use domain::transfer::TransferKind;
use hashbrown::HashMap;
use store::Tx;
use store::listing::{Place, Slice};
use store::transfer::Exchange;
use store::transfer_list::{self, Listed, ListedSide, TransferFilter, TransferSort};

/// Which transfers a list shows.
#[derive(Debug, Clone, Default)]
pub struct TransferQuery {
    /// Only those that this account, by id or number, paid or was paid.
    pub account: Option<String>,
    /// Only carried out ones, or only refused ones.
    pub completed: Option<bool>,
    /// Only of this kind.
    pub kind: Option<TransferKind>,
    /// Only those with this currency on one of their sides.
    pub currency: Option<String>,
    /// Only from this value date on, `YYYY-MM-DD`.
    pub from: Option<String>,
    /// Only up to this value date.
    pub to: Option<String>,
    /// Part of the memo.
    pub text: Option<String>,
    /// What it is sorted by.
    pub sort: TransferSort,
    /// Which part is wanted.
    pub slice: Slice,
    /// Whether the whole list is to be counted.
    pub counted: bool,
}

/// A part of a list of transfers.
#[derive(Debug, Clone)]
pub struct TransferPage {
    /// The transfers, without entries.
    pub transfers: Vec<TransferDetail>,
    /// How many there are in all, if they were counted.
    pub total: Option<i64>,
    /// Where the next part begins; none on the last one.
    pub next: Option<Place>,
}

impl Service {
    /// A part of the list of transfers.
    pub async fn transfer_list(&self, query: &TransferQuery) -> Result<TransferPage, Error> {
        let mut tx = self.store.read().await?;
        let assets = store::asset::all(&mut tx).await?;
        let nothing =
            || TransferPage { transfers: Vec::new(), total: query.counted.then_some(0), next: None };
        let Some(filter) = filter(&mut tx, query, &assets).await? else { return Ok(nothing()) };
        let total = match query.counted {
            true => Some(transfer_list::count(&mut tx, &filter).await?),
            false => None,
        };
        let wanted = query.slice.limit;
        let slice = Slice { limit: wanted + 1, ..query.slice.clone() };
        let mut listed = transfer_list::page(&mut tx, &filter, query.sort, slice).await?;
        let wanted = usize::try_from(wanted).unwrap_or(0);
        let is_more = listed.len() > wanted;
        listed.truncate(wanted);
        let next = listed.last().filter(|_| is_more).map(|last| query.sort.place(&last.transfer));
        Ok(TransferPage { transfers: details(&mut tx, listed, &assets).await?, total, next })
    }
}

/// What the store is asked; none if nothing can be found.
async fn filter(
    tx: &mut Tx,
    query: &TransferQuery,
    assets: &[Asset],
) -> Result<Option<TransferFilter>, Error> {
    let mut filter = TransferFilter {
        completed: query.completed,
        kind: query.kind,
        from_date: query.from.as_deref().map(read_date).transpose()?,
        to_date: query.to.as_deref().map(read_date).transpose()?,
        text: query.text.clone(),
        ..TransferFilter::default()
    };
    if let Some(text) = &query.account {
        let Some(name) = name(text) else { return Ok(None) };
        let found = store::account::named(tx, &name, &name).await?;
        let Some(account) = choose(&found, &name)? else { return Ok(None) };
        filter.account = Some(account.id);
    }
    if let Some(code) = &query.currency {
        let asset = assets.iter().find(|asset| asset.code == *code);
        filter.asset = Some(asset.ok_or_else(|| Error::refused(Code::AssetUnknown, code.as_str()))?.id);
    }
    Ok(Some(filter))
}

async fn details(tx: &mut Tx, listed: Vec<Listed>, assets: &[Asset]) -> Result<Vec<TransferDetail>, Error> {
    let numbers: Vec<i64> = listed.iter().map(|one| one.transfer.number.0).collect();
    let mut exchanges: HashMap<i64, Exchange> =
        store::transfer::exchanges(tx, numbers.clone()).await?.into_iter().collect();
    let urls: HashMap<i64, String> = store::voucher::by_transfers(tx, numbers).await?.into_iter().collect();
    let mut details = Vec::with_capacity(listed.len());
    for Listed { transfer, source, target } in listed {
        let number = transfer.number.0;
        let holders = (holder(source.as_ref()), holder(target.as_ref()));
        details.push(TransferDetail {
            exchange: exchanges.remove(&number),
            from: side(transfer.source, source, assets)?,
            to: side(transfer.target, target, assets)?,
            is_internal: holders.0.is_some() && holders.0 == holders.1,
            vouchers: urls.get(&number).map(|text| vouchers(text)).transpose()?.unwrap_or_default(),
            legs: Vec::new(),
            transfer,
        });
    }
    Ok(details)
}

fn holder(side: Option<&ListedSide>) -> Option<i64> {
    side.and_then(|side| side.holder)
}

/// A side, if it is a customer's: those alone have a holder.
fn side(id: AccountId, side: Option<ListedSide>, assets: &[Asset]) -> Result<Option<Side>, Error> {
    match side {
        Some(ListedSide { number, asset, holder: Some(_) }) => {
            Ok(Some(Side { id, number, asset: asset_of(assets, asset)? }))
        }
        _ => Ok(None),
    }
}
