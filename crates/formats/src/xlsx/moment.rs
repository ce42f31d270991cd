//! Dates and times of a spreadsheet, which are numbers of days.

/// Seconds of a day.
const DAY: f64 = 86_400.0;

/// The largest day: 9999-12-31.
const DAY_MAX: f64 = 2_958_466.0;

/// The date and time of a number of days, as `2026-03-31` or `2026-03-31T09:30:00`, and a number below one as a time
/// of day. None if it is out of range.
pub(super) fn written(days: f64, is_1904: bool) -> Option<String> {
    if !(0.0..DAY_MAX).contains(&days) {
        return None;
    }
    // The range was checked, so the conversion is exact.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the day is in range and the second of a day is small"
    )]
    let (mut day, mut second) = (days.trunc() as i64, (days.fract() * DAY).round() as i64);
    if second == 86_400 {
        (day, second) = (day + 1, 0);
    }
    let time = format!("{:02}:{:02}:{:02}", second / 3_600, second / 60 % 60, second % 60);
    if day == 0 && !is_1904 {
        return Some(time);
    }
    // The system of 1900 takes that year for a leap year: its day 60 never was.
    let since_1970 = match (is_1904, day) {
        (true, day) => day - 24_107,
        (false, 60) => return None,
        (false, 0..60) => day - 25_568,
        (false, day) => day - 25_569,
    };
    let (year, month, day) = civil(since_1970);
    let date = format!("{year:04}-{month:02}-{day:02}");
    Some(if second == 0 { date } else { format!("{date}T{time}") })
}

/// The date of a day since 1970-01-01 (Howard Hinnant's `civil_from_days`).
const fn civil(day: i64) -> (i64, i64, i64) {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400;
    (if month <= 2 { year + 1 } else { year }, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_dates_in_both_systems() {
        for (days, is_1904, expected) in [
            (1.0, false, Some("1900-01-01")),
            (59.0, false, Some("1900-02-28")),
            (60.0, false, None),
            (61.0, false, Some("1900-03-01")),
            (25_569.0, false, Some("1970-01-01")),
            (46_112.0, false, Some("2026-03-31")),
            (46_112.5, false, Some("2026-03-31T12:00:00")),
            (46_112.999_999_99, false, Some("2026-04-01")),
            (44_650.0, true, Some("2026-03-31")),
            (0.0, true, Some("1904-01-01")),
            (0.25, false, Some("06:00:00")),
            (2_958_465.0, false, Some("9999-12-31")),
            (2_958_466.0, false, None),
            (-1.0, false, None),
            (f64::NAN, false, None),
        ] {
            assert_eq!(written(days, is_1904).as_deref(), expected, "{days} {is_1904}");
        }
    }
}
