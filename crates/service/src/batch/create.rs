//! A batch from rows that stand in the request. All of it is one transaction: batch, items, submission and the
//! kept answer stand or fall together.

use super::lifecycle::{Content, ContentHash, Prepared, freeze};
use super::list::described;
use super::rows::{self, AccountName, Amounts, Frame, NewRow, ROWS_MAX, Taken, wrong_text};
use super::similar::{self, Submission};
use super::{external_id, find};
use crate::write::{Done, Write, begun};
use crate::{Error, Service, visible};
use domain::batch::{BatchMode, BatchState, BatchType, CHUNK_ITEMS_MAX};
use domain::code::Code;
use domain::fact::{Action, BatchEvent, Fact};
use domain::id::{BatchId, TransferId};
use ledger::calendar;
use ledger::rates::Rates;
use store::Tx;
use store::audit::Actor;
use store::batch::{Filled, NewBatch};
use store::counter::{self, Counter};
use store::item::Item;
use store::similar::Subject;
use store::turn::{self, Turn};

/// A batch to make.
#[derive(Debug, Clone)]
pub struct CreateBatch {
    /// What people call it.
    pub name: String,
    /// Which side is the single account.
    pub kind: BatchType,
    /// What a failed item means for the rest.
    pub mode: BatchMode,
    /// The single account of a batch that pays many.
    pub source: Option<AccountName>,
    /// The single account of a batch that many pay into.
    pub target: Option<AccountName>,
    /// The currency that the amounts are in, where the single account does not say it: always for
    /// `many_to_many`, and for `many_to_one` if it converts.
    pub currency: Option<String>,
    /// How the amounts are given.
    pub amounts: Amounts,
    /// The rows.
    pub rows: Vec<NewRow>,
    /// What people wrote.
    pub remarks: Option<String>,
    /// Whether payees in another currency are paid in it, at the stored rate.
    pub convert: bool,
    /// Leave it a draft; else it is submitted.
    pub draft: bool,
    /// How it is submitted.
    pub submission: Submission,
}

/// A request that was read: what it would become.
pub(crate) struct Read {
    pub frame: Frame,
    pub taken: Taken,
}

impl Service {
    /// Makes a batch and submits it, unless it is to stay a draft. A row that cannot be taken refuses all.
    pub async fn batch_create(&self, actor: &Actor, new: &CreateBatch) -> Result<Prepared, Error> {
        if let Some(first) = self.first_answer().await? {
            return first.answer();
        }
        let about = Fact::new(Action::BatchCreate, None)
            .with("type", new.kind.name())
            .with("relations", new.rows.len());
        // The rows are read before the transaction: resolving them takes long.
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
            return Err(Error::refused(Code::BodyTooLarge, format!("{ROWS_MAX} relations")));
        }
        if new.mode == BatchMode::Atomic && new.rows.len() > CHUNK_ITEMS_MAX {
            return Err(Error::refused(Code::BatchTooLargeForAtomic, CHUNK_ITEMS_MAX.to_string()));
        }
        let mut tx = self.store.read().await?;
        let frame = frame(&mut tx, new).await?;
        let taken = rows::take(&mut tx, &frame, &new.amounts, &new.rows).await?;
        frame.within_maximum(taken.total)?;
        Ok(Read { frame, taken })
    }
}

/// Writes the batch, its items and, unless it stays a draft, its submission.
async fn make(write: &mut Write, new: &CreateBatch, read: Read) -> Result<Done<Prepared>, Error> {
    let id = insert_batch(write, new, &read).await?;
    let now = write.now;
    let tx = &mut write.tx;
    turn::take(tx, Turn::Submit).await?;
    let Frame { kind, asset, single, .. } = &read.frame;
    let account = single.map(|(account, _)| account);
    let subject = Subject { batch: Some(id), asset: asset.id, kind: *kind, account };
    let (items, found) =
        similar::examine_rows(tx, &subject, read.taken.items, new.submission.without_paid, now).await?;
    let items = insert_items(tx, id, items).await?;
    let (first_number, last_number) = extent(&items);
    let total_count = i64::try_from(items.len()).unwrap_or(i64::MAX);
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
    let made = find(tx, &id.to_string()).await?;
    if !new.draft {
        facts.push(freeze(write, &made, &content_of(&items), &found, &new.submission).await?);
    }
    let made = find(&mut write.tx, &id.to_string()).await?;
    Ok(Done::many(Prepared { batch: described(&mut write.tx, made).await?, found }, facts))
}

