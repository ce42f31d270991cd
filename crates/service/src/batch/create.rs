//! A batch from rows in the request. Batch, items, submission and the stored answer are written in one
//! transaction: all of them or none.

use super::content::Content;
use super::list::described;
use super::rows::{self, Accepted, AcceptedRows, Amounts, BatchTerms, NewRow, ROWS_MAX, too_many_rows};
use super::submit::{Prepared, Submission, freeze};
use super::{external_id, find, similar};
use crate::payee::{Given, Leg, Party, Payees, Side};
use crate::write::{Done, Write, begun};
use crate::{Error, Service, visible};
use domain::asset::Asset;
use domain::batch::{BatchMode, BatchState, BatchType, CHUNK_ITEMS_MAX};
use domain::code::Code;
use domain::fact::{Action, BatchEvent, Fact};
use domain::id::{BatchId, TransferId};
use domain::script::Digits;
use domain::text::Text;
use ledger::calendar;
use ledger::rates::Rates;
use store::Tx;
use store::audit::Actor;
use store::batch::{Filled, NewBatch};
use store::counter::{self, Counter};
use store::item::Item;
use store::named_lock::{self, NamedLock};
use store::similar::Subject;

/// A batch to create.
#[derive(Debug, Clone)]
pub struct CreateBatch {
    /// Its name.
    pub name: String,
    /// Which side is the single account.
    pub kind: BatchType,
    /// How a failed item affects the rest.
    pub mode: BatchMode,
    /// The single account of a batch that pays many.
    pub source: Option<Given>,
    /// The single account of a batch that many pay into.
    pub target: Option<Given>,
    /// The currency of the amounts, where the single account does not determine it: always for
    /// `many_to_many`, and for `many_to_one` if it converts.
    pub currency: Option<String>,
    /// How the amounts are given.
    pub amounts: Amounts,
    /// The rows.
    pub rows: Vec<NewRow>,
    /// Free-text remarks.
    pub remarks: Option<String>,
    /// Whether payees in another currency are paid in that currency, at the stored rate.
    pub convert: bool,
    /// Whether a payee may appear twice, in rows that differ in reference or external id.
    pub allow_repeat: bool,
    /// Which rates a batch that converts uses; none: those kept at its submission.
    pub rate_mode: Option<RateMode>,
    /// Leave it a draft; otherwise it is submitted.
    pub draft: bool,
    /// What is confirmed with the submission; `without_paid` applies to a draft too.
    pub submission: Submission,
}

/// The rates at which a batch that converts is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateMode {
    /// The rates that were stored when it was submitted, while they hold.
    Kept,
    /// The rates that are stored when each item is paid.
    Follow,
}

/// A request that was read and checked: what it would become.
pub(crate) struct Read {
    pub terms: BatchTerms,
    pub accepted: AcceptedRows,
}

impl Service {
    /// Creates a batch and submits it, unless it is to stay a draft. One row that cannot be accepted refuses
    /// the whole request.
    pub async fn batch_create(&self, actor: &Actor, new: &CreateBatch) -> Result<Prepared, Error> {
        if let Some(first) = self.first_answer().await? {
            return first.answer();
        }
        let about = Fact::new(Action::BatchCreate, None)
            .with("type", new.kind.name())
            .with("relations", new.rows.len());
        // The rows are read before the transaction: resolving them takes a long time.
        let read = match self.read_batch(new).await {
            Ok(read) => read,
            Err(error) => return self.refused(actor, about, error).await,
        };
        let mut write = begun!(self.write(actor, Action::BatchCreate));
        write.about = about;
        let done = make(&mut write, new, read).await;
        write.end(done).await
    }

    /// Resolves and checks everything; writes nothing.
    pub(crate) async fn read_batch(&self, new: &CreateBatch) -> Result<Read, Error> {
        check_head(&new.name, new.remarks.as_deref())?;
        if new.rows.len() > ROWS_MAX {
            return Err(too_many_rows());
        }
        if new.mode == BatchMode::Atomic && new.rows.len() > CHUNK_ITEMS_MAX {
            return Err(Error::refused(Code::BatchTooLargeForAtomic, CHUNK_ITEMS_MAX.to_string()));
        }
        if new.rate_mode.is_some() && !new.convert {
            return Err(Error::refused(Code::RateModeInvalid, "convert"));
        }
        let mut tx = self.store.read().await?;
        let terms = terms_of_new(&mut tx, new).await?;
        let accepted = rows::take(&mut tx, &terms, &new.amounts, &new.rows).await?;
        terms.within_maximum(accepted.total)?;
        Ok(Read { terms, accepted })
    }
}

