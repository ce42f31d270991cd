//! A batch's history for users: its state changes, retries and skips, with who, when and why. The successes
//! of a run are in its items and transfers, not in a million rows here.

use crate::args;
use crate::bulk::{Named, Sql, named};
use crate::error::StoreError;
use crate::record::record;
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::Row;
use domain::batch::BatchState;
use domain::id::BatchId;
use domain::principal::Author;

record! {
    /// One event.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Event {
        /// The item it concerns, if any.
        pub item: Option<i64>,
        /// The batch's state after it.
        pub state: BatchState,
        /// What happened: `created`, `submitted`, `started`, `paused`, …
        pub event: String,
        /// The details, a JSON object.
        pub detail: Option<String>,
        /// Who.
        pub actor: Author = "actor, actor_kind, actor_id",
        /// When, microseconds UTC.
        pub at: i64,
    }
}

static INSERT: Sql = Sql::new(
    "INSERT INTO batch_history (batch, item, state, event, detail, actor, at, actor_kind, actor_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
);
static LIST: Sql =
    Sql::new(sql!("SELECT ", Event::COLUMNS, " FROM batch_history WHERE batch = $1 ORDER BY id"));
static PAGE: Sql = Sql::new(sql!(
    "SELECT id, ",
    Event::COLUMNS,
    " FROM batch_history WHERE batch = $1 ORDER BY id LIMIT $2 OFFSET $3"
));
static LAST: Sql = Sql::new(sql!(
    "SELECT ",
    Event::COLUMNS,
    " FROM batch_history WHERE batch = $1 ORDER BY id DESC LIMIT 1"
));
// A single item's retry moves its batch too, so every event counts.
static MOVES: Sql = Sql::new(sql!(
    "SELECT ",
    Event::COLUMNS,
    " FROM (SELECT h.*, LAG(h.state) OVER (ORDER BY h.id) AS state_before FROM batch_history h WHERE h.batch = $1) m
     WHERE state_before IS NULL OR state_before <> state ORDER BY id LIMIT $2"
));
static RETRIES: Sql = Sql::new(sql!(
    "SELECT ",
    Event::COLUMNS,
    " FROM batch_history
     WHERE batch = $1 AND event IN ('retried', 'resumed') AND (item IS NULL OR item = $2) ORDER BY id",
));
static COUNT: Sql = Sql::new("SELECT COUNT(*) FROM batch_history WHERE batch = $1");

static OF_ITEMS: Sql = Sql::new(
    "SELECT item, event, at FROM batch_history WHERE batch = $1 AND item IS NOT NULL AND item <= $2 ORDER BY id",
);

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&INSERT, &LIST, &PAGE, &LAST, &MOVES, &RETRIES, &COUNT, &OF_ITEMS];

/// Writes an event.
pub async fn insert(tx: &mut Tx, batch: BatchId, event: Event) -> Result<(), StoreError> {
    let Author { principal, name } = event.actor;
    let args = args![
        batch.0,
        event.item,
        event.state.number(),
        event.event,
        event.detail,
        name,
        event.at,
        principal.kind(),
        principal.id(),
    ];
    tx.execute(&INSERT, args).await.map(|_| ())
}

/// All events of a batch, in order.
pub async fn list(tx: &mut Tx, batch: BatchId) -> Result<Vec<Event>, StoreError> {
    tx.fetch(&LIST, args![batch.0]).await?.iter().map(Row::read).collect()
}

/// A page of a batch's events with their ids, in order, skipping the first `offset`.
pub async fn page(
    tx: &mut Tx,
    batch: BatchId,
    limit: i64,
    offset: i64,
) -> Result<Vec<(i64, Event)>, StoreError> {
    let rows = tx.fetch(&PAGE, args![batch.0, limit, offset]).await?;
    rows.iter().map(Row::read).collect()
}

/// A batch's last event.
pub async fn last(tx: &mut Tx, batch: BatchId) -> Result<Option<Event>, StoreError> {
    tx.fetch(&LAST, args![batch.0]).await?.first().map(Row::read).transpose()
}

/// A batch's first event, and those that changed its state, in order.
pub async fn moves(tx: &mut Tx, batch: BatchId, limit: i64) -> Result<Vec<Event>, StoreError> {
    tx.fetch(&MOVES, args![batch.0, limit]).await?.iter().map(Row::read).collect()
}

/// The retries and resumptions that may have covered an item, in order.
pub async fn retries(tx: &mut Tx, batch: BatchId, item: i64) -> Result<Vec<Event>, StoreError> {
    tx.fetch(&RETRIES, args![batch.0, item]).await?.iter().map(Row::read).collect()
}

/// The number of events of a batch.
pub async fn count(tx: &mut Tx, batch: BatchId) -> Result<i64, StoreError> {
    let rows = tx.fetch(&COUNT, args![batch.0]).await?;
    rows.first().map_or(Ok(0), |row| row.i64(0))
}

/// An event that concerns an item, or the items from one onwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ItemEvent {
    /// The item; for an edit, the first one it added.
    pub item: i64,
    /// Whether it is an edit.
    pub is_edit: bool,
    /// When, microseconds UTC.
    pub at: i64,
}

/// The events of a batch that concern items up to a number, in order.
pub async fn of_items(tx: &mut Tx, batch: BatchId, last: i64) -> Result<Vec<ItemEvent>, StoreError> {
    let rows = tx.fetch(&OF_ITEMS, args![batch.0, last]).await?;
    let read = |row: Row<'_>| {
        Ok(ItemEvent { item: row.i64(0)?, is_edit: row.text(1)? == "edited", at: row.i64(2)? })
    };
    rows.iter().map(read).collect()
}
