//! Limits on what one account may send: minimum, maximum a transfer, a day, a month. Day and month leave
//! fees out (contract, "Limits").

use crate::account::Account;
use crate::code::Code;

/// The limits that hold for an account, in minor units. `i64::MAX` is "no limit".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitPolicy {
    /// The least that one transfer may move.
    pub min: i64,
    /// The most that one transfer may move.
    pub max: i64,
    /// The most that may leave in a day of the organisation.
    pub day: i64,
    /// The most that may leave in a month of the organisation.
    pub month: i64,
}

impl LimitPolicy {
    /// Nothing but the positive amount.
    pub const NONE: Self = Self { min: 1, max: i64::MAX, day: i64::MAX, month: i64::MAX };

    /// Checks an amount against what has left the account by now; the first that is broken is named.
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

/// The organisation's current day and month, in its own time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calendar {
    /// Days since 1970-01-01.
    pub day: i64,
    /// `year x 12 + month - 1`.
    pub month: i64,
}
