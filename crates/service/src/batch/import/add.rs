//! Adds the rows of a file to a draft, as new rows or as repairs of refused ones.
//!
//! A file with the column `sluice_row` is a repair: each row names the refused row that it replaces. Either
//! file is taken in one transaction, so it has at most as many rows as a request.

use super::look_ahead::{LookUp, LookedUp, cut_off, look_up};
use super::report::{Expected, Imported, PROBLEMS_SHOWN, output};
use super::sort::{problem, sort};
use super::source::{Columns, Source};
use crate::approval::makers;
use crate::batch::draft::check_draft;
use crate::batch::edit::{met, set_total};
use crate::batch::items::{extent, insert_rows, number_of_rows, number_rows};
use crate::batch::lookup::{self, find, locked};
use crate::batch::problems::{self, Refused};
use crate::batch::request::BatchRequest;
use crate::batch::rows::row::{Accepted, ROWS_MAX};
use crate::batch::similar::Found;
use crate::batch::terms::{BatchTerms, RepeatKey, terms_of_draft};
use crate::batch::{external_id, linked};
use crate::file::FileReport;
use crate::payee::{Field, Wrong};
use crate::task::job::Job;
use crate::write::{Write, WriteResult};
use crate::{Error, Service};
use domain::access::Reach;
use domain::amount::format_minor;
use domain::batch::{BATCH_ITEMS_MAX, BatchState, BatchType};
use domain::batch_ref::BatchRef;
use domain::code::Code;
use domain::fact::{Action, BatchEvent, Fact};
use domain::id::BatchId;
use domain::noun::plain_id;
use domain::script::Digits;
use domain::task::TaskOutput;
use formats::payment::PaymentFileOptions;
use hashbrown::{HashMap, HashSet};
use std::io::{Read, Seek};
use store::Tx;
use store::audit::Actor;
use store::batch::Batch;
use store::refused_row::RefusedRow;

/// A file whose rows are added to a draft.
#[derive(Debug, Clone)]
pub struct AddFile {
    /// How to read it.
    pub options: PaymentFileOptions,
    /// Take the good rows even if others are refused.
    pub partial: bool,
    /// Control totals.
    pub expected: Expected,
    /// Whether the caller may add to every draft or only to those it made.
    pub reach: Reach,
    /// The version of the draft that the rows are added to, if it is named.
    pub version: Option<i64>,
    /// The task that adds it, if one does.
    pub job: Option<Job>,
}

impl Default for AddFile {
    fn default() -> Self {
        Self {
            options: PaymentFileOptions::default(),
            partial: false,
            expected: Expected::default(),
            reach: Reach::All,
            version: None,
            job: None,
        }
    }
}

/// The rows of a file, resolved.
struct Resolved {
    rows: Vec<(Option<String>, Accepted)>,
    refused: Vec<Refused>,
    columns: Columns,
    file: FileReport,
}

/// What was added.
struct AddedRows {
    /// The draft they were added to.
    batch: BatchId,
    count: i64,
    amount: i64,
    first: i64,
}

