//! The fold over the items of a batch: the same decisions as the run, on the same accounts, without writing anything.

use super::described::describe_items;
use super::predicted::{PredictedItem, Preview, PreviewPart, SingleAccount};
use crate::{Error, Service, setting};
use domain::asset::Asset;
use domain::batch::{BatchMode, BatchType};
use domain::code::Code;
use domain::id::{AccountId, AssetId, PostingId};
use domain::item::ItemState;
use domain::limit::Calendar;
use domain::policy::PolicyBook;
use domain::posting::{Book, Request};
use hashbrown::HashMap;
use ledger::calendar;
use ledger::rates::{Rates, post_exchanged};
use store::Tx;
use store::batch::Batch;
use store::item::{Item, Page};

/// Items per step.
const STEP: i64 = 10_000;

/// The next items that a run would pay, after a number, and the number of the last of them; none at the end.
pub(super) async fn next_items(
    tx: &mut Tx,
    batch: &Batch,
    after: i64,
) -> Result<Option<(Vec<Item>, i64)>, Error> {
    let page = Page { batch: batch.id, after, last: batch.last_number, limit: STEP };
    let mut items = store::item::page(tx, page, Some(ItemState::Pending), None).await?;
    let Some(last) = items.last().map(|item| item.number.0) else { return Ok(None) };
    store::external_id::fill_page(tx, batch.id, &mut items).await?;
    Ok(Some((items, last)))
}

/// What a run of a batch would do, before its first item.
pub(super) async fn fold_of(
    service: &Service,
    tx: &mut Tx,
    batch: &Batch,
    part: PreviewPart,
) -> Result<Fold, Error> {
    let rates = if batch.convert { Some(Rates::load_for(tx, batch).await?) } else { None };
    fold(service, tx, rates, (batch.kind, batch.mode), part).await
}

/// The fold of a batch of a kind, before its first item.
pub(super) async fn fold(
    service: &Service,
    tx: &mut Tx,
    rates: Option<Rates>,
    (kind, mode): (BatchType, BatchMode),
    part: PreviewPart,
) -> Result<Fold, Error> {
    let policies = store::policy::book(tx).await?;
    let today = calendar::calendar(service.now(), &setting::zone(tx).await?);
    let book = Book::new(system(tx).await?, PostingId(1));
    let assets = store::asset::all(tx).await?.into_iter().map(|asset| (asset.id, asset)).collect();
    Ok(Fold {
        book,
        policies,
        rates,
        today,
        kind,
        mode,
        part,
        assets,
        ended_by: None,
        is_undone: false,
        before: None,
        shown: Vec::new(),
        preview: Preview::default(),
    })
}

/// An item to list, before its account numbers are looked up.
struct Shown {
    item: Item,
    code: Option<Code>,
    fee: i64,
    balance: Option<(i64, i64)>,
    exchanged: Option<(AssetId, i64)>,
}

/// The fold over a batch's items, as the door would do it.
pub(super) struct Fold {
    book: Book,
    policies: PolicyBook,
    /// The rates of a batch that converts.
    rates: Option<Rates>,
    today: Calendar,
    kind: BatchType,
    mode: BatchMode,
    part: PreviewPart,
    assets: HashMap<AssetId, Asset>,
    /// The code of all items after a failure that ends the run.
    ended_by: Option<Code>,
    /// Whether what was posted is undone: a refusal of an atomic batch.
    is_undone: bool,
    before: Option<i64>,
    shown: Vec<Shown>,
    preview: Preview,
}

impl Fold {
    /// Begins with the single account, if there is one.
    pub(super) async fn begin(&mut self, tx: &mut Tx, single: Option<AccountId>) -> Result<(), Error> {
        if let Some(account) = single {
            load(tx, &mut self.book, vec![account.0]).await?;
            self.before = self.balance(account);
        }
        Ok(())
    }

    fn balance(&self, account: AccountId) -> Option<i64> {
        self.book.get(account).map(|account| account.balance)
    }

    /// Adds items.
    pub(super) async fn items(&mut self, tx: &mut Tx, items: Vec<Item>) -> Result<(), Error> {
        load(tx, &mut self.book, items.iter().flat_map(|i| [i.source.0, i.target.0]).collect()).await?;
        items.into_iter().for_each(|item| self.item(item));
        Ok(())
    }

    fn item(&mut self, item: Item) {
        let before = self.balance(item.source);
        let result = match self.ended_by {
            Some(code) => Err(code),
            None => self.post(&item),
        };
        if result.is_err() && self.ended_by.is_none() {
            self.ended_by = match self.mode {
                BatchMode::Continue => None,
                BatchMode::StopOnFailure => Some(Code::Stopped),
                BatchMode::Atomic => Some(Code::AtomicAborted),
            };
        }
        let balance = before.zip(self.balance(item.source));
        if self.is_shown(result.is_err()) {
            let (fee, exchanged) = result.unwrap_or_default();
            self.shown.push(Shown { item: item.clone(), code: result.err(), fee, balance, exchanged });
        }
        self.preview.count(item, result.map(|(fee, _)| fee));
    }

