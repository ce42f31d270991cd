//! The audit log: who, what, from where, result. Rows are written in the same transaction as the change.

use crate::args;
use crate::bulk::{Lock, Lookup, Named, Sql, named};
use crate::chain;
use crate::error::StoreError;
use crate::listing::{Listing, PageRequest};
use crate::record::{inserted, record};
use crate::script::{Asked, Script};
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::{Column, Row, Value};
use domain::fact::{Action, Fact};
use domain::principal::{Author, Principal};

/// Who acts, and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The identity, with its current name.
    pub author: Author,
    /// The origin: `cli`, a client's address, a node's name.
    pub origin: String,
}

impl Actor {
    /// A principal under its current name.
    #[must_use]
    pub fn new(principal: Principal, name: impl Into<String>, origin: impl Into<String>) -> Self {
        Self { author: Author { principal, name: name.into() }, origin: origin.into() }
    }

    /// Sluice itself, on a node.
    #[must_use]
    pub fn system(node: &str) -> Self {
        Self { author: Author::system(), origin: node.to_owned() }
    }
}

/// One row of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// Who.
    pub actor: Actor,
    /// What, as `noun.verb`.
    pub action: &'static str,
    /// The noun it was done to.
    pub subject: &'static str,
    /// Its id.
    pub subject_id: Option<i64>,
    /// `ok`, or the refusal's code.
    pub result: &'static str,
    /// The details, as JSON.
    pub detail: String,
    /// SHA-256 over the outcomes of a chunk, or over the transfers of a request, hexadecimal.
    pub digest: Option<String>,
}

impl Audit {
    /// The row of a fact, with `ok` or the code of its refusal.
    #[must_use]
    pub fn of(actor: &Actor, fact: &Fact, result: &'static str) -> Self {
        Self {
            actor: actor.clone(),
            action: fact.action.name(),
            subject: fact.action.subject(),
            subject_id: fact.id,
            result,
            detail: fact.detail_text(),
            digest: None,
        }
    }

    /// Its values as stored, in the order of [`LINES`]: what its commit's digest covers. Its number is not
    /// known before it is written; the chain has it by the order of the rows.
    pub(crate) fn line(&self, at: i64) -> String {
        let Self { actor, action, subject, subject_id, result, detail, digest } = self;
        let what = (*action, *subject, *subject_id);
        line((at, &actor.author, &actor.origin), what, (result, detail, digest.as_deref()))
    }
}

/// A row's values as the chain covers them: when, who and from where; what; and what came of it.
fn line(
    (at, author, origin): (i64, &Author, &str),
    (action, subject, subject_id): (&str, &str, Option<i64>),
    (result, detail, digest): (&str, &str, Option<&str>),
) -> String {
    let Author { principal, name } = author;
    let (kind, id) = (principal.kind(), principal.id());
    let values =
        args![at, name.as_str(), kind, id, origin, action, subject, subject_id, result, detail, digest];
    chain::line("audit", &values)
}

impl AuditRow {
    /// What its commit's digest covers of it.
    #[must_use]
    pub fn line(&self) -> String {
        let Self { at, actor, origin, action, subject, subject_id, result, detail, digest, .. } = self;
        line((*at, actor, origin), (action, subject, *subject_id), (result, detail, digest.as_deref()))
    }
}

record! {
    /// A stored row.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct AuditRow {
        /// Its number.
        pub id: i64,
        /// When, microseconds UTC.
        pub at: i64,
        /// Who.
        pub actor: Author = "actor, actor_kind, actor_id",
        /// From where.
        pub origin: String,
        /// What.
        pub action: String,
        /// To which noun.
        pub subject: String,
        /// To which id.
        pub subject_id: Option<i64>,
        /// The result.
        pub result: String,
        /// The details, as JSON.
        pub detail: String,
        /// The digest of a chunk's outcomes, or of a request's transfers.
        pub digest: Option<String>,
    }
}

static LIST: Sql =
    Sql::new(sql!("SELECT ", AuditRow::COLUMNS, " FROM audit WHERE id > $1 ORDER BY id LIMIT $2"));
