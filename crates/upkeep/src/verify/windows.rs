//! What left accounts in their last day and month, folded from the postings as the door counts it.

use super::report::Verification;
use crate::Error;
use domain::account::Window;
use domain::limit::Calendar;
use domain::posting::PostingKind;
use domain::transfer::TransferKind;
use ledger::calendar::{self, Days};
use store::Tx;
use store::posting::Booked;
use store::verify::Claim;

const DAY_US: i64 = 24 * 3_600 * 1_000_000;

/// A day and a month of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Spent {
    pub day: Window,
    pub month: Window,
}

/// The calendar that windows are counted by.
#[derive(Debug)]
pub(super) struct Windows {
    days: Days,
    /// When the time zone was set last.
    zone_set_at: Option<i64>,
    /// When the first posting was made.
    begun_at: Option<i64>,
}

impl Windows {
    /// In the present time zone, which was set at this time.
    pub(super) async fn load(tx: &mut Tx, zone_set_at: Option<i64>) -> Result<Self, Error> {
        Ok(Self { days: Days::load(tx).await?, zone_set_at, begun_at: None })
    }

    /// Adds a posting to what its payer spent, if it counts.
    pub(super) fn add(&mut self, spent: &mut Spent, booked: &Booked, claim: Option<Claim>) {
        let at = booked.created_at;
        self.begun_at = Some(self.begun_at.map_or(at, |begun| begun.min(at)));
        let is_amount = matches!(booked.posting.kind, PostingKind::Transfer | PostingKind::ExchangeOut);
        let kind = claim.and_then(|claim| TransferKind::from_number(claim.kind));
        if is_amount && kind.is_some_and(TransferKind::is_limited) {
            let (today, amount) = (self.days.at(at), booked.posting.amount);
            spent.day = spent.day.add(today.day, amount);
            spent.month = spent.month.add(today.month, amount);
        }
    }

    /// The last day and month that may have been counted in another time zone, at least in part: their windows are not
    /// compared.
    fn uncertain(&self) -> Option<Calendar> {
        let (set_at, begun_at) = (self.zone_set_at?, self.begun_at?);
        if set_at < begun_at {
            return None;
        }
        let day = set_at.div_euclid(DAY_US) + 2;
        let date = calendar::date_of(day);
        Some(Calendar { day, month: i64::from(date.year()) * 12 + i64::from(date.month()) - 1 })
    }

    /// Compares what an account's row says with what its postings say.
    pub(super) fn check(&self, account: i64, kept: Spent, folded: Spent, found: &mut Verification) {
        let last = self.uncertain();
        let is_same = |kept: Window, folded: Window, last: Option<i64>| {
            kept == folded || last.is_some_and(|last| kept.key <= last)
        };
        let holds = is_same(kept.day, folded.day, last.map(|last| last.day))
            && is_same(kept.month, folded.month, last.map(|last| last.month));
        found.check(holds, "limit_window", || format!("account {account}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn windows_that_another_time_zone_may_have_counted_are_not_compared() {
        let store = store::Store::memory().await.unwrap();
        let mut tx = store.read().await.unwrap();
        let window = |key, out| Spent { day: Window { key, out }, month: Window::default() };
        for (set_at, begun_at, key, holds) in [
            (None, Some(1), 9, false),
            (Some(5 * DAY_US), None, 9, false),
            (Some(5 * DAY_US), Some(5 * DAY_US + 1), 7, false),
            (Some(5 * DAY_US), Some(5 * DAY_US), 7, true),
            (Some(5 * DAY_US), Some(5 * DAY_US), 8, false),
        ] {
            let mut windows = Windows::load(&mut tx, set_at).await.unwrap();
            windows.begun_at = begun_at;
            for (folded, expected) in [(window(key, 2), holds), (window(key, 1), true)] {
                let mut found = Verification::default();
                windows.check(1, window(key, 1), folded, &mut found);
                assert_eq!(found.is_ok(), expected, "{set_at:?} {begun_at:?} {key}");
            }
        }
    }
}
