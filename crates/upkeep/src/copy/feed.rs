//! A ledger's pages, read ahead by a separate task in one transaction. At any time one page is being read,
//! one waits in the channel and one is being processed, so memory does not grow with the ledger.

use super::progress::CopyProgress;
use crate::Error;
use domain::code::Code;
use sha2::{Digest, Sha256};
use store::Store;
use store::copy::RowPage;
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// A page in the channel.
pub(super) struct Fed {
    pub page: RowPage,
    /// The hash over the step's rows so far.
    pub hash: Option<[u8; 32]>,
    /// Whether it is the step's last page.
    pub is_last: bool,
}

/// How a ledger is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Feed {
    /// Rows per page.
    pub page: usize,
    /// The last commit that the ledger must have, if it matters.
    pub commit_number: Option<i64>,
    /// Whether tables are hashed; then each is read once, in its final state.
    pub is_hashed: bool,
}

impl Feed {
    /// Starts a task that reads the rest.
    pub(super) fn start(self, store: &Store, from: CopyProgress) -> Receiver<Result<Fed, Error>> {
        let (sender, pages) = channel(1);
        let store = store.clone();
        tokio::spawn(async move {
            if let Err(error) = self.read(&store, from, &sender).await {
                // If the receiver is gone, nothing needs the error.
                drop(sender.send(Err(error)).await);
            }
        });
        pages
    }

    async fn read(
        self,
        store: &Store,
        from: CopyProgress,
        pages: &Sender<Result<Fed, Error>>,
    ) -> Result<(), Error> {
        let mut tx = store.read().await?;
        let commit = store::head::get(&mut tx).await?.commit_number;
        if self.commit_number.is_some_and(|expected| expected != commit) {
            return Err(Code::CopySourceChanged.into());
        }
        for (step, mut after) in from.left().filter(|(step, _)| !self.is_hashed || step.is_whole()) {
            let mut hash = self.is_hashed.then(Sha256::new);
            loop {
                let page = store::copy::read(&mut tx, step, &after, self.page).await?;
                let is_last = page.len() < self.page;
                after = page.last_key().unwrap_or(after);
                let hash = hash.as_mut().map(|hash| add(hash, &page));
                if pages.send(Ok(Fed { page, hash, is_last })).await.is_err() {
                    return Ok(());
                }
                if is_last {
                    break;
                }
            }
        }
        Ok(())
    }
}

fn add(hash: &mut Sha256, page: &RowPage) -> [u8; 32] {
    let mut bytes = Vec::new();
    page.encode(&mut bytes);
    hash.update(&bytes);
    hash.clone().finalize().into()
}
