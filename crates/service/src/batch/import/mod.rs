//! A batch from a file. The file is streamed: a thread parses pages while the previous page is resolved and
//! written, so memory use does not grow with the file. The batch becomes visible only when the import is
//! complete.
//!
//! Imports are strict by default: one refused row refuses the file. A `partial` import takes the good rows
//! and keeps the refused ones with the draft (see [`super::problems`]).

mod add;
mod leftover;
mod progress;
mod source;

pub use self::add::AddFile;
pub use self::source::FileReport;

use self::progress::Progress;
use self::source::{Parsed, Source};
use super::create::{asset_of_batch, check_head, single, terms};
use super::rows::{BatchTerms, NewRow};
use super::similar::{self, Examined, Found};
use super::submit::{Submission, freeze, may_submit};
use super::{external_id, find, problems};
use crate::payee::{Field, Given, Payees, Side};
use crate::write::{Done, Write};
use crate::{Error, Service};
use domain::amount::format_minor;
use domain::batch::{BATCH_ITEMS_MAX, BatchMode, BatchState, BatchType};
use domain::code::Code;
use domain::fact::{Action, BatchEvent, Fact};
use domain::script::Digits;
use formats::payment::Options;
use ledger::calendar;
use std::io::Read;
use store::Tx;
use store::audit::Actor;
use store::batch::{Batch, NewBatch};
use store::import_problem::ImportProblem;
use store::named_lock::{self, NamedLock};

/// Rows per page; a page is one transaction.
const PAGE: usize = 10_000;
/// Problems that an answer lists; all of them stay with the batch.
pub const PROBLEMS_SHOWN: i64 = 1_000;

/// The sender's control totals; a file that differs is refused.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expected {
    /// The number of rows in the file, including refused ones.
    pub rows: Option<u64>,
    /// The sum of the file's amounts, in major units, including refused rows.
    pub total: Option<String>,
}

/// How to import a file.
#[derive(Debug, Clone)]
pub struct BatchImport {
    /// Which side is the single account.
    pub kind: BatchType,
    /// How a failed item affects the rest.
    pub mode: BatchMode,
    /// The single account, by number or as `acct_18`; none for `many_to_many`.
    pub account: Option<String>,
    /// The currency code; needed for `many_to_many` only.
    pub currency: Option<String>,
    /// The batch's name.
    pub name: String,
    /// Free-text remarks.
    pub remarks: Option<String>,
    /// How to read the file.
    pub options: Options,
    /// Take the good rows even if others are refused; the batch then stays a draft, unless `submission`
    /// confirms the number of refused rows.
    pub partial: bool,
    /// Leave it a draft; otherwise it is submitted.
    pub draft: bool,
    /// What is confirmed with the submission; `without_paid` applies to a draft too.
    pub submission: Submission,
    /// Whether payees in another currency are paid in that currency, at the stored rate.
    pub convert: bool,
    /// Whether it is paid at the rates stored when each item is paid, instead of those kept at its
    /// submission.
    pub follow_rates: bool,
    /// Whether a payee may appear twice, in rows that differ in reference or external id.
    pub allow_repeat: bool,
    /// Control totals.
    pub expected: Expected,
}

impl BatchImport {
    /// A strict import that is submitted.
    #[must_use]
    pub fn new(kind: BatchType, name: impl Into<String>) -> Self {
        Self {
            kind,
            mode: BatchMode::Continue,
            account: None,
            currency: None,
            name: name.into(),
            remarks: None,
            options: Options::default(),
            partial: false,
            draft: false,
            submission: Submission::default(),
            convert: false,
            follow_rates: false,
            allow_repeat: false,
            expected: Expected::default(),
        }
    }
}

/// The result of an import.
#[derive(Debug)]
pub struct Imported {
    /// The batch; none if nothing was taken.
    pub batch: Option<Batch>,
    /// Rows taken.
    pub taken: i64,
    /// Their sum, major units.
    pub taken_amount: String,
    /// Rows refused.
    pub refused: i64,
    /// The first problems.
    pub problems: Vec<ImportProblem>,
    /// What the file contains, whatever its outcome.
    pub file: FileReport,
    /// What was found when the rows were compared with earlier batches.
    pub found: Found,
}

/// A row of a file.
#[derive(Debug)]
pub(crate) struct Line {
    /// Its line number, from 1.
    pub line: i64,
    /// The key of the refused row that it repairs.
    pub key: Option<String>,
    pub row: NewRow,
}

