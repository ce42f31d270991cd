//! A file whose rows are added to a draft, as new rows or as repairs of refused ones.
//!
//! A file with the column `sluice_row` is a repair: each row names the refused row whose place it takes. It is
//! taken in one transaction, so it has at most as many rows as a request.

use super::super::ask::Ask;
use super::super::edit::{draft, met, set_total, terms_of_draft};
use super::super::problems::{self, Refused};
use super::super::rows::{Accepted, BatchTerms, ROWS_MAX, RepeatKey};
use super::source::{Columns, FileReport, Parsed, Source};
use super::{Expected, Imported, PROBLEMS_SHOWN, progress};
use crate::batch::create::{extent, insert_rows, number_of_rows, number_rows};
use crate::payee::{Field, Payees, Wrong};
use crate::write::{Done, Write};
use crate::{Error, Service};
use domain::amount::format_minor;
use domain::batch::{BATCH_ITEMS_MAX, BatchState, BatchType};
use domain::code::Code;
use domain::fact::{Action, BatchEvent, Fact};
use domain::id::BatchId;
use domain::noun::plain_id;
use domain::script::Digits;
use formats::payment::Options;
use hashbrown::{HashMap, HashSet};
use serde::{Deserialize, Serialize};
use std::io::Read;
use store::Tx;
use store::audit::Actor;
use store::batch::Batch;
use store::refused_row::RefusedRow;

/// A file whose rows are added to a draft.
#[derive(Debug, Clone, Default)]
pub struct AddFile {
    /// How to read it.
    pub options: Options,
    /// Take the good rows although others are refused.
    pub partial: bool,
    /// Control totals.
    pub expected: Expected,
}

/// The rows of a file, resolved.
struct Resolved {
    rows: Vec<(Option<String>, Accepted)>,
    refused: Vec<Refused>,
    columns: Columns,
    file: FileReport,
}

/// What was added.
#[derive(Serialize, Deserialize)]
struct AddedRows {
    count: i64,
    amount: i64,
}

impl Service {
    /// Adds the rows of a file to a draft.
    pub async fn batch_import_into<R: Read + Send + 'static>(
        &self,
        actor: &Actor,
        name: &str,
        add: &AddFile,
        read: R,
    ) -> Result<Imported, Error> {
        let (terms, scale) = {
            let mut tx = self.store.read().await?;
            let batch = super::super::find(&mut tx, name).await?;
            let terms = terms_of_draft(&mut tx, &batch).await?;
            let scale = terms.asset.scale;
            (BatchTerms { digits: Digits::Fold, ..terms }, scale)
        };
        let mut resolved = self.resolve_file(&terms, add, read).await?;
        // A file is not sent under an idempotency key.
        let mut write = self.step(actor, Action::BatchImport).await?;
        let done = add_rows(&mut write, name, &terms, add, &mut resolved).await;
        let done = match done {
            // Nothing is taken, and the rows say why.
            Ok(None) => Err(Error::refused(Code::BatchRowsInvalid, resolved.refused.len().to_string())),
            Ok(Some(done)) => Ok(done),
            Err(error) => Err(error),
        };
        let is_strict =
            matches!(&done, Err(Error::Refused(refusal)) if refusal.code == Code::BatchRowsInvalid);
        let added = match write.end(done).await {
            Err(Error::Refused(_)) if is_strict => AddedRows { count: 0, amount: 0 },
            other => other?,
        };
        let batch = if is_strict { None } else { Some(self.batch(name).await?) };
        let problems = resolved.refused.iter().flat_map(|row| row.problems.clone());
        Ok(Imported {
            batch,
            taken: added.count,
            taken_amount: format_minor(i128::from(added.amount), scale),
            refused: number_of_rows(resolved.refused.len()),
            problems: problems.take(usize::try_from(PROBLEMS_SHOWN).unwrap_or(0)).collect(),
            file: resolved.file,
        })
    }

    async fn resolve_file<R: Read + Send + 'static>(
        &self,
        terms: &BatchTerms,
        add: &AddFile,
        read: R,
    ) -> Result<Resolved, Error> {
        let source = Source::open(read, &add.options).await?;
        let columns = source.columns.clone();
        let mut resolved =
            Resolved { rows: Vec::new(), refused: Vec::new(), columns, file: FileReport::default() };
        let mut pages = source.parse();
        while let Some(parsed) = pages.recv().await {
            let page = match parsed? {
                Parsed::Page(page) => page,
                Parsed::End(report) => {
                    resolved.file = *report;
                    continue;
                }
            };
            let payees = {
                let mut tx = self.store.read().await?;
                Payees::load(&mut tx, page.lines.iter().flat_map(|line| &line.row.given)).await?
            };
            let (rows, refused) = progress::sort(terms, &resolved.columns, &payees, page);
            resolved.rows.extend(rows);
            resolved.refused.extend(refused);
            if resolved.rows.len() + resolved.refused.len() > ROWS_MAX {
                return Err(Error::refused(Code::FileTooLarge, ROWS_MAX.to_string()));
            }
        }
        resolved.file.check(&add.expected)?;
        Ok(resolved)
    }
}

