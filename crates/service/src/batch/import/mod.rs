//! A batch from a file. The file is streamed: a thread parses pages, a task looks up the accounts of the next
//! one (`look_ahead`), and the import writes the present one, so memory use does not grow with the file.
//! The batch becomes visible only when the import is complete.
//!
//! Imports are strict by default: one refused row refuses the file. A `partial` import takes the good rows
//! and keeps the refused ones with the draft (see [`mod@super::problems`]).

mod add;
mod lease;
mod look_ahead;
mod report;
mod seen;
mod sort;
mod source;
mod state;

pub use self::add::{AddFile, import_into};
pub use self::lease::discard;
pub use self::report::{Expected, Imported, PROBLEMS_SHOWN};

use self::lease::ImportLease;
use self::look_ahead::{LookUp, LookedUp, cut_off, look_up};
use self::source::{Columns, Source};
use self::state::ImportState;
use super::draft::check_head;
use super::similar::{self, Examined, Found};
use super::submit::{Submission, freeze, may_submit};
use super::terms::{BatchTerms, asset_of_batch, single, terms};
use super::{change, external_id, lookup, problems};
use crate::approval::makers;
use crate::file::FileReport;
use crate::payee::{Field, Given, Payees, Side};
use crate::task::job::Job;
use crate::write::{Write, WriteResult};
use crate::{Error, Service, setting};
use domain::account_ref::GivenAccount;
use domain::amount::format_minor;
use domain::batch::{BATCH_ITEMS_MAX, BatchMode, BatchState, BatchType};
use domain::code::Code;
use domain::fact::{Action, BatchEvent, Fact};
use domain::script::Digits;
use domain::task::TaskOutput;
use domain::task::import_batch::ImportBatchOutput;
use formats::payment::PaymentFileOptions;
use ledger::calendar;
use std::io::{Read, Seek};
use store::audit::Actor;
use store::batch::NewBatch;
use store::named_lock::{self, NamedLock};
use store::{Tx, crash};

/// How to import a file.
#[derive(Debug, Clone)]
pub struct BatchImport {
    /// Which side is the single account.
    pub kind: BatchType,
    /// How a failed item affects the rest.
    pub mode: BatchMode,
    /// The single account; none for `many_to_many`.
    pub account: Option<GivenAccount>,
    /// The currency code; needed for `many_to_many` only.
    pub currency: Option<String>,
    /// The batch's name.
    pub name: String,
    /// Free-text remarks.
    pub remarks: Option<String>,
    /// How to read the file.
    pub options: PaymentFileOptions,
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
    /// The task that imports it, if one does.
    pub job: Option<Job>,
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
            options: PaymentFileOptions::default(),
            partial: false,
            draft: false,
            submission: Submission::default(),
            convert: false,
            follow_rates: false,
            allow_repeat: false,
            expected: Expected::default(),
            job: None,
        }
    }
}

/// Imports a file. Rows that cannot be accepted become problems with line, column and code; a file that
/// cannot be parsed at all is refused and leaves nothing behind.
pub async fn import<R: Read + Seek + Send + 'static>(
    service: &Service,
    actor: &Actor,
    import: &BatchImport,
    read: R,
) -> Result<Imported, Error> {
    let about = Fact::new(Action::BatchImport, None).with("type", import.kind.name());
    let begun = async {
        let source = Source::open(read, &import.options).await?;
        let state = open_batch(service, actor, import, &source.columns).await?;
        Ok::<_, Error>((source, state))
    };
    let (source, mut state) = match begun.await {
        Ok(begun) => begun,
        Err(error) => return import_refused(service, actor, about, error).await,
    };
    let result = fill(service, &mut state, source, import).await;
    let result = match result {
        Ok(file) => finish(service, actor, import, &mut state, file).await,
        Err(error) => Err(error),
    };
    match result {
        Ok(imported) => {
            if let Some(batch) = &imported.batch {
                change::after_submission(service, batch).await;
            }
            Ok(imported)
        }
        Err(error) => {
            state.lease.discard(&service.store).await?;
            import_refused(service, actor, about, error).await
        }
    }
}

