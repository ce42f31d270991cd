//! The content of batches, read once: the hash that is kept at submission, and the digests of the pages in which the
//! items were added.

use super::report::{PAGE, Verification};
use crate::Error;
use ledger::content::{Content, ContentHash, PageHash};
use std::collections::VecDeque;
use store::batch::Batch;
use store::item::{Item, Page};
use store::item_contact::Contact;
use store::item_page::ItemPage;
use store::{Tx, external_id, item, item_contact, item_page};

/// Items that are read at a time.
const STEP: i64 = 10_000;

/// The pages of a batch, while its items stream past.
struct Pages<'a> {
    batch: &'a Batch,
    rest: VecDeque<ItemPage>,
    current: Option<(ItemPage, PageHash)>,
}

/// Reads a batch's items, compares each page, and returns their content.
pub(super) async fn content(tx: &mut Tx, batch: &Batch, found: &mut Verification) -> Result<Content, Error> {
    let pages = item_page::within(tx, batch.id, (i64::MIN, i64::MAX), i64::MAX).await?;
    let mut pages = Pages { batch, rest: pages.into(), current: None };
    let (mut hash, mut after) = (ContentHash::default(), batch.first_number - 1);
    loop {
        let page = Page { batch: batch.id, after, last: batch.last_number, limit: STEP };
        let mut items = item::page(tx, page, None, None).await?;
        let (Some(first), Some(last)) = (items.first(), items.last()) else { break };
        let range = (first.number.0, last.number.0);
        after = range.1;
        external_id::fill_page(tx, batch.id, &mut items).await?;
        let contacts = item_contact::within(tx, range).await?;
        let mut contacts = contacts.iter().peekable();
        for item in &items {
            hash.item(item);
            while contacts.next_if(|(of, ..)| of.0 < item.number.0).is_some() {}
            pages.item(item, contacts.next_if(|(of, ..)| *of == item.number), found);
        }
    }
    pages.finish(found);
    Ok(hash.finish())
}

impl Pages<'_> {
    fn item(&mut self, item: &Item, contact: Option<&Contact>, found: &mut Verification) {
        let number = item.number.0;
        while self.current.as_ref().is_none_or(|(page, _)| page.last_number < number) {
            self.close(found);
            match self.rest.pop_front_if(|next| next.first_number <= number) {
                Some(page) => self.current = Some((page, PageHash::default())),
                None => {
                    found.bad(PAGE, || format!("batch {}: item {number} is in no page", self.batch.id));
                    return;
                }
            }
        }
        if let Some((_, hash)) = &mut self.current {
            hash.item(item, contact);
        }
    }

    fn close(&mut self, found: &mut Verification) {
        let Some((page, hash)) = self.current.take() else { return };
        found.check(hash.finish() == page.digest, PAGE, || {
            format!("batch {}: items {} to {}", self.batch.id, page.first_number, page.last_number)
        });
    }

    fn finish(mut self, found: &mut Verification) {
        self.close(found);
        while let Some(page) = self.rest.pop_front() {
            self.current = Some((page, PageHash::default()));
            self.close(found);
        }
    }
}
