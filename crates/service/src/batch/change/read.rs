//! Reads a report: its counts, and a page of its changes with the names of what they refer to.

use super::compared::{ComparedBatch, ON_REQUEST_MAX, is_submitted, stored};
use super::make;
use crate::batch::described::{Described, described};
use crate::batch::lookup::find;
use crate::{Error, Service};
use domain::batch_ref::BatchRef;
use domain::change::{Change, ChangeKind};
use domain::code::Code;
use hashbrown::HashMap;
use serde_json::{Map, Value};
use store::Tx;
use store::account::AccountView;
use store::audit::AuditRow;
use store::batch::Batch;
use store::change::{ChangeReport, PART};

/// Which changes to read.
#[derive(Debug, Clone, Copy)]
pub struct ChangeQuery {
    /// The batch.
    pub batch: BatchRef,
    /// The batch to compare it with; none: its base.
    pub against: Option<BatchRef>,
    /// Only changes of this kind.
    pub kind: Option<ChangeKind>,
    /// From which change on: its kind, and its place among those of the kind.
    pub from: Option<(ChangeKind, i64)>,
    /// Maximum number of changes.
    pub limit: i64,
}

/// A report with a page of its changes.
#[derive(Debug, Clone)]
pub struct ChangePage {
    /// The batch.
    pub batch: Described,
    /// The batch it was compared with.
    pub base: Option<Described>,
    /// The counts.
    pub report: ChangeReport,
    /// The changes, in the order of kinds.
    pub changes: Vec<DescribedChange>,
    /// The first change of the next page; none on the last.
    pub next: Option<(ChangeKind, i64)>,
}

/// A change with the names of what it refers to.
#[derive(Debug, Clone)]
pub struct DescribedChange {
    /// The change.
    pub change: Change,
    /// The account's number.
    pub account: String,
    /// Its holder's present name.
    pub holder: Option<String>,
    /// The number of the account that the holder was paid at before.
    pub account_before: Option<String>,
    /// The number of the batch that paid recently.
    pub batch: Option<String>,
    /// What of the holder changed.
    pub fields: Vec<ChangedField>,
    /// Who changed it.
    pub by: Option<String>,
}

/// A value of a holder before and after a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedField {
    /// `name`, `email`, `uid` or `defaultAccount`.
    pub field: &'static str,
    /// Its old value.
    pub before: Option<String>,
    /// Its new value.
    pub after: Option<String>,
}

/// Where the changes of a report are.
enum Changes {
    /// Stored in parts.
    Stored,
    /// Made for this request, in the order of kinds.
    Made(Vec<Change>),
}

/// A page of what is different about a batch. Refuses a comparison on request of batches that are too large, and
/// one whose report is still being made.
pub async fn changes(service: &Service, query: &ChangeQuery) -> Result<ChangePage, Error> {
    let mut tx = service.store.read().await?;
    let batch = find(&mut tx, query.batch).await?;
    let against = match query.against {
        Some(other) => Some(find(&mut tx, other).await?),
        None => None,
    };
    let known = if against.is_none() { stored(&mut tx, &batch).await? } else { None };
    drop(tx);
    let (report, all) = match known {
        Some(report) => (report, Changes::Stored),
        None => {
            check_size(&batch, against.as_ref())?;
            let against = against.as_ref();
            let compared = ComparedBatch { against, ..ComparedBatch::of(&batch, service.now()) };
            let (report, all) = make::report(service, &compared).await?;
            (report, Changes::Made(all))
        }
    };
    let mut tx = service.store.read().await?;
    let (changes, next) = page(&mut tx, &report, &all, query).await?;
    let changes = describe(&mut tx, changes).await?;
    let base = match report.base {
        Some(id) => store::batch::get(&mut tx, id).await?,
        None => None,
    };
    let base = match base {
        Some(base) => Some(described(&mut tx, base).await?),
        None => None,
    };
    Ok(ChangePage { batch: described(&mut tx, batch).await?, base, report, changes, next })
}

fn check_size(batch: &Batch, against: Option<&Batch>) -> Result<(), Error> {
    let most = against.map_or(0, |other| other.tally.total_count).max(batch.tally.total_count);
    if most <= ON_REQUEST_MAX {
        return Ok(());
    }
    let is_coming = against.is_none() && is_submitted(batch);
    let code = if is_coming { Code::ChangesNotReady } else { Code::ChangesTooLarge };
    Err(Error::refused(code, ON_REQUEST_MAX.to_string()))
}