async fn open_batch(
    service: &Service,
    actor: &Actor,
    import: &BatchImport,
    columns: &Columns,
) -> Result<ImportState, Error> {
    let (name, remarks) = check_head(&import.name, import.remarks.as_deref())?;
    let mut tx = service.store.write().await?;
    named_lock::take(&mut tx, NamedLock::Batch).await?;
    let terms = terms_of_import(&mut tx, import).await?;
    let zone = setting::zone(&mut tx).await?;
    let now = service.now();
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
    let lease = ImportLease::take(&mut tx, &service.store, id).await?;
    tx.commit().await?;
    Ok(ImportState::new(id, lease, terms, columns.clone()))
}

async fn fill(
    service: &Service,
    state: &mut ImportState,
    source: Source,
    import: &BatchImport,
) -> Result<FileReport, Error> {
    let mut parts = look_up(&service.store, source);
    let taken = take_pages(service, state, &mut parts, import.job.as_ref()).await;
    parts.end().await;
    let report = taken?;
    import.expected.check(&report)?;
    state::drop_duplicates(service, state).await?;
    if import.partial || state.refused == 0 {
        state.terms.within_maximum(state.amount)?;
    }
    Ok(report)
}

/// Takes all pages of a file; returns what its end reports.
async fn take_pages(
    service: &Service,
    state: &mut ImportState,
    parts: &mut LookUp,
    job: Option<&Job>,
) -> Result<FileReport, Error> {
    loop {
        match parts.recv().await.ok_or_else(cut_off)?? {
            LookedUp::Page(page, payees) => {
                let rows = page.rows();
                take_page(service, state, page, &payees).await?;
                if let Some(job) = job {
                    job.counts.add(rows);
                }
                crash::point("import_page");
            }
            LookedUp::End(report) => return Ok(*report),
        }
        if state.taken > BATCH_ITEMS_MAX {
            return Err(Code::FileTooLarge.into());
        }
    }
}

/// Writes a page in one transaction.
async fn take_page(
    service: &Service,
    state: &mut ImportState,
    page: source::ParsedPage,
    payees: &Payees,
) -> Result<(), Error> {
    let (rows, mut refused) = state.sort(payees, page);
    let mut tx = service.store.write().await?;
    state.lease.hold(&mut tx).await?;
    let clashes = external_id::clashes(&mut tx, state.id, rows.iter().map(|row| &row.item)).await?;
    let (mut rows, clashed) = state.part(rows, clashes);
    refused.extend(state.refuse(&mut tx, &clashed).await?);
    super::items::number_rows(&mut tx, &mut rows).await?;
    state.take(&rows);
    store::batch::set_extent(&mut tx, state.id, state.first.unwrap_or(0), state.last).await?;
    super::items::insert_rows(&mut tx, state.id, rows).await?;
    problems::keep(&mut tx, state.id, &mut refused).await?;
    // Items need no commit number, but the digest of the page does.
    store::head::advance(&mut tx).await?;
    Ok(tx.commit().await?)
}

async fn finish(
    service: &Service,
    actor: &Actor,
    import: &BatchImport,
    state: &mut ImportState,
    file: FileReport,
) -> Result<Imported, Error> {
    let mut write = service.step(actor, Action::BatchImport).await?;
    named_lock::take(&mut write.tx, NamedLock::Batch).await?;
    let (id, refused) = (state.id, state.refused);
    let problems = store::import_problem::list(&mut write.tx, id, PROBLEMS_SHOWN).await?;
    let asset = state.terms.asset.clone();
    if state.taken == 0 || (!import.partial && refused > 0) {
        drop(write);
        state.lease.discard(&service.store).await?;
        note_refused(service, actor, &file, refused).await?;
        let (taken_amount, found) = (format_minor(0, asset.scale), Found::default());
        return Ok(Imported { batch: None, taken: 0, taken_amount, refused, problems, file, found });
    }
    let done = complete(&mut write, import, state, &file).await;
    let found = write.end_unkept(done).await?;
    crash::point("import_completed");
    let batch = Some(lookup::get(&mut service.store.read().await?, id).await?);
    let taken_amount = taken_amount(state);
    Ok(Imported { batch, taken: state.taken, taken_amount, refused, problems, file, found })
}

/// The sum of the rows taken, in major units.
fn taken_amount(state: &ImportState) -> String {
    format_minor(state.amount, state.terms.asset.scale)
}

