//! Images: what a row was after each commit that changed it, as a hash. The last image of a key is the row as it
//! must be, so a row that was changed by other means is found, and so is one that was added or removed.
//!
//! Triggers write them, not the nouns: no way of changing a row can forget it, and none needs a hop. On a server they
//! are part of the schema, and mark what they write with the transaction's id; for a file only the program's own
//! connection has them (`sqlite/images.rs`). So what another program changes has no image in either, or one that no
//! commit takes over.

mod apart;
pub(crate) mod tables;

pub use apart::{APART, COVERED};
pub use tables::{IMAGED, Imaged};

use crate::args;
use crate::bulk::{Named, Sql, named};
use crate::error::StoreError;
use crate::script::Script;
use crate::tx::Tx;
use crate::value::{Row, Rows, Value};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// An image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Image<'a> {
    /// The commit.
    pub commit_number: i64,
    /// Its place in the commit.
    pub place: i64,
    /// The row's table.
    pub table_name: &'a str,
    /// The row's key.
    pub row_key: &'a str,
    /// SHA-256 over the row's values, hexadecimal; empty if it was deleted.
    pub digest: &'a str,
}

impl<'a> Image<'a> {
    fn read(row: Row<'a>) -> Result<Self, StoreError> {
        let (commit_number, place) = (row.i64(0)?, row.i64(1)?);
        Ok(Self { commit_number, place, table_name: row.str(2)?, row_key: row.str(3)?, digest: row.str(4)? })
    }
}

/// A page of images, in the order of commits. There are several for each account, so none is copied out of it.
#[derive(Debug, Default)]
pub struct Images(Rows);

impl Images {
    /// The images.
    pub fn iter(&self) -> impl Iterator<Item = Result<Image<'_>, StoreError>> {
        self.0.iter().map(Image::read)
    }

    /// The commit and the place of the last one.
    pub fn last(&self) -> Result<Option<(i64, i64)>, StoreError> {
        self.0.last().map(|row| Ok((row.i64(0)?, row.i64(1)?))).transpose()
    }
}

/// The hash of a transaction's images; empty without any.
pub(crate) const HASH: &str = "COALESCE((SELECT text_hash(string_agg(
       table_name || '|' || row_key || '|' || digest || ';', '' ORDER BY place))
     FROM pending_image WHERE writer = this_writer()), '')";

// After the head has advanced.
static TAKE: Sql = Sql::new(
    "INSERT INTO image (commit_number, place, table_name, row_key, digest)
     SELECT h.commit_number, row_number() OVER (ORDER BY p.place), p.table_name, p.row_key, p.digest
     FROM ledger_head h, pending_image p WHERE h.id = 1 AND p.writer = this_writer()",
);
static FORGET: Sql = Sql::new("DELETE FROM pending_image WHERE writer = this_writer()");
static AFTER: Sql = Sql::new(
    "SELECT commit_number, place, table_name, row_key, digest FROM image
     WHERE (commit_number, place) > ($1, $2) ORDER BY commit_number, place LIMIT $3",
);
static PENDING: Sql =
    Sql::new("SELECT table_name, row_key FROM pending_image ORDER BY writer, place LIMIT $1");

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&TAKE, &FORGET, &AFTER, &PENDING];

/// Makes the transaction's images those of the commit whose number was just drawn.
pub(crate) fn take_later(script: &mut Script) {
    script.execute(&TAKE, args![]);
    script.execute(&FORGET, args![]);
}

/// Drops the transaction's images: its rows come from another ledger, and so do their images.
pub(crate) async fn forget(tx: &mut Tx) -> Result<(), StoreError> {
    tx.execute(&FORGET, args![]).await.map(|_| ())
}

/// Images after a place, in the order of commits.
pub async fn after(tx: &mut Tx, after: (i64, i64), limit: i64) -> Result<Images, StoreError> {
    tx.fetch(&AFTER, args![after.0, after.1, limit]).await.map(Images)
}

/// Changes that no commit took over: the table and the key of each.
pub async fn pending(tx: &mut Tx, limit: i64) -> Result<Vec<(String, String)>, StoreError> {
    tx.fetch(&PENDING, args![limit]).await?.iter().map(Row::read).collect()
}

/// What a commit's link has of its images, which are added in their order.
#[derive(Debug, Default)]
pub struct ImagesHash(Option<Sha256>);

impl ImagesHash {
    /// Adds the next image.
    pub fn add(&mut self, one: &Image<'_>) {
        let hash = self.0.get_or_insert_default();
        for part in [one.table_name, "|", one.row_key, "|", one.digest, ";"] {
            hash.update(part);
        }
    }

    /// The hash, hexadecimal; empty without any image.
    #[must_use]
    pub fn finish(self) -> String {
        self.0.map_or_else(String::new, |hash| HEXLOWER.encode(&hash.finalize()))
    }
}

/// A page of a table's rows as they are.
#[derive(Debug)]
pub struct Present {
    of: &'static Imaged,
    rows: Rows,
}

impl Present {
    /// Each row's key, as its images name it, and its values, as its images have their hash.
    pub fn iter(&self) -> impl Iterator<Item = (String, String)> {
        self.rows.iter().map(|row| (part(self.key(row)), part(row.values())))
    }

    /// The last row's key, to continue after; none if the page is empty.
    #[must_use]
    pub fn last(&self) -> Option<Vec<Value>> {
        self.rows.last().map(|row| self.key(row).to_vec())
    }

    fn key<'a>(&self, row: Row<'a>) -> &'a [Value] {
        row.values().get(..self.of.keys).unwrap_or_default()
    }
}

/// A table's rows after a key, in the order of keys; an empty key begins.
pub async fn rows(
    tx: &mut Tx,
    of: &'static Imaged,
    after: &[Value],
    limit: i64,
) -> Result<Present, StoreError> {
    let mut args = after.to_vec();
    args.push(Value::I64(limit));
    let rows = tx.fetch_text(of.select(!after.is_empty()), args).await?;
    Ok(Present { of, rows })
}

/// Values as text: each with its length before it.
fn part(values: &[Value]) -> String {
    let mut text = String::with_capacity(32 * values.len());
    for value in values {
        if !text.is_empty() {
            text.push(',');
        }
        let mut add = |value: &str| {
            text += &value.chars().count().to_string();
            text.push(':');
            text += value;
        };
        match value {
            Value::Null => text.push('-'),
            Value::I64(number) => add(&number.to_string()),
            Value::Text(value) => add(value),
            // No table here has any.
            Value::Blob(bytes) => add(&format!("{bytes:?}")),
        }
    }
    text
}

/// A row's key, as people read it.
#[must_use]
pub fn shown(row_key: &str) -> String {
    let (mut rest, mut shown) = (row_key, Vec::new());
    while !rest.is_empty() {
        let (value, after) = match rest.split_once(':') {
            Some((length, after)) if !rest.starts_with('-') => {
                let length = length.parse().unwrap_or(usize::MAX);
                let end = after.char_indices().nth(length).map_or(after.len(), |(end, _)| end);
                after.split_at_checked(end).unwrap_or((after, ""))
            }
            _ => rest.split_at_checked(1).unwrap_or((rest, "")),
        };
        shown.push(value);
        rest = after.strip_prefix(',').unwrap_or_default();
    }
    shown.join(", ")
}

#[cfg(test)]
mod tests;
