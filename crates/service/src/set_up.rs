//! First-time set-up: the operator who starts a server without users creates the first administrator.

use crate::user::{NewUser, insert, new_user};
use crate::write::{Write, WriteResult};
use crate::{Error, Secret, Service, invitation, secret};
use domain::access::Role;
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::principal::Principal;
use std::net::IpAddr;
use store::Tx;
use store::audit::Actor;
use store::invitation::Invitation;
use store::named_lock::{self, NamedLock};
use store::user::User;

/// How long a newly started server can be set up, in microseconds.
const LIFE: i64 = 24 * 3_600 * 1_000_000;
/// The prefix of the first administrator's token.
const PREFIX: &str = "setup_";

/// A token for creating the first administrator, for the operator who starts the server; none if there
/// are users.
pub async fn token(service: &Service) -> Result<Option<Secret>, Error> {
    let mut tx = service.store.read().await?;
    if store::user::count(&mut tx).await? > 0 {
        return Ok(None);
    }
    drop(tx);
    let (now, token) = (service.now(), secret::token(PREFIX)?);
    let mut tx = service.store.write().await?;
    store::invitation::end_old(&mut tx, now).await?;
    let one = Invitation { user: None, expires_at: now.saturating_add(LIFE) };
    store::invitation::insert(&mut tx, one, &secret::hash(&token), now).await?;
    tx.commit().await?;
    Ok(Some(Secret::new(token)))
}

/// Creates the first administrator.
pub async fn create_admin(
    service: &Service,
    token: &Secret,
    (login, name): (&str, &str),
    password: &Secret,
    address: IpAddr,
) -> Result<User, Error> {
    let mut tx = service.store.read().await?;
    refuse_second(&mut tx).await?;
    invitation::linked(service, &mut tx, token)
        .await?
        .filter(|one| one.user.is_none())
        .ok_or(Code::InvitationInvalid)?;
    drop(tx);
    let actor = &Actor::new(Principal::Anonymous, "set-up", address.to_string());
    let new = NewUser { login: login.to_owned(), name: name.to_owned(), role: Role::Admin };
    let user = new_user(actor, &new, service.now())?;
    let hash = service.passwords.hash(password, &user.login, &user.name).await?;
    let mut write = service.step(actor, Action::UserSetUp).await?;
    let done = add_first(&mut write, token, user, &hash).await;
    write.end(done).await
}

async fn add_first(
    write: &mut Write,
    token: &Secret,
    mut user: User,
    hash: &str,
) -> Result<WriteResult<User>, Error> {
    let tx = &mut write.tx;
    named_lock::take(tx, NamedLock::Directory).await?;
    refuse_second(tx).await?;
    let taken = store::invitation::take(tx, &secret::hash(token.expose())).await?;
    taken.filter(|one| one.expires_at > write.now).ok_or(Code::InvitationInvalid)?;
    insert(tx, &mut user).await?;
    store::user::set_password(tx, user.id, Some(hash), write.now).await?;
    store::user::mark_new(tx, user.id).await?;
    user.password_at = Some(write.now);
    store::invitation::end_set_up(tx).await?;
    let fact = Fact::new(Action::UserSetUp, Some(user.id)).with("login", user.login.as_str());
    Ok(WriteResult::one(user, fact))
}

async fn refuse_second(tx: &mut Tx) -> Result<(), Error> {
    if store::user::count(tx).await? > 0 { Err(Code::SetUpDone.into()) } else { Ok(()) }
}
