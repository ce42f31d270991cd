//! Looks up the accounts that a file's rows name, ahead of their use: while one page is written, those of the
//! next are read.

use super::source::{Parsed, ParsedPage, Source};
use crate::Error;
use crate::file::FileReport;
use crate::payee::Payees;
use formats::read_error::ReadError;
use store::Store;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// The next part of a file.
pub(super) enum LookedUp {
    /// A page, with the accounts that its rows name.
    Page(ParsedPage, Box<Payees>),
    /// The end of the file.
    End(Box<FileReport>),
}

type NextPart = Result<LookedUp, Error>;

/// The parts of a file, as they are looked up.
pub(super) struct LookUp {
    parts: mpsc::Receiver<NextPart>,
    task: JoinHandle<()>,
}

impl LookUp {
    /// The next part; none if the task has ended.
    pub(super) async fn recv(&mut self) -> Option<NextPart> {
        self.parts.recv().await
    }

    /// Ends the task and waits until it is gone: a read that outlives the import would keep the ledger from being
    /// closed cleanly.
    pub(super) async fn end(self) {
        drop(self.parts);
        drop(self.task.await);
    }
}

/// Parses a file and looks its pages up on a task, with one page ready and one in work. The parts come in the
/// file's order, and the first error is the last of them. Accounts are as they were when the page was looked
/// up; a run checks their state again. The task holds no transaction while it waits, so the import may wait for
/// a connection.
pub(super) fn look_up(store: &Store, source: Source) -> LookUp {
    let (sender, parts) = mpsc::channel(1);
    let (store, parsed) = (store.clone(), source.parse());
    let task = tokio::spawn(async move {
        let parts = sender;
        let work = each_part(&store, parsed, &parts);
        // Without the import there is no use for the rest: a lookup in progress is cancelled.
        tokio::select! {
            () = parts.closed() => {}
            () = work => {}
        }
    });
    LookUp { parts, task }
}

async fn each_part(
    store: &Store,
    mut parsed: mpsc::Receiver<Result<Parsed, ReadError>>,
    parts: &mpsc::Sender<NextPart>,
) {
    while let Some(parsed) = parsed.recv().await {
        let part = look_up_part(store, parsed).await;
        let failed = part.is_err();
        if parts.send(part).await.is_err() || failed {
            return;
        }
    }
}

async fn look_up_part(store: &Store, parsed: Result<Parsed, ReadError>) -> NextPart {
    match parsed? {
        Parsed::Page(page) => {
            let mut tx = store.read().await?;
            let given = page.lines.iter().flat_map(|line| &line.row.given);
            let payees = Payees::load(&mut tx, given).await?;
            Ok(LookedUp::Page(page, Box::new(payees)))
        }
        Parsed::End(report) => Ok(LookedUp::End(report)),
    }
}

/// The error of a file whose parts ended before [`LookedUp::End`]: what was taken is not all of it.
pub(super) fn cut_off() -> Error {
    std::io::Error::other("the task that reads the file has ended early").into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::import::source::PAGE;
    use formats::payment::PaymentFileOptions;
    use std::io::{Cursor, Read, Seek, SeekFrom};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    use std::time::{Duration, Instant};
    use store::{Schema, Store};
    use testkit::{Place, place};

    const ROW: &str = "NOBODY,1.00\n";

    /// A file of rows that counts how much of it was read since it was last begun, and that ends with an error once it
    /// is `broken`.
    struct Counted {
        rows: Cursor<Vec<u8>>,
        read: Arc<AtomicUsize>,
        broken: Arc<AtomicBool>,
    }

    impl Read for Counted {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let read = self.rows.read(buffer)?;
            self.read.fetch_add(read, Ordering::Relaxed);
            let is_broken = self.broken.load(Ordering::Relaxed);
            if read == 0 && is_broken { Err(std::io::Error::other("the disk is gone")) } else { Ok(read) }
        }
    }

    impl Seek for Counted {
        fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
            self.read.store(0, Ordering::Relaxed);
            self.rows.seek(to)
        }
    }

    async fn begin(rows: usize, broken: bool) -> (LookUp, Arc<AtomicUsize>, Store, Place) {
        let place = place();
        let store = Store::at(&place.text, Schema::Migrate).await.unwrap();
        let read = Arc::new(AtomicUsize::new(0));
        let content = "account,amount\n".to_owned() + &ROW.repeat(rows);
        let is_broken = Arc::new(AtomicBool::new(false));
        let rows = Cursor::new(content.into_bytes());
        let file = Counted { rows, read: Arc::clone(&read), broken: Arc::clone(&is_broken) };
        let source = Source::open(file, &PaymentFileOptions::default()).await.unwrap();
        // From now on: before its first row is read, a file is read as a whole.
        is_broken.store(broken, Ordering::Relaxed);
        (look_up(&store, source), read, store, place)
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_pages_come_in_the_order_of_the_file_and_then_its_report() {
        let (mut parts, _, _store, _place) = begin(PAGE * 2 + 5, false).await;
        let mut lines = Vec::new();
        let report = loop {
            match parts.recv().await.unwrap().unwrap() {
                LookedUp::Page(page, _) => lines.extend(page.lines.iter().map(|line| line.line)),
                LookedUp::End(report) => break report,
            }
        };
        let last = i64::try_from(PAGE).unwrap() * 2 + 6;
        assert!(lines.iter().copied().eq(2..=last), "{} lines", lines.len());
        assert_eq!(report.summary.totals.rows, u64::try_from(PAGE).unwrap() * 2 + 5);
        assert!(parts.recv().await.is_none());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn an_error_comes_after_the_pages_before_it_and_is_the_last_part() {
        let (mut parts, _, _store, _place) = begin(PAGE * 3 + 5, true).await;
        for page in 0..3 {
            let part = parts.recv().await.unwrap();
            assert!(matches!(part, Ok(LookedUp::Page(..))), "page {page}");
        }
        assert!(matches!(parts.recv().await.unwrap(), Err(Error::Io(_))));
        assert!(parts.recv().await.is_none());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_page_that_nobody_takes_stops_the_reading_and_without_the_import_it_ends() {
        let (parts, read, _store, _place) = begin(PAGE * 20, false).await;
        let (begun, mut before) = (Instant::now(), 0);
        loop {
            tokio::time::sleep(Duration::from_millis(200)).await;
            let now = read.load(Ordering::Relaxed);
            if now == before && now > 0 {
                break;
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "the file is read on and on");
            before = now;
        }
        // One ready, one looked up, two parsed, one being parsed, and what the reader buffers.
        assert!(before <= ROW.len() * PAGE * 6, "{before} bytes were read");
        drop(parts);
        // The file is closed: nothing holds the counter any longer.
        while Arc::strong_count(&read) > 1 {
            tokio::time::sleep(Duration::from_millis(10)).await;
            assert!(begun.elapsed() < Duration::from_secs(60), "the file is still open");
        }
    }
}
