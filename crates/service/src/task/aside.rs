//! Writing an export aside: on a thread of its own and to an unnamed file of this machine, and from there to the file
//! store.

use super::job::{Counts, Job};
use crate::upload::made::Making;
use crate::{Error, Service};
use domain::code::Code;
use domain::task::export_batch::{ExportFormat, ExportLanguage};
use domain::task::made::{MadeFile, MadeSum};
use domain::upload::FileKind;
use formats::export::manifest::Manifest;
use formats::export::options::{ExportForm, ExportOptions, ROWS_PER_FILE_MIN};
use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::num::NonZeroU64;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::runtime::Handle;

/// How much of the written file is copied at once.
const PIECE: usize = 256 * 1024;

/// Checks how an export is to be divided; `BODY_INVALID` names what is not possible.
pub(super) fn check_rows(per_file: Option<u64>) -> Result<(), Error> {
    match per_file {
        Some(rows) if rows < ROWS_PER_FILE_MIN => Err(Error::bilingual(
            Code::BodyInvalid,
            format!("options.rowsPerFile: {rows}, at least {ROWS_PER_FILE_MIN}"),
            format!("options.rowsPerFile：{rows}，至少为 {ROWS_PER_FILE_MIN}"),
        )),
        Some(_) | None => Ok(()),
    }
}

/// How a task writes its export: as it was asked for, whenever it is done.
pub(super) fn options(
    job: &Job,
    format: Option<ExportFormat>,
    language: Option<ExportLanguage>,
    rows_per_file: Option<u64>,
) -> ExportOptions {
    ExportOptions {
        form: match format.unwrap_or(ExportFormat::Csv) {
            ExportFormat::Csv => ExportForm::Csv,
            ExportFormat::Xlsx => ExportForm::Xlsx,
            ExportFormat::JsonLines => ExportForm::JsonLines,
        },
        language: language.unwrap_or(ExportLanguage::English).spoken(),
        made_at: job.task.created_at,
        rows_per_file: rows_per_file.and_then(NonZeroU64::new),
        ..ExportOptions::default()
    }
}

/// What is told of the rows that were written.
pub(super) struct Told {
    counts: Counts,
    is_wanted: Arc<AtomicBool>,
}

impl Told {
    /// Counts rows; an error if nobody waits for them any more.
    pub(super) fn rows(&self, rows: usize) -> Result<(), Error> {
        self.counts.add(i64::try_from(rows).unwrap_or(0));
        if self.is_wanted.load(Ordering::Relaxed) {
            Ok(())
        } else {
            Err(Error::Io(std::io::Error::other("the task has ended")))
        }
    }

    /// The same, where rows are not counted before: with how much of the whole was searched for them.
    pub(super) fn rows_within(&self, rows: usize, (searched, all): (i64, i64)) -> Result<(), Error> {
        self.counts.expect_span(all);
        self.counts.read_to(searched);
        self.rows(rows)
    }
}

/// Whether somebody waits for what is written: as long as this is there.
struct Wanted(Arc<AtomicBool>);

impl Drop for Wanted {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

/// Makes the file of a task. It is written on a thread of its own, since a workbook is compressed as a whole at its end,
/// which takes seconds. Dropping the future ends the writing after the present page.
pub(super) async fn make<F>(
    service: &Service,
    job: &Job,
    name: &str,
    options: ExportOptions,
    write: F,
) -> Result<MadeFile, Error>
where
    F: FnOnce(&Handle, &ExportOptions, &mut BufWriter<File>, &Told) -> Result<Manifest, Error>
        + Send
        + 'static,
{
    let name = format!("{name}.{}", options.extension());
    let (kind, file) = (kind(&options), tempfile::tempfile()?);
    let (to, threads) = (file.try_clone()?, Handle::current());
    let wanted = Wanted(Arc::new(AtomicBool::new(true)));
    let told = Told { counts: job.counts.clone(), is_wanted: Arc::clone(&wanted.0) };
    let writing = tokio::task::spawn_blocking(move || {
        let mut to = BufWriter::new(to);
        let manifest = write(&threads, &options, &mut to, &told)?;
        to.flush()?;
        Ok::<_, Error>(manifest)
    });
    let manifest = writing.await.map_err(std::io::Error::other)??;
    drop(wanted);
    job.counts.step("storing", service.now());
    let mut making = Making::begin(service).await?;
    copy(file, &mut making).await?;
    let rows = i64::try_from(manifest.rows).unwrap_or(i64::MAX);
    let made = making.finish(service, job, &name, kind, Some(rows)).await?;
    Ok(MadeFile { sums: sums(manifest), ..made })
}

const fn kind(options: &ExportOptions) -> FileKind {
    match (options.rows_per_file, options.form) {
        (Some(_), _) => FileKind::Zip,
        (None, ExportForm::Xlsx) => FileKind::Xlsx,
        (None, ExportForm::Csv | ExportForm::JsonLines) => FileKind::Text,
    }
}

fn sums(manifest: Manifest) -> Vec<MadeSum> {
    let sums = manifest.sums.into_iter();
    sums.map(|sum| MadeSum { column: sum.column, currency: sum.currency, sum: sum.sum }).collect()
}

async fn copy(mut from: File, to: &mut Making) -> Result<(), Error> {
    from.seek(SeekFrom::Start(0))?;
    let mut from = tokio::fs::File::from_std(from);
    let mut piece = vec![0; PIECE];
    loop {
        let read = tokio::io::AsyncReadExt::read(&mut from, &mut piece).await?;
        if read == 0 {
            return Ok(());
        }
        to.append(piece.get(..read).unwrap_or_default()).await?;
    }
}
