//! Deliveries of events to webhooks. A delivery is made when its event is spread, in the same transaction, so that
//! none is lost and none is made twice.
//!
//! Order: of the waiting deliveries of one batch to one webhook only the first is due; [`settle`] makes the next one
//! due when it ends. Whatever changes the state of deliveries locks their webhook first, so that a delivery that is
//! made while its predecessor ends is not forgotten.

use crate::args;
use crate::bulk::{Named, Sql, named};
use crate::error::StoreError;
use crate::outbox::OutboxRow;
use crate::record::record;
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::Row;
use crate::webhook;
use domain::event::EventKind;
use domain::id::{BatchId, WebhookId};
use domain::webhook::delivery::{DeliveryFailure, DeliveryState};

record! {
    /// A delivery, with its event.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Delivery {
        /// Its number.
        pub id: i64 = "d.id",
        /// Where it goes.
        pub webhook: WebhookId = "d.webhook",
        /// The number of its event.
        pub event: i64 = "d.event",
        /// What happened.
        pub kind: EventKind = "o.kind",
        /// When it happened, microseconds UTC.
        pub at: i64 = "o.at",
        /// The batch that it happened to.
        pub batch: Option<BatchId> = "d.batch",
        /// The details of the event, a JSON object.
        pub detail: String = "o.detail",
        /// How far it is.
        pub state: DeliveryState = "d.state",
        /// How many attempts were made since it was made or replayed.
        pub attempts: i64 = "d.attempts",
        /// When the next attempt is due; none if it waits for an earlier one of its batch, or has ended.
        pub due_at: Option<i64> = "d.due_at",
        /// When the last attempt ended.
        pub tried_at: Option<i64> = "d.tried_at",
        /// When it was delivered or given up.
        pub ended_at: Option<i64> = "d.ended_at",
        /// The status of the last answer.
        pub status: Option<i64> = "d.status",
        /// Why the last attempt failed.
        pub failure: Option<DeliveryFailure> = "d.failure",
    }
}

record! {
    /// Deliveries that wait.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct WaitingDeliveries {
        /// How many.
        pub count: i64 = "COUNT(*)",
        /// The number of the oldest event among them.
        pub oldest: Option<i64> = "MIN(event)",
    }
}

const FROM: &str = " FROM webhook_delivery d JOIN outbox o ON o.id = d.event WHERE ";

