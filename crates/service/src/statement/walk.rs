//! Finds the postings of a statement: in booking order by a walk over the account's postings, in value-date
//! order from the history and, for what it does not hold yet, by the walk.

use crate::Error;
use domain::code::Code;
use domain::id::{AccountId, PostingId};
use domain::visible::shown;
use hashbrown::HashSet;
use store::Tx;
use store::account::AccountView;
use store::posting::Booked;

/// Postings per step of a walk.
pub(super) const STEP: i64 = 5_000;

/// The direction of the money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Out of the account.
    Out,
    /// Into the account.
    In,
}

/// Which entries a page shows.
#[derive(Debug, Clone, Default)]
pub struct StatementQuery {
    /// From this value date, `YYYY-MM-DD`.
    pub from: Option<String>,
    /// Up to this value date.
    pub to: Option<String>,
    /// One direction only.
    pub direction: Option<Direction>,
    /// The cursor of the previous page.
    pub cursor: Option<String>,
    /// The most entries to return.
    pub limit: i64,
    /// Whether the balances around range and page are wanted: with a range, they cost a walk from the newest
    /// entry back to the earliest of them.
    pub with_balances: bool,
}

/// Postings, newest first, and the cursor of the next page.
pub(super) type BookedPage = (Vec<Booked>, Option<String>);

/// Whether the money goes in a direction, seen from the account.
fn matches_direction(account: AccountId, booked: &Booked, direction: Option<Direction>) -> bool {
    match direction {
        None => true,
        Some(Direction::Out) => booked.posting.debit == account,
        Some(Direction::In) => booked.posting.credit == account,
    }
}

fn previous(account: AccountId, booked: &Booked) -> Option<i64> {
    let posting = &booked.posting;
    let prev = if posting.debit == account { posting.debit_prev } else { posting.credit_prev };
    prev.map(|id| id.0)
}

fn bad_cursor(text: &str) -> Error {
    Error::refused(Code::CursorInvalid, shown(text))
}

/// A page in booking order: a walk back over the account's postings.
pub(super) async fn by_booking(
    tx: &mut Tx,
    account: &AccountView,
    query: &StatementQuery,
    limit: i64,
) -> Result<BookedPage, Error> {
    let start = match &query.cursor {
        Some(text) => Some(text.parse().map_err(|_| bad_cursor(text))?),
        None => account.head,
    };
    let wanted = usize::try_from(limit).unwrap_or(0);
    let (mut next, mut page) = (start, Vec::new());
    while let Some(from) = next.filter(|_| page.len() < wanted) {
        let step = if query.direction.is_none() { limit } else { STEP };
        let walked = store::posting::walk(tx, account.id, from, step, 0).await?;
        if walked.is_empty() {
            break;
        }
        next = None;
        for booked in walked {
            if page.len() == wanted {
                break;
            }
            next = previous(account.id, &booked);
            if matches_direction(account.id, &booked, query.direction) {
                page.push(booked);
            }
        }
    }
    Ok((page, next.map(|id| id.to_string())))
}

/// A key in value-date order: `(value date, posting)`.
pub(super) type Key = (i64, i64);
/// After every key.
pub(super) const END: Key = (i64::MAX, i64::MAX);

fn read_key(text: &str) -> Result<Key, Error> {
    let (date, posting) = text.split_once('.').ok_or_else(|| bad_cursor(text))?;
    let read = |part: &str| part.parse().map_err(|_| bad_cursor(text));
    Ok((read(date)?, read(posting)?))
}

/// A page in value-date order.
pub(super) async fn by_date(
    tx: &mut Tx,
    account: &AccountView,
    query: &StatementQuery,
    (from, to): (Option<i64>, Option<i64>),
    limit: i64,
) -> Result<BookedPage, Error> {
    let (from, to) = (from.unwrap_or(i64::MIN), to.unwrap_or(i64::MAX - 1));
    let before = match &query.cursor {
        Some(text) => read_key(text)?,
        None => (to.saturating_add(1), i64::MIN),
    };
    let wanted = usize::try_from(limit).unwrap_or(0);
    let mut page = recent(tx, account, query.direction, from, before, wanted).await?;
    page.extend(settled(tx, account, query.direction, from, before, wanted).await?);
    page.sort_unstable_by_key(|booked| std::cmp::Reverse(key(booked)));
    // The history may already hold entries above its mark.
    page.dedup_by_key(|booked| key(booked));
    page.truncate(wanted);
    let full = page.len() == wanted;
    let cursor =
        page.last().filter(|_| full).map(|last| format!("{}.{}", last.value_date, last.posting.id.0));
    Ok((page, cursor))
}

/// The key of a posting in value-date order.
pub(super) const fn key(booked: &Booked) -> Key {
    (booked.value_date, booked.posting.id.0)
}

/// The entries that the history holds.
async fn settled(
    tx: &mut Tx,
    account: &AccountView,
    direction: Option<Direction>,
    from: i64,
    before: Key,
    wanted: usize,
) -> Result<Vec<Booked>, Error> {
    let (mut page, mut before): (Vec<Booked>, Key) = (Vec::new(), before);
    while page.len() < wanted {
        let step = if direction.is_none() { i64::try_from(wanted).unwrap_or(STEP) } else { STEP };
        let places = store::history::page(tx, account.id, from, before, step).await?;
        let Some(last) = places.last().copied() else { break };
        let ids = places.iter().map(|place| place.1).collect();
        let booked = store::posting::by_ids(tx, ids).await?;
        page.extend(booked.into_iter().filter(|b| matches_direction(account.id, b, direction)));
        before = last;
    }
    Ok(page)
}

/// The entries newer than the history, found by the walk; only as many as the page can show are kept. An
/// account's postings are committed in order, so the first one that the history holds ends the walk.
pub(super) async fn recent(
    tx: &mut Tx,
    account: &AccountView,
    direction: Option<Direction>,
    from: i64,
    before: Key,
    wanted: usize,
) -> Result<Vec<Booked>, Error> {
    let mark = store::history::mark(tx).await?;
    let (mut next, mut kept): (Option<i64>, Vec<Booked>) = (account.head, Vec::new());
    while let Some(start) = next {
        if is_held(tx, mark, &[start]).await?.contains(&PostingId(start).chunk()) {
            break;
        }
        let mut walked = store::posting::walk(tx, account.id, start, STEP, 0).await?;
        let ids: Vec<i64> = walked.iter().map(|booked| booked.posting.id.0).collect();
        let held = is_held(tx, mark, &ids).await?;
        let new = walked.iter().take_while(|b| !held.contains(&b.posting.id.chunk())).count();
        let reached = new < walked.len();
        walked.truncate(new);
        next = walked.last().filter(|_| !reached).and_then(|last| previous(account.id, last));
        let fits = |b: &Booked| {
            b.value_date >= from && key(b) < before && matches_direction(account.id, b, direction)
        };
        kept.extend(walked.into_iter().filter(fits));
        kept.sort_unstable_by_key(|booked| std::cmp::Reverse(key(booked)));
        kept.truncate(wanted);
    }
    Ok(kept)
}

/// The chunks of the postings that were committed up to a mark.
async fn is_held(tx: &mut Tx, mark: i64, postings: &[i64]) -> Result<HashSet<i64>, Error> {
    let mut numbers: Vec<i64> = postings.iter().map(|id| PostingId(*id).chunk()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let chunks = store::chunk::by_numbers(tx, numbers).await?;
    Ok(chunks.iter().filter(|chunk| chunk.commit_number <= mark).map(|chunk| chunk.number).collect())
}
