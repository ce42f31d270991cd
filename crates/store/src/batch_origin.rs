//! Linked drafts: which unpaid items of an earlier batch a draft replaces.

use crate::args;
use crate::bulk::{Named, Sql, named};
use crate::error::StoreError;
use crate::item::{self, ItemFilter};
use crate::item_extent::{self, ITEMS_NOW_OF_BATCH, ITEMS_OF_BATCH};
use crate::record::record;
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::Row;
use domain::code::Code;
use domain::id::BatchId;
use domain::item::ItemState;

record! {
    /// An item of the earlier batch, and the draft's item that replaces it.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Replaced {
        /// The earlier item's number.
        pub item: i64 = "o.item",
        /// Its line.
        pub line: i64 = "o.line",
        /// Its current state.
        pub state: ItemState = "o.state",
        /// Why it failed, if it did.
        pub code: Option<Code> = "o.code",
        /// Minor units.
        pub amount: i64 = "o.amount",
        /// The draft's item.
        pub by: i64 = "n.number",
    }
}

/// Which items of a batch a draft is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Pending and failed items.
    Unpaid,
    /// Failed items.
    Failed,
    /// All items, whatever their outcome.
    All,
}

impl Part {
    /// As the statements take it: the state selected in addition to failed, 0 for any.
    const fn picked(self) -> i64 {
        match self {
            Self::Unpaid => ItemState::Pending.number(),
            Self::Failed => ItemState::Failed.number(),
            Self::All => 0,
        }
    }
}

static COPY: Sql = Sql::new(sql!(
    "INSERT INTO item (number, batch, line, source, target, amount, state, memo, reference)
     SELECT ROW_NUMBER() OVER (ORDER BY i.number) + $3, $2, i.line, i.source, i.target, i.amount, ",
    [ItemState::Pending],
    ", i.memo, i.reference
     FROM ",
    ITEMS_NOW_OF_BATCH,
    " WHERE (CAST($4 AS BIGINT) = 0 OR i.state IN (",
    [ItemState::Failed],
    ", CAST($4 AS BIGINT)))"
));
static COPY_CONTACTS: Sql = Sql::new(sql!(
    "INSERT INTO item_contact (item, kind, written)
     SELECT n.number, c.kind, c.written
     FROM (SELECT i.number AS old, ROW_NUMBER() OVER (ORDER BY i.number) + $2 AS number
           FROM ",
    ITEMS_NOW_OF_BATCH,
    " WHERE (CAST($3 AS BIGINT) = 0 OR i.state IN (",
    [ItemState::Failed],
    ", CAST($3 AS BIGINT)))) n
     JOIN item_contact c ON c.item = n.old"
));
// Not held yet: the earlier items hold the ids until the draft is submitted.
static COPY_IDS: Sql = Sql::new(sql!(
    "INSERT INTO external_id (item, batch, id, held)
     SELECT n.number, $3, x.id, 0
     FROM (SELECT i.number AS old, ROW_NUMBER() OVER (ORDER BY i.number) + $2 AS number
           FROM ",
    ITEMS_NOW_OF_BATCH,
    " WHERE i.state IN (",
    [ItemState::Failed],
    ", CAST($4 AS BIGINT))) n
     JOIN external_id x ON x.item = n.old"
));
static LINK: Sql = Sql::new(sql!(
    "INSERT INTO batch_origin (batch, item, origin)
     SELECT $2, i.number, i.batch FROM ",
    ITEMS_NOW_OF_BATCH,
    " WHERE i.state IN (",
    [ItemState::Failed],
    ", CAST($3 AS BIGINT))"
));
static ORIGIN: Sql = Sql::new("SELECT origin FROM batch_origin WHERE batch = $1 ORDER BY item LIMIT 1");
// The draft may have been edited, so items are matched by payer and payee, one to one in the order of
// numbers.
static REPLACED: Sql = Sql::new(sql!(
    "SELECT ",
    Replaced::COLUMNS,
    " FROM (SELECT l.item, i.line, i.state, i.code, i.amount, i.source, i.target,
                  ROW_NUMBER() OVER (PARTITION BY i.source, i.target ORDER BY i.number) AS place
           FROM batch_origin l JOIN item_now i ON i.number = l.item WHERE l.batch = $1) o
     JOIN (SELECT i.number, i.source, i.target,
                  ROW_NUMBER() OVER (PARTITION BY i.source, i.target ORDER BY i.number) AS place
           FROM ",
    ITEMS_OF_BATCH,
    ") n
       ON n.source = o.source AND n.target = o.target AND n.place = o.place
     ORDER BY o.item"
));

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&COPY, &COPY_CONTACTS, &COPY_IDS, &LINK, &ORIGIN, &REPLACED];

/// The number of items in a part of a batch, and their total in minor units.
pub async fn size(tx: &mut Tx, batch: BatchId, part: Part) -> Result<(i64, i64), StoreError> {
    let states = match part {
        Part::Unpaid => vec![ItemState::Pending, ItemState::Failed],
        Part::Failed => vec![ItemState::Failed],
        Part::All => Vec::new(),
    };
    item::totals(tx, &ItemFilter::of(batch, states)).await
}

/// Copies a part of a batch into a draft, including how its payees were written, numbered from `number`
/// upwards.
pub async fn copy(
    tx: &mut Tx,
    batch: BatchId,
    part: Part,
    (draft, number): (BatchId, i64),
) -> Result<u64, StoreError> {
    let before = number - 1;
    let copied = tx.execute(&COPY, args![batch.0, draft.0, before, part.picked()]).await?;
    if copied > 0 {
        let last = before.saturating_add(i64::try_from(copied).unwrap_or(i64::MAX));
        item_extent::add(tx, draft, &[(number, last)]).await?;
    }
    tx.execute(&COPY_CONTACTS, args![batch.0, before, part.picked()]).await?;
    Ok(copied)
}

/// Links a draft, whose items are numbered from `number` upwards, to the unpaid or failed items that it was
/// copied from, and gives it their external ids, which the copies do not hold yet. Not for [`Part::All`]:
/// paid items are not replaced.
pub async fn link(
    tx: &mut Tx,
    batch: BatchId,
    part: Part,
    (draft, number): (BatchId, i64),
) -> Result<u64, StoreError> {
    tx.execute(&COPY_IDS, args![batch.0, number - 1, draft.0, part.picked()]).await?;
    tx.execute(&LINK, args![batch.0, draft.0, part.picked()]).await
}

/// The batch whose items a draft pays, if it is linked to one.
pub async fn origin(tx: &mut Tx, draft: BatchId) -> Result<Option<BatchId>, StoreError> {
    let rows = tx.fetch(&ORIGIN, args![draft.0]).await?;
    rows.first().map(|row| Ok(BatchId(row.i64(0)?))).transpose()
}

/// The linked items that the draft, in its current form, replaces.
pub async fn replaced(tx: &mut Tx, draft: BatchId) -> Result<Vec<Replaced>, StoreError> {
    let rows = tx.fetch(&REPLACED, args![draft.0]).await?;
    rows.iter().map(Row::read).collect()
}