/// Writes the batch, its items and, unless it stays a draft, its submission.
async fn make(write: &mut Write, new: &CreateBatch, read: Read) -> Result<Done<Prepared>, Error> {
    let id = insert_batch(write, new, &read).await?;
    let (tx, now) = (&mut write.tx, write.now);
    named_lock::take(tx, NamedLock::Submit).await?;
    let subject = Subject { batch: Some(id), ..read.terms.subject() };
    let without_paid = new.submission.without_paid;
    let (rows, found) = similar::examine_rows(tx, &subject, read.accepted.rows, without_paid, now).await?;
    let items = insert_items(tx, id, rows).await?;
    let (first_number, last_number) = extent(&items);
    let total_count = number_of_rows(items.len());
    let total_amount = items.iter().map(|item| item.amount).sum();
    let filled = Filled { first_number, last_number, total_count, total_amount, ..Filled::default() };
    store::batch::fill(tx, id, &filled).await?;
    let mut facts = vec![
        Fact::of_batch(Action::BatchCreate, id)
            .with("items", total_count)
            .with("amount", total_amount)
            .with("type", new.kind.name())
            .with("convert", new.convert)
            .moved(BatchState::Draft, BatchEvent::Created),
    ];
    if !new.draft {
        let made = find(&mut write.tx, &id.to_string()).await?;
        let content: Content = items.iter().collect();
        facts.push(freeze(write, &made, &content, &found, &new.submission).await?);
    }
    let made = find(&mut write.tx, &id.to_string()).await?;
    Ok(Done::many(Prepared { batch: described(&mut write.tx, made).await?, found }, facts))
}

async fn insert_batch(write: &mut Write, new: &CreateBatch, read: &Read) -> Result<BatchId, Error> {
    let (name, remarks) = check_head(&new.name, new.remarks.as_deref())?;
    let tx = &mut write.tx;
    named_lock::take(tx, NamedLock::Batch).await?;
    let zone = Service::zone(tx).await?;
    let batch = NewBatch {
        day: calendar::compact(calendar::zoned(write.now, &zone).date()),
        name,
        kind: new.kind,
        mode: new.mode,
        asset: read.terms.asset.id,
        account: read.terms.single.map(|(account, _)| account),
        remarks,
        convert: new.convert,
        allow_repeat: new.allow_repeat,
        follows_rates: new.rate_mode == Some(RateMode::Follow),
        created_by: write.actor.author.clone(),
        created_at: write.now,
    };
    Ok(store::batch::create(tx, &batch).await?)
}

/// Numbers items and writes them with their contacts and external ids; the batch is a draft.
pub(crate) async fn insert_items(
    tx: &mut Tx,
    batch: BatchId,
    mut rows: Vec<Accepted>,
) -> Result<Vec<Item>, Error> {
    number_rows(tx, &mut rows).await?;
    insert_rows(tx, batch, rows).await
}