static LINES: Sql = Sql::new(
    "SELECT id, at, actor, actor_kind, actor_id, origin, action, subject, subject_id, result, detail, digest
     FROM audit WHERE id > $1 ORDER BY id LIMIT $2",
);
static MAKERS: Lookup = Lookup {
    columns: "subject_id, actor",
    from: "audit",
    key: "subject_id",
    and: "subject = 'transfer' AND action = 'transfer.create'",
    lock: Lock::None,
};
static BY_ID: Lookup =
    Lookup { columns: AuditRow::COLUMNS, from: "audit", key: "id", and: "", lock: Lock::None };
// Along the index by subject: the log's other rows are many more than those about holders.
static HOLDER_CHANGES: Sql = Sql::new(sql!(
    "SELECT ",
    AuditRow::COLUMNS,
    " FROM audit WHERE subject = 'holder' AND at >= $1 AND at <= $2 AND result = 'ok'
       AND action IN ('holder.change', 'holder.make_default')
     ORDER BY at DESC, id DESC LIMIT $3"
));
static ALL_IDS: Sql = Sql::new("SELECT COALESCE(MIN(id), 1), COALESCE(MAX(id), 0) FROM audit");
static IDS: Sql =
    Sql::new("SELECT COALESCE(MIN(id), 1), COALESCE(MAX(id), 0) FROM audit WHERE at >= $1 AND at < $2");
static TIME: Sql = Sql::new("SELECT at FROM audit WHERE id >= $1 ORDER BY id LIMIT 1");

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&LIST, &LINES, &HOLDER_CHANGES, &ALL_IDS, &IDS, &TIME];

/// The lowest and the highest id of the rows written at or after one time and before another.
pub async fn ids(tx: &mut Tx, from: Option<i64>, before: Option<i64>) -> Result<(i64, i64), StoreError> {
    let rows = match (from, before) {
        (None, None) => tx.fetch(&ALL_IDS, args![]).await?,
        (from, before) => tx.fetch(&IDS, args![from.unwrap_or(i64::MIN), before.unwrap_or(i64::MAX)]).await?,
    };
    rows.first().map_or(Ok((1, 0)), |row| Ok((row.i64(0)?, row.i64(1)?)))
}

/// When the first row with this id or a higher one was written, microseconds UTC.
pub async fn time(tx: &mut Tx, id: i64) -> Result<Option<i64>, StoreError> {
    tx.fetch(&TIME, args![id]).await?.first().map(|row| row.i64(0)).transpose()
}

/// Appends rows. Only [`advance_later`](crate::head::advance_later) does, which chains them.
pub(crate) fn append_later(script: &mut Script, rows: Vec<Audit>, now: i64) -> Asked<u64> {
    if !rows.is_empty() {
        script.audit_at(now);
    }
    script.insert(&INSERT, columns(rows, now))
}

inserted! {
    INSERT into "audit",
    fn columns(rows: Vec<Audit>, now: i64) each row {
        at = Column::Same(now, rows.len()),
        actor: row.actor.author.name.clone(),
        actor_kind: row.actor.author.principal.kind(),
        actor_id: row.actor.author.principal.id(),
        origin: row.actor.origin.clone(),
        action: row.action.to_owned(),
        subject: row.subject.to_owned(),
        subject_id: row.subject_id,
        result: row.result.to_owned(),
        detail: row.detail.clone(),
        digest = Column::OptText(rows.into_iter().map(|row| row.digest).collect()),
    }
}

/// Rows after a number, in order.
pub async fn list(tx: &mut Tx, after: i64, limit: i64) -> Result<Vec<AuditRow>, StoreError> {
    tx.fetch(&LIST, args![after, limit]).await?.iter().map(Row::read).collect()
}

/// A row as the chain covers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditLine {
    /// Its number.
    pub id: i64,
    /// What its commit's digest covers.
    pub line: String,
    /// What is to be compared with other tables.
    pub claim: Option<AuditClaim>,
}

/// What a row says about rows of other tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuditClaim {
    /// The digest of the transfers of a request.
    Transfers(RecordedTransfers),
    /// The time zone was set, at this time.
    TimeZone(i64),
}

