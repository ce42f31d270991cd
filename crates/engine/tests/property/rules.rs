//! The reference ledger's rules that need no accounts: limits, fees, days, rounding.

use crate::steps::{Bound, CURRENCIES, FEE_RATES, PolicyDraw};
use domain::code::Code;

/// No limit.
const NONE: i128 = i64::MAX as i128;
/// Microseconds per day.
pub const DAY: i64 = 86_400_000_000;

/// The newest day or month in which an account sent something, and how much.
#[derive(Debug, Clone, Copy, Default)]
pub struct Window {
    key: i64,
    sent: i128,
}

impl Window {
    /// A later day or month starts at zero; an earlier one counts towards the newest.
    const fn sent(self, key: i64) -> i128 {
        if key > self.key { 0 } else { self.sent }
    }

    pub fn add(&mut self, key: i64, amount: i128) {
        *self = Self { sent: self.sent(key) + amount, key: self.key.max(key) };
    }
}

#[derive(Debug, Clone)]
pub struct Policy {
    pub min: i128,
    pub max: i128,
    day: i128,
    month: i128,
    pub batch_max: i128,
    threshold: i128,
    fee_min: i128,
    fee_max: i128,
    ppm: i128,
}

impl Policy {
    /// 10,000 per transfer and 100,000 per batch, in major units; no other limit.
    pub fn shipped(currency: &str) -> Self {
        let major = 10_i128.pow(scale(currency));
        Self {
            min: 1,
            max: 10_000 * major,
            day: NONE,
            month: NONE,
            batch_max: 100_000 * major,
            threshold: NONE,
            fee_min: 0,
            fee_max: NONE,
            ppm: 0,
        }
    }

    pub fn change(&mut self, change: &PolicyDraw) -> Result<(), Code> {
        let places = [
            &mut self.min,
            &mut self.max,
            &mut self.day,
            &mut self.month,
            &mut self.batch_max,
            &mut self.threshold,
            &mut self.fee_min,
            &mut self.fee_max,
        ];
        for (place, bound) in places.into_iter().zip(change.bounds) {
            match bound {
                Bound::Same => {}
                Bound::Lifted => *place = NONE,
                Bound::At(minor) => *place = i128::from(minor),
            }
        }
        if let Some(place) = change.fee_rate {
            self.ppm = FEE_RATES[place].1;
        }
        let sound = self.min >= 1 && self.min <= self.max && self.fee_min <= self.fee_max;
        if sound { Ok(()) } else { Err(Code::PolicyInvalid) }
    }

    /// The amounts at which something changes.
    pub fn bounds(&self, today: (i64, i64), day: Window, month: Window) -> [i128; 5] {
        let left = [self.day - day.sent(today.0), self.month - month.sent(today.1)];
        [self.min, self.max, left[0], left[1], self.threshold]
    }

    /// The first limit that an amount breaks.
    pub fn allows(&self, amount: i128, today: (i64, i64), day: Window, month: Window) -> Result<(), Code> {
        let broken = [
            (amount < self.min, Code::BelowMinimum),
            (amount > self.max, Code::AboveMaximum),
            (day.sent(today.0) + amount > self.day, Code::DayLimit),
            (month.sent(today.1) + amount > self.month, Code::MonthLimit),
        ];
        broken.into_iter().find(|(broken, _)| *broken).map_or(Ok(()), |(_, code)| Err(code))
    }

    pub fn fee(&self, amount: i128) -> Result<i128, Code> {
        if amount <= self.threshold {
            return Ok(0);
        }
        let share = half_up(amount * self.ppm, 1_000_000).max(self.fee_min);
        let fee = if self.fee_max == NONE { share } else { share.min(self.fee_max) };
        if fee > NONE { Err(Code::FeeOverflow) } else { Ok(fee) }
    }
}

pub fn scale(currency: &str) -> u32 {
    CURRENCIES.iter().find(|(code, _)| *code == currency).unwrap().1
}

/// `a / b` rounded as for a currency pair with the default policy: half up, but down below a hundred minor
/// units.
pub fn exchange(a: i128, b: i128) -> i128 {
    if a / b < 100 { a / b } else { half_up(a, b) }
}

/// `a / b`, rounded half up.
fn half_up(a: i128, b: i128) -> i128 {
    a / b + i128::from(a % b * 2 >= b)
}

/// An amount in minor units.
pub fn minor(text: &str, currency: &str) -> Result<i128, Code> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let places = usize::try_from(scale(currency)).unwrap();
    if decimals.len() > places {
        return Err(Code::AmountPrecision);
    }
    Ok(format!("{whole}{decimals:0<places$}").parse().unwrap())
}

/// Days and months since 1970, counted naively.
pub fn calendar(now: i64) -> (i64, i64) {
    let day = now.div_euclid(DAY);
    let (mut left, mut month) = (day, 0);
    while left >= month_days(month) {
        left -= month_days(month);
        month += 1;
    }
    (day, month)
}

pub fn month_days(month: i64) -> i64 {
    let year = 1970 + month / 12;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    [31, 28 + i64::from(leap), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][usize::try_from(month % 12).unwrap()]
}