/// The requested changes, and where the next page begins.
async fn page(
    tx: &mut Tx,
    report: &ChangeReport,
    all: &Changes,
    query: &ChangeQuery,
) -> Result<(Vec<Change>, Option<(ChangeKind, i64)>), Error> {
    let mut page = Vec::new();
    let counts = report.counts.iter().filter(|count| query.kind.is_none_or(|kind| kind == count.kind));
    for count in counts {
        let first = match query.from {
            Some((kind, _)) if kind > count.kind => continue,
            Some((kind, place)) if kind == count.kind => place,
            _ => 0,
        };
        let mut place = first;
        while place < count.listed {
            let room = query.limit - i64::try_from(page.len()).unwrap_or(i64::MAX);
            if room <= 0 {
                return Ok((page, Some((count.kind, place))));
            }
            let some = some_of(tx, report, all, (count.kind, place), room).await?;
            if some.is_empty() {
                break;
            }
            place += i64::try_from(some.len()).unwrap_or(i64::MAX);
            page.extend(some);
        }
    }
    Ok((page, None))
}

/// Some changes of a kind from a place on, at least one if there is one.
async fn some_of(
    tx: &mut Tx,
    report: &ChangeReport,
    all: &Changes,
    (kind, place): (ChangeKind, i64),
    limit: i64,
) -> Result<Vec<Change>, Error> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let place = usize::try_from(place).unwrap_or(usize::MAX);
    Ok(match all {
        Changes::Made(all) => {
            all.iter().filter(|change| change.kind == kind).skip(place).take(limit).copied().collect()
        }
        Changes::Stored => {
            let part = i64::try_from(place / PART).unwrap_or(i64::MAX);
            let part = store::change::part(tx, report.batch, kind, part).await?;
            part.into_iter().skip(place % PART).take(limit).collect()
        }
    })
}

async fn describe(tx: &mut Tx, changes: Vec<Change>) -> Result<Vec<DescribedChange>, Error> {
    let accounts = changes.iter().flat_map(|one| [Some(one.account), one.account_before]).flatten();
    let accounts = store::account::by_ids(tx, distinct(accounts.map(|id| id.0))).await?;
    let accounts: HashMap<_, AccountView> = accounts.into_iter().map(|one| (one.id, one)).collect();
    let of = |kind| {
        let origins = changes.iter().filter(move |one| one.kind == kind).map(|one| one.origin);
        distinct(origins)
    };
    let batches = store::batch::by_ids(tx, of(ChangeKind::PaidRecently)).await?;
    let batches: HashMap<i64, String> = batches.iter().map(|one| (one.id.0, one.number())).collect();
    let rows = store::audit::by_ids(tx, of(ChangeKind::HolderChanged)).await?;
    let rows: HashMap<i64, AuditRow> = rows.into_iter().map(|row| (row.id, row)).collect();
    let describe = |change: Change| {
        let account = accounts.get(&change.account);
        let number = |account: &AccountView| account.number.clone();
        let row = rows.get(&change.origin).filter(|_| change.kind == ChangeKind::HolderChanged);
        DescribedChange {
            account: account.map_or_else(|| format!("#{}", change.account), number),
            holder: account.and_then(|account| account.holder_name.clone()),
            account_before: change.account_before.and_then(|id| accounts.get(&id)).map(number),
            batch: batches.get(&change.origin).filter(|_| change.kind == ChangeKind::PaidRecently).cloned(),
            fields: row.map(fields).unwrap_or_default(),
            by: row.map(|row| row.actor.name.clone()),
            change,
        }
    };
    Ok(changes.into_iter().map(describe).collect())
}

fn distinct(ids: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut ids: Vec<i64> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// What an audited change of a holder changed.
fn fields(row: &AuditRow) -> Vec<ChangedField> {
    let detail: Map<String, Value> = serde_json::from_str(&row.detail).unwrap_or_default();
    let value = |side: &str, name: &str| {
        detail.get(side).and_then(|side| side.get(name)).and_then(Value::as_str).map(ToOwned::to_owned)
    };
    [("name", "name"), ("email", "email"), ("uid", "uid"), ("account", "defaultAccount")]
        .into_iter()
        .map(|(name, field)| ChangedField {
            field,
            before: value("before", name),
            after: value("after", name),
        })
        .filter(|changed| changed.before != changed.after)
        .collect()
}
