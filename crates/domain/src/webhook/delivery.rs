//! A delivery of an event to a webhook: its states, why an attempt failed, and when the next one is made.

use crate::stored_enum::stored_enum;

stored_enum! {
    /// How far a delivery is.
    DeliveryState {
        /// It has an attempt ahead of it.
        Waiting = 1 "waiting",
        /// The receiver answered with a status of 200 to 299.
        Delivered = 2 "delivered",
        /// Every attempt failed; it can be replayed.
        Dead = 3 "dead",
        /// Its webhook was removed before it was delivered.
        Dropped = 4 "dropped",
    }
}

stored_enum! {
    /// Why an attempt failed.
    DeliveryFailure {
        /// The name has no address, or none that may be reached.
        AddressRefused = 1 "address_refused",
        /// The name could not be looked up.
        NameUnknown = 2 "name_unknown",
        /// No connection was made.
        Unreachable = 3 "unreachable",
        /// No TLS connection was made: the certificate is not valid for the name, or the receiver has no TLS.
        TlsFailed = 4 "tls_failed",
        /// There was no answer in time.
        TimedOut = 5 "timed_out",
        /// The connection ended without an answer, or the answer is not HTTP.
        AnswerInvalid = 6 "answer_invalid",
        /// The answer is a redirect, which is not followed.
        Redirected = 7 "redirected",
        /// The answer has another status than 200 to 299.
        StatusRefused = 8 "status_refused",
        /// The webhook's stored secret cannot be decrypted; rotate it.
        SecretUnreadable = 9 "secret_unreadable",
        /// The webhook's URL may not be reached any more.
        UrlRefused = 10 "url_refused",
    }
}

/// How an attempt ended, with the status of the answer where there was one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// Why it failed; none if it was delivered.
    pub failure: Option<DeliveryFailure>,
    /// The status of the answer.
    pub status: Option<u16>,
}

impl Attempt {
    /// An attempt that had no answer.
    #[must_use]
    pub const fn failed(failure: DeliveryFailure) -> Self {
        Self { failure: Some(failure), status: None }
    }

    /// An attempt that was answered with a status.
    #[must_use]
    pub const fn answered(status: u16) -> Self {
        let failure = match status {
            200..=299 => None,
            300..=399 => Some(DeliveryFailure::Redirected),
            _ => Some(DeliveryFailure::StatusRefused),
        };
        Self { failure, status: Some(status) }
    }
}

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// The pauses after the first, second, … failed attempt: 15 attempts within 72 hours.
const PAUSES: [i64; 14] = [
    5 * SECOND,
    30 * SECOND,
    2 * MINUTE,
    10 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    4 * HOUR,
    8 * HOUR,
    8 * HOUR,
    12 * HOUR,
    12 * HOUR,
    12 * HOUR,
    12 * HOUR,
];

/// When the attempt after this many failed ones is due, in microseconds UTC; none after the last.
#[must_use]
pub fn next_attempt(failed: i64, now: i64) -> Option<i64> {
    let place = usize::try_from(failed.checked_sub(1)?).ok()?;
    PAUSES.get(place).map(|pause| now.saturating_add(*pause))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_end_within_three_days_and_pauses_grow() {
        assert!(PAUSES.is_sorted());
        let total: i64 = PAUSES.iter().sum();
        assert!((70 * HOUR..=72 * HOUR).contains(&total), "{total}");
        assert_eq!(next_attempt(1, 100), Some(100 + 5 * SECOND));
        assert_eq!(next_attempt(14, 100), Some(100 + 12 * HOUR));
        assert_eq!((next_attempt(15, 100), next_attempt(0, 100)), (None, None));
    }

    #[test]
    fn only_a_status_of_success_is_delivered() {
        for (status, failure) in [
            (200, None),
            (204, None),
            (299, None),
            (301, Some(DeliveryFailure::Redirected)),
            (307, Some(DeliveryFailure::Redirected)),
            (199, Some(DeliveryFailure::StatusRefused)),
            (410, Some(DeliveryFailure::StatusRefused)),
            (500, Some(DeliveryFailure::StatusRefused)),
        ] {
            assert_eq!(Attempt::answered(status).failure, failure, "{status}");
        }
    }
}