    /// Whether an item belongs to the page; counts the items of the list.
    fn is_shown(&mut self, is_refused: bool) -> bool {
        let PreviewPart { page, only_refused } = self.part;
        if only_refused && !is_refused {
            return false;
        }
        let place = self.preview.listed;
        self.preview.listed += 1;
        (page.offset..page.offset.saturating_add(page.limit)).contains(&place)
    }

    fn post(&mut self, item: &Item) -> Result<(i64, Option<(AssetId, i64)>), Code> {
        if item.amount == 0 {
            return Err(Code::AmountMissing);
        }
        let mut request = Request::item(self.kind, item.number, (item.source, item.target), item.amount);
        let sides = self.book.get(item.source).zip(self.book.get(item.target));
        let target = sides.map(|(_, target)| target.asset);
        let exchange = match (&self.rates, sides) {
            (Some(rates), Some((source, target))) => rates.exchange(source.asset, target.asset, item.amount),
            _ => Ok(None),
        };
        let posted = post_exchanged(&exchange, |exchanged| {
            request.exchanged = exchanged;
            self.book.post(&request, &self.policies, self.today, &mut Vec::new())
        })?;
        let exchanged = exchange.ok().flatten().map(|exchange| exchange.target_amount);
        Ok((posted.fee, target.zip(exchanged)))
    }

    /// Whether nothing of the batch would be paid: it is atomic, and an item would be refused.
    pub(super) fn undoes(&self) -> bool {
        self.mode == BatchMode::Atomic && self.ended_by.is_some()
    }

    /// Ends it.
    pub(super) async fn end(mut self, tx: &mut Tx, single: Option<AccountId>) -> Result<Preview, Error> {
        if self.undoes() {
            self.undo();
        }
        if let Some((account, before)) = single.and_then(|id| self.book.get(id)).zip(self.before) {
            let after = if self.is_undone { before } else { account.balance };
            let asset = self.assets.get(&account.asset).cloned();
            self.preview.single =
                asset.map(|asset| SingleAccount { account: account.id, asset, before, after });
        }
        self.preview.items = self.take_shown(tx).await?;
        Ok(self.preview)
    }

    /// An atomic batch with one refusal moves nothing.
    fn undo(&mut self) {
        let preview = &mut self.preview;
        preview.would_fail += preview.would_succeed;
        preview.refused_amount += preview.amount;
        (preview.would_succeed, preview.amount, preview.fee) = (0, 0, 0);
        self.is_undone = true;
    }

    /// Lists items of a batch that is undone as a whole.
    pub(super) const fn list_undone(&mut self) {
        self.is_undone = true;
    }

    /// The items to list that were added since the last call.
    pub(super) async fn take_shown(&mut self, tx: &mut Tx) -> Result<Vec<PredictedItem>, Error> {
        let mut shown = std::mem::take(&mut self.shown);
        for one in shown.iter_mut().filter(|_| self.is_undone) {
            one.code.get_or_insert(Code::AtomicAborted);
            (one.fee, one.exchanged) = (0, None);
            one.balance = one.balance.map(|(before, _)| (before, before));
        }
        let described = describe_items(tx, shown.iter().map(|shown| shown.item.clone()).collect()).await?;
        let predicted = shown.into_iter().zip(described).map(|(shown, item)| {
            let Shown { code, fee, balance, exchanged, .. } = shown;
            let exchanged = exchanged.and_then(|(id, minor)| Some((self.assets.get(&id)?.clone(), minor)));
            PredictedItem { item, code, fee, balance, exchanged }
        });
        Ok(predicted.collect())
    }
}

/// The ledger's own accounts of stripe 0.
pub(crate) async fn system(tx: &mut Tx) -> Result<Vec<domain::account::Account>, Error> {
    let mut all = store::account::system(tx).await?;
    all.retain(|account| account.stripe == 0);
    Ok(store::balance::read(tx, all.iter().map(|account| account.id.0).collect()).await?)
}

/// Loads accounts that the book does not hold yet.
async fn load(tx: &mut Tx, book: &mut Book, mut ids: Vec<i64>) -> Result<(), Error> {
    ids.retain(|id| !book.contains(AccountId(*id)));
    ids.sort_unstable();
    ids.dedup();
    let accounts = store::balance::read(tx, ids).await?;
    accounts.into_iter().for_each(|account| book.add(account));
    Ok(())
}