/// Audits a refusal and returns it.
async fn import_refused<T>(service: &Service, actor: &Actor, about: Fact, error: Error) -> Result<T, Error> {
    match error {
        Error::Refused(refusal) => {
            let kept = Error::Refused(refusal.clone());
            match service.refused::<()>(actor, about, Error::Refused(refusal)).await {
                Err(Error::Refused(_)) | Ok(()) => Err(kept),
                Err(error) => Err(error),
            }
        }
        error => Err(error),
    }
}

/// Audits that a file was refused because of its rows.
async fn note_refused(
    service: &Service,
    actor: &Actor,
    file: &FileReport,
    refused: i64,
) -> Result<(), Error> {
    let about = Fact::new(Action::BatchImport, None).with("file_hash", file.hash.as_str());
    let error = Error::refused(Code::BatchRowsInvalid, refused.to_string());
    match import_refused(service, actor, about, error).await {
        Err(Error::Refused(_)) | Ok(()) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Makes the import a visible draft and, unless it stays one, submits it. Both happen in one commit, so that
/// nothing remains of a batch that is refused for paying again what was paid.
async fn complete(
    write: &mut Write,
    import: &BatchImport,
    state: &mut ImportState,
    file: &FileReport,
) -> Result<WriteResult<Found>, Error> {
    let (id, now) = (state.id, write.now);
    named_lock::take(&mut write.tx, NamedLock::Submit).await?;
    makers::add(write, id).await?;
    let tx = &mut write.tx;
    state.lease.hold(tx).await?;
    store::batch::fill(tx, id, &state.filled(file)?).await?;
    state.lease.end(tx).await?;
    let batch = lookup::get(tx, id).await?;
    let content = std::mem::take(&mut state.content).finish();
    let without_paid = import.submission.without_paid;
    let Examined { batch, content, found } = similar::examine(tx, batch, content, without_paid, now).await?;
    state.taken = batch.tally.total_count;
    state.amount = i128::from(batch.tally.total_amount);
    if let Some(job) = &import.job {
        let output = report::output(
            Some(&batch),
            state.taken,
            &taken_amount(state),
            state.refused,
            found.left_out,
            file,
        );
        let refused = store::refused_row::last(tx, id).await?;
        let output = ImportBatchOutput { last_number: Some(state.last.max(refused)), ..output };
        job.hold.bind(tx, id, &TaskOutput::ImportBatch(output)).await?;
    }
    let created = Fact::of_batch(Action::BatchImport, id)
        .with("taken", state.taken)
        .with("refused", state.refused)
        .with("left_out", Some(found.left_out).filter(|count| *count > 0))
        .with("file_rows", file.summary.totals.rows)
        .with("file_sum", file.sum())
        .with("file_hash", file.hash.as_str())
        .moved(BatchState::Draft, BatchEvent::Created);
    // Refused rows are open: a user decides about them before the batch is submitted.
    if import.draft || state.refused != import.submission.leave_problems {
        return Ok(WriteResult::one(found, created));
    }
    may_submit(tx, &batch).await?;
    let submitted = freeze(write, &batch, &content, &found, &import.submission).await?;
    Ok(WriteResult::many(found, vec![created, submitted.with("left_problems", state.refused)]))
}

/// The terms for the rows of a new batch.
async fn terms_of_import(tx: &mut Tx, import: &BatchImport) -> Result<BatchTerms, Error> {
    let (side, field) = match import.kind {
        BatchType::ManyToOne => (Side::Payee, Field::Payee),
        BatchType::OneToMany | BatchType::ManyToMany => (Side::Payer, Field::Payer),
        BatchType::Deposit | BatchType::Withdrawal => {
            return Err(Error::refused(Code::OutsideShape, import.kind.name()));
        }
    };
    let single = if import.kind == BatchType::ManyToMany {
        None
    } else {
        let account = import.account.clone().unwrap_or_else(|| String::new().into());
        Some(single(tx, &Given::of(Some(side), field, account), side).await?)
    };
    let asset = asset_of_batch(tx, import.kind, single, import.currency.as_deref(), import.convert).await?;
    let terms = terms(tx, import.kind, asset, single, import.convert).await?;
    Ok(BatchTerms { allow_repeat: import.allow_repeat, digits: Digits::Fold, ..terms })
}
