//! A batch from a file. The file is streamed: a thread parses pages while the page before is resolved and
//! written, so memory does not grow with the file. Nobody sees the batch before all of it stands.

mod progress;

use self::progress::{AtImport, Progress};
use super::external_id;
use super::lifecycle::ContentHash;
use super::resolve::Directory;
use super::similar::{self, Found, Submission};
use crate::write::{Done, Write};
use crate::{Error, Service, visible};
use domain::account::AccountStatus;
use domain::asset::Asset;
use domain::batch::{BATCH_ITEMS_MAX, BatchMode, BatchState, BatchType};
use domain::code::Code;
use domain::fact::{Action, BatchEvent, Fact};
use domain::id::{AccountId, BatchId, TransferId};
use domain::transfer::MEMO_MAX;
use formats::payment::{Options, PaymentReader, PaymentRow};
use formats::problem::{Problem, ReadError};
use hashbrown::HashSet;
use ledger::calendar;
use sha2::{Digest, Sha256};
use std::io::Read;
use std::sync::{Arc, Mutex};
use store::Tx;
use store::account::AccountView;
use store::audit::Actor;
use store::batch::{Batch, Filled, NewBatch};
use store::counter::{self, Counter};
use store::import_problem::ImportProblem;
use store::item::Page;
use store::turn::{self, Turn};
use tokio::sync::mpsc;

/// Rows of one page: one transaction.
const PAGE: usize = 10_000;
/// Problems that an answer carries; all of them stay with the batch.
pub const PROBLEMS_SHOWN: i64 = 1_000;

/// What to make of a file.
#[derive(Debug, Clone)]
pub struct BatchImport {
    /// Which side is the single account.
    pub kind: BatchType,
    /// What a failed item means for the rest.
    pub mode: BatchMode,
    /// The single account's number; none for `many_to_many`.
    pub account: Option<String>,
    /// The currency's code; needed for `many_to_many` only.
    pub currency: Option<String>,
    /// What people call it.
    pub name: String,
    /// What people wrote.
    pub remarks: Option<String>,
    /// How to read the file.
    pub options: Options,
    /// Refuse the whole file if one row cannot be taken.
    pub strict: bool,
    /// Leave it a draft; else it is submitted.
    pub draft: bool,
    /// How it is submitted.
    pub submission: Submission,
}

/// What an import did.
#[derive(Debug)]
pub struct Imported {
    /// The batch; none if nothing was taken.
    pub batch: Option<Batch>,
    /// Rows taken.
    pub taken: i64,
    /// Rows refused.
    pub refused: i64,
    /// The first of them.
    pub problems: Vec<ImportProblem>,
    /// What was found when it was compared with earlier batches.
    pub found: Found,
}

/// Hashes what passes through it.
struct Hashing<R> {
    inner: R,
    hash: Arc<Mutex<Sha256>>,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        if let (Ok(mut hash), Some(bytes)) = (self.hash.lock(), buffer.get(..read)) {
            hash.update(bytes);
        }
        Ok(read)
    }
}

struct ParsedPage {
    rows: Vec<PaymentRow>,
    problems: Vec<Problem>,
}

