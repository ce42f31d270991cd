//! Limits on what one account may send: minimum and maximum per transfer, per day and per month. The daily
//! and monthly limits exclude fees (contract, "Limits").

use crate::account::Account;
use crate::code::Code;

/// The limits of an account, in minor units. `i64::MAX` means no limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitPolicy {
    /// The smallest amount of one transfer.
    pub min: i64,
    /// The largest amount of one transfer.
    pub max: i64,
    /// The most that may leave in one day of the organisation's calendar.
    pub day: i64,
    /// The most that may leave in one month of the organisation's calendar.
    pub month: i64,
}

impl LimitPolicy {
    /// No limit, except that the amount is positive.
    pub const NONE: Self = Self { min: 1, max: i64::MAX, day: i64::MAX, month: i64::MAX };

    /// Checks an amount against the limits and what has already left the account; reports the first limit it
    /// breaks.
    pub fn check(&self, account: &Account, amount: i64, today: Calendar) -> Result<(), Code> {
        let exceeds = |spent: i64, limit: i64| i128::from(spent) + i128::from(amount) > i128::from(limit);
        if amount < self.min {
            Err(Code::BelowMinimum)
        } else if amount > self.max {
            Err(Code::AboveMaximum)
        } else if exceeds(account.day.spent(today.day), self.day) {
            Err(Code::DayLimit)
        } else if exceeds(account.month.spent(today.month), self.month) {
            Err(Code::MonthLimit)
        } else {
            Ok(())
        }
    }
}

/// The current day and month in the organisation's time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calendar {
    /// Days since 1970-01-01.
    pub day: i64,
    /// `year x 12 + month - 1`.
    pub month: i64,
}
