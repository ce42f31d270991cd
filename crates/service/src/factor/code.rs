//! Accepting a one-time code of a person.

use super::guess::Guesser;
use super::proof::FactorUse;
use crate::steady::micros;
use crate::write::Write;
use crate::{Error, Refusal, Secret, Service, secret};
use domain::code::Code;
use domain::totp::{TotpSecret, matching_step, seconds_to_next, step_at};
use serde_json::json;
use std::time::Duration;
use store::Tx;

/// How long the token before a one-time code is accepted: for requests that were on their way, and for a client that
/// did not get the answer.
const FORMER_LIFE: Duration = Duration::from_secs(60);

/// Uses up a code in a write. A wrong one is counted when the write has rolled back.
pub(super) async fn accept(write: &mut Write, user: i64, code: &Secret) -> Result<FactorUse, Error> {
    let guesser = Guesser::new(user, &write.actor.origin);
    let now = write.service.steady_now();
    guesser.check(&mut write.tx, now).await?;
    let used = match use_step_of(&write.service, &mut write.tx, user, code, write.now).await {
        Ok(used) => used,
        Err(error) => {
            if error.code() == Some(Code::TotpCodeInvalid) {
                write.guessed = Some(guesser);
            }
            return Err(error);
        }
    };
    guesser.succeeded(&mut write.tx, now).await?;
    prove(write).await?;
    write.factor_use = Some(used);
    Ok(used)
}

/// Records that a one-time code was accepted in the request's session. The session gets a new token, so that one which
/// was stolen or planted before does not gain what the code allows. Of two requests that came with the same token, the
/// first renews it: the second one then came with a former token, which proves nothing, and a second new token could
/// reach the browser before the first.
pub(super) async fn prove(write: &mut Write) -> Result<(), Error> {
    let Some(session) = write.service.proof.given.session.clone() else { return Ok(()) };
    let (now, token) = (write.service.steady_now(), secret::token("")?);
    let (hash, times) = (secret::hash(&token), (now, now.saturating_add(micros(FORMER_LIFE))));
    let tokens = (session.token.expose(), hash.as_str());
    if store::session::prove(&mut write.tx, session.id, tokens, times).await? {
        write.renewed = Some(Secret::new(token));
    }
    Ok(())
}

/// Uses up the time step of a user's code; it is not the caller's task alone to bound guesses.
pub(crate) async fn use_step_of(
    service: &Service,
    tx: &mut Tx,
    user: i64,
    code: &Secret,
    now: i64,
) -> Result<FactorUse, Error> {
    let owner = owner(user);
    let step = step_of(service, tx, &owner, code, now).await?;
    if !store::totp::use_step(tx, &owner, step, now).await? {
        return Err(used_before(step, now));
    }
    Ok(FactorUse { step })
}

/// The time step of a code of the secret that is stored under a name.
pub(super) async fn step_of(
    service: &Service,
    tx: &mut Tx,
    owner: &str,
    code: &Secret,
    now: i64,
) -> Result<i64, Error> {
    let invalid = || Error::from(Code::TotpCodeInvalid);
    let bytes = service.vault.get(tx, owner).await?.ok_or_else(invalid)?;
    let secret = TotpSecret::from_bytes(&bytes).ok_or_else(invalid)?;
    matching_step(&secret, &plain(code), now).ok_or_else(invalid)
}

/// Refuses a code that is wrong now, without using it up: before work that only a right one is worth.
pub(crate) async fn matches_now(service: &Service, owner: &str, code: &Secret) -> Result<(), Error> {
    let mut tx = service.store.read().await?;
    step_of(service, &mut tx, owner, code, service.now()).await.map(|_| ())
}

/// A code without the blanks that apps show in it.
fn plain(code: &Secret) -> String {
    code.expose().chars().filter(|c| !c.is_whitespace()).collect()
}

/// Names the seconds until the next code. One of the previous step has already been followed by another.
fn used_before(step: i64, now: i64) -> Error {
    let seconds = if step == step_at(now) { seconds_to_next(now) } else { 0 };
    let data = Some(json!({ "retryAfterSeconds": seconds }));
    Error::Refused(Refusal { data, ..Refusal::of(Code::TotpCodeUsed) })
}

/// The name under which a user's secret is sealed and its used time steps are kept.
pub(crate) fn owner(user: i64) -> String {
    format!("user:{user}")
}