/// A row count as the database's integer type.
pub(crate) fn number_of_rows(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Draws the items' numbers.
pub(crate) async fn number_rows(tx: &mut Tx, rows: &mut [Accepted]) -> Result<(), Error> {
    let first = counter::take(tx, Counter::Number, number_of_rows(rows.len())).await?;
    for (row, number) in rows.iter_mut().zip(first..) {
        row.item.number = TransferId(number);
    }
    Ok(())
}

/// Writes items that have been numbered.
pub(crate) async fn insert_rows(
    tx: &mut Tx,
    batch: BatchId,
    rows: Vec<Accepted>,
) -> Result<Vec<Item>, Error> {
    let written = |row: &Accepted| {
        let contact = row.contact.as_ref()?;
        Some((row.item.number, contact.kind, contact.written.clone()))
    };
    let contacts: Vec<_> = rows.iter().filter_map(written).collect();
    let items: Vec<Item> = rows.into_iter().map(|row| row.item).collect();
    store::item::insert(tx, batch, &items).await?;
    store::item_contact::insert(tx, &contacts).await?;
    external_id::claim(tx, batch, &items).await?;
    Ok(items)
}

/// The first and last number of items that are in order.
pub(crate) fn extent(items: &[Item]) -> (i64, i64) {
    let number = |item: Option<&Item>| item.map_or(0, |item| item.number.0);
    (number(items.first()), number(items.last()))
}

/// Checks the name and the remarks, and returns them as they are stored.
pub(crate) fn check_head(name: &str, remarks: Option<&str>) -> Result<(String, Option<String>), Error> {
    let name = visible(name)?;
    let remarks = remarks.map(Text::parse).transpose().map_err(|code| Error::refused(code, "remarks"))?;
    Ok((name, remarks.flatten().map(String::from)))
}

/// The terms of a new batch: its single account, the currency of its amounts, and the rules for them.
async fn terms_of_new(tx: &mut Tx, new: &CreateBatch) -> Result<BatchTerms, Error> {
    let wrong_side = |field: &str| Err(Error::refused(Code::BatchSideInvalid, field));
    let (named, side) = match (new.kind, &new.source, &new.target) {
        (BatchType::OneToMany, Some(named), None) => (Some(named), Side::Payer),
        (BatchType::ManyToOne, None, Some(named)) => (Some(named), Side::Payee),
        (BatchType::ManyToMany, None, None) => (None, Side::Payer),
        (BatchType::OneToMany, None, _) => return wrong_side("sourceAccountId"),
        (BatchType::OneToMany | BatchType::ManyToMany, _, Some(_)) => return wrong_side("targetAccountId"),
        (BatchType::ManyToOne, _, None) => return wrong_side("targetAccountId"),
        (BatchType::ManyToOne | BatchType::ManyToMany, Some(_), _) => return wrong_side("sourceAccountId"),
    };
    let single = match named {
        Some(named) => Some(single(tx, named, side).await?),
        None => None,
    };
    let asset = asset_of_batch(tx, new.kind, single, new.currency.as_deref(), new.convert).await?;
    let terms = terms(tx, new.kind, asset, single, new.convert).await?;
    Ok(BatchTerms { allow_repeat: new.allow_repeat, ..terms })
}

/// The single account of a batch. It may be frozen: its items can be retried later.
pub(crate) async fn single(tx: &mut Tx, named: &Given, side: Side) -> Result<Leg, Error> {
    let about = || named.written.chars().take(64).collect::<String>();
    let missing = if side == Side::Payer { Code::SourceNotFound } else { Code::TargetNotFound };
    let payees = Payees::load(tx, std::iter::once(named)).await?;
    let reference = match &named.party {
        Ok(Party::Account(reference)) => reference,
        Ok(Party::Email(_) | Party::Uid(_)) => return Err(Error::refused(missing, about())),
        Err(code) => return Err(Error::refused(*code, about())),
    };
    let Some(found) = payees.account(reference) else {
        let meant = payees.suggestion(reference).map(|id| format!("{}: write {id}", about()));
        return Err(Error::refused(missing, meant.unwrap_or_else(about)));
    };
    match crate::payee::out_of_use(found, side) {
        Some(code) => Err(Error::refused(code, about())),
        None => Ok((found.account, found.asset)),
    }
}

/// The currency of all amounts: that of the paying accounts.
pub(crate) async fn asset_of_batch(
    tx: &mut Tx,
    kind: BatchType,
    single: Option<Leg>,
    named: Option<&str>,
    convert: bool,
) -> Result<Asset, Error> {
    let named = currency(tx, named).await?;
    let Some((_, own)) = single else {
        return named.ok_or_else(|| Error::refused(Code::AssetUnknown, "currency"));
    };
    let may_differ = kind == BatchType::ManyToOne && convert;
    match named {
        Some(asset) if asset.id != own && !may_differ => {
            Err(Error::refused(Code::CurrencyMismatch, asset.code))
        }
        Some(asset) => Ok(asset),
        None => Service::asset(tx, own).await,
    }
}

async fn currency(tx: &mut Tx, code: Option<&str>) -> Result<Option<Asset>, Error> {
    let Some(code) = code else { return Ok(None) };
    let code = code.trim().to_ascii_uppercase();
    match crate::asset::find(tx, &code).await? {
        Some(asset) => Ok(Some(asset)),
        None => Err(Error::refused(Code::AssetUnknown, code.chars().take(64).collect::<String>())),
    }
}

/// The terms for rows in a currency.
pub(crate) async fn terms(
    tx: &mut Tx,
    kind: BatchType,
    asset: Asset,
    single: Option<Leg>,
    convert: bool,
) -> Result<BatchTerms, Error> {
    let policies = store::policy::book(tx).await?;
    let rates = if convert { Rates::load(tx).await? } else { Rates::default() };
    let assets = store::asset::all(tx).await?;
    let (allow_repeat, digits) = (false, Digits::Refuse);
    Ok(BatchTerms { kind, asset, single, convert, allow_repeat, digits, policies, rates, assets })
}
