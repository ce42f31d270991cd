//! A dry run: the same decisions as the run, on the same accounts, without writing anything.

use super::change::{self, ChangeSummary, ComparedBatch, RowSource};
use super::create::{self, CreateBatch};
use super::described::{Described, DescribedItem, describe_items, described};
use super::list::OffsetPage;
use super::lookup::find;
use super::similar::{self, Found};
use super::{external_id, promise};
use crate::consent::{self, Debited};
use crate::{Error, Service, setting};
use domain::asset::Asset;
use domain::batch::{BatchMode, BatchState, BatchType};
use domain::batch_ref::BatchRef;
use domain::code::Code;
use domain::id::{AccountId, AssetId, PostingId};
use domain::item::ItemState;
use domain::limit::Calendar;
use domain::policy::PolicyBook;
use domain::posting::{Book, Request};
use hashbrown::HashMap;
use ledger::calendar;
use ledger::content::{self, Content};
use ledger::rates::{Rates, post_exchanged};
use store::Tx;
use store::account_totp::{BoundAccount, Unpaid};
use store::batch::Batch;
use store::item::{Item, Page};

/// Items per step.
const STEP: i64 = 10_000;
/// Refusals that a preview lists.
pub const REFUSALS_SHOWN: usize = 1_000;

/// Which items a preview lists.
#[derive(Debug, Clone, Copy)]
pub struct PreviewPart {
    /// The page of the list.
    pub page: OffsetPage,
    /// Whether the list has only the items that would be refused.
    pub only_refused: bool,
}

impl From<OffsetPage> for PreviewPart {
    fn from(page: OffsetPage) -> Self {
        Self { page, only_refused: false }
    }
}

/// An item that would be refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PredictedRefusal {
    /// The item.
    pub item: Item,
    /// Why it would be refused.
    pub code: Code,
}

/// What would happen to an item.
#[derive(Debug, Clone)]
pub struct PredictedItem {
    /// The item with its accounts.
    pub item: DescribedItem,
    /// Why it would be refused; none if it would be paid.
    pub code: Option<Code>,
    /// Fee on top of the amount, minor units.
    pub fee: i64,
    /// The payer's balance before and after it.
    pub balance: Option<(i64, i64)>,
    /// What the payee receives in another currency, in its minor units.
    pub exchanged: Option<(Asset, i64)>,
}

/// The single account of a batch.
#[derive(Debug, Clone)]
pub struct SingleAccount {
    /// Its id.
    pub account: AccountId,
    /// Its currency.
    pub asset: Asset,
    /// Its balance before all items.
    pub before: i64,
    /// Its balance after them.
    pub after: i64,
}

/// What a run would do now.
#[derive(Debug, Default)]
pub struct Preview {
    /// Items that would be paid.
    pub would_succeed: i64,
    /// Their sum, minor units.
    pub amount: i128,
    /// Their fees, minor units.
    pub fee: i128,
    /// Items that would be refused.
    pub would_fail: i64,
    /// Their sum, minor units.
    pub refused_amount: i128,
    /// The first of them.
    pub refusals: Vec<PredictedRefusal>,
    /// The requested items.
    pub items: Vec<PredictedItem>,
    /// How many items the list has that they are a page of.
    pub listed: i64,
    /// The single account's balance before and after.
    pub single: Option<SingleAccount>,
    /// What it has in common with other batches.
    pub found: Found,
    /// The paying accounts that need a code.
    pub bound: Vec<BoundAccount>,
    /// What is different about it; none for a large batch.
    pub changes: Option<ChangeSummary>,
}

/// Carries balances forward item by item and reports what a run would do now; lists a part of the items.
pub async fn preview(
    service: &Service,
    batch: BatchRef,
    part: impl Into<PreviewPart>,
) -> Result<(Described, Preview), Error> {
    let mut tx = service.store.read().await?;
    let batch = find(&mut tx, batch).await?;
    let rates = if batch.convert { Some(Rates::load_for(&mut tx, &batch).await?) } else { None };
    let mut fold = fold(service, &mut tx, rates, (batch.kind, batch.mode), part.into()).await?;
    let single = batch.account.filter(|_| !batch.kind.is_outside());
    fold.begin(&mut tx, single).await?;
    let mut content = Content::default();
    let mut after = batch.first_number - 1;
    loop {
        let page = Page { batch: batch.id, after, last: batch.last_number, limit: STEP };
        let mut items = store::item::page(&mut tx, page, Some(ItemState::Pending), None).await?;
        let Some(last) = items.last() else { break };
        after = last.number.0;
        store::external_id::fill_page(&mut tx, batch.id, &mut items).await?;
        content.prints.extend(items.iter().map(content::printed));
        fold.items(&mut tx, items).await?;
    }
    let mut preview = fold.end(&mut tx, single).await?;
    preview.found = found(service, &mut tx, &batch, content).await?;
    preview.bound = consent::bound(&mut tx, Debited::Items(&batch, Unpaid::Pending)).await?;
    let described = described(&mut tx, batch).await?;
    drop(tx);
    preview.changes = change::summary(service, &described.batch).await?;
    Ok((described, preview))
}

