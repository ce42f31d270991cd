//! E-mails about events: a row for each user who is told by mail, and what became of it. The text is made from the
//! event when it is sent.

use crate::args;
use crate::bulk::{Insert, Named, Sql, named};
use crate::error::StoreError;
use crate::record::record;
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::{Column, Row};
use domain::mail::MailState;

record! {
    /// An e-mail.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Mail {
        /// The user it is for.
        pub user: i64 = "app_user",
        /// The event it is about.
        pub event: i64,
        /// What became of it.
        pub state: MailState,
        /// How often it was tried.
        pub tries: i64,
        /// When it is due, microseconds UTC.
        pub next_at: i64,
        /// Why it was not sent the last time.
        pub error: Option<String>,
    }
}

static ADD: Insert = Insert { table: "mail", columns: &["app_user", "event", "state", "tries", "next_at"] };
static DUE: Sql = Sql::new(sql!(
    "SELECT ",
    Mail::COLUMNS,
    " FROM mail WHERE state IN (",
    [MailState::Waiting],
    ", ",
    [MailState::Sending],
    ") AND next_at <= $1 ORDER BY next_at, event, app_user LIMIT $2"
));
static SET: Sql = Sql::new(
    "UPDATE mail SET state = $3, tries = $4, next_at = $5, error = $6 WHERE app_user = $1 AND event = $2",
);
/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&DUE, &SET];

/// Adds an e-mail about an event for each of these users, due now.
pub async fn add(tx: &mut Tx, event: i64, users: &[i64], now: i64) -> Result<u64, StoreError> {
    let rows = users.len();
    let columns = vec![
        Column::I64(users.to_vec()),
        Column::Same(event, rows),
        Column::Same(MailState::Waiting.number(), rows),
        Column::Same(0, rows),
        Column::Same(now, rows),
    ];
    tx.insert_new(&ADD, columns).await
}

/// E-mails that are due, the earliest first.
pub async fn due(tx: &mut Tx, now: i64, limit: i64) -> Result<Vec<Mail>, StoreError> {
    tx.fetch(&DUE, args![now, limit]).await?.iter().map(Row::read).collect()
}

/// Records what became of an e-mail.
pub async fn set(tx: &mut Tx, mail: &Mail) -> Result<(), StoreError> {
    let args =
        args![mail.user, mail.event, mail.state.number(), mail.tries, mail.next_at, mail.error.as_deref()];
    tx.execute(&SET, args).await.map(|_| ())
}
