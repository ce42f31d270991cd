//! Pages of items as they were added: from which number to which, and the digest of their content. Together the
//! pages of a batch cover all its items, from the moment that they are added, with the names that were written for
//! their payees. Items are written in bulk, so no single one has an image.

use crate::args;
use crate::bulk::{Named, Sql, named};
use crate::error::StoreError;
use crate::item_extent::Extent;
use crate::record::record;
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::Row;
use domain::id::BatchId;

record! {
    /// A page.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ItemPage {
        /// The first number.
        pub first_number: i64,
        /// The last number.
        pub last_number: i64,
        /// SHA-256 over the content of its items, hexadecimal.
        pub digest: String,
    }
}

static ADD: Sql =
    Sql::new("INSERT INTO item_page (batch, first_number, last_number, digest) VALUES ($1, $2, $3, $4)");
static SET: Sql = Sql::new("UPDATE item_page SET digest = $3 WHERE batch = $1 AND first_number = $2");
static DELETE: Sql = Sql::new("DELETE FROM item_page WHERE batch = $1 AND first_number = $2");
// Pages do not overlap, so the first one that reaches into a range is the last that begins before it.
static WITHIN: Sql = Sql::new(sql!(
    "SELECT ",
    ItemPage::COLUMNS,
    " FROM item_page
     WHERE batch = $1 AND last_number >= $2 AND first_number <= $3 AND first_number >= COALESCE(
       (SELECT MAX(first_number) FROM item_page WHERE batch = $1 AND first_number <= $2), $2)
     ORDER BY first_number LIMIT $4",
));

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&ADD, &SET, &DELETE, &WITHIN];

/// Records a page.
pub async fn add(tx: &mut Tx, batch: BatchId, page: &ItemPage) -> Result<(), StoreError> {
    let args = args![batch.0, page.first_number, page.last_number, page.digest.as_str()];
    tx.execute(&ADD, args).await.map(|_| ())
}

/// Records the digest of a page from which items were deleted; none if none is left.
pub async fn renew(
    tx: &mut Tx,
    batch: BatchId,
    first_number: i64,
    digest: Option<&str>,
) -> Result<(), StoreError> {
    match digest {
        Some(digest) => tx.execute(&SET, args![batch.0, first_number, digest]).await.map(|_| ()),
        None => tx.execute(&DELETE, args![batch.0, first_number]).await.map(|_| ()),
    }
}

/// The first `limit` pages of a batch that reach into a range of numbers, in order.
pub async fn within(
    tx: &mut Tx,
    batch: BatchId,
    (first, last): Extent,
    limit: i64,
) -> Result<Vec<ItemPage>, StoreError> {
    let rows = tx.fetch(&WITHIN, args![batch.0, first, last, limit]).await?;
    rows.iter().map(Row::read).collect()
}
