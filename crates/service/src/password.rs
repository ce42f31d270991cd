//! Passwords: hashing with Argon2id, a few at a time, and the rules for strong ones.
//!
//! A password is used as given, whatever its characters. Its length is checked before anything is computed,
//! and only a few hashes are computed at once: a login flood must not exhaust CPU or memory. An unknown login
//! costs the same as a known one: the password is verified against a dummy hash that no password matches.

use crate::{Error, Secret};
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use domain::code::Code;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use store::StoreError;
use tokio::sync::{OnceCell, Semaphore};
use zxcvbn::{Score, zxcvbn};

/// The allowed lengths in characters.
const CHARS: std::ops::RangeInclusive<usize> = 12..=256;
/// The most bytes of a password; the characters of a longer one are not even counted.
const BYTES_MAX: usize = 4 * 256;
/// Hashes computed at once.
const AT_ONCE: usize = 2;
/// Hashes computed or waiting at once; further requests are refused as busy.
const WAITING_MAX: usize = 64;
/// Memory in KiB, passes, lanes: OWASP's first choice for Argon2id.
const COST: (u32, u32, u32) = (19_456, 2, 1);
/// A shorter part of a name may occur in a password.
const PART_MIN: usize = 4;

/// Computes password hashes. Clones share the limits.
#[derive(Debug, Clone)]
pub(crate) struct Passwords {
    room: Arc<Semaphore>,
    turns: Arc<Semaphore>,
    runs: Arc<AtomicU64>,
    dummy_hash: Arc<OnceCell<String>>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            room: Arc::new(Semaphore::new(WAITING_MAX)),
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            runs: Arc::default(),
            dummy_hash: Arc::default(),
        }
    }
}

impl Passwords {
    /// How often Argon2 has run.
    pub(crate) fn runs(&self) -> u64 {
        self.runs.load(Ordering::Relaxed)
    }

    /// The hash of a password that is strong enough for a user with this login and name.
    pub(crate) async fn hash(&self, password: &Secret, login: &str, name: &str) -> Result<String, Error> {
        is_long_enough(password)?;
        let (password, login, name) = (password.clone(), login.to_owned(), name.to_owned());
        self.compute(move || {
            is_hard_enough(password.expose(), &login, &name)?;
            hash(password.expose())
        })
        .await
    }

    /// The hashes of random secrets, which need no rules. They are computed one after another, in one slot.
    pub(crate) async fn hash_random(&self, secrets: Vec<Secret>) -> Result<Vec<String>, Error> {
        self.compute(move || secrets.iter().map(|secret| hash(secret.expose())).collect()).await
    }

    /// Whether a password matches a hash. Without a hash it never does, after the same time.
    pub(crate) async fn verify(&self, password: &Secret, hash: Option<String>) -> Result<bool, Error> {
        let dummy_hash = self.dummy_hash().await?;
        let is_bounded = password.expose().len() <= BYTES_MAX;
        let password = if is_bounded { password.clone() } else { Secret::new("") };
        let is_somebodys = hash.is_some() && is_bounded;
        let hash = hash.unwrap_or(dummy_hash);
        let fits = self.compute(move || verify(password.expose(), &hash)).await?;
        Ok(fits && is_somebodys)
    }

    /// The dummy hash, which no user's password matches.
    async fn dummy_hash(&self) -> Result<String, Error> {
        let make = async || self.compute(|| hash(&crate::secret::token("")?)).await;
        self.dummy_hash.get_or_try_init(make).await.cloned()
    }

    /// Computes on a blocking thread once a slot is free. If the caller stops waiting, the slot is still held
    /// until the computation ends.
    async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let busy = || Error::from(Code::ServerBusy);
        let room = Arc::clone(&self.room).try_acquire_owned().map_err(|_| busy())?;
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| busy())?;
        self.runs.fetch_add(1, Ordering::Relaxed);
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop((room, turn));
            done
        });
        done.await.map_err(|error| broken(&error))?
    }
}

