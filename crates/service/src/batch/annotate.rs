//! The annotated original: the uploaded file of a batch again, with what became of each row beside it (ADR 66).
//!
//! The file is read row by row. Of its items and refused rows only those of a window are in memory; the numbers of the
//! import bound both, so that rows that were added to the draft by hand or from another file, and happen to have the
//! same line, are not taken for rows of this one.

use super::lookup::find;
use super::problems::reason;
use crate::file::blocking;
use crate::task::import_batch::file_options;
use crate::{Error, Service, upload};
use domain::batch_ref::BatchRef;
use domain::code::{Code, Language};
use domain::id::{BatchId, FileId};
use domain::item::ItemState;
use domain::task::import_batch::ImportBatchOutput;
use domain::task::{TaskInput, TaskOutput};
use formats::export::manifest::Manifest;
use formats::export::options::ExportOptions;
use formats::export::original::{LineOutcome, OpenedOriginal};
use formats::export::writer::ExportWriter;
use formats::payment::PaymentFileOptions;
use formats::report::NAMED_MAX;
use hashbrown::HashMap;
use std::io::Write;
use store::Tx;
use store::batch::Batch;
use store::import_problem::ImportProblem;
use store::item::{Item, Page};

/// Items and lines per step: memory use does not grow with the batch.
pub const ANNOTATED_AT_ONCE: i64 = 10_000;

/// The file that a batch was made from, and how its import read it.
#[derive(Debug)]
pub(crate) struct OriginalFile {
    /// The file.
    pub file: FileId,
    options: PaymentFileOptions,
    /// What its import says of its rows.
    told: ImportTold,
}

/// What an import says of the rows of its file.
#[derive(Debug)]
struct ImportTold {
    /// The highest number of its rows.
    last: i64,
    /// The lines of totals.
    totals: Vec<u64>,
}

impl ImportTold {
    /// Whether a row is known not to be a total: beyond the last of a full list it may be one.
    fn is_no_total(&self, line: u64) -> bool {
        let is_listed = self.totals.len() < NAMED_MAX || self.totals.last().is_some_and(|last| line <= *last);
        is_listed && !self.totals.contains(&line)
    }
}

/// The file that a batch was made from; [`Code::OriginalMissing`] if it was made from none.
pub(crate) async fn original_of(tx: &mut Tx, batch: BatchId) -> Result<OriginalFile, Error> {
    let missing = || Error::refused(Code::OriginalMissing, batch.to_string());
    let task = store::task::importer(tx, batch).await?.ok_or_else(missing)?;
    let input = serde_json::from_str(&task.input).map_err(|_| missing())?;
    // A file that was added to a draft is not what the batch was made from.
    let input = match input {
        TaskInput::ImportBatch(input) if input.options.into.is_none() => input,
        _ => return Err(missing()),
    };
    let result = task.result.as_deref().and_then(|result| serde_json::from_str(result).ok());
    let told = match result {
        Some(TaskOutput::ImportBatch(ImportBatchOutput { last_number, total_lines, .. })) => {
            ImportTold { last: last_number.unwrap_or(i64::MAX), totals: total_lines }
        }
        _ => ImportTold { last: i64::MAX, totals: Vec::new() },
    };
    Ok(OriginalFile { file: input.file_id, options: file_options(&input.options)?, told })
}

/// An original that is ready to be annotated.
pub struct Annotating {
    batch: Batch,
    told: ImportTold,
    step: i64,
    opened: OpenedOriginal,
}

impl Annotating {
    /// Opens the file that a batch was made from, to be written with so many items and lines in memory.
    pub async fn open(service: &Service, batch: BatchRef, step: i64) -> Result<Self, Error> {
        let mut tx = service.store.point_read().await?;
        let batch = find(&mut tx, batch).await?;
        let OriginalFile { file, options, told } = original_of(&mut tx, batch.id).await?;
        drop(tx);
        let (first, again) = (upload::open(service, file).await?, upload::open(service, file).await?);
        let opened = blocking(move || OpenedOriginal::open(first, again, &options)).await?;
        Ok(Self { batch, told, step, opened })
    }

    /// The batch.
    #[must_use]
    pub const fn batch(&self) -> &Batch {
        &self.batch
    }

    /// How many rows it has, about.
    #[must_use]
    pub fn rows(&self) -> i64 {
        i64::try_from(self.opened.form.lines).unwrap_or(i64::MAX)
    }

    /// The same options for a file in the form of the original.
    #[must_use]
    pub fn like(&self, options: &ExportOptions) -> ExportOptions {
        self.opened.like(options)
    }

    /// Writes it with the outcomes of its rows as they are now, in the form of the original.
    pub async fn write<W: Write + Send>(
        self,
        service: &Service,
        options: &ExportOptions,
        to: W,
        mut tell: impl FnMut(usize) -> Result<(), Error>,
    ) -> Result<Manifest, Error> {
        let options = self.like(options);
        let Self { batch, told, step, opened } = self;
        let mut original = opened.original;
        let mut tx = service.store.read().await?;
        let mut outcomes = OriginalOutcomes::new(&batch, told.last, step, options.language);
        let mut writer = ExportWriter::new(original.table(), &options, to)?;
        let mut rows = 0;
        while let Some(line) = original.advance().map_err(Error::from)? {
            let found = outcomes.take(&mut tx, i64::try_from(line).unwrap_or(i64::MAX)).await?;
            let is_row = told.is_no_total(line) && !original.is_blank();
            let outcome = found.unwrap_or_else(|| OriginalOutcome::missing(is_row));
            writer.row(&original.cells(&outcome.shown()))?;
            rows += 1;
            if rows == ANNOTATED_AT_ONCE {
                tell(usize::try_from(std::mem::take(&mut rows)).unwrap_or(0))?;
            }
        }
        // What is read is read: the end of a large workbook takes long.
        drop(tx);
        tell(usize::try_from(rows).unwrap_or(0))?;
        Ok(writer.finish()?.1)
    }
}

