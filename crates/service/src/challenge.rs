//! The second step of signing in: a right password of a person with a second factor gives a challenge instead of a
//! session, and a code of the factor (or a recovery code) turns it into one. A challenge can do nothing else.

use crate::factor::code::use_step_of;
use crate::factor::guess::Guesser;
use crate::factor::recovery::{self, RecoveryHash};
use crate::session::{Client, SessionLife};
use crate::signed_in::{Opening, SignedIn, open_session};
use crate::steady::micros;
use crate::write::{Write, WriteResult};
use crate::{Error, Secret, Service, secret};
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::principal::Principal;
use std::time::Duration;
use store::audit::Actor;
use store::challenge::Challenge;
use store::user::User;

/// How long a challenge is valid.
const LIFE: Duration = Duration::from_secs(300);
/// The codes that may be tried with one challenge.
const TRIES: i64 = 5;
/// The prefix of a challenge's token.
const PREFIX: &str = "challenge_";

/// A sign-in that needs a code.
#[derive(Debug, Clone)]
pub struct Challenged {
    /// The token that comes back with the code; it is stored nowhere.
    pub token: Secret,
    /// When it expires, microseconds UTC.
    pub expires_at: i64,
}

/// Begins a challenge for a user whose password was right.
pub(crate) async fn begin(write: &mut Write, user: &User) -> Result<WriteResult<Challenged>, Error> {
    let (now, token) = (write.service.steady_now(), secret::token(PREFIX)?);
    let expires_at = now.saturating_add(micros(LIFE));
    store::challenge::end_old(&mut write.tx, now).await?;
    let password_at = user.password_at.unwrap_or_default();
    let one = Challenge { user: user.id, password_at, tries: 0, expires_at };
    store::challenge::insert(&mut write.tx, one, &secret::hash(&token)).await?;
    let fact = Fact::new(Action::UserChallenge, Some(user.id));
    Ok(WriteResult::one(Challenged { token: Secret::new(token), expires_at }, fact))
}

/// Signs a person in by a challenge and a one-time or recovery code.
pub async fn sign_in(
    service: &Service,
    token: &Secret,
    code: &Secret,
    client: &Client,
    life: SessionLife,
) -> Result<SignedIn, Error> {
    let hash = secret::hash(token.expose());
    let tried = attempt(service, &hash, client).await;
    let anonymous = Actor::new(Principal::Anonymous, "anonymous", client.address.to_string());
    let challenge = match tried {
        Ok(challenge) => challenge,
        Err(error) => {
            let write = service.step(&anonymous, Action::UserLogin).await?;
            return write.end_unkept(Err(error)).await;
        }
    };
    let recovered = recovery::find(service, challenge.user, code).await?;
    let actor = person(service, challenge.user, &anonymous.origin).await?;
    let mut write = service.step(&actor, Action::UserLogin).await?;
    write.about.id = Some(challenge.user);
    let answer = Answered { hash, challenge, code, recovered };
    let done = sign_in_in(&mut write, answer, client, life).await;
    if done.is_err() {
        // The person has not proven to be that user.
        write.actor = anonymous;
    }
    write.end_unkept(done).await
}

/// A challenge that is being answered.
struct Answered<'a> {
    hash: String,
    challenge: Challenge,
    code: &'a Secret,
    recovered: Option<RecoveryHash>,
}

async fn person(service: &Service, id: i64, origin: &str) -> Result<Actor, Error> {
    let mut tx = service.store.read().await?;
    let user = store::user::get(&mut tx, id).await?.ok_or(Code::ChallengeInvalid)?;
    Ok(Actor::new(Principal::User(id), user.login, origin))
}

/// Counts a try before its code is checked, so that parallel tries do not bypass the bounds.
async fn attempt(service: &Service, hash: &str, client: &Client) -> Result<Challenge, Error> {
    let now = service.steady_now();
    let mut tx = service.store.write().await?;
    let found = store::challenge::lock(&mut tx, hash).await?;
    let holds = |one: &Challenge| one.expires_at > now && one.tries < TRIES;
    let challenge = found.filter(holds).ok_or(Code::ChallengeInvalid)?;
    let guesser = Guesser::new(challenge.user, &client.address.to_string());
    guesser.check(&mut tx, now).await?;
    guesser.failed(&mut tx, now).await?;
    store::challenge::tried(&mut tx, hash).await?;
    tx.commit().await?;
    Ok(challenge)
}

async fn sign_in_in(
    write: &mut Write,
    answer: Answered<'_>,
    client: &Client,
    life: SessionLife,
) -> Result<WriteResult<SignedIn>, Error> {
    let invalid = || Error::from(Code::ChallengeInvalid);
    let Answered { hash, challenge, code, recovered } = answer;
    let (service, now) = (write.service.clone(), write.now);
    let (user, _) = store::user::lock(&mut write.tx, challenge.user).await?.ok_or_else(invalid)?;
    let is_same = user.disabled_at.is_none() && user.password_at == Some(challenge.password_at);
    let has_factor = store::factor::get(&mut write.tx, user.id).await?.is_some();
    if !is_same || !has_factor || !store::challenge::take(&mut write.tx, &hash).await? {
        return Err(invalid());
    }
    let (way, factor_at) = match recovered {
        Some(recovered) => {
            recovered.take(write, user.id).await?;
            ("recovery_code", None)
        }
        None => {
            use_step_of(&service, &mut write.tx, user.id, code, now).await?;
            ("totp", Some(service.steady_now()))
        }
    };
    let guesser = Guesser::new(user.id, &client.address.to_string());
    guesser.succeeded(&mut write.tx, service.steady_now()).await?;
    let opening = Opening { user, factor: Some(way), factor_at };
    open_session(write, opening, client, life).await
}
