//! What a batch's items are, in short: one hash that approvals and the run are bound to, and a print a row by which
//! batches are compared ([`super::similar`]).

use super::find;
use super::similar::printed;
use crate::{Error, Service};
use data_encoding::HEXLOWER;
use domain::similar::Printed;
use sha2::{Digest, Sha256};
use store::Tx;
use store::batch::Batch;
use store::item::{Item, Page};

/// Items of one step.
const STEP: i64 = 10_000;

/// A batch's items in short.
#[derive(Debug, Clone, Default)]
pub(crate) struct Content {
    /// The hash of all, hexadecimal.
    pub hash: String,
    /// What each row pays, in 64 bits.
    pub prints: Vec<Printed>,
}

/// Takes a batch's canonical items in, in the order of numbers: line, source, target, amount, memo, reference,
/// external id.
#[derive(Debug, Default, Clone)]
pub(crate) struct ContentHash {
    hash: Sha256,
    prints: Vec<Printed>,
}

impl ContentHash {
    /// Takes an item in.
    pub(crate) fn item(&mut self, item: &Item) {
        for number in [item.line, item.source.0, item.target.0, item.amount] {
            self.hash.update(number.to_le_bytes());
        }
        for text in [&item.memo, &item.reference] {
            // A length before each text, so that no two contents give the same bytes; none is not empty.
            let length = text.as_ref().map_or(-1, |text| i64::try_from(text.len()).unwrap_or(i64::MAX));
            self.hash.update(length.to_le_bytes());
            self.hash.update(text.as_deref().unwrap_or_default().as_bytes());
        }
        // Only where there is one, so that a batch submitted before external ids existed keeps its hash.
        if let Some(id) = &item.external_id {
            self.hash.update([u8::try_from(id.len()).unwrap_or(u8::MAX)]);
            self.hash.update(id.as_bytes());
        }
        self.prints.push(printed(item));
    }

    /// All that was taken in.
    pub(crate) fn finish(self) -> Content {
        Content { hash: HEXLOWER.encode(&self.hash.finalize()), prints: self.prints }
    }
}

impl<'a> FromIterator<&'a Item> for Content {
    fn from_iter<I: IntoIterator<Item = &'a Item>>(items: I) -> Self {
        let mut hash = ContentHash::default();
        items.into_iter().for_each(|item| hash.item(item));
        hash.finish()
    }
}

/// The content of a batch's items as they are now.
pub(crate) async fn content(tx: &mut Tx, batch: &Batch) -> Result<Content, Error> {
    let (mut hash, mut after) = (ContentHash::default(), batch.first_number - 1);
    loop {
        let page = Page { batch: batch.id, after, last: batch.last_number, limit: STEP };
        let mut items = store::item::page(tx, page, None, None).await?;
        store::external_id::fill_page(tx, batch.id, &mut items).await?;
        let Some(last) = items.last() else { return Ok(hash.finish()) };
        after = last.number.0;
        items.iter().for_each(|item| hash.item(item));
    }
}

impl Service {
    /// Whether the items are still those that were submitted.
    pub async fn batch_check_content(&self, name: &str) -> Result<bool, Error> {
        let mut tx = self.store.read().await?;
        let batch = find(&mut tx, name).await?;
        let Content { hash, .. } = content(&mut tx, &batch).await?;
        Ok(batch.content_hash.is_none_or(|frozen| frozen == hash))
    }
}
