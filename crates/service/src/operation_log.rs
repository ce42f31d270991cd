//! Document 000's `operation_logs`: a view over the audit log. It has no rows of its own, so it can neither miss an
//! operation nor contradict the log.

use crate::audit::{self, AuditFilter, AuditQuery, AuditRow, details};
use crate::{Error, Service};
use domain::amount::format_minor;
use domain::batch::BatchType;
use domain::principal::Principal;
use hashbrown::HashMap;
use serde_json::{Value, json};
use store::batch::Batch;

/// The audit log's noun for batches, and its name here.
const BATCH: (&str, &str) = ("batch", "batch_transfer");

/// Which operations to list.
#[derive(Debug, Clone, Default)]
pub struct OperationLogQuery {
    /// Only operations of this type: `batch_transfer`, or a noun of the audit log.
    pub operation_type: Option<String>,
    /// Only operations on the object with this id.
    pub operation_id: Option<i64>,
    /// First day, in the organisation's time zone, `YYYY-MM-DD`.
    pub from: Option<String>,
    /// Last day, inclusive.
    pub to: Option<String>,
    /// Only rows with a smaller id.
    pub below: Option<i64>,
    /// Maximum number of rows.
    pub limit: i64,
}

/// An operation.
#[derive(Debug, Clone, PartialEq)]
pub struct OperationLog {
    /// The user; none for what was no signed-in person.
    pub user_id: Option<i64>,
    /// What kind of object it was done to.
    pub operation_type: String,
    /// The object's id.
    pub operation_id: Option<i64>,
    /// The details.
    pub details: Value,
    /// From where.
    pub ip_address: String,
    /// When, microseconds UTC.
    pub created_at: i64,
}

/// A page of the operations, newest first.
#[derive(Debug, Clone)]
pub struct OperationLogPage {
    /// Its operations.
    pub rows: Vec<OperationLog>,
    /// The next page's rows are below this id of the audit log; none on the last page.
    pub next: Option<i64>,
    /// Where the search ran out of time, as in [`audit::AuditPage`].
    pub searched_until: Option<i64>,
}

/// Operations that match a query, newest first.
pub async fn list(service: &Service, query: &OperationLogQuery) -> Result<OperationLogPage, Error> {
    let (noun, name) = BATCH;
    let subject =
        query.operation_type.as_deref().map(|kind| if kind == name { noun } else { kind }.to_owned());
    let filter = AuditFilter { subject, subject_id: query.operation_id, ..AuditFilter::default() };
    let (from, to) = (query.from.clone(), query.to.clone());
    let asked = AuditQuery { filter, from, to, below: query.below, limit: query.limit };
    let page = audit::list(service, &asked).await?;
    let batches = batches(service, &page.rows).await?;
    let rows = page.rows.iter().map(|row| operation(row, &batches)).collect();
    Ok(OperationLogPage { rows, next: page.next, searched_until: page.searched_until })
}

/// The batches that rows are about, as they are now, with the number of decimals of their amounts.
async fn batches(service: &Service, rows: &[AuditRow]) -> Result<HashMap<i64, (Batch, u8)>, Error> {
    let mut ids: Vec<i64> =
        rows.iter().filter(|row| row.subject == BATCH.0).filter_map(|row| row.subject_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut tx = service.store.read().await?;
    let scales: HashMap<_, u8> =
        store::asset::all(&mut tx).await?.into_iter().map(|asset| (asset.id, asset.scale)).collect();
    let batches = store::batch::by_ids(&mut tx, ids).await?.into_iter();
    Ok(batches
        .filter_map(|batch| {
            let scale = *scales.get(&batch.asset)?;
            Some((batch.id.0, (batch, scale)))
        })
        .collect())
}

fn operation(row: &AuditRow, batches: &HashMap<i64, (Batch, u8)>) -> OperationLog {
    let batch = row.subject_id.filter(|_| row.subject == BATCH.0).and_then(|id| batches.get(&id));
    let user_id = match row.actor.principal {
        Principal::User(id) => Some(id),
        Principal::System | Principal::CommandLine | Principal::Key(_) | Principal::Anonymous => None,
    };
    OperationLog {
        user_id,
        operation_type: if row.subject == BATCH.0 { BATCH.1.to_owned() } else { row.subject.clone() },
        operation_id: row.subject_id,
        details: batch.map_or_else(|| of_others(row), |(batch, scale)| of_batch(row, batch, *scale)),
        ip_address: row.origin.clone(),
        created_at: row.at,
    }
}

/// Document 000's details, and what was done with which result: it has a row for the creation alone.
fn of_batch(row: &AuditRow, batch: &Batch, scale: u8) -> Value {
    let account = |side: BatchType| batch.account.filter(|_| batch.kind == side).map(|id| id.0);
    json!({
        "type": batch.kind.name(),
        "sourceAccountId": account(BatchType::OneToMany),
        "targetAccountId": account(BatchType::ManyToOne),
        "relationsCount": batch.tally.total_count,
        "totalAmount": format_minor(i128::from(batch.tally.total_amount), scale),
        "action": row.action,
        "result": row.result,
    })
}

/// The audit row's details, and what was done with which result.
fn of_others(row: &AuditRow) -> Value {
    let mut details = details(row);
    if let Some(fields) = details.as_object_mut() {
        fields.insert("action".to_owned(), row.action.clone().into());
        fields.insert("result".to_owned(), row.result.clone().into());
    }
    details
}
