//! A batch's items in short: one hash, which is kept at submission and compared by a verification, one fingerprint
//! per row, by which batches are compared ([`domain::similar`]), and a digest of each page from the moment that it is
//! added.

use data_encoding::HEXLOWER;
use domain::similar::{Payment, Printed, print};
use sha2::{Digest, Sha256};
use store::batch::Batch;
use store::item::{Item, Page};
use store::item_contact::Contact;
use store::{StoreError, Tx};

/// Items per step.
const STEP: i64 = 10_000;

/// The digest of a page of items, with their numbers and the names written for their payees; both are in order.
#[must_use]
pub fn page_digest(items: &[Item], contacts: &[Contact]) -> String {
    let (mut hash, mut contacts) = (PageHash::default(), contacts.iter().peekable());
    for item in items {
        // The names may be of other batches' items, which lie between these.
        while contacts.next_if(|(of, ..)| of.0 < item.number.0).is_some() {}
        hash.item(item, contacts.next_if(|(of, ..)| *of == item.number));
    }
    hash.finish()
}

/// Hashes the items of a page one by one: number, line, source, target, amount, memo, reference, external id,
/// the kind of name that was written for the payee, and that name.
#[derive(Debug, Default)]
pub struct PageHash {
    hash: Sha256,
    /// Of an item, so that it is hashed in one piece.
    bytes: Vec<u8>,
}

impl PageHash {
    /// Adds an item.
    pub fn item(&mut self, item: &Item, contact: Option<&Contact>) {
        self.bytes.clear();
        for number in [item.number.0, item.line, item.source.0, item.target.0, item.amount] {
            self.bytes.extend_from_slice(&number.to_le_bytes());
        }
        for text in [&item.memo, &item.reference, &item.external_id] {
            self.text(text.as_deref());
        }
        let kind = contact.map_or(0, |(_, kind, _)| kind.number());
        self.bytes.extend_from_slice(&kind.to_le_bytes());
        self.text(contact.map(|(.., written)| written.as_str()));
        self.hash.update(&self.bytes);
    }

    fn text(&mut self, text: Option<&str>) {
        self.bytes.extend_from_slice(&length(text).to_le_bytes());
        self.bytes.extend_from_slice(text.unwrap_or_default().as_bytes());
    }

    /// The digest in hexadecimal.
    #[must_use]
    pub fn finish(self) -> String {
        HEXLOWER.encode(&self.hash.finalize())
    }
}

/// Precedes a text, so that different contents give different bytes; -1 means none.
fn length(text: Option<&str>) -> i64 {
    text.map_or(-1, |text| i64::try_from(text.len()).unwrap_or(i64::MAX))
}

/// A batch's items in short.
#[derive(Debug, Clone, Default)]
pub struct Content {
    /// The hash of all items, hexadecimal.
    pub hash: String,
    /// A 64-bit fingerprint of what each row pays.
    pub prints: Vec<Printed>,
}

/// Hashes a batch's canonical items in number order: line, source, target, amount, memo, reference, external
/// id.
#[derive(Debug, Default, Clone)]
pub struct ContentHash {
    hash: Sha256,
    prints: Vec<Printed>,
}

impl ContentHash {
    /// Adds an item.
    pub fn item(&mut self, item: &Item) {
        for number in [item.line, item.source.0, item.target.0, item.amount] {
            self.hash.update(number.to_le_bytes());
        }
        for text in [&item.memo, &item.reference] {
            self.hash.update(length(text.as_deref()).to_le_bytes());
            self.hash.update(text.as_deref().unwrap_or_default().as_bytes());
        }
        // Only if there is one, so that a batch submitted before external ids existed keeps its hash.
        if let Some(id) = &item.external_id {
            self.hash.update([u8::try_from(id.len()).unwrap_or(u8::MAX)]);
            self.hash.update(id.as_bytes());
        }
        self.prints.push(printed(item));
    }

    /// The content of all items that were added.
    #[must_use]
    pub fn finish(self) -> Content {
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

/// The row's fingerprint.
#[must_use]
pub fn printed(item: &Item) -> Printed {
    let payment = Payment {
        source: item.source,
        target: item.target,
        amount: item.amount,
        reference: item.reference.as_deref(),
        external_id: item.external_id.as_deref(),
        memo: item.memo.as_deref(),
    };
    Printed { print: print(&payment), item: item.number.0 }
}

/// The current content of a batch's items.
pub async fn content(tx: &mut Tx, batch: &Batch) -> Result<Content, StoreError> {
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
