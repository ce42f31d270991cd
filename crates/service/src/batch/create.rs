//! A batch from rows in the request. Batch, items, submission and the stored answer are written in one
//! transaction: all of them or none.

use super::described::described;
use super::draft::check_head;
use super::items::{extent, insert_items, number_of_rows};
use super::rows::row::{AcceptedRows, NewRow, ROWS_MAX, too_many_rows};
use super::rows::{self, Amounts};
use super::submit::{PreparedBatch, Submission, freeze};
use super::terms::{BatchTerms, asset_of_batch, check_outside, outside, single, terms};
use super::{change, lookup, similar};
use crate::approval::makers;
use crate::payee::{Given, Side};
use crate::write::{Write, WriteResult, claimed};
use crate::{Error, Service, setting};
use domain::batch::{ATOMIC_ITEMS_MAX, BatchMode, BatchState, BatchType};
use domain::code::Code;
use domain::fact::{Action, BatchEvent, Fact};
use domain::id::{BatchId, TemplateId};
use ledger::calendar;
use ledger::content::Content;
use store::Tx;
use store::audit::Actor;
use store::batch::{Filled, NewBatch};
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
    /// `many_to_many`, deposits and withdrawals, and for `many_to_one` if it converts.
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
    /// The template that it is made from.
    pub template: Option<TemplateId>,
}

/// Creates a batch and submits it, unless it is to stay a draft. One row that cannot be accepted refuses
/// the whole request.
pub async fn create(service: &Service, actor: &Actor, new: &CreateBatch) -> Result<PreparedBatch, Error> {
    if let Some(first) = service.first_answer().await? {
        return first.answer();
    }
    let about =
        Fact::new(Action::BatchCreate, None).with("type", new.kind.name()).with("relations", new.rows.len());
    // The rows are read before the transaction: resolving them takes a long time.
    let read = match read_batch(service, new).await {
        Ok(read) => read,
        Err(error) => return service.refused(actor, about, error).await,
    };
    let mut write = claimed!(service.write(actor, Action::BatchCreate));
    write.about = about;
    let done = make(&mut write, new, read).await;
    let created = write.end(done).await?;
    change::after_submission(service, &created.batch.batch).await;
    Ok(created)
}

/// Resolves and checks everything; writes nothing.
pub(crate) async fn read_batch(service: &Service, new: &CreateBatch) -> Result<Read, Error> {
    check_head(&new.name, new.remarks.as_deref())?;
    if new.rows.len() > ROWS_MAX {
        return Err(too_many_rows());
    }
    if new.mode == BatchMode::Atomic && new.rows.len() > ATOMIC_ITEMS_MAX {
        return Err(Error::refused(Code::BatchTooLargeForAtomic, ATOMIC_ITEMS_MAX.to_string()));
    }
    if new.rate_mode.is_some() && !new.convert {
        return Err(Error::refused(Code::RateModeInvalid, "convert"));
    }
    if !new.draft || !new.rows.is_empty() {
        check_outside(new.kind, number_of_rows(new.rows.len()))?;
    }
    let mut tx = service.store.read().await?;
    let terms = terms_of_new(&mut tx, new).await?;
    let accepted = match new.draft {
        true => rows::take_any(&mut tx, &terms, &new.amounts.clone().of_draft(), &new.rows).await?,
        false => rows::take(&mut tx, &terms, &new.amounts, &new.rows).await?,
    };
    terms.within_maximum(accepted.total)?;
    Ok(Read { terms, accepted, template: None })
}

/// Writes the batch, its items and, unless it stays a draft, its submission.
pub(crate) async fn make(
    write: &mut Write,
    new: &CreateBatch,
    read: Read,
) -> Result<WriteResult<PreparedBatch>, Error> {
    let id = insert_batch(write, new, &read).await?;
    let template = read.template;
    if let Some(template) = template {
        store::batch_template::used(&mut write.tx, template, id).await?;
    }
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
            .with("template", template.map(|id| id.0))
            .moved(BatchState::Draft, BatchEvent::Created),
    ];
    if !new.draft {
        let made = lookup::get(&mut write.tx, id).await?;
        let content: Content = items.iter().collect();
        facts.push(freeze(write, &made, &content, &found, &new.submission).await?);
    }
    let made = lookup::get(&mut write.tx, id).await?;
    Ok(WriteResult::many(PreparedBatch { batch: described(&mut write.tx, made).await?, found }, facts))
}

async fn insert_batch(write: &mut Write, new: &CreateBatch, read: &Read) -> Result<BatchId, Error> {
    let (name, remarks) = check_head(&new.name, new.remarks.as_deref())?;
    let tx = &mut write.tx;
    named_lock::take(tx, NamedLock::Batch).await?;
    let zone = setting::zone(tx).await?;
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
    let id = store::batch::create(tx, &batch).await?;
    if let Some(template) = read.template {
        store::batch_editor::add_those_of_template(tx, id, template).await?;
    }
    makers::add(write, id).await?;
    Ok(id)
}

/// The terms of a new batch: its single account, the currency of its amounts, and the rules for them.
async fn terms_of_new(tx: &mut Tx, new: &CreateBatch) -> Result<BatchTerms, Error> {
    let wrong_side = |field: &str| Err(Error::refused(Code::BatchSideInvalid, field));
    let (named, side) = match (new.kind, &new.source, &new.target) {
        (BatchType::Deposit | BatchType::Withdrawal, None, None) if !new.convert && !new.allow_repeat => {
            let (single, asset) = outside(tx, new.currency.as_deref()).await?;
            return terms(tx, new.kind, asset, Some(single), false).await;
        }
        (BatchType::Deposit | BatchType::Withdrawal, ..) => {
            return Err(Error::refused(Code::OutsideShape, new.kind.name()));
        }
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
