//! Setting up a factor: the password gives a secret, a code of it makes it the person's factor.

use super::code::{self, owner};
use super::demand::{Need, demand};
use super::recovery::{self, RecoveryHash};
use crate::login_failure::{self, LoginAttempt};
use crate::session::Client;
use crate::steady::micros;
use crate::write::{Write, WriteResult};
use crate::{Error, Secret, Service, secret};
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::totp::TotpSecret;
use std::time::Duration;
use store::audit::Actor;
use store::factor::{Enrolment, Factor};
use zeroize::Zeroizing;

/// What an authenticator app shows above the login.
const ISSUER: &str = "Sluice";
/// How long a secret can be confirmed.
const LIFE: Duration = Duration::from_secs(15 * 60);

/// A secret that is being set up. It is shown once.
pub struct Enrolling {
    /// As a person types it into an app.
    pub base32: Zeroizing<String>,
    /// As an app reads it from a QR code.
    pub uri: Zeroizing<String>,
}

impl std::fmt::Debug for Enrolling {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Enrolling")
    }
}

/// Draws a secret for a person who gives the password, and who has a factor, also a code of it or a recovery code.
/// The present factor stays until the new one is confirmed.
pub async fn enrol(
    service: &Service,
    actor: &Actor,
    (user, session): (i64, i64),
    password: &Secret,
    client: &Client,
) -> Result<Enrolling, Error> {
    let (found, hash) = with_hash(service, user).await?;
    let attempt = login_failure::attempt(service, &found.login, client.address).await?;
    let is_right = service.passwords.verify(password, hash.clone()).await?;
    let recovered = match &service.proof.given.code {
        Some(code) if is_right => recovery::find(service, user, code).await?,
        _ => None,
    };
    let mut write = service.step(actor, Action::UserTotpEnrol).await?;
    write.about.id = Some(user);
    let done = match is_right {
        true => enrol_in(&mut write, (user, session), hash, &attempt, recovered).await,
        false => Err(Code::PasswordWrong.into()),
    };
    write.end_unkept(done).await
}

async fn with_hash(service: &Service, user: i64) -> Result<(store::user::User, Option<String>), Error> {
    let mut tx = service.store.read().await?;
    store::user::with_hash(&mut tx, user).await?.ok_or_else(|| Code::AuthRequired.into())
}

async fn enrol_in(
    write: &mut Write,
    (user, session): (i64, i64),
    hash: Option<String>,
    attempt: &LoginAttempt,
    recovered: Option<RecoveryHash>,
) -> Result<WriteResult<Enrolling>, Error> {
    let locked = store::user::lock(&mut write.tx, user).await?;
    let (found, _) =
        locked.filter(|now| now.1 == hash && now.0.disabled_at.is_none()).ok_or(Code::AuthRequired)?;
    let service = write.service.clone();
    login_failure::succeeded(&service, &mut write.tx, attempt).await?;
    let is_replaced = store::factor::get(&mut write.tx, user).await?.is_some();
    match &recovered {
        Some(recovered) => recovered.take(write, user).await?,
        None if is_replaced => demand(write, Need::Always).await.map(|_| ())?,
        None => {}
    }
    let drawn = TotpSecret::new(secret::random()?);
    service.vault.put(&mut write.tx, &pending(user), drawn.bytes()).await?;
    store::factor::begin(&mut write.tx, user, Enrolment { session, begun_at: service.steady_now() }).await?;
    let fact = Fact::new(Action::UserTotpEnrol, Some(user))
        .with("session", session)
        .with("replaces", is_replaced)
        .with("recovery_code", recovered.is_some());
    let uri = drawn.uri(ISSUER, &found.login);
    Ok(WriteResult::one(Enrolling { base32: drawn.base32(), uri }, fact))
}

/// Makes the secret that was drawn in this session the person's factor, if the code is one of it. Returns new
/// recovery codes. The person's other sessions end.
pub async fn confirm(
    service: &Service,
    actor: &Actor,
    (user, session): (i64, i64),
    code: &Secret,
) -> Result<Vec<Secret>, Error> {
    let checked = match code::matches_now(service, &pending(user), code).await {
        Ok(()) => recovery::draw(service).await,
        Err(error) => Err(error),
    };
    let mut write = service.step(actor, Action::UserTotpConfirm).await?;
    write.about.id = Some(user);
    let (shown, stored) = match checked {
        Ok(drawn) => drawn,
        Err(error) => {
            // Without an enrolment there is nothing that the code could be of.
            let refused = begun(&mut write, user, session).await.and(Err(error));
            return write.end_unkept::<Vec<Secret>>(refused).await;
        }
    };
    let done = confirm_in(&mut write, (user, session), code, &stored).await;
    write.end_unkept(done.map(|fact| WriteResult::one(shown, fact))).await
}

/// The name under which a secret that is not confirmed is sealed.
pub(super) fn pending(user: i64) -> String {
    format!("enrolment:{user}")
}

/// Refuses unless an enrolment was begun in this session lately.
async fn begun(write: &mut Write, user: i64, session: i64) -> Result<(), Error> {
    let found = store::factor::begun(&mut write.tx, user).await?;
    let now = write.service.steady_now();
    let holds = |one: &Enrolment| one.session == session && now.saturating_sub(one.begun_at) < micros(LIFE);
    found.filter(holds).map(|_| ()).ok_or_else(|| Code::EnrolmentMissing.into())
}

async fn confirm_in(
    write: &mut Write,
    (user, session): (i64, i64),
    given: &Secret,
    codes: &[RecoveryHash],
) -> Result<Fact, Error> {
    let missing = || Error::from(Code::EnrolmentMissing);
    let (person, _) = store::user::lock(&mut write.tx, user).await?.ok_or_else(missing)?;
    begun(write, user, session).await?;
    let (service, now) = (write.service.clone(), write.now);
    let tx = &mut write.tx;
    let step = code::step_of(&service, tx, &pending(user), given, now).await?;
    let secret = service.vault.get(tx, &pending(user)).await?.ok_or_else(missing)?;
    // The steps that were used are of the former secret.
    store::totp::forget(tx, &owner(user)).await?;
    store::totp::use_step(tx, &owner(user), step, now).await?;
    service.vault.put(tx, &owner(user), &secret).await?;
    store::sealed_secret::delete(tx, &pending(user)).await?;
    store::factor::end_begun(tx, user).await?;
    let found = store::session::get(tx, session, user).await?.ok_or(Code::AuthRequired)?;
    let factor = Factor { user, since: now, is_initial: found.is_first };
    store::factor::set(tx, factor).await?;
    recovery::replace(tx, user, codes).await?;
    let ended = crate::session::end_others(tx, user, session).await?;
    code::prove(write).await?;
    Ok(Fact::new(Action::UserTotpConfirm, Some(user))
        .with("login", person.login)
        .with("session", session)
        .with("initial", factor.is_initial)
        .with("sessions", ended))
}

#[cfg(test)]
#[path = "enrol_tests.rs"]
mod tests;