/// Adds the rows of a file to a draft.
pub async fn import_into<R: Read + Seek + Send + 'static>(
    service: &Service,
    actor: &Actor,
    batch: BatchRef,
    add: &AddFile,
    read: R,
) -> Result<Imported, Error> {
    let (terms, scale) = {
        let mut tx = service.store.read().await?;
        let batch = find(&mut tx, batch).await?;
        if batch.kind.is_outside() {
            return Err(Error::refused(Code::OutsideShape, batch.number()));
        }
        let terms = terms_of_draft(&mut tx, &batch).await?;
        let scale = terms.asset.scale;
        (BatchTerms { digits: Digits::Fold, ..terms }, scale)
    };
    let mut resolved = resolve_file(service, &terms, add, read).await?;
    // A file is not sent under an idempotency key.
    let mut write = service.step(actor, Action::BatchImport).await?;
    let done = add_rows(&mut write, batch, &terms, add, &mut resolved).await;
    let done = match done {
        // Nothing is taken; the problems of the rows say why.
        Ok(None) => Err(Error::refused(Code::BatchRowsInvalid, resolved.refused.len().to_string())),
        Ok(Some(done)) => Ok(done),
        Err(error) => Err(error),
    };
    let added = match write.end_unkept(done).await {
        Err(Error::Refused(refusal)) if refusal.code == Code::BatchRowsInvalid => None,
        other => Some(other?),
    };
    let batch = match &added {
        Some(added) => Some(lookup::get(&mut service.store.read().await?, added.batch).await?),
        None => None,
    };
    let problems = resolved.refused.iter().flat_map(|row| row.problems.clone());
    Ok(Imported {
        batch,
        taken: added.as_ref().map_or(0, |added| added.count),
        taken_amount: format_minor(added.as_ref().map_or(0, |added| i128::from(added.amount)), scale),
        refused: number_of_rows(resolved.refused.len()),
        problems: problems.take(usize::try_from(PROBLEMS_SHOWN).unwrap_or(0)).collect(),
        file: resolved.file,
        found: Found::default(),
    })
}

async fn resolve_file<R: Read + Seek + Send + 'static>(
    service: &Service,
    terms: &BatchTerms,
    add: &AddFile,
    read: R,
) -> Result<Resolved, Error> {
    let source = Source::open(read, &add.options).await?;
    let columns = source.columns.clone();
    let mut resolved =
        Resolved { rows: Vec::new(), refused: Vec::new(), columns, file: FileReport::default() };
    let mut parts = look_up(&service.store, source);
    let taken = resolve_pages(terms, &mut resolved, &mut parts, add.job.as_ref()).await;
    parts.end().await;
    taken?;
    add.expected.check(&resolved.file)?;
    Ok(resolved)
}

async fn resolve_pages(
    terms: &BatchTerms,
    resolved: &mut Resolved,
    parts: &mut LookUp,
    job: Option<&Job>,
) -> Result<(), Error> {
    loop {
        let (page, payees) = match parts.recv().await.ok_or_else(cut_off)?? {
            LookedUp::Page(page, payees) => {
                if let Some(job) = job {
                    job.counts.add(page.rows());
                }
                (page, payees)
            }
            LookedUp::End(report) => {
                resolved.file = *report;
                return Ok(());
            }
        };
        let (rows, refused) = sort(terms, &resolved.columns, &payees, page);
        resolved.rows.extend(rows);
        resolved.refused.extend(refused);
        if resolved.rows.len() + resolved.refused.len() > ROWS_MAX {
            return Err(Error::refused(Code::FileTooLarge, ROWS_MAX.to_string()));
        }
    }
}

