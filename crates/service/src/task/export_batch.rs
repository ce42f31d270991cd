//! Writing the results of a batch to a file in the file store.

use super::job::{Counts, Job};
use crate::batch::export::export_counted;
use crate::upload::made::Making;
use crate::{Error, Service, batch};
use domain::batch_ref::BatchRef;
use domain::code::{Code, Language};
use domain::task::export_batch::{ExportBatchInput, ExportFormat, ExportLanguage};
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

/// Checks what is asked for; `BODY_INVALID` names what is not possible.
pub(super) fn check_export(input: &ExportBatchInput) -> Result<(), Error> {
    match input.options.rows_per_file {
        Some(rows) if rows < ROWS_PER_FILE_MIN => Err(Error::bilingual(
            Code::BodyInvalid,
            format!("options.rowsPerFile: {rows}, at least {ROWS_PER_FILE_MIN}"),
            format!("options.rowsPerFile：{rows}，至少为 {ROWS_PER_FILE_MIN}"),
        )),
        Some(_) | None => Ok(()),
    }
}

/// Writes a batch's results, first to an unnamed file of this machine and from there to the file store.
pub async fn export_batch(service: &Service, job: &Job, input: &ExportBatchInput) -> Result<MadeFile, Error> {
    let named = batch::named(service, input.batch_id.0).await?;
    job.counts.expect(named.tally.total_count);
    let (options, file) = (options(input, job.task.created_at), tempfile::tempfile()?);
    let name = format!("{}.{}", named.number(), options.extension());
    let kind = kind(&options);
    let manifest = write(service, &job.counts, named.id.into(), options, file.try_clone()?).await?;
    job.counts.step("storing", service.now());
    let mut making = Making::begin(service).await?;
    copy(file, &mut making).await?;
    let rows = i64::try_from(manifest.rows).unwrap_or(i64::MAX);
    let made = making.finish(service, job, &name, kind, Some(rows)).await?;
    let sums = manifest.sums.into_iter().map(|sum| MadeSum {
        column: sum.column,
        currency: sum.currency,
        sum: sum.sum,
    });
    Ok(MadeFile { sums: sums.collect(), ..made })
}

fn options(input: &ExportBatchInput, made_at: i64) -> ExportOptions {
    ExportOptions {
        form: match input.format.unwrap_or(ExportFormat::Csv) {
            ExportFormat::Csv => ExportForm::Csv,
            ExportFormat::Xlsx => ExportForm::Xlsx,
            ExportFormat::JsonLines => ExportForm::JsonLines,
        },
        language: match input.language {
            Some(ExportLanguage::Chinese) => Language::Chinese,
            Some(ExportLanguage::English) | None => Language::English,
        },
        made_at,
        rows_per_file: input.options.rows_per_file.and_then(NonZeroU64::new),
        ..ExportOptions::default()
    }
}

const fn kind(options: &ExportOptions) -> FileKind {
    match (options.rows_per_file, options.form) {
        (Some(_), _) => FileKind::Zip,
        (None, ExportForm::Xlsx) => FileKind::Xlsx,
        (None, ExportForm::Csv | ExportForm::JsonLines) => FileKind::Text,
    }
}

/// Writes the rows on a thread of their own: a workbook is compressed as a whole at its end, which takes seconds. Dropping
/// the future ends it after the present page.
async fn write(
    service: &Service,
    counts: &Counts,
    batch: BatchRef,
    options: ExportOptions,
    to: File,
) -> Result<Manifest, Error> {
    let (service, counts, threads) = (service.clone(), counts.clone(), Handle::current());
    let wanted = Wanted::default();
    let is_wanted = Arc::clone(&wanted.0);
    let writing = tokio::task::spawn_blocking(move || {
        let mut to = BufWriter::new(to);
        let told = |rows: usize| {
            counts.add(i64::try_from(rows).unwrap_or(0));
            if is_wanted.load(Ordering::Relaxed) {
                Ok(())
            } else {
                Err(Error::Io(std::io::Error::other("the task has ended")))
            }
        };
        let manifest = threads.block_on(export_counted(&service, batch, &options, &mut to, told))?;
        to.flush()?;
        Ok(manifest)
    });
    let written = writing.await.map_err(std::io::Error::other)?;
    drop(wanted);
    written
}

/// Whether somebody waits for what is written: as long as this is there.
struct Wanted(Arc<AtomicBool>);

impl Default for Wanted {
    fn default() -> Self {
        Self(Arc::new(AtomicBool::new(true)))
    }
}

impl Drop for Wanted {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
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