/// What became of a row.
#[derive(Debug, Default)]
struct OriginalOutcome {
    status: &'static str,
    code: String,
    reason: String,
    transfer: Option<i64>,
}

impl OriginalOutcome {
    fn of(item: &Item, language: Language) -> Self {
        Self {
            status: item.state.name(),
            code: item.code.map_or("", Code::name).to_owned(),
            reason: item.code.map_or("", |code| code.message(language)).to_owned(),
            // An item's number is its transfer's.
            transfer: Some(item.number.0).filter(|_| item.state == ItemState::Completed),
        }
    }

    fn refused(status: &'static str, problems: &[ImportProblem], language: Language) -> Self {
        let mut codes: Vec<&str> = problems.iter().map(|problem| problem.code.name()).collect();
        codes.dedup();
        let reasons: Vec<String> = problems.iter().map(|problem| reason(problem, language)).collect();
        Self { status, code: codes.join(" "), reason: reasons.join("; "), transfer: None }
    }

    /// Of a row that has neither an item nor a refused row: it was left out, or removed from the draft; what is no row
    /// has no outcome.
    fn missing(is_row: bool) -> Self {
        Self { status: if is_row { "removed" } else { "" }, ..Self::default() }
    }

    fn shown(&self) -> LineOutcome<'_> {
        let Self { status, code, reason, transfer } = self;
        LineOutcome { status, code, reason, transfer: *transfer }
    }
}

/// The outcomes of the rows, window by window.
struct OriginalOutcomes {
    batch: BatchId,
    language: Language,
    step: i64,
    items: ItemsByLine,
    /// The highest number of the import.
    last: i64,
    refused: HashMap<i64, OriginalOutcome>,
    /// The last line of the window of refused rows.
    reached: i64,
}

/// Items of an import: their lines ascend with their numbers.
struct ItemsByLine {
    page: Page,
    found: HashMap<i64, OriginalOutcome>,
    /// The last line that was read; all lines once there are no more.
    reached: i64,
}

impl OriginalOutcomes {
    fn new(batch: &Batch, last: i64, step: i64, language: Language) -> Self {
        let page = Page {
            batch: batch.id,
            after: batch.first_number - 1,
            last: batch.last_number.min(last),
            limit: step,
        };
        let items = ItemsByLine { page, found: HashMap::new(), reached: 0 };
        Self { batch: batch.id, language, step, items, last, refused: HashMap::new(), reached: 0 }
    }

    /// The outcome of the row on a line, if it has one; lines are asked for in ascending order.
    async fn take(&mut self, tx: &mut Tx, line: i64) -> Result<Option<OriginalOutcome>, Error> {
        while self.items.reached < line {
            self.items.next(tx, self.language).await?;
        }
        if self.reached < line {
            self.window(tx, line).await?;
        }
        // A row that was refused and then corrected has an item elsewhere.
        let refused = self.refused.remove(&line);
        let item = self.items.found.remove(&line);
        Ok(refused.or(item))
    }

    /// Reads the refused rows from a line on.
    async fn window(&mut self, tx: &mut Tx, line: i64) -> Result<(), Error> {
        self.reached = line.saturating_add(self.step);
        self.refused.clear();
        let lines = (line, self.reached);
        let rows = store::refused_row::of_lines(tx, self.batch, lines, self.last).await?;
        if rows.is_empty() {
            return Ok(());
        }
        let mut problems: HashMap<i64, Vec<ImportProblem>> = HashMap::new();
        for problem in store::import_problem::of_lines(tx, self.batch, lines).await? {
            problems.entry(problem.row).or_default().push(problem);
        }
        let repaired = rows.iter().filter_map(|row| row.item).collect();
        let items = store::item::by_numbers(tx, repaired).await?;
        let items: HashMap<i64, Item> = items.into_iter().map(|item| (item.number.0, item)).collect();
        for row in rows {
            let problems = problems.remove(&row.id).unwrap_or_default();
            let outcome = match (row.settled_at, row.item.and_then(|number| items.get(&number))) {
                (_, Some(item)) => OriginalOutcome::of(item, self.language),
                (None, None) => OriginalOutcome::refused("refused", &problems, self.language),
                (Some(_), None) => OriginalOutcome::refused("dropped", &problems, self.language),
            };
            self.refused.insert(row.line, outcome);
        }
        Ok(())
    }
}

impl ItemsByLine {
    /// Reads the next page.
    async fn next(&mut self, tx: &mut Tx, language: Language) -> Result<(), Error> {
        let items = store::item::page(tx, self.page, None, None).await?;
        let Some(last) = items.last() else {
            self.reached = i64::MAX;
            return Ok(());
        };
        (self.page.after, self.reached) = (last.number.0, last.line);
        self.found.extend(items.iter().map(|item| (item.line, OriginalOutcome::of(item, language))));
        Ok(())
    }
}