/// The same for a batch that does not exist: nothing is stored. Refuses whatever creating it would
/// refuse.
pub async fn preview_new(
    service: &Service,
    new: &CreateBatch,
    part: impl Into<PreviewPart>,
) -> Result<(Asset, Option<String>, Preview), Error> {
    super::draft::check_head(&new.name, new.remarks.as_deref())?;
    let read = create::read_batch(service, new).await?;
    let mut tx = service.store.read().await?;
    let rates = if new.convert { Some(Rates::load(&mut tx).await?) } else { None };
    let mut fold = fold(service, &mut tx, rates, (new.kind, new.mode), part.into()).await?;
    let single = read.terms.single.map(|(account, _)| account).filter(|_| !new.kind.is_outside());
    external_id::check(&mut tx, read.accepted.rows.iter().map(|row| &row.item)).await?;
    let (subject, rows) = (read.terms.subject(), read.accepted.rows);
    let (rows, found) = similar::examine_rows(&mut tx, &subject, rows, false, service.now()).await?;
    let payers = rows.iter().map(|row| row.item.source);
    let bound = consent::bound_among(&mut tx, payers).await?;
    fold.begin(&mut tx, single).await?;
    let items: Vec<Item> = rows.into_iter().map(|row| row.item).collect();
    let now = service.now();
    let (rows, name) = (RowSource::Given(&items), new.name.as_str());
    let compared = ComparedBatch { subject, name, rows, against: None, until: now, now };
    drop(tx);
    let changes = change::summary_of(service, &compared).await?;
    let mut tx = service.store.read().await?;
    fold.items(&mut tx, items).await?;
    let preview = Preview { found, bound, changes, ..fold.end(&mut tx, single).await? };
    let ids = single.into_iter().map(|id| id.0).collect();
    let number = store::account::numbers(&mut tx, ids).await?.pop().map(|(_, number)| number);
    Ok((read.terms.asset, number, preview))
}

/// A draft is compared with submitted batches; for a submitted batch only the balance matters.
async fn found(service: &Service, tx: &mut Tx, batch: &Batch, content: Content) -> Result<Found, Error> {
    if batch.state == BatchState::Draft {
        return Ok(similar::examine(tx, batch.clone(), content, false, service.now()).await?.found);
    }
    let waiting = store::similar::pending_amount(tx, batch).await?;
    let promise = promise::of(tx, &similar::subject(batch), waiting).await?;
    Ok(Found { promise, ..Found::default() })
}

async fn fold(
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
struct Fold {
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
    before: Option<i64>,
    shown: Vec<Shown>,
    preview: Preview,
}

impl Fold {
    async fn begin(&mut self, tx: &mut Tx, single: Option<AccountId>) -> Result<(), Error> {
        if let Some(account) = single {
            load(tx, &mut self.book, vec![account.0]).await?;
            self.before = self.balance(account);
        }
        Ok(())
    }

    fn balance(&self, account: AccountId) -> Option<i64> {
        self.book.get(account).map(|account| account.balance)
    }

    async fn items(&mut self, tx: &mut Tx, items: Vec<Item>) -> Result<(), Error> {
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

    async fn end(mut self, tx: &mut Tx, single: Option<AccountId>) -> Result<Preview, Error> {
        let is_undone = self.mode == BatchMode::Atomic && self.ended_by.is_some();
        if is_undone {
            self.undo();
        }
        if let Some((account, before)) = single.and_then(|id| self.book.get(id)).zip(self.before) {
            let after = if is_undone { before } else { account.balance };
            let asset = self.assets.get(&account.asset).cloned();
            self.preview.single =
                asset.map(|asset| SingleAccount { account: account.id, asset, before, after });
        }
        let described =
            describe_items(tx, self.shown.iter().map(|shown| shown.item.clone()).collect()).await?;
        for (shown, item) in self.shown.into_iter().zip(described) {
            let Shown { code, fee, balance, exchanged, .. } = shown;
            let exchanged = exchanged.and_then(|(id, minor)| Some((self.assets.get(&id)?.clone(), minor)));
            self.preview.items.push(PredictedItem { item, code, fee, balance, exchanged });
        }
        Ok(self.preview)
    }

    /// An atomic batch with one refusal moves nothing.
    fn undo(&mut self) {
        let preview = &mut self.preview;
        preview.would_fail += preview.would_succeed;
        preview.refused_amount += preview.amount;
        (preview.would_succeed, preview.amount, preview.fee) = (0, 0, 0);
        for shown in &mut self.shown {
            shown.code.get_or_insert(Code::AtomicAborted);
            (shown.fee, shown.exchanged) = (0, None);
            shown.balance = shown.balance.map(|(before, _)| (before, before));
        }
    }
}

impl Preview {
    fn count(&mut self, item: Item, result: Result<i64, Code>) {
        match result {
            Ok(fee) => {
                self.would_succeed += 1;
                self.amount += i128::from(item.amount);
                self.fee += i128::from(fee);
            }
            Err(code) => {
                self.would_fail += 1;
                self.refused_amount += i128::from(item.amount);
                if self.refusals.len() < REFUSALS_SHOWN {
                    self.refusals.push(PredictedRefusal { item, code });
                }
            }
        }
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
