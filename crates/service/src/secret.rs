//! Random tokens. A token has 256 bits; only its SHA-256 is stored. A fast hash is enough for a random
//! secret: it cannot be guessed, so guessing need not be slowed down.

use crate::Error;
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::StoreError;

/// A value that must not appear in a log: a password, a token, a key.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself: for comparing it or passing it on, never for a log.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

/// 256 random bits, hexadecimal, after a prefix that says what they are for.
pub(crate) fn token(prefix: &str) -> Result<String, Error> {
    Ok(format!("{prefix}{}", HEXLOWER.encode(&random::<32>()?)))
}

/// A new id: 53 random bits, which every JSON parser can represent.
pub(crate) fn id() -> Result<i64, Error> {
    Ok((i64::from_le_bytes(random()?) >> 11) & ((1 << 53) - 1))
}

/// Random bytes from the operating system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0_u8; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| StoreError::Unavailable(format!("the random number generator failed: {error}")))?;
    Ok(bytes)
}

/// The stored hash of a token.
pub(crate) fn hash(token: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(token.as_bytes()))
}

/// 128 random bits for one response, hexadecimal, which nobody can foresee.
///
/// # Errors
/// If the operating system has no random numbers.
pub fn nonce() -> Result<String, Error> {
    Ok(HEXLOWER.encode(&random::<16>()?))
}

/// A new request id: 96 random bits, for logs only.
#[must_use]
pub fn request_id() -> String {
    let mut bytes = [0_u8; 12];
    if getrandom::fill(&mut bytes).is_err() {
        // Requests then share an id; nothing else depends on it.
        return "0".repeat(24);
    }
    HEXLOWER.encode(&bytes)
}
