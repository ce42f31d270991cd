//! Webhooks: where events are sent to. Their secrets are in `sealed_secret`, their deliveries in `webhook_delivery`.

use crate::args;
use crate::bulk::{Named, Sql, named};
use crate::error::StoreError;
use crate::record::record;
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::Row;
use domain::id::WebhookId;
use domain::principal::Author;

record! {
    /// A webhook that was not removed.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Webhook {
        /// Its id.
        pub id: WebhookId,
        /// Where it sends.
        pub url: String,
        /// The names of the event types that it sends, separated by spaces.
        pub events: String,
        /// What it is for; may be empty.
        pub description: String,
        /// Whether it sends. While it does not, deliveries that were made wait, and none is made.
        pub is_enabled: bool = "enabled",
        /// Until when messages are signed with the former secret as well, microseconds UTC.
        pub former_until: Option<i64>,
        /// Who added it.
        pub created_by: Author = "created_by, created_by_kind, created_by_id",
        /// When it was added.
        pub created_at: i64,
    }
}

impl Webhook {
    /// Whether it sends events of a type.
    #[must_use]
    pub fn takes(&self, event: &str) -> bool {
        self.events.split(' ').any(|name| name == event)
    }
}

const BY_ID: &str = sql!("SELECT ", Webhook::COLUMNS, " FROM webhook WHERE id = $1 AND removed_at IS NULL");
const ALL: &str = sql!("SELECT ", Webhook::COLUMNS, " FROM webhook WHERE removed_at IS NULL ORDER BY id");

static INSERT: Sql = Sql::new(
    "INSERT INTO webhook (url, events, description, enabled, created_by, created_at, created_by_kind, created_by_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
);
static GET: Sql = Sql::new(BY_ID);
static LOCK: Sql = Sql::locking(BY_ID);
static LIST: Sql = Sql::new(ALL);
static LOCK_ALL: Sql = Sql::locking(ALL);
static COUNT: Sql = Sql::new("SELECT COUNT(*) FROM webhook WHERE removed_at IS NULL");
static CHANGE: Sql =
    Sql::new("UPDATE webhook SET url = $2, events = $3, description = $4, enabled = $5 WHERE id = $1");
static ROTATE: Sql = Sql::new("UPDATE webhook SET former_until = $2 WHERE id = $1");
static REMOVE: Sql = Sql::new("UPDATE webhook SET removed_at = $2, enabled = 0 WHERE id = $1");

/// The statements of this noun.
pub const CATALOGUE: &[Named] =
    named![&INSERT, &GET, &LOCK, &LIST, &LOCK_ALL, &COUNT, &CHANGE, &ROTATE, &REMOVE];

/// Adds a webhook; its id is assigned here.
pub async fn insert(tx: &mut Tx, webhook: &Webhook) -> Result<WebhookId, StoreError> {
    let args = args![
        webhook.url.as_str(),
        webhook.events.as_str(),
        webhook.description.as_str(),
        i64::from(webhook.is_enabled),
        webhook.created_by.name.as_str(),
        webhook.created_at,
        webhook.created_by.principal.kind(),
        webhook.created_by.principal.id(),
    ];
    let rows = tx.fetch(&INSERT, args).await?;
    rows.first().ok_or_else(|| StoreError::Corrupt("no id".to_owned()))?.i64(0).map(WebhookId)
}

/// A webhook by its id.
pub async fn get(tx: &mut Tx, id: WebhookId) -> Result<Option<Webhook>, StoreError> {
    tx.fetch(&GET, args![id.0]).await?.first().map(Row::read).transpose()
}

/// The same, locked: whatever changes the state of its deliveries holds this lock.
pub async fn lock(tx: &mut Tx, id: WebhookId) -> Result<Option<Webhook>, StoreError> {
    tx.fetch(&LOCK, args![id.0]).await?.first().map(Row::read).transpose()
}

/// All webhooks, in the order in which they were added.
pub async fn list(tx: &mut Tx) -> Result<Vec<Webhook>, StoreError> {
    tx.fetch(&LIST, args![]).await?.iter().map(Row::read).collect()
}

/// The same, locked.
pub(crate) async fn lock_all(tx: &mut Tx) -> Result<Vec<Webhook>, StoreError> {
    tx.fetch(&LOCK_ALL, args![]).await?.iter().map(Row::read).collect()
}

/// The number of webhooks.
pub async fn count(tx: &mut Tx) -> Result<i64, StoreError> {
    tx.fetch(&COUNT, args![]).await?.first().map_or(Ok(0), |row| row.i64(0))
}

/// Changes a webhook's URL, event types and description, and whether it sends.
pub async fn change(tx: &mut Tx, webhook: &Webhook) -> Result<(), StoreError> {
    let (url, events) = (webhook.url.as_str(), webhook.events.as_str());
    let args = args![webhook.id.0, url, events, webhook.description.as_str(), i64::from(webhook.is_enabled)];
    tx.execute(&CHANGE, args).await.map(|_| ())
}

/// Records until when the former secret signs as well; none if it does not.
pub async fn rotate(tx: &mut Tx, id: WebhookId, former_until: Option<i64>) -> Result<(), StoreError> {
    tx.execute(&ROTATE, args![id.0, former_until]).await.map(|_| ())
}

/// Removes a webhook; its row stays for its deliveries.
pub async fn remove(tx: &mut Tx, id: WebhookId, now: i64) -> Result<(), StoreError> {
    tx.execute(&REMOVE, args![id.0, now]).await.map(|_| ())
}