/// Adds what can be added; none if a strict file has refused rows, or no rows remain. Corrected rows of a
/// submitted batch go into a separate draft.
async fn add_rows(
    write: &mut Write,
    batch: BatchRef,
    terms: &BatchTerms,
    add: &AddFile,
    resolved: &mut Resolved,
) -> Result<Option<WriteResult<AddedRows>>, Error> {
    let origin = locked(write, batch).await?;
    let is_correction = origin.state != BatchState::Draft && resolved.columns.has_keys();
    if !is_correction {
        let request = BatchRequest::of(batch).within(add.reach).on_version(add.version);
        check_draft(write, &origin, &request).await?;
    }
    let repairs = refuse_keys(&mut write.tx, origin.id, resolved).await?;
    let last_line = refuse_duplicates(&mut write.tx, terms, &origin, resolved).await?;
    refuse_external_ids(&mut write.tx, origin.id, resolved).await?;
    if resolved.rows.is_empty() || (!add.partial && !resolved.refused.is_empty()) {
        return Ok(None);
    }
    let batch =
        if is_correction { linked::draft_of_corrections(write, &origin).await? } else { origin.clone() };
    makers::add(write, batch.id).await?;
    let added = insert(write, terms, &batch, last_line, &repairs, resolved).await?;
    if !is_correction {
        // An edit like any other: one that is based on the draft before the file is refused.
        store::batch::raise_version(&mut write.tx, batch.id).await?;
    }
    if let Some(job) = &add.job {
        let refused = number_of_rows(resolved.refused.len());
        let amount = format_minor(i128::from(added.amount), terms.asset.scale);
        let output = output(Some(&batch), added.count, &amount, refused, 0, &resolved.file);
        job.hold.bind(&mut write.tx, batch.id, &TaskOutput::ImportBatch(output)).await?;
    }
    let open = problems::count_open(&mut write.tx, origin.id).await?;
    let corrected = Fact::of_batch(Action::BatchImport, origin.id)
        .with("items", added.count)
        .with("draft", batch.number())
        .moved(origin.state, BatchEvent::Corrected);
    let event = if is_correction { BatchEvent::Created } else { BatchEvent::Edited };
    let fact = Fact::of_batch(Action::BatchImport, batch.id)
        .with("added", added.count)
        .with("refused", resolved.refused.len())
        .with("open", open)
        .with("file_hash", resolved.file.hash.as_str())
        .with("from", is_correction.then(|| origin.number()))
        .moved(BatchState::Draft, event);
    let fact = if is_correction { fact } else { fact.of_item(added.first) };
    let facts = std::iter::once(fact).chain(is_correction.then_some(corrected)).collect();
    Ok(Some(WriteResult::many(added, facts)))
}

/// Writes the rows of a file into a draft; those that repair refused rows take over their lines and settle
/// them.
async fn insert(
    write: &mut Write,
    terms: &BatchTerms,
    batch: &Batch,
    last_line: i64,
    repairs: &HashMap<String, RefusedRow>,
    resolved: &mut Resolved,
) -> Result<AddedRows, Error> {
    let tx = &mut write.tx;
    let amount: i128 = resolved.rows.iter().map(|(_, row)| i128::from(row.item.amount)).sum();
    let total = terms.within_maximum(i128::from(batch.tally.total_amount) + amount)?;
    let count = batch.tally.total_count + number_of_rows(resolved.rows.len());
    if count > BATCH_ITEMS_MAX {
        return Err(Code::FileTooLarge.into());
    }
    let (keys, mut rows): (Vec<_>, Vec<_>) = std::mem::take(&mut resolved.rows).into_iter().unzip();
    for ((row, key), line) in rows.iter_mut().zip(&keys).zip(last_line + 1..) {
        let repaired = key.as_ref().and_then(|key| repairs.get(key));
        row.item.line = repaired.map_or(line, |row| row.line);
    }
    number_rows(tx, &mut rows).await?;
    let items = insert_rows(tx, batch.id, rows).await?;
    let settled = keys.iter().zip(&items).filter_map(|(key, item)| {
        let row = repairs.get(key.as_ref()?)?;
        Some((row.id, item.number.0))
    });
    store::refused_row::settle(tx, &settled.collect::<Vec<_>>(), write.now).await?;
    if !resolved.columns.has_keys() {
        problems::keep(tx, batch.id, &mut resolved.refused).await?;
    }
    let (first_added, last) = extent(&items);
    let first = if batch.tally.total_count == 0 { first_added } else { batch.first_number };
    store::batch::set_range(tx, batch.id, first, last).await?;
    set_total(tx, batch, usize::try_from(count).unwrap_or(0), total).await?;
    let amount = i64::try_from(amount).unwrap_or(i64::MAX);
    Ok(AddedRows { batch: batch.id, count: number_of_rows(items.len()), amount, first: first_added })
}

