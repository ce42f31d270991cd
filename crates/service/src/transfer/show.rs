//! A transfer as it is stored, with its details.

use crate::account_cache::asset_of;
use crate::posting_view::{Entry, entry};
use crate::{Error, Service};
use domain::asset::Asset;
use domain::code::Code;
use domain::id::{AccountId, TransferId};
use domain::transfer::TransferKind;
use hashbrown::HashMap;
use store::posting::Booked;
use store::transfer::{Exchange, Transfer};
use store::{StoreError, Tx};

/// A customer's side of a transfer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferSide {
    /// The account.
    pub id: AccountId,
    /// Its number.
    pub number: String,
    /// Its currency.
    pub asset: Asset,
}

/// An entry of a transfer, with its account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leg {
    /// The account.
    pub account: AccountId,
    /// The posting seen from the account.
    pub entry: Entry,
}

/// A transfer with its details: customers' sides only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferDetail {
    /// As it is stored.
    pub transfer: Transfer,
    /// How it was exchanged.
    pub exchange: Option<Exchange>,
    /// The paying side; none if the money came from outside.
    pub from: Option<TransferSide>,
    /// The paid side; none if the money left the ledger.
    pub to: Option<TransferSide>,
    /// Whether both belong to one holder.
    pub is_internal: bool,
    /// The author, under the name at that time: from the audit log, or from its batch. None for openings.
    pub created_by: Option<String>,
    /// Links to its vouchers.
    pub vouchers: Vec<String>,
    /// The entries of both sides, in booking order; none in lists.
    pub legs: Vec<Leg>,
}

impl TransferDetail {
    /// The currencies of the paying and the paid side. The world has the currency of the other side.
    #[must_use]
    pub fn assets(&self) -> Option<(&Asset, &Asset)> {
        let (from, to) = (self.from.as_ref().or(self.to.as_ref())?, self.to.as_ref().or(self.from.as_ref())?);
        Some((&from.asset, &to.asset))
    }
}

/// The entries of postings on the customers' sides.
pub(super) fn legs(from: Option<&TransferSide>, to: Option<&TransferSide>, postings: &[Booked]) -> Vec<Leg> {
    let is_side = |account: AccountId| [from, to].iter().flatten().any(|side| side.id == account);
    let both =
        postings.iter().flat_map(|booked| [(booked.posting.debit, booked), (booked.posting.credit, booked)]);
    both.filter(|(account, _)| is_side(*account))
        .map(|(account, booked)| Leg { account, entry: entry(account, booked) })
        .collect()
}

/// Parses stored vouchers.
pub(super) fn vouchers(text: &str) -> Result<Vec<String>, Error> {
    Ok(serde_json::from_str(text).map_err(|error| StoreError::Corrupt(format!("vouchers: {error}")))?)
}

/// The postings of a transfer, in order.
pub async fn postings(service: &Service, transfer: &Transfer) -> Result<Vec<Booked>, Error> {
    let mut tx = service.store.read().await?;
    read_postings(&mut tx, transfer).await
}

/// A transfer by its number, with entries and vouchers.
pub async fn show(service: &Service, number: i64) -> Result<TransferDetail, Error> {
    let mut tx = service.store.read().await?;
    let missing = || Error::refused(Code::TransferNotFound, number.to_string());
    let transfer = with_memo(&mut tx, number).await?.ok_or_else(missing)?;
    let assets = store::asset::all(&mut tx).await?;
    let (from, from_holder) = side(&mut tx, &assets, transfer.source).await?;
    let (to, to_holder) = side(&mut tx, &assets, transfer.target).await?;
    let exchange = store::transfer::exchange(&mut tx, transfer.number).await?;
    let urls = store::voucher::get(&mut tx, transfer.number).await?;
    let postings = read_postings(&mut tx, &transfer).await?;
    let created_by = makers(&mut tx, std::slice::from_ref(&transfer)).await?.remove(&number);
    Ok(TransferDetail {
        created_by,
        legs: legs(from.as_ref(), to.as_ref(), &postings),
        is_internal: from_holder.is_some() && from_holder == to_holder,
        vouchers: urls.as_deref().map(vouchers).transpose()?.unwrap_or_default(),
        transfer,
        exchange,
        from,
        to,
    })
}

/// The authors of transfers, by transfer number: from a single transfer's audit row, or from an item's batch.
pub(super) async fn makers(tx: &mut Tx, transfers: &[Transfer]) -> Result<HashMap<i64, String>, Error> {
    let singles = transfers.iter().filter(|transfer| transfer.kind != TransferKind::Item);
    let singles = singles.map(|transfer| transfer.number.0).collect();
    let mut makers: HashMap<i64, String> =
        store::audit::makers_of_transfers(tx, singles).await?.into_iter().collect();
    // A deposit or withdrawal may settle an item as well.
    let others = transfers.iter().map(|transfer| transfer.number.0).filter(|id| !makers.contains_key(id));
    let items = store::transfer::item_makers(tx, others.collect()).await?;
    makers.extend(items);
    Ok(makers)
}

/// A transfer by its number. The memo of an item is stored only with the item.
async fn with_memo(tx: &mut Tx, number: i64) -> Result<Option<Transfer>, Error> {
    let Some(mut transfer) = store::transfer::get(tx, TransferId(number)).await? else { return Ok(None) };
    if transfer.memo.is_none() && is_of_batch(transfer.kind) {
        let items = store::item::by_numbers(tx, vec![number]).await?;
        transfer.memo = items.into_iter().next().and_then(|item| item.memo);
    }
    Ok(Some(transfer))
}

/// Whether a transfer of a kind may settle an item.
const fn is_of_batch(kind: TransferKind) -> bool {
    match kind {
        TransferKind::Item | TransferKind::Deposit | TransferKind::Withdrawal => true,
        TransferKind::Single | TransferKind::Opening => false,
    }
}

async fn read_postings(tx: &mut Tx, transfer: &Transfer) -> Result<Vec<Booked>, Error> {
    let first = transfer.first_posting.map_or(0, |p| p.0);
    let ids = (first..first + transfer.posting_count).collect();
    Ok(store::posting::by_ids(tx, ids).await?)
}

/// A side, if it is a customer's, and its holder.
async fn side(
    tx: &mut Tx,
    assets: &[Asset],
    id: AccountId,
) -> Result<(Option<TransferSide>, Option<i64>), Error> {
    match store::account::by_id(tx, id).await? {
        Some(account) if !account.kind.is_system() => {
            let asset = asset_of(assets, account.asset)?;
            let holder = account.holder.map(|holder| holder.0);
            Ok((Some(TransferSide { id: account.id, number: account.number, asset }), holder))
        }
        _ => Ok((None, None)),
    }
}