impl Service {
    /// Takes a file in. Rows that cannot be taken are problems with line, column and code; a file that
    /// cannot be understood at all is refused and leaves nothing behind.
    pub async fn batch_import<R: Read + Send + 'static>(
        &self,
        actor: &Actor,
        import: &BatchImport,
        read: R,
    ) -> Result<Imported, Error> {
        let hash = Arc::new(Mutex::new(Sha256::new()));
        let options = import.options.clone();
        let hashing = Hashing { inner: read, hash: hash.clone() };
        let opened = tokio::task::spawn_blocking(move || PaymentReader::open(hashing, &options)).await;
        let reader = opened.map_err(std::io::Error::other)??;
        let mut progress = self.open_batch(actor, import).await?;
        let result = self.fill(&mut progress, reader, import).await;
        let hash = hash.lock().map_or_else(|_| String::new(), |h| ledger::digest::hex(&h.clone().finalize()));
        match result {
            Ok(()) => self.complete(actor, import, progress, hash).await,
            Err(error) => {
                self.purge(&progress).await?;
                Err(error)
            }
        }
    }

    async fn open_batch(&self, actor: &Actor, import: &BatchImport) -> Result<Progress, Error> {
        let name = visible(&import.name)?;
        if import.remarks.as_ref().is_some_and(|text| text.chars().count() > MEMO_MAX) {
            return Err(Code::TextTooLong.into());
        }
        let mut tx = self.store.write().await?;
        turn::take(&mut tx, Turn::Batch).await?;
        let (asset, single) = single_side(&mut tx, import).await?;
        let zone = Self::zone(&mut tx).await?;
        let now = self.now();
        let new = NewBatch {
            day: calendar::compact(calendar::zoned(now, &zone).date()),
            name,
            kind: import.kind,
            mode: import.mode,
            asset: asset.id,
            account: single.as_ref().map(|account| account.id),
            remarks: import.remarks.clone(),
            convert: false,
            created_by: actor.author.clone(),
            created_at: now,
        };
        let id = store::batch::create(&mut tx, &new).await?;
        // Leased while it is imported, so that another node does not take it for one that was left behind.
        self.lease_in(&mut tx, id, 0).await?;
        let policies = store::policy::book(&mut tx).await?;
        let at_work = self.at_import(id);
        tx.commit().await?;
        Ok(Progress {
            id,
            _at_work: at_work,
            kind: import.kind,
            asset,
            single: single.map(|account| account.id),
            policies,
            first: None,
            last: 0,
            taken: 0,
            refused: 0,
            amount: 0,
            seen: Vec::new(),
            twice: HashSet::new(),
            same_id: HashSet::new(),
            content: ContentHash::default(),
            settled: None,
            node: self.store.node().to_owned(),
        })
    }

    async fn fill<R: Read + Send + 'static>(
        &self,
        progress: &mut Progress,
        reader: PaymentReader<R>,
        import: &BatchImport,
    ) -> Result<(), Error> {
        let mut pages = parse(reader);
        while let Some(page) = pages.recv().await {
            self.page(progress, page?).await?;
            if progress.taken > BATCH_ITEMS_MAX {
                return Err(Code::FileTooLarge.into());
            }
        }
        self.drop_duplicates(progress).await?;
        if import.strict && progress.refused > 0 {
            return Ok(());
        }
        let max = progress.single.and_then(|id| progress.policies.of(id, progress.asset.id));
        let max = max.or_else(|| progress.policies.of(AccountId(0), progress.asset.id));
        if max.is_some_and(|policy| progress.amount > i128::from(policy.batch_max)) {
            let total = domain::amount::format_minor(progress.amount, progress.asset.scale);
            return Err(Error::refused(Code::BatchAboveMaximum, total));
        }
        Ok(())
    }

    /// Resolves and writes a page: one transaction.
    async fn page(&self, progress: &mut Progress, page: ParsedPage) -> Result<(), Error> {
        let ParsedPage { rows, mut problems } = page;
        let directory = {
            let mut tx = self.store.read().await?;
            Directory::load(&mut tx, &rows).await?
        };
        let mut items = Vec::with_capacity(rows.len());
        for row in rows {
            match progress.item(&directory, row) {
                Ok(item) => items.push(item),
                Err(problem) => problems.push(problem),
            }
        }
        let mut tx = self.store.write().await?;
        let parted = external_id::part(&mut tx, progress.id, items).await?;
        progress.same_id.extend(parted.met_before);
        problems.extend(parted.taken.iter().map(|(item, code, about)| {
            let line = u64::try_from(item.line).unwrap_or(0);
            Problem::of_column(line, "external_id", *code, about.as_bytes())
        }));
        let mut items = parted.free;
        let count = i64::try_from(items.len()).unwrap_or(0);
        let first = counter::take(&mut tx, Counter::Number, count).await?;
        for (item, number) in items.iter_mut().zip(first..) {
            item.number = TransferId(number);
            progress.content.item(item);
        }
        if count > 0 {
            progress.first.get_or_insert(first);
            progress.last = first + count - 1;
        }
        store::batch::set_extent(&mut tx, progress.id, progress.first.unwrap_or(0), progress.last).await?;
        store::item::insert(&mut tx, progress.id, &items).await?;
        external_id::claim(&mut tx, progress.id, &items).await?;
        let problems = progress.refuse(problems);
        store::import_problem::insert(&mut tx, progress.id, &problems).await?;
        progress.taken += count;
        progress.amount += items.iter().map(|item| i128::from(item.amount)).sum::<i128>();
        Ok(tx.commit().await?)
    }

    /// Takes out every row of a payee, and of an external id, that the file has more than once.
    async fn drop_duplicates(&self, progress: &mut Progress) -> Result<(), Error> {
        if progress.twice.is_empty() && progress.same_id.is_empty() {
            return Ok(());
        }
        progress.content = ContentHash::default();
        let mut after = progress.first.unwrap_or(1) - 1;
        loop {
            let mut tx = self.store.write().await?;
            let limit = i64::try_from(PAGE).unwrap_or(0);
            let page = Page { batch: progress.id, after, last: progress.last, limit };
            let mut items = store::item::page(&mut tx, page, None, None).await?;
            store::external_id::fill_page(&mut tx, progress.id, &mut items).await?;
            let Some(last) = items.last().map(|item| item.number.0) else { return Ok(()) };
            let (out, stay): (Vec<_>, Vec<_>) = items.into_iter().partition(|item| progress.is_double(item));
            stay.iter().for_each(|item| progress.content.item(item));
            let numbers =
                store::account::numbers(&mut tx, out.iter().map(|i| progress.other(i).0).collect()).await?;
            let mut problems = Vec::with_capacity(out.len());
            for (item, (_, number)) in out.iter().zip(numbers) {
                external_id::forget(&mut tx, progress.id, (item.number.0, item.number.0)).await?;
                store::item::delete_range(&mut tx, progress.id, (item.number.0, item.number.0)).await?;
                problems.push(progress.double(item, number));
                progress.taken -= 1;
                progress.refused += 1;
                progress.amount -= i128::from(item.amount);
            }
            store::import_problem::insert(&mut tx, progress.id, &problems).await?;
            tx.commit().await?;
            after = last;
        }
    }

    async fn complete(
        &self,
        actor: &Actor,
        import: &BatchImport,
        mut progress: Progress,
        file_hash: String,
    ) -> Result<Imported, Error> {
        let mut write = self.step(actor, Action::BatchImport).await?;
        turn::take(&mut write.tx, Turn::Batch).await?;
        let problems = store::import_problem::list(&mut write.tx, progress.id, PROBLEMS_SHOWN).await?;
        let (id, refused) = (progress.id, progress.refused);
        if progress.taken == 0 || (import.strict && refused > 0) {
            drop(write);
            self.purge(&progress).await?;
            return Ok(Imported { batch: None, taken: 0, refused, problems, found: Found::default() });
        }
        let done = settle(&mut write, import, &mut progress, file_hash).await;
        let mut found = match write.end(done).await {
            Ok(found) => found,
            Err(error) => {
                self.purge(&progress).await?;
                return Err(error);
            }
        };
        if !import.draft {
            let submitted = self.submit_as(actor, id, progress.settled.take(), &import.submission).await?;
            found = submitted.found.after(found);
        }
        let batch = Some(self.batch(&id.to_string()).await?);
        Ok(Imported { batch, taken: progress.taken, refused, problems, found })
    }

    /// Forgets an import that did not finish.
    async fn purge(&self, progress: &Progress) -> Result<(), Error> {
        let mut tx = self.store.write().await?;
        match store::batch::lock_unready(&mut tx, progress.id).await? {
            Some(batch) => purge_locked(tx, &batch).await,
            None => Ok(()),
        }
    }

    /// Forgets imports that a killed process left unfinished.
    pub async fn batch_purge_unfinished(&self) -> Result<usize, Error> {
        let unready = {
            let mut tx = self.store.read().await?;
            store::batch::unready(&mut tx).await?
        };
        let mut purged = 0;
        for batch in unready {
            purged += usize::from(self.purge_left(batch.id).await?);
        }
        Ok(purged)
    }

    /// Forgets an import if it is unfinished and nobody is at it. Both are looked at again under the batch's
    /// lock: an import that is completed meanwhile gives its lease back in the same commit, and what was seen
    /// before would look like one that was left behind.
    async fn purge_left(&self, id: BatchId) -> Result<bool, Error> {
        let mut tx = self.store.write().await?;
        let Some(batch) = store::batch::lock_unready(&mut tx, id).await? else { return Ok(false) };
        if self.is_at_import(&mut tx, id).await? {
            return Ok(false);
        }
        purge_locked(tx, &batch).await?;
        Ok(true)
    }

    /// Whether this process, or another node at work, still imports the batch.
    async fn is_at_import(&self, tx: &mut Tx, batch: BatchId) -> Result<bool, Error> {
        let lease = store::lease::get(tx, batch).await?;
        Ok(match lease.filter(|lease| lease.is_live) {
            None => false,
            Some(lease) if lease.owner == self.store.node() => {
                self.importing.lock().is_ok_and(|importing| importing.contains(&batch))
            }
            Some(_) => true,
        })
    }

    /// Counts an import as at work until what is returned is dropped.
    fn at_import(&self, batch: BatchId) -> AtImport {
        if let Ok(mut importing) = self.importing.lock() {
            importing.insert(batch);
        }
        AtImport { batch, importing: self.importing.clone() }
    }
}