impl Service {
    /// Imports a file. Rows that cannot be accepted become problems with line, column and code; a file that
    /// cannot be parsed at all is refused and leaves nothing behind.
    pub async fn batch_import<R: Read + Send + 'static>(
        &self,
        actor: &Actor,
        import: &BatchImport,
        read: R,
    ) -> Result<Imported, Error> {
        let about = Fact::new(Action::BatchImport, None).with("type", import.kind.name());
        let begun = async {
            let source = Source::open(read, &import.options).await?;
            let progress = self.open_batch(actor, import, &source).await?;
            Ok::<_, Error>((source, progress))
        };
        let (source, mut progress) = match begun.await {
            Ok(begun) => begun,
            Err(error) => return self.import_refused(actor, about, error).await,
        };
        let result = self.fill(&mut progress, source, import).await;
        let result = match result {
            Ok(file) => self.complete(actor, import, &mut progress, file).await,
            Err(error) => Err(error),
        };
        match result {
            Ok(imported) => Ok(imported),
            Err(error) => {
                self.purge(progress.id).await?;
                self.import_refused(actor, about, error).await
            }
        }
    }

    async fn open_batch<R>(
        &self,
        actor: &Actor,
        import: &BatchImport,
        source: &Source<R>,
    ) -> Result<Progress, Error> {
        let (name, remarks) = check_head(&import.name, import.remarks.as_deref())?;
        let mut tx = self.store.write().await?;
        named_lock::take(&mut tx, NamedLock::Batch).await?;
        let terms = terms_of_import(&mut tx, import).await?;
        let zone = Self::zone(&mut tx).await?;
        let now = self.now();
        let new = NewBatch {
            day: calendar::compact(calendar::zoned(now, &zone).date()),
            name,
            kind: import.kind,
            mode: import.mode,
            asset: terms.asset.id,
            account: terms.single.map(|(account, _)| account),
            remarks,
            convert: import.convert,
            allow_repeat: import.allow_repeat,
            follows_rates: import.follow_rates,
            created_by: actor.author.clone(),
            created_at: now,
        };
        let id = store::batch::create(&mut tx, &new).await?;
        // Leased while it is imported, so that other nodes do not treat it as abandoned.
        self.lease_in(&mut tx, id, 0).await?;
        let at_work = self.at_import(id);
        tx.commit().await?;
        Ok(Progress::new(id, at_work, terms, source.columns.clone()))
    }

    async fn fill<R: Read + Send + 'static>(
        &self,
        progress: &mut Progress,
        source: Source<R>,
        import: &BatchImport,
    ) -> Result<FileReport, Error> {
        let mut pages = source.parse();
        let mut report = FileReport::default();
        while let Some(parsed) = pages.recv().await {
            match parsed? {
                Parsed::Page(page) => self.page(progress, page).await?,
                Parsed::End(end) => report = *end,
            }
            if progress.taken > BATCH_ITEMS_MAX {
                return Err(Code::FileTooLarge.into());
            }
        }
        report.check(&import.expected)?;
        self.drop_duplicates(progress).await?;
        if import.partial || progress.refused == 0 {
            progress.terms.within_maximum(progress.amount)?;
        }
        Ok(report)
    }

    /// Resolves a page and writes it in one transaction.
    async fn page(&self, progress: &mut Progress, page: source::ParsedPage) -> Result<(), Error> {
        let payees = {
            let mut tx = self.store.read().await?;
            Payees::load(&mut tx, page.lines.iter().flat_map(|line| &line.row.given)).await?
        };
        let (rows, mut refused) = progress.sort(&payees, page);
        let mut tx = self.store.write().await?;
        let clashes = external_id::clashes(&mut tx, progress.id, rows.iter().map(|row| &row.item)).await?;
        let (mut rows, clashed) = progress.part(rows, clashes);
        refused.extend(progress.refuse(&mut tx, &clashed).await?);
        super::create::number_rows(&mut tx, &mut rows).await?;
        progress.take(&rows);
        store::batch::set_extent(&mut tx, progress.id, progress.first.unwrap_or(0), progress.last).await?;
        super::create::insert_rows(&mut tx, progress.id, rows).await?;
        problems::keep(&mut tx, progress.id, &mut refused).await?;
        Ok(tx.commit().await?)
    }

    async fn complete(
        &self,
        actor: &Actor,
        import: &BatchImport,
        progress: &mut Progress,
        file: FileReport,
    ) -> Result<Imported, Error> {
        let mut write = self.step(actor, Action::BatchImport).await?;
        named_lock::take(&mut write.tx, NamedLock::Batch).await?;
        let (id, refused) = (progress.id, progress.refused);
        let problems = store::import_problem::list(&mut write.tx, id, PROBLEMS_SHOWN).await?;
        let asset = progress.terms.asset.clone();
        if progress.taken == 0 || (!import.partial && refused > 0) {
            drop(write);
            self.purge(id).await?;
            self.note_refused(actor, &file, refused).await?;
            let (taken_amount, found) = (format_minor(0, asset.scale), Found::default());
            return Ok(Imported { batch: None, taken: 0, taken_amount, refused, problems, file, found });
        }
        let done = complete(&mut write, self.store.node(), import, progress, &file).await;
        let found = write.end_unkept(done).await?;
        let batch = Some(self.batch(&id.to_string()).await?);
        let taken_amount = format_minor(progress.amount, asset.scale);
        Ok(Imported { batch, taken: progress.taken, taken_amount, refused, problems, file, found })
    }

    /// Audits a refusal and returns it.
    async fn import_refused<T>(&self, actor: &Actor, about: Fact, error: Error) -> Result<T, Error> {
        match error {
            Error::Refused(refusal) => {
                let kept = Error::Refused(refusal.clone());
                match self.refused::<()>(actor, about, Error::Refused(refusal)).await {
                    Err(Error::Refused(_)) | Ok(()) => Err(kept),
                    Err(error) => Err(error),
                }
            }
            error => Err(error),
        }
    }

    /// Audits that a file was refused because of its rows.
    async fn note_refused(&self, actor: &Actor, file: &FileReport, refused: i64) -> Result<(), Error> {
        let about = Fact::new(Action::BatchImport, None).with("file_hash", file.hash.as_str());
        let error = Error::refused(Code::BatchRowsInvalid, refused.to_string());
        match self.import_refused(actor, about, error).await {
            Err(Error::Refused(_)) | Ok(()) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// Makes the import a visible draft and, unless it stays one, submits it. Both happen in one commit, so that
/// nothing remains of a batch that is refused for paying again what was paid.
async fn complete(
    write: &mut Write,
    node: &str,
    import: &BatchImport,
    progress: &mut Progress,
    file: &FileReport,
) -> Result<Done<Found>, Error> {
    let (tx, id, now) = (&mut write.tx, progress.id, write.now);
    named_lock::take(tx, NamedLock::Submit).await?;
    // Another node may have evicted this one and discarded the import.
    if store::batch::fill(tx, id, &progress.filled(file)?).await? != 1 {
        return Err(Code::Fenced.into());
    }
    store::lease::give_back(tx, id, node).await?;
    let batch = find(tx, &id.to_string()).await?;
    let content = std::mem::take(&mut progress.content).finish();
    let without_paid = import.submission.without_paid;
    let Examined { batch, content, found } = similar::examine(tx, batch, content, without_paid, now).await?;
    progress.taken = batch.tally.total_count;
    progress.amount = i128::from(batch.tally.total_amount);
    let created = Fact::of_batch(Action::BatchImport, id)
        .with("taken", progress.taken)
        .with("refused", progress.refused)
        .with("left_out", Some(found.left_out).filter(|count| *count > 0))
        .with("file_rows", file.summary.totals.rows)
        .with("file_sum", file.sum())
        .with("file_hash", file.hash.as_str())
        .moved(BatchState::Draft, BatchEvent::Created);
    // Refused rows are open: a user decides about them before the batch is submitted.
    if import.draft || progress.refused != import.submission.leave_problems {
        return Ok(Done::one(found, created));
    }
    may_submit(tx, &batch).await?;
    let submitted = freeze(write, &batch, &content, &found, &import.submission).await?;
    Ok(Done::many(found, vec![created, submitted.with("left_problems", progress.refused)]))
}

/// The terms for the rows of a new batch.
async fn terms_of_import(tx: &mut Tx, import: &BatchImport) -> Result<BatchTerms, Error> {
    let (side, field) = match import.kind {
        BatchType::ManyToOne => (Side::Payee, Field::Payee),
        BatchType::OneToMany | BatchType::ManyToMany => (Side::Payer, Field::Payer),
    };
    let single = if import.kind == BatchType::ManyToMany {
        None
    } else {
        let number = import.account.clone().unwrap_or_default();
        Some(single(tx, &Given::account(Some(side), field, number, Digits::Fold), side).await?)
    };
    let asset = asset_of_batch(tx, import.kind, single, import.currency.as_deref(), import.convert).await?;
    let terms = terms(tx, import.kind, asset, single, import.convert).await?;
    Ok(BatchTerms { allow_repeat: import.allow_repeat, digits: Digits::Fold, ..terms })
}
