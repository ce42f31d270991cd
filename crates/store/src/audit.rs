//! The audit log: who, what, from where, result. Rows are written in the same transaction as the change.

use crate::args;
use crate::bulk::{Insert, Sql};
use crate::error::StoreError;
use crate::listing::{Listing, Slice};
use crate::tx::Tx;
use crate::value::Column;

/// Who acts, and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The person or system.
    pub name: String,
    /// The way in: `cli`, later an address.
    pub origin: String,
}

/// One row of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// Who.
    pub actor: Actor,
    /// What, as `noun.verb`.
    pub action: &'static str,
    /// The noun that it was done to.
    pub subject: &'static str,
    /// Its id.
    pub subject_id: Option<i64>,
    /// `ok`, or the refusal's code.
    pub result: &'static str,
    /// The particulars, as JSON.
    pub detail: String,
    /// SHA-256 over all outcomes of a chunk, hexadecimal.
    pub digest: Option<String>,
}

/// A row as it is read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Its number.
    pub id: i64,
    /// When, microseconds UTC.
    pub at: i64,
    /// Who.
    pub actor: String,
    /// From where.
    pub origin: String,
    /// What.
    pub action: String,
    /// To what.
    pub subject: String,
    /// Which.
    pub subject_id: Option<i64>,
    /// How it ended.
    pub result: String,
    /// The particulars, as JSON.
    pub detail: String,
    /// The digest of a chunk.
    pub digest: Option<String>,
}

static INSERT: Insert = Insert {
    table: "audit",
    columns: &["at", "actor", "origin", "action", "subject", "subject_id", "result", "detail", "digest"],
};
static LIST: Sql = Sql::new(
    "SELECT id, at, actor, origin, action, subject, subject_id, result, detail, digest FROM audit
     WHERE id > $1 ORDER BY id LIMIT $2",
);
static OF_SUBJECT: Sql = Sql::new(
    "SELECT id, at, actor, origin, action, subject, subject_id, result, detail, digest FROM audit
     WHERE subject = $1 AND subject_id = $2 ORDER BY id LIMIT $3",
);

/// The statements of this noun.
pub const CATALOGUE: &[&Sql] = &[&LIST, &OF_SUBJECT];

/// Appends rows.
pub async fn append(tx: &mut Tx, rows: Vec<Audit>, now: i64) -> Result<(), StoreError> {
    let columns = vec![
        Column::Same(now, rows.len()),
        Column::Text(rows.iter().map(|r| r.actor.name.clone()).collect()),
        Column::Text(rows.iter().map(|r| r.actor.origin.clone()).collect()),
        Column::Text(rows.iter().map(|r| r.action.to_owned()).collect()),
        Column::Text(rows.iter().map(|r| r.subject.to_owned()).collect()),
        Column::OptI64(rows.iter().map(|r| r.subject_id).collect()),
        Column::Text(rows.iter().map(|r| r.result.to_owned()).collect()),
        Column::Text(rows.iter().map(|r| r.detail.clone()).collect()),
        Column::OptText(rows.into_iter().map(|r| r.digest).collect()),
    ];
    tx.insert(&INSERT, columns).await.map(|_| ())
}

fn read(row: crate::value::Row<'_>) -> Result<AuditRow, StoreError> {
    Ok(AuditRow {
        id: row.i64(0)?,
        at: row.i64(1)?,
        actor: row.text(2)?,
        origin: row.text(3)?,
        action: row.text(4)?,
        subject: row.text(5)?,
        subject_id: row.opt_i64(6)?,
        result: row.text(7)?,
        detail: row.text(8)?,
        digest: row.opt_text(9)?,
    })
}

/// Rows after a number, in order.
pub async fn list(tx: &mut Tx, after: i64, limit: i64) -> Result<Vec<AuditRow>, StoreError> {
    tx.fetch(&LIST, args![after, limit]).await?.iter().map(read).collect()
}

/// The rows about one thing, in order.
pub async fn of_subject(
    tx: &mut Tx,
    subject: &str,
    id: i64,
    limit: i64,
) -> Result<Vec<AuditRow>, StoreError> {
    tx.fetch(&OF_SUBJECT, args![subject, id, limit]).await?.iter().map(read).collect()
}

/// Which rows a list shows.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Only of this person or system.
    pub actor: Option<String>,
    /// Only this action.
    pub action: Option<String>,
    /// Only about this noun.
    pub subject: Option<String>,
    /// Only about the one of this id.
    pub subject_id: Option<i64>,
    /// Only with this result.
    pub result: Option<String>,
    /// Only from this time on, microseconds UTC.
    pub from: Option<i64>,
    /// Only before this time.
    pub before: Option<i64>,
}

fn listing(filter: &AuditFilter) -> Listing {
    let mut listing = Listing::over("audit");
    let texts = [
        ("subject = ?", &filter.subject),
        ("actor = ?", &filter.actor),
        ("action = ?", &filter.action),
        ("result = ?", &filter.result),
    ];
    for (condition, text) in texts {
        if let Some(text) = text {
            listing.and(condition, text.as_str());
        }
    }
    let numbers =
        [("subject_id = ?", filter.subject_id), ("at >= ?", filter.from), ("at < ?", filter.before)];
    for (condition, number) in numbers {
        if let Some(number) = number {
            listing.and(condition, number);
        }
    }
    listing
}

/// A part of the log in an order of choice.
pub async fn page(tx: &mut Tx, filter: &AuditFilter, slice: Slice) -> Result<Vec<AuditRow>, StoreError> {
    let columns = "id, at, actor, origin, action, subject, subject_id, result, detail, digest";
    let (text, args) = listing(filter).page(columns, "id", "id", slice);
    tx.fetch_text(text, args).await?.iter().map(read).collect()
}

/// How many rows a filter lets through.
pub async fn count(tx: &mut Tx, filter: &AuditFilter) -> Result<i64, StoreError> {
    let (text, args) = listing(filter).count();
    tx.fetch_text(text, args).await?.first().map_or(Ok(0), |row| row.i64(0))
}
