//! E-mails to people about events: what can become of one, and when it is tried again.

use crate::code::Language;
use crate::stored_enum::stored_enum;

stored_enum! {
    /// What became of an e-mail.
    MailState {
        /// It is sent when its time has come.
        Waiting = 1 "waiting",
        /// It was handed over, and what became of it is not known; it is sent again when its time has come.
        Sending = 2 "sending",
        /// The mail server accepted it.
        Sent = 3 "sent",
        /// It was refused for good, or too often.
        GivenUp = 4 "given_up",
    }
}

/// How often an e-mail is tried: for about three days.
pub const TRIES_MAX: i64 = 20;

const MINUTE_US: i64 = 60 * 1_000_000;
const PAUSE_MAX_US: i64 = 6 * 60 * MINUTE_US;

/// How long to wait after so many tries, in microseconds; none: it is given up. A minute, then twice as long each
/// time, up to six hours.
#[must_use]
pub fn pause_after(tries: i64) -> Option<i64> {
    let doubled = u32::try_from(tries.saturating_sub(1)).ok().and_then(|doubled| 1_i64.checked_shl(doubled));
    let pause = doubled.map_or(PAUSE_MAX_US, |times| MINUTE_US.saturating_mul(times.max(1)));
    (tries < TRIES_MAX).then(|| pause.clamp(MINUTE_US, PAUSE_MAX_US))
}

/// The stored number of a person's language; never reused.
#[must_use]
pub const fn language_number(language: Language) -> i64 {
    match language {
        Language::English => 1,
        Language::Chinese => 2,
    }
}

/// The language with this stored number.
#[must_use]
pub const fn language_from_number(number: i64) -> Option<Language> {
    match number {
        1 => Some(Language::English),
        2 => Some(Language::Chinese),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::check;

    #[test]
    fn pauses_double_up_to_six_hours_for_three_days() {
        let minutes = |tries: &str| match pause_after(tries.parse().unwrap()) {
            Some(pause) => (pause / MINUTE_US).to_string(),
            None => "given up".to_owned(),
        };
        check(
            &[
                ("1", "1"),
                ("2", "2"),
                ("3", "4"),
                ("9", "256"),
                ("10", "360"),
                ("19", "360"),
                ("20", "given up"),
                ("1000", "given up"),
            ],
            minutes,
        );
        let all: i64 = (1..TRIES_MAX).filter_map(pause_after).sum();
        let hours = all / MINUTE_US / 60;
        assert!((66..=72).contains(&hours), "{hours} hours");
    }

    #[test]
    fn languages_read_back() {
        for language in [Language::English, Language::Chinese] {
            assert_eq!(language_from_number(language_number(language)), Some(language));
        }
        assert_eq!(language_from_number(3), None);
    }
}
