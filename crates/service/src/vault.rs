//! Secrets that the server must read again, such as those of one-time codes: encrypted by AES-256-GCM under the
//! master key, which is kept apart from the database.
//!
//! Each ciphertext is bound to the row that it belongs to, so that one that is moved to another row does not
//! decrypt. It names its key, so that the key can be replaced while the server runs: with a former key beside the
//! current one, both are read and only the current one is written.
//!
//! To keep a new kind of secret, give it a name such as `user:7` and store it with `Vault::put` alone, in the
//! table that `store::sealed_secret` describes: a rotation of the key re-encrypts that table and no other.

use crate::{Error, secret};
use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit};
use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use domain::code::Code;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use store::{Tx, sealed_secret};
use zeroize::Zeroizing;

/// The first byte of every ciphertext: its form.
const FORM: u8 = 1;
const KEY_ID_BYTES: usize = 8;
const NONCE_BYTES: usize = 12;
const HEAD_BYTES: usize = 1 + KEY_ID_BYTES + NONCE_BYTES;

/// A master key: 256 bits, and what it is called in the rows that it encrypted.
#[derive(Clone)]
pub struct MasterKey {
    cipher: Aes256Gcm,
    id: [u8; KEY_ID_BYTES],
}

impl MasterKey {
    /// Reads 64 hexadecimal digits.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()?);
        let key = Zeroizing::new(<[u8; 32]>::try_from(bytes.as_slice()).ok()?);
        let mut hash = Sha256::new();
        hash.update(b"sluice master key\0");
        hash.update(key.as_slice());
        let mut id = [0_u8; KEY_ID_BYTES];
        for (place, byte) in id.iter_mut().zip(hash.finalize()) {
            *place = byte;
        }
        Some(Self { cipher: Aes256Gcm::new(&(*key).into()), id })
    }

    /// A new key as text, 64 hexadecimal digits.
    pub fn draw() -> Result<Zeroizing<String>, Error> {
        Ok(Zeroizing::new(HEXLOWER.encode(Zeroizing::new(secret::random::<32>()?).as_slice())))
    }

    /// Its name in the database. It tells nothing about the key.
    #[must_use]
    pub fn id(&self) -> String {
        HEXLOWER.encode(&self.id)
    }
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MasterKey({})", self.id())
    }
}

/// Encrypts and decrypts. Without a key it refuses with `MASTER_KEY_MISSING`. Clones share the keys.
#[derive(Debug, Clone, Default)]
pub struct Vault {
    keys: Option<Arc<Keys>>,
}

/// What a step of a rotation did.
#[derive(Debug, Default)]
pub struct Resealed {
    /// Secrets that are now under the current key.
    pub done: i64,
    /// Secrets that could not be decrypted.
    pub unreadable: i64,
    /// The owner of the last one; none if none was left.
    pub last: Option<String>,
}

#[derive(Debug)]
struct Keys {
    current: MasterKey,
    former: Option<MasterKey>,
}

impl Vault {
    /// A vault with a key, and the one that it replaces while a rotation is not finished.
    #[must_use]
    pub fn new(current: MasterKey, former: Option<MasterKey>) -> Self {
        Self { keys: Some(Arc::new(Keys { current, former })) }
    }

    fn keys(&self) -> Result<&Keys, Error> {
        self.keys.as_deref().ok_or_else(|| Code::MasterKeyMissing.into())
    }

    /// The name of the key under which secrets are encrypted now.
    pub fn key_id(&self) -> Result<String, Error> {
        Ok(self.keys()?.current.id())
    }

    /// Encrypts a secret for a row, under the current key.
    pub fn seal(&self, row: &str, plain: &[u8]) -> Result<Vec<u8>, Error> {
        let key = &self.keys()?.current;
        let nonce: [u8; NONCE_BYTES] = secret::random()?;
        let mut sealed = Vec::with_capacity(HEAD_BYTES + plain.len() + 16);
        sealed.push(FORM);
        sealed.extend_from_slice(&key.id);
        sealed.extend_from_slice(&nonce);
        let aad = associated(&key.id, row);
        let payload = Payload { msg: plain, aad: &aad };
        let text = key.cipher.encrypt(&nonce.into(), payload).map_err(|_| unreadable(row))?;
        sealed.extend_from_slice(&text);
        Ok(sealed)
    }

    /// Decrypts the secret of a row. Refuses one that was altered, cut off, or belongs to another row
    /// (`SECRET_UNREADABLE`), and one under a key that this vault does not have (`MASTER_KEY_WRONG`).
    pub fn open(&self, row: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let keys = self.keys()?;
        let (head, text) = sealed.split_at_checked(HEAD_BYTES).ok_or_else(|| unreadable(row))?;
        let (form, head) = head.split_first().ok_or_else(|| unreadable(row))?;
        let (id, nonce) = head.split_at_checked(KEY_ID_BYTES).ok_or_else(|| unreadable(row))?;
        if *form != FORM {
            return Err(unreadable(row));
        }
        let nonce: [u8; NONCE_BYTES] = nonce.try_into().map_err(|_| unreadable(row))?;
        let mut known = std::iter::once(&keys.current).chain(&keys.former);
        let key = known.find(|key| key.id == id).ok_or_else(|| wrong_key(row))?;
        let aad = associated(&key.id, row);
        let plain = key.cipher.decrypt(&nonce.into(), Payload { msg: text, aad: &aad });
        plain.map(Zeroizing::new).map_err(|_| unreadable(row))
    }

    /// Whether a former key is there, so that secrets may have to be encrypted again.
    #[must_use]
    pub fn is_rotating(&self) -> bool {
        self.keys.as_deref().is_some_and(|keys| keys.former.is_some())
    }

    /// Encrypts the next secrets that are under other keys, after an owner, under the current key. Those that cannot
    /// be read stay as they are.
    pub async fn reseal(&self, tx: &mut Tx, after: &str, limit: i64) -> Result<Resealed, Error> {
        let key_id = self.key_id()?;
        let mut resealed = Resealed::default();
        for stored in sealed_secret::under_others(tx, &key_id, after, limit).await? {
            let row = stored.owner.as_str();
            match self.open(row, &stored.sealed()) {
                Ok(plain) => {
                    self.put(tx, row, &plain).await?;
                    resealed.done += 1;
                }
                Err(error) => {
                    tracing::error!(row, code = %error, "a stored secret cannot be decrypted; it was left as it is");
                    resealed.unreadable += 1;
                }
            }
            resealed.last = Some(stored.owner);
        }
        Ok(resealed)
    }

    /// Stores a secret under a row's name.
    pub(crate) async fn put(&self, tx: &mut Tx, row: &str, plain: &[u8]) -> Result<(), Error> {
        let sealed = self.seal(row, plain)?;
        Ok(sealed_secret::put(tx, row, &self.key_id()?, &sealed).await?)
    }

    /// The secret that was stored under a row's name, if there is one.
    pub(crate) async fn get(&self, tx: &mut Tx, row: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        // Without a key this is known before the row is.
        self.keys()?;
        let stored = sealed_secret::get(tx, row).await?;
        stored.map(|stored| self.open(row, &stored.sealed())).transpose()
    }
}

/// What a ciphertext is bound to: its form, its key and its row.
fn associated(key: &[u8], row: &str) -> Vec<u8> {
    [&[FORM], key, row.as_bytes()].concat()
}

fn unreadable(row: &str) -> Error {
    Error::refused(Code::SecretUnreadable, row)
}

fn wrong_key(row: &str) -> Error {
    Error::refused(Code::MasterKeyWrong, row)
}

#[cfg(test)]
#[path = "vault_tests.rs"]
mod tests;
