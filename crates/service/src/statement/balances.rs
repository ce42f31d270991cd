//! The balances around a statement and around each of its pages.
//!
//! In booking order they are the balances of the entries. With a range of value dates they are sums: what the
//! account held when the first day began and when the last one ended, whenever it was booked. So opening
//! balance, entries and closing balance always add up, including back-dated entries.

use super::walk::{END, Key, STEP, key, recent};
use crate::Error;
use crate::posting_view::entry;
use hashbrown::HashSet;
use store::Tx;
use store::account::AccountView;
use store::posting::Booked;

/// What an account held before the first and after the last of some entries, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balances {
    /// Before them.
    pub opening: i128,
    /// After them.
    pub closing: i128,
}

/// The balances of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatementBalances {
    /// Around the whole range, all pages and both directions.
    pub range: Balances,
    /// Around the entries of this page; none if it has none.
    pub page: Option<Balances>,
}

/// The balances in booking order, over everything ever booked.
pub(super) fn by_booking(account: &AccountView, page: &[Booked]) -> StatementBalances {
    let range = Balances { opening: 0, closing: i128::from(account.balance) };
    let ends = page.last().zip(page.first());
    let page = ends.map(|(oldest, newest)| Balances {
        opening: i128::from(entry(account.id, oldest).balance_before),
        closing: i128::from(entry(account.id, newest).balance_after),
    });
    StatementBalances { range, page }
}

/// The balances in value-date order, over a range of days.
pub(super) async fn by_date(
    tx: &mut Tx,
    account: &AccountView,
    (from, to): (Option<i64>, Option<i64>),
    page: &[Booked],
) -> Result<StatementBalances, Error> {
    let opening = from.map(|day| (day, i64::MIN));
    let closing = to.map(|day| (day.saturating_add(1), i64::MIN));
    let oldest = page.last().map(key);
    let newest = page.first().map(key).map(|(day, posting)| (day, posting + 1));
    let bounds: Vec<Key> = [opening, closing, oldest, newest].into_iter().flatten().collect();
    let sums = since(tx, account, &bounds).await?;
    let balance = i128::from(account.balance);
    let at = |bound: Option<Key>, open: i128| {
        let sum = bound.and_then(|bound| bounds.iter().position(|one| *one == bound));
        sum.and_then(|place| sums.get(place)).map_or(open, |sum| balance - sum)
    };
    let range = Balances { opening: at(opening, 0), closing: at(closing, balance) };
    let page = oldest.map(|_| Balances { opening: at(oldest, 0), closing: at(newest, balance) });
    Ok(StatementBalances { range, page })
}

/// For each bound, the sum of the account's entries from there on. One walk back from the newest value date,
/// so the cost of a recent statement depends only on what has happened since.
async fn since(tx: &mut Tx, account: &AccountView, bounds: &[Key]) -> Result<Vec<i128>, Error> {
    let mut sums = vec![0_i128; bounds.len()];
    let Some(lowest) = bounds.iter().min().copied() else { return Ok(sums) };
    let mut add = |booked: &Booked| {
        for (bound, sum) in bounds.iter().zip(&mut sums) {
            if key(booked) >= *bound {
                *sum += i128::from(entry(account.id, booked).amount);
            }
        }
    };
    let recent = recent(tx, account, None, lowest.0, END, usize::MAX).await?;
    recent.iter().for_each(&mut add);
    // The history may already hold entries above its mark.
    let seen: HashSet<i64> = recent.iter().map(|booked| booked.posting.id.0).collect();
    let mut before = END;
    loop {
        let places = store::history::page(tx, account.id, lowest.0, before, STEP).await?;
        let Some(last) = places.last().copied() else { return Ok(sums) };
        let ids = places.iter().map(|place| place.1).filter(|id| !seen.contains(id)).collect();
        store::posting::by_ids(tx, ids).await?.iter().for_each(&mut add);
        before = last;
    }
}
