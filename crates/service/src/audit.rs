//! Reading the audit log: newest first, filtered by actor, action, subject and time.

use crate::date::read_range;
use crate::listing::Counting;
use crate::search::{Search, SearchScope};
use crate::{Error, Service, setting};
use ledger::calendar;
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

/// The query's filter, with its dates converted to times.
async fn filter(tx: &mut Tx, query: &AuditQuery) -> Result<AuditFilter, Error> {
    let (from, to) = read_range(query.from.as_deref(), query.to.as_deref())?;
    let zone = setting::zone(tx).await?;
    let start = |day: i64| {
        calendar::date_of(day).to_zoned(zone.clone()).map_or(0, |z| z.timestamp().as_microsecond())
    };
    Ok(AuditFilter { from: from.map(start), before: to.map(|day| start(day + 1)), ..query.filter.clone() })
}
