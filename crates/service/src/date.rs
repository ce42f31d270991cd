//! Dates in requests and answers: value dates within bounds, and ranges that do not end before they start.

use crate::{Error, Service, setting};
use domain::code::Code;
use domain::visible::shown;
use jiff::ToSpan;
use jiff::civil::Date;
use ledger::calendar;

/// The earliest value date.
const FIRST: Date = Date::constant(1970, 1, 1);

/// The day number of a value date: from 1970-01-01 to one year after today in the organisation's time
/// zone, both included, else [`Code::DateOutOfRange`].
pub(crate) async fn value_date(service: &Service, text: Option<&str>) -> Result<Option<i64>, Error> {
    let Some(text) = text else { return Ok(None) };
    let zone = setting::zone(&mut service.store.read().await?).await?;
    read_value_date(text, calendar::zoned(service.now(), &zone).date()).map(Some)
}

fn read_value_date(text: &str, today: Date) -> Result<i64, Error> {
    let date: Option<Date> = text.parse().ok().filter(|_| text.len() == 10);
    let date =
        date.ok_or_else(|| Error::refused(Code::DateInvalid, text.chars().take(64).collect::<String>()))?;
    let last = today.saturating_add(1.year());
    if date < FIRST || date > last {
        let english = format!("{date} is not between {FIRST} and {last}");
        let chinese = format!("{date} 不在 {FIRST} 至 {last} 之间");
        return Err(Error::bilingual(Code::DateOutOfRange, english, chinese));
    }
    Ok(calendar::day_number(date))
}

/// The day number of a date `YYYY-MM-DD`.
pub(crate) fn read_date(text: &str) -> Result<i64, Error> {
    let strict = text.len() == 10;
    let date: Option<Date> = text.parse().ok();
    let in_range = |date: &Date| (1970..=9998).contains(&date.year());
    date.filter(|date| strict && in_range(date))
        .map(calendar::day_number)
        .ok_or_else(|| Error::refused(Code::DateInvalid, shown(text)))
}

/// A range of days whose start is not after its end; either end may be open.
pub(crate) fn read_range(from: Option<&str>, to: Option<&str>) -> Result<(Option<i64>, Option<i64>), Error> {
    let (first, last) = (from.map(read_date).transpose()?, to.map(read_date).transpose()?);
    check_range(first, last)?;
    Ok((first, last))
}

/// A day number as `YYYY-MM-DD`.
#[must_use]
pub fn date_text(day: i64) -> String {
    calendar::date_of(day).to_string()
}

/// Refuses a range whose end is before its start.
pub(crate) fn check_range(from: Option<i64>, to: Option<i64>) -> Result<(), Error> {
    match (from, to) {
        (Some(from), Some(to)) if to < from => Err(Code::RangeReversed.into()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_date_is_between_1970_and_a_year_from_today() {
        let today = Date::constant(2024, 2, 29);
        for (text, expected) in [
            ("1970-01-01", Ok(0)),
            ("1969-12-31", Err(Code::DateOutOfRange)),
            ("0001-01-01", Err(Code::DateOutOfRange)),
            ("2024-02-29", Ok(19_782)),
            ("2025-02-28", Ok(20_147)),
            ("2025-03-01", Err(Code::DateOutOfRange)),
            ("9999-12-31", Err(Code::DateOutOfRange)),
            ("2024-02-30", Err(Code::DateInvalid)),
            ("2024-2-9", Err(Code::DateInvalid)),
            ("tomorrow", Err(Code::DateInvalid)),
            ("", Err(Code::DateInvalid)),
        ] {
            let read = read_value_date(text, today).map_err(|error| error.code().unwrap());
            assert_eq!(read, expected, "{text}");
        }
    }

    #[test]
    fn a_range_may_be_one_day_but_must_not_end_before_it_begins() {
        assert!(check_range(Some(3), Some(3)).is_ok());
        assert!(check_range(None, Some(3)).is_ok());
        assert_eq!(check_range(Some(3), Some(2)).unwrap_err().code(), Some(Code::RangeReversed));
    }
}
