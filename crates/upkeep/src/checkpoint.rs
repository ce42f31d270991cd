//! Checkpoints: the chain of commits as of one commit, signed, in a file that is kept where nobody who can write
//! to the ledger can write. A ledger that was changed afterwards, up to that commit, cannot have that chain.

use crate::Error;
use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use domain::code::Code;
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use serde::{Deserialize, Serialize};
use store::{Store, head};
use zeroize::Zeroizing;

/// The format version that is written.
const FORM: i64 = 1;

/// The key that signs checkpoints (Ed25519).
#[derive(Debug)]
pub struct SigningKey(Ed25519KeyPair);

impl SigningKey {
    /// A new key as text, 64 hexadecimal digits.
    pub fn draw() -> Result<Zeroizing<String>, Error> {
        let mut seed = Zeroizing::new([0_u8; 32]);
        let drawn = SystemRandom::new().fill(seed.as_mut_slice());
        drawn.map_err(|_| std::io::Error::other("the system has no random numbers"))?;
        Ok(Zeroizing::new(HEXLOWER.encode(seed.as_slice())))
    }

    /// A key from its text.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        let seed = Zeroizing::new(HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()?);
        Ed25519KeyPair::from_seed_unchecked(&seed).ok().map(Self)
    }

    /// The public key, hexadecimal.
    #[must_use]
    pub fn public(&self) -> String {
        HEXLOWER.encode(self.0.public_key().as_ref())
    }
}

/// A checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Checkpoint {
    /// The format version.
    pub form: i64,
    /// The ledger's id.
    pub ledger: String,
    /// The commit.
    pub commit_number: i64,
    /// The chain's hash after it.
    pub chain: String,
    /// When the checkpoint was made, microseconds UTC.
    pub made_at: i64,
    /// The public key that belongs to the signature, hexadecimal.
    pub public_key: String,
    /// The signature of [`Self::signed`], hexadecimal.
    pub signature: String,
}

impl Checkpoint {
    /// The checkpoint of a ledger's last commit.
    pub async fn make(store: &Store, key: &SigningKey, now: i64) -> Result<Self, Error> {
        let ends = head::ends(&mut store.read().await?).await?;
        let mut made = Self {
            form: FORM,
            ledger: ends.ledger,
            commit_number: ends.commit_number,
            chain: ends.chain,
            made_at: now,
            public_key: key.public(),
            signature: String::new(),
        };
        made.signature = HEXLOWER.encode(key.0.sign(made.signed().as_bytes()).as_ref());
        Ok(made)
    }

    /// What is signed: each part a line.
    #[must_use]
    pub fn signed(&self) -> String {
        let Self { form, ledger, commit_number, chain, made_at, .. } = self;
        format!("sluice checkpoint {form}\n{ledger}\n{commit_number}\n{chain}\n{made_at}\n")
    }

    /// The file's content.
    pub fn text(&self) -> Result<String, Error> {
        let text = serde_json::to_string_pretty(self).map_err(std::io::Error::other)?;
        Ok(text + "\n")
    }

    /// A checkpoint from its file's content, if its signature holds: by the given public key, else by its own,
    /// which proves only that the file is whole.
    pub fn parse(text: &str, public_key: Option<&str>) -> Result<Self, Error> {
        let invalid = || Error::from(Code::CheckpointInvalid);
        let parsed: Self = serde_json::from_str(text).map_err(|_| invalid())?;
        let decode = |hex: &str| HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).map_err(|_| invalid());
        let key = decode(public_key.unwrap_or(&parsed.public_key))?;
        let signature = decode(&parsed.signature)?;
        let signed = UnparsedPublicKey::new(&ED25519, key).verify(parsed.signed().as_bytes(), &signature);
        signed.map_err(|_| invalid())?;
        if parsed.form == FORM { Ok(parsed) } else { Err(invalid()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(key: &SigningKey) -> Checkpoint {
        let mut made = Checkpoint {
            form: FORM,
            ledger: "a".to_owned(),
            commit_number: 7,
            chain: "c".to_owned(),
            made_at: 9,
            public_key: key.public(),
            signature: String::new(),
        };
        made.signature = HEXLOWER.encode(key.0.sign(made.signed().as_bytes()).as_ref());
        made
    }

    #[test]
    fn a_checkpoint_is_valid_as_it_was_signed_and_by_the_expected_key() {
        let key = SigningKey::from_hex(&SigningKey::draw().unwrap()).unwrap();
        let other = SigningKey::from_hex(&SigningKey::draw().unwrap()).unwrap();
        let (made, public) = (made(&key), key.public());
        let text = made.text().unwrap();
        assert_eq!(Checkpoint::parse(&text, None).unwrap(), made);
        assert_eq!(Checkpoint::parse(&text, Some(&public.to_uppercase())).unwrap(), made);
        let signed_again = Checkpoint { commit_number: 6, ..made.clone() };
        for (text, public) in [
            (text.as_str(), other.public()),
            (text.as_str(), "x".to_owned()),
            (&text.replace("7", "6"), public.clone()),
            (&signed_again.text().unwrap(), public.clone()),
            ("{}", public),
        ] {
            let refused = Checkpoint::parse(text, Some(&public)).unwrap_err();
            assert_eq!(refused.to_string(), Error::from(Code::CheckpointInvalid).to_string(), "{text}");
        }
    }

    #[test]
    fn a_key_is_64_hexadecimal_digits() {
        for text in ["", "ab", &"g".repeat(64), &"a".repeat(66)] {
            assert!(SigningKey::from_hex(text).is_none(), "{text}");
        }
    }
}
