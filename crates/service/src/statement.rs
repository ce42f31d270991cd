//! An account's statement: its entries, newest first, each with the balance before and after it.
//!
//! Without dates, entries are in booking order, and a page is a walk back over the account's postings. With a
//! date range, entries are in value-date order, from the history. Entries that the history does not hold yet
//! are found by the walk and merged in, so the answer is correct even while the history lags.

mod balances;

use crate::transfer::read_range;
use crate::{Error, Service};
use domain::asset::Asset;
use domain::code::Code;
use domain::id::{AccountId, PostingId};
use domain::posting::PostingKind;
use domain::visible::shown;
use hashbrown::HashSet;
use store::Tx;
use store::account::AccountView;
use store::posting::Booked;

pub use balances::{Balances, StatementBalances};

/// The most entries per page.
pub const PAGE_MAX: i64 = 1_000;
/// Postings per step of a walk.
const STEP: i64 = 5_000;

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

/// A posting seen from the account (document 001's account transaction).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The posting's number.
    pub posting: i64,
    /// Its transfer's number.
    pub transfer: i64,
    /// Its kind.
    pub kind: PostingKind,
    /// Whether the account paid.
    pub is_debit: bool,
    /// Minor units; negative when the account paid.
    pub amount: i64,
    /// The balance before it.
    pub balance_before: i64,
    /// The balance after it.
    pub balance_after: i64,
    /// The other account.
    pub other: AccountId,
    /// The other account's number.
    pub other_number: String,
    /// The value date: days since 1970-01-01.
    pub value_date: i64,
    /// When it was booked, microseconds UTC.
    pub created_at: i64,
    /// The transfer's memo.
    pub memo: Option<String>,
}

/// A page of a statement.
#[derive(Debug, Clone)]
pub struct Statement {
    /// The account.
    pub account: AccountView,
    /// Its currency.
    pub asset: Asset,
    /// Its entries, newest first.
    pub entries: Vec<Entry>,
    /// Where the next page begins; none on the last.
    pub cursor: Option<String>,
    /// The balances around range and page, if requested.
    pub balances: Option<StatementBalances>,
}

impl Service {
    /// A page of the statement of an account, named by id or number.
    pub async fn statement(&self, text: &str, query: &StatementQuery) -> Result<Statement, Error> {
        let mut tx = self.store.read().await?;
        let account = Self::account_named(&mut tx, text).await?;
        statement(&mut tx, account, query).await
    }
}

async fn statement(tx: &mut Tx, account: AccountView, query: &StatementQuery) -> Result<Statement, Error> {
    let asset = Service::asset(tx, account.asset).await?;
    let limit = query.limit.clamp(1, PAGE_MAX);
    let range = read_range(query.from.as_deref(), query.to.as_deref())?;
    let is_dated = range != (None, None);
    let (postings, cursor) = if is_dated {
        by_date(tx, &account, query, range, limit).await?
    } else {
        by_booking(tx, &account, query, limit).await?
    };
    let balances = match (query.with_balances, is_dated) {
        (false, _) => None,
        (true, false) => Some(balances::by_booking(&account, &postings)),
        (true, true) => Some(balances::by_date(tx, &account, range, &postings).await?),
    };
    let mut entries: Vec<Entry> = postings.iter().map(|booked| entry(account.id, booked)).collect();
    name(tx, &mut entries).await?;
    Ok(Statement { account, asset, entries, cursor, balances })
}

type Page = (Vec<Booked>, Option<String>);

fn goes(account: AccountId, booked: &Booked, direction: Option<Direction>) -> bool {
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

async fn by_booking(
    tx: &mut Tx,
    account: &AccountView,
    query: &StatementQuery,
    limit: i64,
) -> Result<Page, Error> {
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
            if goes(account.id, &booked, query.direction) {
                page.push(booked);
            }
        }
    }
    Ok((page, next.map(|id| id.to_string())))
}

/// A key in value-date order: `(value date, posting)`.
type Key = (i64, i64);
/// After every key.
const END: Key = (i64::MAX, i64::MAX);

fn read_key(text: &str) -> Result<Key, Error> {
    let (date, posting) = text.split_once('.').ok_or_else(|| bad_cursor(text))?;
    let read = |part: &str| part.parse().map_err(|_| bad_cursor(text));
    Ok((read(date)?, read(posting)?))
}

async fn by_date(
    tx: &mut Tx,
    account: &AccountView,
    query: &StatementQuery,
    (from, to): (Option<i64>, Option<i64>),
    limit: i64,
) -> Result<Page, Error> {
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

const fn key(booked: &Booked) -> Key {
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
        page.extend(booked.into_iter().filter(|b| goes(account.id, b, direction)));
        before = last;
    }
    Ok(page)
}

/// The entries newer than the history, found by the walk; only as many as the page can show are kept. An
/// account's postings are committed in order, so the first one that the history holds ends the walk.
async fn recent(
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
        let fits = |b: &Booked| b.value_date >= from && key(b) < before && goes(account.id, b, direction);
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

pub(crate) fn entry(account: AccountId, booked: &Booked) -> Entry {
    let posting = &booked.posting;
    let is_debit = posting.debit == account;
    let (amount, balance_after, other) = if is_debit {
        (-posting.amount, posting.debit_after, posting.credit)
    } else {
        (posting.amount, posting.credit_after, posting.debit)
    };
    Entry {
        posting: posting.id.0,
        transfer: posting.transfer.0,
        kind: posting.kind,
        is_debit,
        amount,
        balance_before: balance_after - amount,
        balance_after,
        other,
        other_number: String::new(),
        value_date: booked.value_date,
        created_at: booked.created_at,
        memo: None,
    }
}

/// Fills in data from other tables: the other account's number and the transfer's memo.
async fn name(tx: &mut Tx, entries: &mut [Entry]) -> Result<(), Error> {
    let others = entries.iter().map(|e| e.other.0).collect();
    let numbers: hashbrown::HashMap<i64, String> =
        store::account::numbers(tx, others).await?.into_iter().collect();
    let transfers = entries.iter().map(|e| e.transfer).collect();
    let mut memos: hashbrown::HashMap<i64, String> = store::transfer::by_numbers(tx, transfers)
        .await?
        .into_iter()
        .filter_map(|t| t.memo.map(|memo| (t.number.0, memo)))
        .collect();
    for item in store::item::by_numbers(tx, entries.iter().map(|e| e.transfer).collect()).await? {
        if let Some(memo) = item.memo {
            memos.entry(item.number.0).or_insert(memo);
        }
    }
    for entry in entries {
        entry.other_number = numbers.get(&entry.other.0).cloned().unwrap_or_default();
        entry.memo = memos.get(&entry.transfer).cloned();
    }
    Ok(())
}
