//! The digests of a batch's items, page by page as they were added: what a verification knows a draft by, and the
//! names that were written for payees, which the content hash of a submitted batch does not have.

use crate::Error;
use domain::id::BatchId;
use ledger::content::page_digest;
use std::collections::BTreeMap;
use store::Tx;
use store::item::{Item, Page};
use store::item_contact::Contact;
use store::item_page::{self, ItemPage};

/// Items in a page, where they are not added by the page.
const STEP: i64 = 10_000;

/// Records the page of items that were just added; they are in order, and their numbers were drawn together.
pub(super) async fn add(
    tx: &mut Tx,
    batch: BatchId,
    items: &[Item],
    contacts: &[Contact],
) -> Result<(), Error> {
    let (Some(first), Some(last)) = (items.first(), items.last()) else { return Ok(()) };
    let page = ItemPage {
        first_number: first.number.0,
        last_number: last.number.0,
        digest: page_digest(items, contacts),
    };
    Ok(item_page::add(tx, batch, &page).await?)
}

/// The same for items that were copied within the database: those from the first number to the last.
pub(super) async fn add_copied(tx: &mut Tx, batch: BatchId, (first, last): (i64, i64)) -> Result<(), Error> {
    let mut after = first - 1;
    loop {
        let (items, contacts) = read(tx, Page { batch, after, last, limit: STEP }).await?;
        let Some(end) = items.last() else { return Ok(()) };
        after = end.number.0;
        add(tx, batch, &items, &contacts).await?;
    }
}

/// Records what is left of the pages from which items were deleted, in ranges of numbers.
pub(super) async fn renew(tx: &mut Tx, batch: BatchId, ranges: &[(i64, i64)]) -> Result<(), Error> {
    let mut pages = BTreeMap::new();
    for range in ranges {
        let reached = item_page::within(tx, batch, *range, i64::MAX).await?;
        pages.extend(reached.into_iter().map(|page| (page.first_number, page.last_number)));
    }
    for (first, last) in pages {
        let page = Page { batch, after: first - 1, last, limit: i64::MAX };
        let (items, contacts) = read(tx, page).await?;
        let digest = (!items.is_empty()).then(|| page_digest(&items, &contacts));
        item_page::renew(tx, batch, first, digest.as_deref()).await?;
    }
    Ok(())
}

/// Items with their external ids, and the names written for them.
async fn read(tx: &mut Tx, page: Page) -> Result<(Vec<Item>, Vec<Contact>), Error> {
    let mut items = store::item::page(tx, page, None, None).await?;
    let (Some(first), Some(last)) = (items.first(), items.last()) else { return Ok((items, Vec::new())) };
    let range = (first.number.0, last.number.0);
    store::external_id::fill_page(tx, page.batch, &mut items).await?;
    let contacts = store::item_contact::within(tx, range).await?;
    Ok((items, contacts))
}
