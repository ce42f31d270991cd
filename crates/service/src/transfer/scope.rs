//! Where the transfers of a list may be: what is known about whole chunks, and about accounts with a short
//! history, leaves little to scan.

use crate::Error;
use crate::listing::Counting;
use crate::search::{Budget, GAP, SearchScope, wanted};
use domain::id::AccountId;
use std::time::Instant;
use store::Tx;
use store::chunk::{self, SpanFilter};
use store::listing::{PageRequest, Window};
use store::transfer_list::{self, TransferFilter};
use store::{head, history};

/// The most entries of a short history: each is looked up. An account with more has a transfer among every
/// few thousand of a large ledger, so a scan soon finds a page of them.
const SHORT: i64 = 5_000;

/// The commit numbers whose chunks are read at once.
pub(super) const COMMITS: i64 = 50_000;

/// How the transfers of a list are found.
pub(super) struct Reach {
    /// The account whose entries hold them, apart from what the chunks hold.
    pub account: Option<AccountId>,
    /// The chunks that may hold them.
    pub spans: SpanFilter,
}

/// How the transfers of a list are found.
pub(super) async fn reach(tx: &mut Tx, filter: &TransferFilter) -> Result<Reach, Error> {
    let account = match filter.account {
        // Refused transfers have no entries.
        Some(account) if filter.completed != Some(false) => short(tx, account).await?,
        _ => None,
    };
    let spans = SpanFilter {
        from_date: filter.from_date.unwrap_or(i64::MIN),
        to_date: filter.to_date.unwrap_or(i64::MAX),
        refused: refused_at_least(filter, account.is_some()),
        after_commit: if account.is_some() { history::mark(tx).await? } else { i64::MAX },
    };
    Ok(Reach { account, spans })
}

/// Where the transfers of a list sorted by number may be.
pub(super) async fn of(
    tx: &mut Tx,
    filter: &TransferFilter,
    (slice, counting): (&PageRequest, Counting),
    budget: Budget,
) -> Result<SearchScope, Error> {
    let (first, last) = transfer_list::keys(tx).await?;
    let Reach { account, spans } = reach(tx, filter).await?;
    let is_dated = filter.from_date.is_some() || filter.to_date.is_some();
    if account.is_none() && !is_dated && filter.completed != Some(false) {
        return Ok(SearchScope::whole((first, last)));
    }
    let ranges = ranges(tx, Window { first, last }, &spans, budget).await?;
    let known = match account {
        Some(account) => known(tx, account, filter, slice, counting).await?,
        None => Vec::new(),
    };
    Ok(SearchScope { ranges, known })
}

/// The numbers of the chunks that may hold matching transfers. Where chunks are so many that reading their spans takes
/// too long, that is all numbers: a search of those is bounded as well.
async fn ranges(tx: &mut Tx, all: Window, spans: &SpanFilter, budget: Budget) -> Result<Vec<Window>, Error> {
    let (began, end) = (Instant::now(), head::get(tx).await?.commit_number);
    let (mut found, mut first) = (Vec::new(), 1);
    while first <= end {
        if first > 1 && began.elapsed() > budget.for_scope() {
            return Ok(vec![all]);
        }
        let commits = Window { first, last: first.saturating_add(COMMITS - 1) };
        found.extend(chunk::spans_within(tx, all, spans, GAP, commits).await?);
        first = commits.last.saturating_add(1);
    }
    Ok(merged(found))
}

/// Windows lowest first, those merged that are close together.
fn merged(mut windows: Vec<Window>) -> Vec<Window> {
    windows.sort_unstable_by_key(|window| window.first);
    let mut merged: Vec<Window> = Vec::with_capacity(windows.len());
    for window in windows {
        match merged.last_mut() {
            Some(before) if before.reaches(window, GAP) => before.last = before.last.max(window.last),
            _ => merged.push(window),
        }
    }
    merged
}

/// The account, if its history is short.
async fn short(tx: &mut Tx, account: AccountId) -> Result<Option<AccountId>, Error> {
    let entries = history::count(tx, account, SHORT + 1).await?;
    Ok((entries <= SHORT).then_some(account))
}

/// The fewest refused transfers of a chunk that must be scanned. Where the completed transfers are known,
/// chunks are scanned only for refused ones.
const fn refused_at_least(filter: &TransferFilter, is_known: bool) -> i64 {
    match filter.completed {
        Some(false) => 1,
        Some(true) if is_known => i64::MAX,
        None if is_known => 1,
        Some(true) | None => 0,
    }
}

async fn known(
    tx: &mut Tx,
    account: AccountId,
    filter: &TransferFilter,
    slice: &PageRequest,
    counting: Counting,
) -> Result<Vec<i64>, Error> {
    let (order, after) = (slice.order, slice.after.clone());
    let limit = wanted(slice, counting);
    let slice = PageRequest { order, after, limit, ..PageRequest::default() };
    Ok(transfer_list::page_of_account(tx, account, filter, slice).await?)
}