// A batch's next delivery waits while an earlier one does.
static ADD: Sql = Sql::new(sql!(
    "INSERT INTO webhook_delivery (webhook, event, batch, state, attempts, due_at)
     SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS BIGINT), ",
    [DeliveryState::Waiting],
    ", 0, CASE WHEN EXISTS (SELECT 1 FROM webhook_delivery p
                            WHERE p.batch = $3 AND p.webhook = $1 AND p.state = ",
    [DeliveryState::Waiting],
    ") THEN NULL ELSE CAST($4 AS BIGINT) END
     WHERE 1 = 1 ON CONFLICT (webhook, event) DO NOTHING",
));
static GET: Sql = Sql::new(sql!("SELECT ", Delivery::COLUMNS, FROM, "d.id = $1"));
static DUE: Sql = Sql::new(sql!(
    "SELECT ",
    Delivery::COLUMNS,
    FROM,
    "d.webhook = $1 AND d.state = ",
    [DeliveryState::Waiting],
    " AND d.due_at <= $2 ORDER BY d.due_at, d.id LIMIT $3"
));
static LIST: Sql = Sql::new(sql!(
    "SELECT ",
    Delivery::COLUMNS,
    FROM,
    "d.webhook = $1 AND d.id < $2 ORDER BY d.id DESC LIMIT $3"
));
static LIST_IN_STATE: Sql = Sql::new(sql!(
    "SELECT ",
    Delivery::COLUMNS,
    FROM,
    "d.webhook = $1 AND d.id < $2 AND d.state = $4 ORDER BY d.id DESC LIMIT $3"
));
static SET: Sql = Sql::new(
    "UPDATE webhook_delivery SET state = $2, attempts = $3, due_at = $4, tried_at = $5, ended_at = $6, status = $7,
       failure = $8 WHERE id = $1",
);
static RELEASE: Sql = Sql::new(sql!(
    "UPDATE webhook_delivery SET due_at = $3 WHERE due_at IS NULL AND id =
       (SELECT MIN(n.id) FROM webhook_delivery n WHERE n.batch = $2 AND n.webhook = $1 AND n.state = ",
    [DeliveryState::Waiting],
    ")"
));
static EARLIER: Sql = Sql::new(sql!(
    "SELECT COUNT(*) FROM webhook_delivery WHERE batch = $1 AND webhook = $2 AND state = ",
    [DeliveryState::Waiting],
    " AND id < $3"
));
static DROP_WAITING: Sql = Sql::new(sql!(
    "UPDATE webhook_delivery SET state = ",
    [DeliveryState::Dropped],
    ", due_at = NULL, ended_at = $2 WHERE webhook = $1 AND state = ",
    [DeliveryState::Waiting],
));
static WAITING: Sql = Sql::new(sql!(
    "SELECT ",
    WaitingDeliveries::COLUMNS,
    " FROM webhook_delivery WHERE state = ",
    [DeliveryState::Waiting],
));

/// The statements of this noun.
pub const CATALOGUE: &[Named] =
    named![&ADD, &GET, &DUE, &LIST, &LIST_IN_STATE, &SET, &RELEASE, &EARLIER, &DROP_WAITING, &WAITING];

/// Makes the deliveries of an event: to each webhook that takes events of its type. A test goes to the webhook that
/// is tested, and to no other. Making them again changes nothing.
pub async fn spread(tx: &mut Tx, row: &OutboxRow, now: i64) -> Result<(), StoreError> {
    for webhook in webhook::lock_all(tx).await? {
        let is_meant = match row.kind {
            EventKind::WebhookTest => row.subject_id == Some(webhook.id.0),
            kind => webhook.takes(kind.name()),
        };
        if is_meant && webhook.is_enabled {
            let batch = row.batch.map(|id| id.0);
            tx.execute(&ADD, args![webhook.id.0, row.id, batch, now]).await?;
        }
    }
    Ok(())
}

/// A delivery by its number.
pub async fn get(tx: &mut Tx, id: i64) -> Result<Option<Delivery>, StoreError> {
    tx.fetch(&GET, args![id]).await?.first().map(Row::read).transpose()
}

/// The deliveries to a webhook that are due, longest due first.
pub async fn due(tx: &mut Tx, webhook: WebhookId, now: i64, limit: i64) -> Result<Vec<Delivery>, StoreError> {
    tx.fetch(&DUE, args![webhook.0, now, limit]).await?.iter().map(Row::read).collect()
}

/// The deliveries to a webhook before a number, newest first; only those in a state, if one is given.
pub async fn list(
    tx: &mut Tx,
    webhook: WebhookId,
    state: Option<DeliveryState>,
    (before, limit): (i64, i64),
) -> Result<Vec<Delivery>, StoreError> {
    let rows = match state {
        None => tx.fetch(&LIST, args![webhook.0, before, limit]).await?,
        Some(state) => tx.fetch(&LIST_IN_STATE, args![webhook.0, before, limit, state.number()]).await?,
    };
    rows.iter().map(Row::read).collect()
}

/// Writes how far a delivery is. If it has ended, the next one of its batch becomes due. The caller has locked the
/// webhook.
pub async fn settle(tx: &mut Tx, delivery: &Delivery, now: i64) -> Result<(), StoreError> {
    let args = args![
        delivery.id,
        delivery.state.number(),
        delivery.attempts,
        delivery.due_at,
        delivery.tried_at,
        delivery.ended_at,
        delivery.status,
        delivery.failure.map(DeliveryFailure::number),
    ];
    tx.execute(&SET, args).await?;
    if let (Some(batch), true) = (delivery.batch, delivery.state != DeliveryState::Waiting) {
        tx.execute(&RELEASE, args![delivery.webhook.0, batch.0, now]).await?;
    }
    Ok(())
}

/// Whether an earlier delivery of the same batch to the same webhook waits.
pub async fn has_earlier(tx: &mut Tx, delivery: &Delivery) -> Result<bool, StoreError> {
    let Some(batch) = delivery.batch else { return Ok(false) };
    let rows = tx.fetch(&EARLIER, args![batch.0, delivery.webhook.0, delivery.id]).await?;
    Ok(rows.first().map_or(Ok(0), |row| row.i64(0))? > 0)
}

/// Drops the deliveries that wait for a webhook, which is being removed and locked.
pub async fn drop_waiting(tx: &mut Tx, webhook: WebhookId, now: i64) -> Result<(), StoreError> {
    tx.execute(&DROP_WAITING, args![webhook.0, now]).await.map(|_| ())
}

/// The deliveries that wait.
pub async fn waiting(tx: &mut Tx) -> Result<WaitingDeliveries, StoreError> {
    let rows = tx.fetch(&WAITING, args![]).await?;
    rows.first().ok_or_else(|| StoreError::Corrupt("no count".to_owned()))?.read()
}