fn argon2() -> Result<Argon2<'static>, Error> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).map_err(|error| broken(&error))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &str) -> Result<String, Error> {
    let hash = argon2()?.hash_password(password.as_bytes()).map_err(|error| broken(&error))?;
    Ok(hash.to_string())
}

/// The hash contains its own parameters.
fn verify(password: &str, hash: &str) -> Result<bool, Error> {
    match argon2()?.verify_password(password.as_bytes(), hash) {
        Ok(()) => Ok(true),
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(broken(&error)),
    }
}

fn broken(error: &dyn std::fmt::Display) -> Error {
    Error::Store(StoreError::Corrupt(format!("a password: {error}")))
}

fn is_long_enough(password: &Secret) -> Result<(), Error> {
    let text = password.expose();
    let fits = text.len() <= BYTES_MAX && CHARS.contains(&text.chars().count());
    if fits { Ok(()) } else { Err(Code::PasswordWeak.into()) }
}

/// Refuses what is guessed first: known passwords, patterns, and the user's names.
fn is_hard_enough(password: &str, login: &str, name: &str) -> Result<(), Error> {
    let lower = password.to_lowercase();
    let names = format!("{login} {name}").to_lowercase();
    let mut parts = names.split(|c: char| !c.is_alphanumeric()).filter(|p| p.chars().count() >= PART_MIN);
    let is_own = parts.any(|part| lower.contains(part));
    let known = [login, name, "sluice"];
    if is_own || zxcvbn(password, &known).score() < Score::Three {
        return Err(Code::PasswordWeak.into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(password: &str) -> bool {
        let (login, name) = ("wang.fang", "Fang Wang");
        is_long_enough(&Secret::new(password)).is_ok() && is_hard_enough(password, login, name).is_ok()
    }

    #[test]
    fn attack_05_short_long_known_and_name_based_passwords_are_refused_and_any_character_is_allowed() {
        let long = "correct horse battery staple, and 64 characters are not too many";
        for (password, expected) in [
            ("", false),
            ("password1234", false),
            ("123456789012", false),
            ("qwertyuiop123", false),
            ("aaaaaaaaaaaaaaaaaaaa", false),
            ("Tr0ub4dor&3", false),
            ("violet wang.fang kettle 81", false),
            ("sluicesluice", false),
            (long, true),
            ("violet-kettle-81-orbit", true),
            ("nul\0inside-kettle-orbit", true),
            ("紫色水壶轨道八十一号门前的猫很安静", true),
        ] {
            assert_eq!(judge(password), expected, "{password:?}");
        }
        let huge = "紫".repeat(400_000);
        assert!(!judge(&huge));
        assert!(!judge(&format!("violet-kettle-{}", "x".repeat(257))));
    }

    #[tokio::test]
    async fn a_hash_is_argon2id_with_its_own_salt_and_matches_only_its_password() {
        let passwords = Passwords::default();
        let secret = Secret::new("violet-kettle-81-orbit");
        let one = passwords.hash(&secret, "a", "A").await.unwrap();
        let other = passwords.hash(&secret, "a", "A").await.unwrap();
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert_ne!(one, other);
        assert!(passwords.verify(&secret, Some(one.clone())).await.unwrap());
        assert!(!passwords.verify(&Secret::new("violet-kettle-81-orbiT"), Some(one)).await.unwrap());
    }

    #[tokio::test]
    async fn an_unknown_login_costs_as_much_as_a_known_one() {
        let passwords = Passwords::default();
        let secret = Secret::new("violet-kettle-81-orbit");
        let hash = passwords.hash(&secret, "a", "A").await.unwrap();
        assert!(!passwords.verify(&secret, None).await.unwrap());
        let mut before = passwords.runs();
        for hash in [Some(hash), None] {
            passwords.verify(&secret, hash).await.unwrap();
            assert_eq!(passwords.runs(), before + 1);
            before = passwords.runs();
        }
        assert!(!format!("{secret:?}").contains("violet"));
    }
}