/// Makes an import a draft that people see, unless it is to be submitted and pays again what was paid.
async fn settle(
    write: &mut Write,
    import: &BatchImport,
    progress: &mut Progress,
    file_hash: String,
) -> Result<Done<Found>, Error> {
    let (tx, id) = (&mut write.tx, progress.id);
    write.about = Fact::of_batch(Action::BatchImport, id).with("file_hash", file_hash.as_str());
    let total_amount = i64::try_from(progress.amount).map_err(|_| Error::from(Code::BatchAboveMaximum))?;
    let filled = Filled {
        file_hash: Some(file_hash.clone()),
        first_number: progress.first.unwrap_or(0),
        last_number: progress.last,
        refused_count: progress.refused,
        total_count: progress.taken,
        total_amount,
    };
    // Another node may have taken this one for dead and forgotten the import.
    if store::batch::fill(tx, id, &filled).await? != 1 {
        return Err(Code::Fenced.into());
    }
    store::lease::give_back(tx, id, &progress.node).await?;
    let batch = super::find(tx, &id.to_string()).await?;
    let content = std::mem::take(&mut progress.content).finish();
    let examined = similar::examine(tx, batch, content, import.submission.without_paid, write.now).await?;
    if !import.draft {
        similar::refuse(&examined.found, import.submission.reason()?.as_deref(), &progress.asset)?;
    }
    progress.settled = Some(examined.content);
    progress.taken -= examined.found.left_out;
    let fact = Fact::of_batch(Action::BatchImport, id)
        .with("taken", progress.taken)
        .with("refused", progress.refused)
        .with("file_hash", file_hash)
        .with("left_out", Some(examined.found.left_out).filter(|count| *count > 0))
        .moved(BatchState::Draft, BatchEvent::Created);
    Ok(Done::one(examined.found, fact))
}

