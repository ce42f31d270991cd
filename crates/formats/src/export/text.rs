//! Numbers, times and dates as text.

use super::cell::{Cell, Day, Moment};
use domain::amount::format_minor;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use std::fmt::Write;

/// Writes cells as text, into memory that it keeps.
#[derive(Debug)]
pub(super) struct Texts {
    zone: TimeZone,
    text: String,
}

impl Texts {
    pub(super) const fn new(zone: TimeZone) -> Self {
        Self { zone, text: String::new() }
    }

    /// The text of a cell, with a time to the second and the offset of the zone.
    pub(super) fn local(&mut self, cell: &Cell<'_>) -> &str {
        self.text.clear();
        // Writing into a string cannot fail.
        let _ = match cell {
            Cell::Empty => Ok(()),
            Cell::Text(text) => self.text.write_str(text),
            Cell::Json(json) => self.text.write_str(json.0),
            Cell::Integer(number) => write!(self.text, "{number}"),
            Cell::Money(money) => self.text.write_str(&format_minor(money.minor, money.scale)),
            Cell::Fixed(fixed) => self.text.write_str(&format_minor(i128::from(fixed.digits), fixed.scale)),
            Cell::Day(day) => write!(self.text, "{}", date(*day)),
            Cell::Moment(moment) => {
                let zoned = timestamp(*moment).to_zoned(self.zone.clone());
                write!(self.text, "{}", zoned.strftime("%Y-%m-%dT%H:%M:%S%:z"))
            }
        };
        &self.text
    }

    /// The time on the clocks of the zone.
    pub(super) fn clock(&self, moment: Moment) -> DateTime {
        self.zone.to_datetime(timestamp(moment))
    }
}

/// A time in UTC; one out of range becomes the epoch.
pub(super) fn timestamp(moment: Moment) -> Timestamp {
    Timestamp::from_microsecond(moment.0).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The date of a day number.
pub(super) fn date(day: Day) -> Date {
    let span = jiff::Span::new().try_days(day.0).unwrap_or_default();
    Date::constant(1970, 1, 1).saturating_add(span)
}
