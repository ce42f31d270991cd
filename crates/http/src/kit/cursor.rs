//! List cursors as issued to clients: sealed, so that they cannot be forged, and bound to their list.

use crate::kit::problem::Problem;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::code::Code;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The length of the seal in bytes: 64 bits cannot be guessed over a network.
const SEAL: usize = 8;
/// The length of the longest cursor. That of an unfinished search names the rows that it found.
const CURSOR_MAX: usize = 8_000;

/// Seals and opens cursors.
pub(crate) struct Cursors {
    mac: Hmac<Sha256>,
}

impl std::fmt::Debug for Cursors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cursors")
    }
}

impl Cursors {
    pub(crate) fn new(secret: &[u8]) -> Self {
        let mut key = [0_u8; 64];
        for (place, byte) in key.iter_mut().zip(Sha256::digest(secret)) {
            *place = byte;
        }
        Self { mac: Hmac::new(&key.into()) }
    }

    fn seal_of(&self, list: &str, place: &str) -> Vec<u8> {
        let mut mac = self.mac.clone();
        mac.update(list.as_bytes());
        mac.update(&[0]);
        mac.update(place.as_bytes());
        mac.finalize().into_bytes().iter().take(SEAL).copied().collect()
    }

    /// Seals a list position into a cursor.
    pub(crate) fn seal(&self, list: &str, place: &str) -> String {
        let mut bytes = self.seal_of(list, place);
        bytes.extend_from_slice(place.as_bytes());
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The list position in a cursor that was issued for this list.
    pub(crate) fn open(&self, list: &str, cursor: &str) -> Result<String, Problem> {
        let invalid = || Problem::from(Code::CursorInvalid);
        if cursor.len() > CURSOR_MAX {
            return Err(invalid());
        }
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).map_err(|_| invalid())?;
        let (seal, place) = bytes.split_at_checked(SEAL).ok_or_else(invalid)?;
        let place = std::str::from_utf8(place).map_err(|_| invalid())?;
        if bool::from(self.seal_of(list, place).ct_eq(seal)) { Ok(place.to_owned()) } else { Err(invalid()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_opens_only_for_its_list_and_a_forged_one_for_none() {
        let cursors = Cursors::new(b"secret");
        let sealed = cursors.seal("accounts", "17");
        assert_eq!(cursors.open("accounts", &sealed).unwrap(), "17");
        let other = Cursors::new(b"another").seal("accounts", "17");
        for (list, cursor) in [
            ("transfers", sealed.as_str()),
            ("accounts", other.as_str()),
            ("accounts", "MTc"),
            ("accounts", "§"),
        ] {
            assert_eq!(cursors.open(list, cursor).unwrap_err().code, Code::CursorInvalid, "{list} {cursor}");
        }
    }
}
