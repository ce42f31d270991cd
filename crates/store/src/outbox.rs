//! The outbox: events that were committed with what they tell, and whether they were spread to the people and
//! programs that are told.

use crate::args;
use crate::bulk::{Lock, Lookup, Named, Sql, Update, named};
use crate::error::StoreError;
use crate::record::{inserted, record};
use crate::script::{Asked, Script};
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::{Cells, Column, Row};
use domain::event::{Event, EventAudience, EventKind};
use domain::id::BatchId;

record! {
    /// An event as stored.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct OutboxRow {
        /// Its number. Those of a batch increase in the order of their commits.
        pub id: i64,
        /// When, microseconds UTC.
        pub at: i64,
        /// What happened.
        pub kind: EventKind,
        /// The batch that it is about.
        pub batch: Option<BatchId>,
        /// The noun that it happened to.
        pub subject: String,
        /// Its id.
        pub subject_id: Option<i64>,
        /// The details, a JSON object. `by` is the name of the one who did it.
        pub detail: String,
        /// Who is told.
        pub audience: EventAudience = "audience" with read_audience,
    }
}

static UNSPREAD: Sql = Sql::new(sql!(
    "SELECT ",
    OutboxRow::COLUMNS,
    " FROM outbox WHERE spread_at IS NULL ORDER BY id LIMIT $1"
));
static BY_ID: Lookup =
    Lookup { columns: OutboxRow::COLUMNS, from: "outbox", key: "id", and: "", lock: Lock::None };
static SPREAD: Update =
    Update { table: "outbox", key: "id", columns: &["spread_at"], and: "t.spread_at IS NULL" };

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&UNSPREAD];

inserted! {
    INSERT into "outbox",
    fn columns(rows: &[Event], by: &str, now: i64) each row {
        at = Column::Same(now, rows.len()),
        kind: row.kind.number(),
        batch: row.batch,
        subject: row.subject.to_owned(),
        subject_id: row.subject_id,
        detail: detail(row, by),
        audience: row.audience.to_string(),
    }
}

fn detail(event: &Event, by: &str) -> String {
    let mut detail = event.detail.clone();
    detail.insert("by".to_owned(), by.into());
    serde_json::Value::Object(detail).to_string()
}

fn read_audience(cells: &mut Cells<'_>) -> Result<EventAudience, StoreError> {
    let text = cells.text()?;
    EventAudience::from_text(&text).ok_or_else(|| StoreError::Corrupt(format!("no audience is {text:?}")))
}

/// Adds what somebody did at a time, in a script.
pub(crate) fn append_later(script: &mut Script, events: &[Event], by: &str, now: i64) -> Asked<u64> {
    script.insert(&INSERT, columns(events, by, now))
}

/// The events that were not spread yet, in the order of their numbers.
pub async fn unspread(tx: &mut Tx, limit: i64) -> Result<Vec<OutboxRow>, StoreError> {
    tx.fetch(&UNSPREAD, args![limit]).await?.iter().map(Row::read).collect()
}

/// Records that these events were spread; returns how many had not been.
pub async fn spread(tx: &mut Tx, ids: Vec<i64>, now: i64) -> Result<u64, StoreError> {
    let times = Column::Same(now, ids.len());
    tx.ask(|script| script.update(&SPREAD, vec![Column::I64(ids), times])).await
}

/// Events by their numbers, sorted and distinct.
pub async fn by_ids(tx: &mut Tx, ids: Vec<i64>) -> Result<Vec<OutboxRow>, StoreError> {
    tx.lookup(&BY_ID, Column::I64(ids)).await?.iter().map(Row::read).collect()
}
