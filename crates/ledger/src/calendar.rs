//! Days and months in the organisation's time zone.

use domain::limit::Calendar;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use store::{StoreError, Tx};

/// The organisation's time zone; UTC if none is set.
pub async fn zone(tx: &mut Tx) -> Result<TimeZone, StoreError> {
    let name = store::setting::get(tx, "time_zone").await?;
    Ok(name.and_then(|name| TimeZone::get(&name).ok()).unwrap_or(TimeZone::UTC))
}

/// The days and months that limits are counted in, for many times, most of which are the same as the one before.
#[derive(Debug)]
pub struct Days {
    zone: TimeZone,
    last: (i64, Calendar),
}

impl Days {
    /// Of the organisation's time zone.
    pub async fn load(tx: &mut Tx) -> Result<Self, StoreError> {
        let zone = zone(tx).await?;
        let last = (0, calendar(0, &zone));
        Ok(Self { zone, last })
    }

    /// Those of a time, microseconds UTC.
    pub fn at(&mut self, now: i64) -> Calendar {
        if self.last.0 != now {
            self.last = (now, calendar(now, &self.zone));
        }
        self.last.1
    }
}

/// Converts microseconds UTC to zoned time; a time out of range becomes the epoch.
#[must_use]
pub fn zoned(now: i64, zone: &TimeZone) -> Zoned {
    Timestamp::from_microsecond(now).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(zone.clone())
}

/// The day and month that limits are counted in.
#[must_use]
pub fn calendar(now: i64, zone: &TimeZone) -> Calendar {
    let date = zoned(now, zone).date();
    Calendar { day: day_number(date), month: i64::from(date.year()) * 12 + i64::from(date.month()) - 1 }
}

/// Days since 1970-01-01.
#[must_use]
pub fn day_number(date: Date) -> i64 {
    let epoch = Date::constant(1970, 1, 1);
    epoch.until(date).map_or(0, |span| i64::from(span.get_days()))
}

/// The date of a day number.
#[must_use]
pub fn date_of(day: i64) -> Date {
    let span = jiff::Span::new().try_days(day).unwrap_or_default();
    Date::constant(1970, 1, 1).saturating_add(span)
}

/// A date as `yyyymmdd`, for batch numbers.
#[must_use]
pub fn compact(date: Date) -> i64 {
    i64::from(date.year()) * 10_000 + i64::from(date.month()) * 100 + i64::from(date.day())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_count_from_1970_in_the_organisations_time_zone() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        // 2025-12-31 16:30 UTC is 2026-01-01 00:30 in Shanghai.
        let now = 1_767_198_600_000_000;
        assert_eq!(calendar(now, &TimeZone::UTC), Calendar { day: 20_453, month: 2025 * 12 + 11 });
        assert_eq!(calendar(now, &zone), Calendar { day: 20_454, month: 2026 * 12 });
        assert_eq!(date_of(20_454).to_string(), "2026-01-01");
        assert_eq!(compact(date_of(20_454)), 20_260_101);
    }
}
