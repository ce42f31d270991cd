//! Looks up the accounts that a file's rows name, ahead of their use: while one page is written, those of the
//! next are read.

use super::report::FileReport;
use super::source::{Parsed, ParsedPage, Source};
use crate::Error;
use crate::payee::Payees;
use formats::read_error::ReadError;
use std::io::Read;
use store::Store;
use tokio::sync::mpsc;

/// The next part of a file.
pub(super) enum LookedUp {
    /// A page, with the accounts that its rows name.
    Page(ParsedPage, Payees),
    /// The end of the file.
    End(Box<FileReport>),
}

type NextPart = Result<LookedUp, Error>;

/// Parses a file and looks its pages up on a task, with one page ready and one in work. The parts come in the
/// file's order, and the first error is the last of them. Accounts are as they were when the page was looked
/// up; a run checks their state again. The task holds no transaction while it waits, so the import may wait for
/// a connection.
pub(super) fn look_up<R: Read + Send + 'static>(
    store: &Store,
    source: Source<R>,
) -> mpsc::Receiver<NextPart> {
    let (parts, receiver) = mpsc::channel(1);
    let (store, parsed) = (store.clone(), source.parse());
    tokio::spawn(async move {
        let work = each_part(&store, parsed, &parts);
        // Without the import there is no use for the rest: a lookup in progress is cancelled.
        tokio::select! {
            () = parts.closed() => {}
            () = work => {}
        }
    });
    receiver
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
            Ok(LookedUp::Page(page, payees))
        }
        Parsed::End(report) => Ok(LookedUp::End(report)),
    }
}

/// The error of a file whose parts ended before [`LookedUp::End`]: what was taken is not all of it.
pub(super) fn cut_off() -> Error {
    std::io::Error::other("the task that reads the file has ended early").into()
}
