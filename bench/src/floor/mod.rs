//! The floor: the same rows inserted bare, each transaction made durable: with prepared statements into a file,
//! with COPY into a server. No checks, balances or audit. Transactions always have 50,000 items, whatever the
//! chunks of the ledger have, so that a ratio to the floor means the same in every run.

mod file;
mod row;
mod server;

use crate::place::Place;
use std::path::PathBuf;

/// Items per second if an item is a transfer with its postings, measured next to a ledger.
pub(crate) async fn transfers(place: &Place, items: u64) -> std::io::Result<f64> {
    match place {
        Place::Folder(folder) => blocking(folder, move |path| file::transfers(&path, items)).await,
        Place::Server { url, .. } => server::transfers(url, items).await.map_err(std::io::Error::other),
    }
}

/// Items per second if an item is a row of an imported batch.
pub(crate) async fn items(place: &Place, items: u64) -> std::io::Result<f64> {
    match place {
        Place::Folder(folder) => blocking(folder, move |path| file::items(&path, items)).await,
        Place::Server { url, .. } => server::items(url, items).await.map_err(std::io::Error::other),
    }
}

/// Milliseconds of a query that sums the transfers of [`transfers`].
pub(crate) async fn sum_ms(place: &Place) -> std::io::Result<f64> {
    match place {
        Place::Folder(folder) => blocking(folder, |path| file::sum_ms(&path)).await,
        Place::Server { url, .. } => server::sum_ms(url).await.map_err(std::io::Error::other),
    }
}

async fn blocking(
    folder: &std::path::Path,
    work: impl FnOnce(PathBuf) -> rusqlite::Result<f64> + Send + 'static,
) -> std::io::Result<f64> {
    let path = folder.join("floor.db");
    let measured = tokio::task::spawn_blocking(move || work(path)).await;
    measured.map_err(std::io::Error::other)?.map_err(std::io::Error::other)
}
