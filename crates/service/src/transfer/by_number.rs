//! Transfers in booking order: a search along the numbers.

use super::scope;
use crate::Error;
use crate::listing::{Counting, Total};
use crate::search::{Search, SearchLimits, SearchResult};
use store::Tx;
use store::listing::PageRequest;
use store::transfer_list::{self, TransferFilter, TransferSort};

/// A page of a list sorted by number.
pub(super) async fn search(
    tx: &mut Tx,
    filter: &TransferFilter,
    slice: &PageRequest,
    counting: Counting,
    limits: SearchLimits<'_>,
) -> Result<SearchResult, Error> {
    let scope = scope::of(tx, filter, (slice, counting), limits.budget).await?;
    let mut search = Search::new(slice, counting, scope, limits);
    while let Some(scan) = search.next().await {
        let keys = transfer_list::page(tx, filter, TransferSort::Number, scan.slice()).await?;
        search.found(scan, keys);
    }
    Ok(search.result())
}

/// How many transfers a list has, whatever it is sorted by: as many as are found within the budget.
pub(super) async fn total(
    tx: &mut Tx,
    filter: &TransferFilter,
    counting: Counting,
    limits: SearchLimits<'_>,
) -> Result<Option<Total>, Error> {
    if counting == Counting::No {
        return Ok(None);
    }
    Ok(search(tx, filter, &PageRequest::default(), counting, limits).await?.total)
}
