//! Recovery codes: each signs in, or replaces the factor, once, without the person's device. They never approve and
//! never let money move: a session that began with one still has no one-time code.
//!
//! A code is 16 base-32 characters. The first four find its row; the other 60 bits are hashed like a password.

use super::code::{matches_now, owner};
use super::demand::{Need, demand};
use crate::write::{Write, WriteResult};
use crate::{Error, Secret, Service, secret};
use data_encoding::BASE32_NOPAD;
use domain::code::Code;
use domain::fact::{Action, Fact};
use std::collections::BTreeMap;
use store::Tx;
use store::audit::Actor;

/// How many codes a person gets.
const COUNT: usize = 10;
/// The characters of a code, without dashes.
const CHARS: usize = 16;
/// The characters that find a code's row, and between dashes.
const GROUP: usize = 4;

/// A code as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct RecoveryHash {
    selector: String,
    hash: String,
}

/// The codes as they are shown, and as they are stored.
pub(crate) type DrawnCodes = (Vec<Secret>, Vec<RecoveryHash>);

/// Draws new codes.
pub(crate) async fn draw(service: &Service) -> Result<DrawnCodes, Error> {
    let mut drawn = BTreeMap::new();
    while drawn.len() < COUNT {
        let text = BASE32_NOPAD.encode(&secret::random::<10>()?);
        let (selector, rest) = text.split_at_checked(GROUP).unwrap_or_default();
        drawn.insert(selector.to_owned(), Secret::new(rest));
    }
    let shown = drawn.iter().map(|(selector, rest)| shown(selector, rest.expose())).collect();
    let hashes = service.passwords.hash_random(drawn.values().cloned().collect()).await?;
    let stored = drawn.into_keys().zip(hashes).map(|(selector, hash)| RecoveryHash { selector, hash });
    Ok((shown, stored.collect()))
}

/// A code with dashes between its groups.
fn shown(selector: &str, rest: &str) -> Secret {
    let dashed = rest.chars().enumerate().flat_map(|(place, c)| {
        let dash = (place % GROUP == 0).then_some('-');
        dash.into_iter().chain([c])
    });
    Secret::new(selector.chars().chain(dashed).collect::<String>())
}

/// The code of a user that a text is, if it is one. Any other text costs the same once it has a code's form.
pub(crate) async fn find(
    service: &Service,
    user: i64,
    given: &Secret,
) -> Result<Option<RecoveryHash>, Error> {
    let Some((selector, rest)) = parse(given) else { return Ok(None) };
    let mut tx = service.store.read().await?;
    let hash = store::recovery_code::hash(&mut tx, user, &selector).await?;
    drop(tx);
    let is_right = service.passwords.verify(&rest, hash.clone()).await?;
    Ok(hash.filter(|_| is_right).map(|hash| RecoveryHash { selector, hash }))
}

/// The selector and the rest of a text that has the form of a recovery code, with or without dashes and blanks.
fn parse(given: &Secret) -> Option<(String, Secret)> {
    // The longest form has a dash or a blank after every character.
    let text = Some(given.expose()).filter(|text| text.len() <= 2 * CHARS)?;
    let plain: String = text.chars().filter(|c| *c != '-' && !c.is_whitespace()).collect();
    let plain = Some(plain.to_ascii_uppercase()).filter(|plain| plain.chars().count() == CHARS)?;
    let (selector, rest) = plain.split_at_checked(GROUP)?;
    Some((selector.to_owned(), Secret::new(rest)))
}

impl RecoveryHash {
    /// Uses the code up; refused if it was used in the meantime.
    pub(crate) async fn take(&self, write: &mut Write, user: i64) -> Result<(), Error> {
        match store::recovery_code::take(&mut write.tx, user, &self.selector, &self.hash).await? {
            true => Ok(()),
            false => Err(Code::TotpCodeInvalid.into()),
        }
    }
}

/// Stores codes in place of all that a user had.
pub(crate) async fn replace(tx: &mut Tx, user: i64, codes: &[RecoveryHash]) -> Result<(), Error> {
    store::recovery_code::end_of_user(tx, user).await?;
    for code in codes {
        store::recovery_code::insert(tx, user, &code.selector, &code.hash).await?;
    }
    Ok(())
}

/// Gives a person new recovery codes; the earlier ones no longer work. Needs a one-time code.
pub async fn renew(service: &Service, actor: &Actor, user: i64) -> Result<Vec<Secret>, Error> {
    let checked = match &service.proof.given.code {
        Some(code) => matches_now(service, &owner(user), code).await,
        None => Err(Code::FactorRequired.into()),
    };
    let drawn = match checked {
        Ok(()) => Some(draw(service).await?),
        // The write says what is wrong, in the right order.
        Err(_) => None,
    };
    let mut write = service.step(actor, Action::UserRecoveryCodes).await?;
    write.about.id = Some(user);
    let done = renew_in(&mut write, user, drawn).await;
    write.end_unkept(done).await
}

async fn renew_in(
    write: &mut Write,
    user: i64,
    drawn: Option<DrawnCodes>,
) -> Result<WriteResult<Vec<Secret>>, Error> {
    store::user::lock(&mut write.tx, user).await?.ok_or(Code::AuthRequired)?;
    demand(write, Need::Always).await?;
    let (shown, stored) = drawn.ok_or(Code::TotpCodeInvalid)?;
    replace(&mut write.tx, user, &stored).await?;
    Ok(WriteResult::one(shown, Fact::new(Action::UserRecoveryCodes, Some(user))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_with_and_without_dashes_in_either_case() {
        let expected = Some(("ABCD".to_owned(), "EFGH234567QR".to_owned()));
        for (text, expected) in [
            ("ABCD-EFGH-2345-67QR", expected.clone()),
            ("abcdefgh234567qr", expected.clone()),
            (" abcd efgh 2345 67qr ", expected),
            ("ABCD-EFGH-2345-67Q", None),
            ("123456", None),
            ("", None),
            ("紫色水壶轨道八十一号门前的猫很安静", None),
        ] {
            let read = parse(&Secret::new(text)).map(|(selector, rest)| (selector, rest.expose().to_owned()));
            assert_eq!(read, expected, "{text:?}");
        }
    }

    #[test]
    fn a_shown_code_reads_back() {
        let shown = shown("ABCD", "EFGH234567QR");
        assert_eq!(shown.expose(), "ABCD-EFGH-2345-67QR");
        assert_eq!(parse(&shown).unwrap().0, "ABCD");
    }
}