/// The transfers of a request: those from the first number to the last, and their digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedTransfers {
    /// The first number.
    pub first: i64,
    /// The last number.
    pub last: i64,
    /// SHA-256 over them, hexadecimal.
    pub digest: String,
}

/// Rows after a number, in order.
pub async fn lines(tx: &mut Tx, after: i64, limit: i64) -> Result<Vec<AuditLine>, StoreError> {
    let rows = tx.fetch(&LINES, args![after, limit]).await?;
    let line = |row: Row<'_>| {
        let values = row.values().get(1..).unwrap_or_default();
        Ok(AuditLine { id: row.i64(0)?, line: chain::line("audit", values), claim: claim(values) })
    };
    rows.iter().map(line).collect()
}

/// What a row of [`LINES`], behind its number, says about other tables.
fn claim(values: &[Value]) -> Option<AuditClaim> {
    let [Value::I64(at), _, _, _, _, Value::Text(action), _, subject_id, _, Value::Text(detail), digest] =
        values
    else {
        return None;
    };
    if action == Action::SettingSet.name() {
        return detail.contains("\"time_zone\"").then_some(AuditClaim::TimeZone(*at));
    }
    let Value::Text(digest) = digest else { return None };
    let (first, last) = match (action.as_str(), subject_id) {
        ("transfer.create", Value::I64(number)) => (*number, *number),
        ("transfer.bulk", _) => {
            let detail: serde_json::Value = serde_json::from_str(detail).ok()?;
            (detail.get("first")?.as_i64()?, detail.get("last")?.as_i64()?)
        }
        _ => return None,
    };
    Some(AuditClaim::Transfers(RecordedTransfers { first, last, digest: digest.clone() }))
}

/// Rows by their numbers, in any order; missing ones are omitted.
pub async fn by_ids(tx: &mut Tx, ids: Vec<i64>) -> Result<Vec<AuditRow>, StoreError> {
    tx.lookup(&BY_ID, Column::I64(ids)).await?.iter().map(Row::read).collect()
}

/// The latest changes of holders and of their default accounts within a range of times, newest first.
pub async fn holder_changes(
    tx: &mut Tx,
    (since, until): (i64, i64),
    limit: i64,
) -> Result<Vec<AuditRow>, StoreError> {
    tx.fetch(&HOLDER_CHANGES, args![since, until, limit]).await?.iter().map(Row::read).collect()
}

/// Who requested single transfers, as pairs of transfer number and the requester's name at that time.
pub async fn makers_of_transfers(tx: &mut Tx, numbers: Vec<i64>) -> Result<Vec<(i64, String)>, StoreError> {
    let rows = tx.lookup(&MAKERS, Column::I64(numbers)).await?;
    rows.iter().map(Row::read).collect()
}

/// Which rows a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Only of this user or system.
    pub actor: Option<String>,
    /// Only this action.
    pub action: Option<String>,
    /// Only about this noun.
    pub subject: Option<String>,
    /// Only about the one with this id.
    pub subject_id: Option<i64>,
    /// Only with this result.
    pub result: Option<String>,
    /// Only at or after this time, microseconds UTC.
    pub from: Option<i64>,
    /// Only before this time.
    pub before: Option<i64>,
}

pub(crate) fn listing(filter: &AuditFilter) -> Listing {
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

/// A page of the log in a chosen order.
pub async fn page(
    tx: &mut Tx,
    filter: &AuditFilter,
    slice: PageRequest,
) -> Result<Vec<AuditRow>, StoreError> {
    let (text, args) = listing(filter).page(AuditRow::COLUMNS, "id", "id", slice);
    tx.fetch_text(text, args).await?.iter().map(Row::read).collect()
}

/// How many rows match a filter.
pub async fn count(tx: &mut Tx, filter: &AuditFilter) -> Result<i64, StoreError> {
    let (text, args) = listing(filter).count(None);
    tx.fetch_text(text, args).await?.first().map_or(Ok(0), |row| row.i64(0))
}