/// In a repair file each row needs the key of an open refused row of this batch. Returns these rows by key.
async fn refuse_keys(
    tx: &mut Tx,
    batch: BatchId,
    resolved: &mut Resolved,
) -> Result<HashMap<String, RefusedRow>, Error> {
    if !resolved.columns.has_keys() {
        return Ok(HashMap::new());
    }
    let key = |key: &Option<String>| plain_id(key.as_deref().unwrap_or_default().trim());
    let mut ids: Vec<i64> = resolved.rows.iter().filter_map(|(text, _)| key(text)).collect();
    ids.sort_unstable();
    ids.dedup();
    let found = store::refused_row::by_ids(tx, ids).await?;
    let found: HashMap<i64, RefusedRow> =
        found.into_iter().filter(|row| row.batch == batch).map(|row| (row.id, row)).collect();
    let (mut repairs, mut taken) = (HashMap::new(), HashSet::new());
    let rows = std::mem::take(&mut resolved.rows);
    for (text, row) in rows {
        let code = match (&text, key(&text).and_then(|id| found.get(&id))) {
            (None, _) => Some(Code::RowKeyMissing),
            (Some(_), None) => Some(Code::RowKeyUnknown),
            (Some(_), Some(open)) if open.settled_at.is_some() || !taken.insert(open.id) => {
                Some(Code::RowTaken)
            }
            (Some(text), Some(open)) => {
                repairs.insert(text.clone(), open.clone());
                None
            }
        };
        match code {
            Some(code) => resolved.refuse(Field::RowKey, code, text.unwrap_or_default(), &row),
            None => resolved.rows.push((text, row)),
        }
    }
    Ok(repairs)
}

/// Refuses every row whose payee, or payer where many pay one, is in the file twice or already in the draft;
/// returns the draft's last line.
async fn refuse_duplicates(
    tx: &mut Tx,
    terms: &BatchTerms,
    batch: &Batch,
    resolved: &mut Resolved,
) -> Result<i64, Error> {
    let (met, last_line) = met(tx, terms, batch).await?;
    if terms.kind == BatchType::ManyToMany {
        return Ok(last_line);
    }
    let mut counts: HashMap<RepeatKey, usize> = HashMap::new();
    for (_, row) in &resolved.rows {
        *counts.entry(terms.repeat_key(&row.item)).or_default() += 1;
    }
    let others: Vec<i64> = resolved.rows.iter().map(|(_, row)| terms.other(&row.item).0).collect();
    let mut sorted = others.clone();
    sorted.sort_unstable();
    sorted.dedup();
    let numbers: HashMap<i64, String> = store::account::numbers(tx, sorted).await?.into_iter().collect();
    let field = resolved.columns.own_field(terms.own_side());
    for ((key, row), other) in std::mem::take(&mut resolved.rows).into_iter().zip(others) {
        let repeat = terms.repeat_key(&row.item);
        if met.contains(&repeat) || counts.get(&repeat).is_some_and(|count| *count > 1) {
            let number = numbers.get(&other).cloned().unwrap_or_default();
            resolved.refuse(field, terms.duplicate(), number, &row);
        } else {
            resolved.rows.push((key, row));
        }
    }
    Ok(last_line)
}

/// Refuses rows whose external id is held by another item, or is in the file twice.
async fn refuse_external_ids(tx: &mut Tx, batch: BatchId, resolved: &mut Resolved) -> Result<(), Error> {
    let items = resolved.rows.iter().map(|(_, row)| &row.item);
    let mut clashes = external_id::clashes(tx, batch, items).await?;
    for (place, (key, row)) in std::mem::take(&mut resolved.rows).into_iter().enumerate() {
        match clashes.wrong.remove(&place) {
            Some((code, about)) => resolved.refuse(Field::ExternalId, code, about, &row),
            None => resolved.rows.push((key, row)),
        }
    }
    Ok(())
}

impl Resolved {
    /// Refuses a row that had been accepted.
    fn refuse(&mut self, field: Field, code: Code, value: String, row: &Accepted) {
        let line = row.item.line;
        let problems = vec![problem(&self.columns, line, Wrong::new(field, code, &value))];
        self.refused.push(Refused { line, content: None, problems });
    }
}
