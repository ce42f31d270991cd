//! Reading the audit log: newest first, filtered by actor, action, subject and time; a page, one row, or all of it as
//! JSON lines or as a table.

use crate::date::read_range;
use crate::listing::Counting;
use crate::search::{Search, SearchScope};
use crate::{Error, Service, setting};
use domain::code::Code;
use formats::export::cell::{Json, Moment};
use formats::export::columns::audit::{AUDIT, AuditExportRow};
use formats::export::manifest::Manifest;
use formats::export::options::ExportOptions;
use formats::export::writer::ExportWriter;
use ledger::calendar;
use serde_json::{Value, json};
use std::io::Write;
use store::Tx;
use store::listing::{CursorKey, Order, PageRequest};

pub use store::audit::{AuditFilter, AuditRow};

/// A query of the audit log.
#[derive(Debug, Clone, Default)]
pub struct AuditQuery {
    /// The filter; its times are replaced by `from` and `to`.
    pub filter: AuditFilter,
    /// First day, in the organisation's time zone, `YYYY-MM-DD`.
    pub from: Option<String>,
    /// Last day, inclusive.
    pub to: Option<String>,
    /// Only rows with a smaller id.
    pub below: Option<i64>,
    /// Maximum number of rows.
    pub limit: i64,
}

/// A page of the log.
#[derive(Debug, Clone)]
pub struct AuditPage {
    /// Its rows.
    pub rows: Vec<AuditRow>,
    /// The next page's rows are below this id; none on the last page.
    pub next: Option<i64>,
    /// Time of the last row the search reached before its budget ran out, microseconds UTC; none if it
    /// reached the end of the log or filled the page.
    pub searched_until: Option<i64>,
}

/// Rows of the log that match a query, newest first, searched for a bounded time.
pub async fn list(service: &Service, query: &AuditQuery) -> Result<AuditPage, Error> {
    let limits = service.search_limits();
    let mut tx = service.store.read().await?;
    let filter = filter(&mut tx, query).await?;
    let after = query.below.map(|id| CursorKey { value: id.into(), key: id });
    let slice = PageRequest { order: Order::Descending, after, limit: query.limit, ..PageRequest::default() };
    let ids = store::audit::ids(&mut tx, filter.from, filter.before).await?;
    let mut rows = Vec::new();
    let mut search = Search::new(&slice, Counting::No, SearchScope::whole(ids), limits);
    while let Some(scan) = search.next().await {
        let page = store::audit::page(&mut tx, &filter, scan.slice()).await?;
        search.found(scan, page.iter().map(|row| row.id).collect());
        rows.extend(page);
    }
    let result = search.result();
    rows.truncate(result.keys.len());
    let searched_until = match result.until {
        Some(id) => store::audit::time(&mut tx, id).await?,
        None => None,
    };
    Ok(AuditPage { rows, next: result.next.map(|place| place.key), searched_until })
}

/// How many rows match a query, regardless of its page.
pub async fn count(service: &Service, query: &AuditQuery) -> Result<i64, Error> {
    let mut tx = service.store.read().await?;
    let filter = filter(&mut tx, query).await?;
    Ok(store::audit::count(&mut tx, &filter).await?)
}

/// Rows that an export reads at once.
const EXPORTED_AT_ONCE: i64 = 1_000;

/// An export of the rows that match a query, newest first, made while it is read: between two pieces it holds no
/// transaction.
#[derive(Debug)]
pub struct AuditExport {
    service: Service,
    /// None once the last row has been returned.
    query: Option<AuditQuery>,
    rows: i64,
}

impl AuditExport {
    /// An export of a query; its limit is ignored.
    #[must_use]
    pub const fn new(service: Service, query: AuditQuery) -> Self {
        Self { service, query: Some(query), rows: 0 }
    }

    /// The next lines; none at the end. A search that found nothing yet returns no bytes.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, Error> {
        let rows = self.next_rows().await?;
        Ok(rows.map(|rows| rows.iter().map(line).collect::<String>().into_bytes()))
    }

    async fn next_rows(&mut self) -> Result<Option<Vec<AuditRow>>, Error> {
        let Some(mut query) = self.query.take() else { return Ok(None) };
        query.limit = EXPORTED_AT_ONCE;
        let page = list(&self.service, &query).await?;
        self.rows += i64::try_from(page.rows.len()).unwrap_or(i64::MAX);
        self.query = page.next.map(|below| AuditQuery { below: Some(below), ..query });
        Ok(Some(page.rows))
    }

    /// How many rows have been returned.
    #[must_use]
    pub const fn rows(&self) -> i64 {
        self.rows
    }
}