/// Adds what can be added; none if a strict file has refused rows, or nothing was left.
async fn add_rows(
    write: &mut Write,
    name: &str,
    terms: &BatchTerms,
    add: &AddFile,
    resolved: &mut Resolved,
) -> Result<Option<Done<AddedRows>>, Error> {
    let batch = draft(write, &Ask::of(name)).await?;
    let tx = &mut write.tx;
    let repairs = refuse_keys(tx, batch.id, resolved).await?;
    let last_line = refuse_duplicates(tx, terms, &batch, resolved).await?;
    if resolved.rows.is_empty() || (!add.partial && !resolved.refused.is_empty()) {
        return Ok(None);
    }
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
    let open = problems::count_open(tx, batch.id).await?;
    let (first, last) = extent(&items);
    let first = if batch.tally.total_count == 0 { first } else { batch.first_number };
    store::batch::set_range(tx, batch.id, first, last).await?;
    set_total(tx, &batch, usize::try_from(count).unwrap_or(0), total).await?;
    let added = number_of_rows(items.len());
    let fact = Fact::of_batch(Action::BatchImport, batch.id)
        .with("added", added)
        .with("refused", resolved.refused.len())
        .with("open", open)
        .with("file_hash", resolved.file.hash.as_str())
        .moved(BatchState::Draft, BatchEvent::Edited)
        .of_item(items.first().map_or(0, |item| item.number.0));
    let amount = i64::try_from(amount).unwrap_or(i64::MAX);
    Ok(Some(Done::one(AddedRows { count: added, amount }, fact)))
}

/// In a repair file each row needs the key of an open row of this batch. Returns these rows by key.
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

/// Refuses every row whose payee is in the file twice, or in the draft already; returns the draft's last line.
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
        *counts.entry(terms.repeat_key(row)).or_default() += 1;
    }
    let others: Vec<i64> = resolved.rows.iter().map(|(_, row)| terms.other(&row.item).0).collect();
    let mut sorted = others.clone();
    sorted.sort_unstable();
    sorted.dedup();
    let numbers: HashMap<i64, String> = store::account::numbers(tx, sorted).await?.into_iter().collect();
    let field = match terms.own_side() {
        crate::payee::Side::Payer => Field::Payer,
        crate::payee::Side::Payee => Field::Payee,
    };
    for ((key, row), other) in std::mem::take(&mut resolved.rows).into_iter().zip(others) {
        let repeat = terms.repeat_key(&row);
        if met.contains(&repeat) || counts.get(&repeat).is_some_and(|count| *count > 1) {
            let number = numbers.get(&other).cloned().unwrap_or_default();
            resolved.refuse(field, terms.duplicate(), number, &row);
        } else {
            resolved.rows.push((key, row));
        }
    }
    Ok(last_line)
}

impl Resolved {
    /// A row that could be taken is refused after all.
    fn refuse(&mut self, field: Field, code: Code, value: String, row: &Accepted) {
        let line = row.item.line;
        let problems = vec![progress::problem(&self.columns, line, Wrong::new(field, code, &value))];
        self.refused.push(Refused { line, content: None, problems });
    }
}
