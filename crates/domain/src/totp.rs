//! Time-based one-time codes (RFC 6238) as every authenticator app computes them: SHA-1, 30 seconds, six digits.
//!
//! A code is accepted in its own time step and in the next one, never ahead of time: a phone's clock may lag a
//! little, and typing takes time. That a step is used once is the store's to keep (`store::totp`).

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use subtle::ConstantTimeEq;
use url::Url;
use zeroize::Zeroizing;

/// The bytes of a secret: as many as SHA-1 yields, which RFC 4226 recommends.
pub const SECRET_BYTES: usize = 20;
/// The length of a time step in seconds.
pub const STEP_S: i64 = 30;
/// The digits of a code.
const DIGITS: usize = 6;
/// Codes are the numbers below this.
const CODES: u32 = 1_000_000;
const STEP_MICROS: i64 = STEP_S * 1_000_000;

/// A shared secret. It is wiped from memory when it is dropped, and no `Debug` shows it.
#[derive(Clone)]
pub struct TotpSecret(Zeroizing<[u8; SECRET_BYTES]>);

impl TotpSecret {
    /// A secret of these bytes, which the caller has drawn at random.
    #[must_use]
    pub fn new(bytes: [u8; SECRET_BYTES]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// A secret as it was stored; none if the length is wrong.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self::new)
    }

    /// The bytes, to be encrypted and stored.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// The secret as a person types it into an authenticator app.
    #[must_use]
    pub fn base32(&self) -> Zeroizing<String> {
        Zeroizing::new(BASE32_NOPAD.encode(self.bytes()))
    }

    /// The `otpauth` URI that an authenticator app reads from a QR code. The issuer and the label are what the
    /// app shows beside the code.
    #[must_use]
    pub fn uri(&self, issuer: &str, label: &str) -> Zeroizing<String> {
        let (issuer, label) = (encoded(issuer), encoded(label));
        let secret = self.base32();
        Zeroizing::new(format!(
            "otpauth://totp/{issuer}:{label}?secret={}&issuer={issuer}&algorithm=SHA1&digits={DIGITS}&period={STEP_S}",
            *secret
        ))
    }

    /// The code of a time step: what the app shows.
    #[must_use]
    pub fn code(&self, step: i64) -> Zeroizing<String> {
        let mut key = Zeroizing::new([0_u8; 64]);
        for (place, byte) in key.iter_mut().zip(self.bytes()) {
            *place = *byte;
        }
        let mut mac: Hmac<Sha1> = Hmac::new(&(*key).into());
        mac.update(&step.to_be_bytes());
        let digest: [u8; 20] = mac.finalize().into_bytes().into();
        Zeroizing::new(format!("{:0DIGITS$}", truncated(&digest) % CODES))
    }
}

impl std::fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TotpSecret")
    }
}

/// RFC 4226: the last four bits say where the four bytes of the number begin; its sign is dropped.
fn truncated(digest: &[u8; 20]) -> u32 {
    let offset = digest.last().map_or(0, |byte| usize::from(byte & 0x0f));
    let bytes = digest.iter().skip(offset).take(4);
    bytes.fold(0_u32, |number, byte| (number << 8) | u32::from(*byte)) & 0x7fff_ffff
}

/// Percent-encodes a text as one segment of a URI's path, which is also valid in its query.
fn encoded(text: &str) -> String {
    let Ok(mut url) = Url::parse("otpauth://totp") else { return String::new() };
    if let Ok(mut path) = url.path_segments_mut() {
        path.push(text);
    }
    // What separates the parts of the label and of the query.
    let path = url.path().trim_start_matches('/');
    path.replace('&', "%26").replace('=', "%3D").replace('+', "%2B").replace(':', "%3A")
}

/// The time step at a time in microseconds UTC.
#[must_use]
pub const fn step_at(now_micros: i64) -> i64 {
    now_micros.div_euclid(STEP_MICROS)
}

/// The seconds until the next time step begins, 1 to 30.
#[must_use]
pub const fn seconds_to_next(now_micros: i64) -> i64 {
    STEP_S - now_micros.rem_euclid(STEP_MICROS).div_euclid(1_000_000)
}

/// The time step whose code this is: the current one or the one before. None if it is neither's. Both are compared
/// in constant time.
#[must_use]
pub fn matching_step(secret: &TotpSecret, code: &str, now_micros: i64) -> Option<i64> {
    let now = step_at(now_micros);
    let mut found = None;
    for step in [now.saturating_sub(1), now] {
        if bool::from(secret.code(step).as_bytes().ct_eq(code.as_bytes())) {
            found = Some(step);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 6238, appendix B.
    fn secret() -> TotpSecret {
        TotpSecret::new(*b"12345678901234567890")
    }

    #[test]
    fn codes_are_those_of_rfc_6238() {
        for (second, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(*secret().code(step_at(second * 1_000_000)), code, "{second}");
        }
    }

    #[test]
    fn attack_07_only_the_current_and_the_previous_step_are_accepted() {
        let now = 1_111_111_111 * 1_000_000;
        let step = step_at(now);
        for (away, accepted) in
            [(-10, false), (-2, false), (-1, true), (0, true), (1, false), (2, false), (10, false)]
        {
            let found = matching_step(&secret(), &secret().code(step + away), now);
            assert_eq!(found, accepted.then_some(step + away), "{away}");
        }
    }

    #[test]
    fn what_is_not_exactly_six_digits_is_no_code() {
        let now = 59_000_000;
        assert_eq!(matching_step(&secret(), "287082", now), Some(1));
        for wrong in ["", "287083", "28708", "2870820", " 287082", "287082\n", "２８７０８２", "+87082"]
        {
            assert_eq!(matching_step(&secret(), wrong, now), None, "{wrong:?}");
        }
    }

    #[test]
    fn the_uri_names_issuer_label_and_secret_and_escapes_what_separates_them() {
        let uri = secret().uri("Sluice & Co", "a/b:c?d=薪");
        assert_eq!(
            *uri,
            "otpauth://totp/Sluice%20%26%20Co:a%2Fb%3Ac%3Fd%3D%E8%96%AA?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=Sluice%20%26%20Co&algorithm=SHA1&digits=6&period=30"
        );
    }

    #[test]
    fn a_secret_reads_back_from_its_bytes_and_shows_nothing() {
        let read = TotpSecret::from_bytes(secret().bytes()).unwrap();
        assert_eq!(read.base32(), secret().base32());
        assert!(TotpSecret::from_bytes(b"short").is_none());
        assert_eq!(format!("{read:?}"), "TotpSecret");
    }

    #[test]
    fn the_next_step_is_at_most_thirty_seconds_away() {
        for (micros, seconds) in [(0, 30), (1, 30), (1_000_000, 29), (29_999_999, 1), (30_000_000, 30)] {
            assert_eq!(seconds_to_next(micros), seconds, "{micros}");
        }
    }
}
