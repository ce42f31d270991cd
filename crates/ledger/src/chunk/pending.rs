//! Whether a slice's items are still as they were read.

use crate::request::Slice;
use store::item::{DueItem, Page};
use store::{StoreError, Tx};

/// Whether the items of a slice are all the pending ones from its first to its last.
pub(super) async fn are_pending(tx: &mut Tx, slice: &Slice) -> Result<bool, StoreError> {
    let (Some(first), Some(last)) = (slice.items.first(), slice.items.last()) else { return Ok(false) };
    let limit = i64::try_from(slice.items.len()).unwrap_or(i64::MAX).saturating_add(1);
    let page = Page { batch: slice.batch, after: first.number.0 - 1, last: last.number.0, limit };
    let pending = store::item::due(tx, page).await?;
    let numbers = |items: &[DueItem]| items.iter().map(|item| item.number).collect::<Vec<_>>();
    Ok(numbers(&pending) == numbers(&slice.items))
}