/// Forgets an unfinished import whose row is locked.
async fn purge_locked(mut tx: Tx, batch: &Batch) -> Result<(), Error> {
    external_id::forget(&mut tx, batch.id, batch.range()).await?;
    store::item::delete_range(&mut tx, batch.id, batch.range()).await?;
    store::import_problem::purge(&mut tx, batch.id).await?;
    store::batch::purge(&mut tx, batch.id).await?;
    Ok(tx.commit().await?)
}

/// The batch's currency and its single account, which must be in use.
async fn single_side(tx: &mut Tx, import: &BatchImport) -> Result<(Asset, Option<AccountView>), Error> {
    if import.kind == BatchType::ManyToMany {
        let code = import.currency.as_deref().unwrap_or_default().to_ascii_uppercase();
        let asset = crate::asset::find(tx, &code).await?;
        return Ok((asset.ok_or_else(|| Error::refused(Code::AssetUnknown, code))?, None));
    }
    let account = Service::account_by_number(tx, import.account.as_deref().unwrap_or_default()).await?;
    let closed_or_frozen = match (import.kind, account.status) {
        (_, AccountStatus::Active) => None,
        (BatchType::ManyToOne, AccountStatus::Closed) => Some(Code::TargetClosed),
        (BatchType::ManyToOne, AccountStatus::Frozen) => Some(Code::TargetFrozen),
        (_, AccountStatus::Closed) => Some(Code::SourceClosed),
        (_, AccountStatus::Frozen) => Some(Code::SourceFrozen),
    };
    match closed_or_frozen {
        Some(code) => Err(Error::refused(code, account.number)),
        None if account.kind.is_system() => Err(Error::refused(Code::SystemAccount, account.number)),
        None => Ok((Service::asset(tx, account.asset).await?, Some(account))),
    }
}

/// Parses on a thread of its own, two pages ahead at most.
fn parse<R: Read + Send + 'static>(
    mut reader: PaymentReader<R>,
) -> mpsc::Receiver<Result<ParsedPage, ReadError>> {
    let (pages, receiver) = mpsc::channel(2);
    tokio::task::spawn_blocking(move || {
        loop {
            let (mut rows, mut problems) = (Vec::new(), Vec::new());
            let result = reader.next_page(PAGE, &mut rows, &mut problems);
            let more = matches!(result, Ok(true));
            let page = result.map(|_| ParsedPage { rows, problems });
            if pages.blocking_send(page).is_err() || !more {
                return;
            }
        }
    });
    receiver
}