async fn insert_batch(write: &mut Write, new: &CreateBatch, read: &Read) -> Result<BatchId, Error> {
    let tx = &mut write.tx;
    turn::take(tx, Turn::Batch).await?;
    let zone = Service::zone(tx).await?;
    let batch = NewBatch {
        day: calendar::compact(calendar::zoned(write.now, &zone).date()),
        name: visible(&new.name)?,
        kind: new.kind,
        mode: new.mode,
        asset: read.frame.asset.id,
        account: read.frame.single.map(|(account, _)| account),
        remarks: new.remarks.clone().filter(|text| !text.is_empty()),
        convert: new.convert,
        created_by: write.actor.author.clone(),
        created_at: write.now,
    };
    Ok(store::batch::create(tx, &batch).await?)
}

/// Numbers items and writes them; the batch is a draft.
pub(crate) async fn insert_items(
    tx: &mut Tx,
    batch: BatchId,
    mut items: Vec<Item>,
) -> Result<Vec<Item>, Error> {
    let count = i64::try_from(items.len()).unwrap_or(0);
    let first = counter::take(tx, Counter::Number, count).await?;
    for (item, number) in items.iter_mut().zip(first..) {
        item.number = TransferId(number);
    }
    store::item::insert(tx, batch, &items).await?;
    external_id::claim(tx, batch, &items).await?;
    Ok(items)
}

/// The first and the last number of items in order.
pub(crate) fn extent(items: &[Item]) -> (i64, i64) {
    let number = |item: Option<&Item>| item.map_or(0, |item| item.number.0);
    (number(items.first()), number(items.last()))
}

fn content_of(items: &[Item]) -> Content {
    let mut hash = ContentHash::default();
    items.iter().for_each(|item| hash.item(item));
    hash.finish()
}

/// What people call it, if that and their remarks can be kept.
pub(crate) fn check_head(name: &str, remarks: Option<&str>) -> Result<String, Error> {
    let name = visible(name)?;
    match remarks.and_then(wrong_text) {
        Some(code) => Err(Error::refused(code, "remarks")),
        None => Ok(name),
    }
}

/// The single account, the currency of the amounts, and what holds for them.
async fn frame(tx: &mut Tx, new: &CreateBatch) -> Result<Frame, Error> {
    let side = |field: &str| Error::refused(Code::BatchSideInvalid, field);
    let (name, is_source) = match (new.kind, &new.source, &new.target) {
        (BatchType::OneToMany, Some(name), None) => (name, true),
        (BatchType::ManyToOne, None, Some(name)) => (name, false),
        (BatchType::ManyToMany, None, None) => {
            let asset =
                currency(tx, new).await?.ok_or_else(|| Error::refused(Code::AssetUnknown, "currency"))?;
            return frame_of(tx, new.kind, asset, None, new.convert).await;
        }
        (BatchType::OneToMany, None, _) => return Err(side("sourceAccountId")),
        (BatchType::OneToMany | BatchType::ManyToMany, _, Some(_)) => return Err(side("targetAccountId")),
        (BatchType::ManyToOne, _, None) => return Err(side("targetAccountId")),
        (BatchType::ManyToOne | BatchType::ManyToMany, Some(_), _) => return Err(side("sourceAccountId")),
    };
    let found = rows::single(tx, name, is_source).await?;
    let own = Service::asset(tx, found.1).await?;
    let may_differ = new.kind == BatchType::ManyToOne && new.convert;
    let asset = match currency(tx, new).await? {
        Some(asset) if asset.id != own.id && !may_differ => {
            return Err(Error::refused(Code::CurrencyMismatch, asset.code));
        }
        Some(asset) => asset,
        None => own,
    };
    frame_of(tx, new.kind, asset, Some(found), new.convert).await
}

async fn currency(tx: &mut Tx, new: &CreateBatch) -> Result<Option<domain::asset::Asset>, Error> {
    let Some(code) = new.currency.as_deref() else { return Ok(None) };
    let code = code.trim().to_ascii_uppercase();
    match crate::asset::find(tx, &code).await? {
        Some(asset) => Ok(Some(asset)),
        None => Err(Error::refused(Code::AssetUnknown, code.chars().take(64).collect::<String>())),
    }
}

/// What holds for rows in a currency.
pub(crate) async fn frame_of(
    tx: &mut Tx,
    kind: BatchType,
    asset: domain::asset::Asset,
    single: Option<(domain::id::AccountId, domain::id::AssetId)>,
    convert: bool,
) -> Result<Frame, Error> {
    let policies = store::policy::book(tx).await?;
    let rates = if convert { Rates::load(tx).await? } else { Rates::default() };
    Ok(Frame { kind, asset, single, convert, policies, rates })
}