/// Writes every row that matches a query, newest first, as a table; times are in the organisation's time zone, whatever
/// the options say. JSON lines have the keys of a table here, and those of the API's list in an [`AuditExport`].
pub async fn export<W: Write + Send>(
    service: &Service,
    query: AuditQuery,
    options: &ExportOptions,
    to: W,
) -> Result<Manifest, Error> {
    export_counted(service, query, options, to, |_| Ok(())).await
}

/// [`export`], which says after each page how many rows it had; an error of the one who is told ends it.
pub(crate) async fn export_counted<W: Write + Send>(
    service: &Service,
    query: AuditQuery,
    options: &ExportOptions,
    to: W,
    mut told: impl FnMut(usize) -> Result<(), Error> + Send,
) -> Result<Manifest, Error> {
    let zone = setting::zone(&mut service.store.read().await?).await?;
    let mut writer = ExportWriter::new(&AUDIT, &ExportOptions { zone, ..options.clone() }, to)?;
    let mut export = AuditExport::new(service.clone(), query);
    while let Some(rows) = export.next_rows().await? {
        for row in &rows {
            writer.row(&exported(row, &details(row).to_string()).cells())?;
        }
        told(rows.len())?;
    }
    Ok(writer.finish()?.1)
}

fn exported<'a>(row: &'a AuditRow, details: &'a str) -> AuditExportRow<'a> {
    AuditExportRow {
        id: row.id,
        at: Some(Moment(row.at)),
        actor: &row.actor.name,
        actor_kind: row.actor.principal.kind_name(),
        actor_id: row.actor.principal.id(),
        origin: &row.origin,
        action: &row.action,
        subject: &row.subject,
        subject_id: row.subject_id,
        result: &row.result,
        details: Some(Json(details)),
        digest: row.digest.as_deref().unwrap_or_default(),
    }
}

/// One row of the log.
pub async fn show(service: &Service, id: i64) -> Result<AuditRow, Error> {
    let mut tx = service.store.read().await?;
    let found = store::audit::by_ids(&mut tx, vec![id]).await?;
    found.into_iter().next().ok_or_else(|| Error::refused(Code::AuditNotFound, id.to_string()))
}

/// A row as a line of an export, with its line break. Its keys are a contract: they are those of
/// the API's list.
fn line(row: &AuditRow) -> String {
    format!("{}\n", fields(row))
}

/// The fields of a line.
pub(crate) fn fields(row: &AuditRow) -> Value {
    json!({
        "id": row.id.to_string(),
        "at": time(row.at),
        "actor": row.actor.name,
        "actorKind": row.actor.principal.kind_name(),
        "actorId": row.actor.principal.id().map(|id| id.to_string()),
        "origin": row.origin,
        "action": row.action,
        "subject": row.subject,
        "subjectId": row.subject_id.map(|id| id.to_string()),
        "result": row.result,
        "details": details(row),
        "digest": row.digest,
    })
}

/// A row's details; as a text if they are not JSON.
#[must_use]
pub fn details(row: &AuditRow) -> Value {
    serde_json::from_str(&row.detail).unwrap_or_else(|_| json!({ "text": row.detail }))
}

/// Microseconds UTC as RFC 3339.
pub(crate) fn time(micros: i64) -> String {
    jiff::Timestamp::from_microsecond(micros).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_string()
}

/// The query's filter, with its dates converted to times.
async fn filter(tx: &mut Tx, query: &AuditQuery) -> Result<AuditFilter, Error> {
    let (from, to) = read_range(query.from.as_deref(), query.to.as_deref())?;
    let zone = setting::zone(tx).await?;
    let start = |day: i64| {
        calendar::date_of(day).to_zoned(zone.clone()).map_or(0, |z| z.timestamp().as_microsecond())
    };
    Ok(AuditFilter { from: from.map(start), before: to.map(|day| start(day + 1)), ..query.filter.clone() })
}
