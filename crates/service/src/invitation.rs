//! One-time links through which users set their password, so that no password is known to a second person.

use crate::write::{Write, WriteResult};
use crate::{Error, Secret, Service, secret, session};
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::principal::Principal;
use store::Tx;
use store::audit::Actor;
use store::invitation::Invitation;
use store::user::User;

/// How long an invitation link is valid, in microseconds.
const LIFE: i64 = 72 * 3_600 * 1_000_000;
/// The prefix of an invitation token.
const PREFIX: &str = "invite_";

/// A newly created link.
#[derive(Debug, Clone)]
pub struct Invited {
    /// When it expires, microseconds UTC.
    pub expires_at: i64,
    /// Its token; never stored, so a replayed answer has none.
    pub token: Option<Secret>,
}

/// Sets a user's password through a link and uses the link up. The user then signs in with the password.
pub async fn accept(
    service: &Service,
    token: &Secret,
    password: &Secret,
    address: &str,
) -> Result<User, Error> {
    let invalid = || Error::from(Code::InvitationInvalid);
    let mut tx = service.store.read().await?;
    let id = linked(service, &mut tx, token).await?.and_then(|one| one.user).ok_or_else(invalid)?;
    let user = store::user::get(&mut tx, id).await?.ok_or_else(invalid)?;
    drop(tx);
    let hash = service.passwords.hash(password, &user.login, &user.name).await?;
    let mut write = service.step(&by_link(&user, address), Action::UserAccept).await?;
    write.about.id = Some(id);
    let done = accept_in(&mut write, token, id, &hash).await;
    write.end(done).await
}

/// Creates a new link for a user; earlier links stay valid until they are used or expire.
pub(crate) async fn invite(service: &Service, tx: &mut Tx, user: i64) -> Result<Invited, Error> {
    let (now, token) = (service.now(), secret::token(PREFIX)?);
    let expires_at = now.saturating_add(LIFE);
    store::invitation::end_old(tx, now).await?;
    let one = Invitation { user: Some(user), expires_at };
    store::invitation::insert(tx, one, &secret::hash(&token), now).await?;
    Ok(Invited { expires_at, token: Some(Secret::new(token)) })
}

/// The link of a token, if it is valid now.
pub(crate) async fn linked(
    service: &Service,
    tx: &mut Tx,
    token: &Secret,
) -> Result<Option<Invitation>, Error> {
    let found = store::invitation::get(tx, &secret::hash(token.expose())).await?;
    Ok(found.filter(|one| one.expires_at > service.steady_now()))
}

async fn accept_in(
    write: &mut Write,
    token: &Secret,
    id: i64,
    hash: &str,
) -> Result<WriteResult<User>, Error> {
    let invalid = || Error::from(Code::InvitationInvalid);
    let tx = &mut write.tx;
    let locked = store::user::lock(tx, id).await?;
    let (mut user, _) = locked.filter(|found| found.0.disabled_at.is_none()).ok_or_else(invalid)?;
    store::invitation::take(tx, &secret::hash(token.expose())).await?.ok_or_else(invalid)?;
    store::user::set_password(tx, id, Some(hash), write.now).await?;
    user.password_at = Some(write.now);
    store::user::mark_new(tx, id).await?;
    store::invitation::end_of_user(tx, id).await?;
    session::end_all(tx, id).await?;
    Ok(WriteResult::one(user, Fact::new(Action::UserAccept, Some(id))))
}

/// The actor for a user who sets the password through a link, without being signed in.
fn by_link(user: &User, address: &str) -> Actor {
    Actor::new(Principal::User(user.id), user.login.as_str(), address)
}
