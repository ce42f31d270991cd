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
use crate::chain;
use crate::error::StoreError;
use crate::record::record;
use crate::script::Script;
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::{Row, Value};

record! {
    /// An image.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Image {
        /// The commit.
        pub commit_number: i64,
        /// Its place in the commit.
        pub place: i64,
        /// The row's table.
        pub table_name: String,
        /// The row's key.
        pub row_key: String,
        /// SHA-256 over the row's values, hexadecimal; empty if it was deleted.
        pub digest: String,
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
static AFTER: Sql = Sql::new(sql!(
    "SELECT ",
    Image::COLUMNS,
    " FROM image WHERE (commit_number, place) > ($1, $2) ORDER BY commit_number, place LIMIT $3",
));
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
pub async fn after(tx: &mut Tx, after: (i64, i64), limit: i64) -> Result<Vec<Image>, StoreError> {
    tx.fetch(&AFTER, args![after.0, after.1, limit]).await?.iter().map(Row::read).collect()
}

/// Changes that no commit took over: the table and the key of each.
pub async fn pending(tx: &mut Tx, limit: i64) -> Result<Vec<(String, String)>, StoreError> {
    tx.fetch(&PENDING, args![limit]).await?.iter().map(Row::read).collect()
}

/// What a commit's link has of its images.
#[must_use]
pub fn hash(images: &[Image]) -> String {
    if images.is_empty() {
        return String::new();
    }
    let part = |one: &Image| format!("{}|{}|{};", one.table_name, one.row_key, one.digest);
    chain::text_hash(&images.iter().map(part).collect::<String>())
}

/// A row as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Present {
    /// Its key, to continue after.
    pub key: Vec<Value>,
    /// Its key, as its images name it.
    pub row_key: String,
    /// SHA-256 over its values, hexadecimal.
    pub digest: String,
}

/// A table's rows after a key, in the order of keys; an empty key begins.
pub async fn rows(
    tx: &mut Tx,
    of: &'static Imaged,
    after: &[Value],
    limit: i64,
) -> Result<Vec<Present>, StoreError> {
    let mut args = after.to_vec();
    args.push(Value::I64(limit));
    let rows = tx.fetch_text(of.select(!after.is_empty()), args).await?;
    let present = |row: Row<'_>| {
        let key = row.values().get(..of.keys).unwrap_or_default();
        Present { key: key.to_vec(), row_key: part(key), digest: chain::text_hash(&part(row.values())) }
    };
    Ok(rows.iter().map(present).collect())
}

/// Values as text: each with its length before it.
fn part(values: &[Value]) -> String {
    let mut text = String::new();
    for value in values {
        let value = match value {
            Value::Null => None,
            Value::I64(number) => Some(number.to_string()),
            Value::Text(text) => Some(text.clone()),
            // No table here has any.
            Value::Blob(bytes) => Some(format!("{bytes:?}")),
        };
        let comma = if text.is_empty() { "" } else { "," };
        text += &match value {
            None => format!("{comma}-"),
            Some(value) => format!("{comma}{}:{value}", value.chars().count()),
        };
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
