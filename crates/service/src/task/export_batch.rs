//! Writing the results of a batch to a file in the file store.

use super::job::{Counts, Job};
use crate::upload::made::Making;
use crate::{Error, Service, batch};
use domain::batch_ref::BatchRef;
use domain::code::Language;
use domain::task::made::MadeFile;
use domain::upload::FileKind;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};

/// How much of the written file is copied at once.
const PIECE: usize = 256 * 1024;

/// Writes a batch's results as CSV, first to an unnamed file of this machine and from there to the file store.
pub async fn export_batch(
    service: &Service,
    job: &Job,
    batch: BatchRef,
    language: Language,
) -> Result<MadeFile, Error> {
    let named = batch::named(service, batch).await?;
    job.counts.expect(named.tally.total_count);
    let file = tempfile::tempfile()?;
    let lines =
        Lines { inner: BufWriter::new(file.try_clone()?), counts: job.counts.clone(), is_header: true };
    let rows = batch::export(service, batch, language, lines).await?;
    let mut making = Making::begin(service).await?;
    job.counts.step("storing", service.now());
    copy(file, &mut making).await?;
    making.finish(service, job, &format!("{}.csv", named.number()), FileKind::Text, Some(rows)).await
}

async fn copy(mut from: std::fs::File, to: &mut Making) -> Result<(), Error> {
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

/// Counts the lines that are written, apart from the header.
struct Lines<W> {
    inner: W,
    counts: Counts,
    is_header: bool,
}

impl<W: Write> Write for Lines<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        let ends = bytes.iter().take(written).filter(|byte| **byte == b'\n').count();
        let header = usize::from(self.is_header && ends > 0);
        self.is_header &= ends == 0;
        self.counts.add(i64::try_from(ends - header).unwrap_or(0));
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
