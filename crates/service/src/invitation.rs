//! One-time links for setting a password and for creating the first administrator. No password is ever known
//! to a second person.

use crate::user::{NewUser, User, by_link, fresh, insert};
use crate::write::{Done, Write};
use crate::{Error, Secret, Service, secret};
use domain::access::Role;
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::principal::Principal;
use std::net::IpAddr;
use store::Tx;
use store::audit::Actor;
use store::invitation::Invitation;
use store::named_lock::{self, NamedLock};

/// How long an invitation link is valid, in microseconds.
const LIFE: i64 = 72 * 3_600 * 1_000_000;
/// How long a newly started server can be set up, in microseconds.
const SET_UP_LIFE: i64 = 24 * 3_600 * 1_000_000;
/// The prefix of an invitation token.
const PREFIX: &str = "invite_";
/// The prefix of the first administrator's token.
const SET_UP_PREFIX: &str = "setup_";

/// A newly created link.
#[derive(Debug, Clone)]
pub struct Invited {
    /// When it expires, microseconds UTC.
    pub expires_at: i64,
    /// Its token; never stored, so a replayed answer has none.
    pub token: Option<Secret>,
}

impl Service {
    /// A token for creating the first administrator, for the operator who starts the server; none if there
    /// are users.
    pub async fn set_up_token(&self) -> Result<Option<Secret>, Error> {
        let mut tx = self.store.read().await?;
        if store::user::count(&mut tx).await? > 0 {
            return Ok(None);
        }
        drop(tx);
        let (now, token) = (self.now(), secret::token(SET_UP_PREFIX)?);
        let mut tx = self.store.write().await?;
        store::invitation::end_old(&mut tx, now).await?;
        let one = Invitation { user: None, expires_at: now.saturating_add(SET_UP_LIFE) };
        store::invitation::insert(&mut tx, one, &secret::hash(&token), now).await?;
        tx.commit().await?;
        Ok(Some(Secret::new(token)))
    }

    /// Creates the first administrator.
    pub async fn set_up(
        &self,
        token: &Secret,
        (login, name): (&str, &str),
        password: &Secret,
        address: IpAddr,
    ) -> Result<User, Error> {
        let mut tx = self.store.read().await?;
        refuse_second(&mut tx).await?;
        self.linked(&mut tx, token).await?.filter(|one| one.user.is_none()).ok_or(Code::InvitationInvalid)?;
        drop(tx);
        let actor = &Actor::new(Principal::Anonymous, "set-up", address.to_string());
        let new = NewUser { login: login.to_owned(), name: name.to_owned(), role: Role::Admin };
        let user = fresh(actor, &new, self.now())?;
        let hash = self.passwords.hash(password, &user.login, &user.name).await?;
        let mut write = self.step(actor, Action::UserSetUp).await?;
        let done = add_first(&mut write, token, user, &hash).await;
        write.end(done).await
    }

    /// Sets a user's password through a link and uses the link up. The user then signs in with the password.
    pub async fn invitation_accept(
        &self,
        token: &Secret,
        password: &Secret,
        address: &str,
    ) -> Result<User, Error> {
        let invalid = || Error::from(Code::InvitationInvalid);
        let mut tx = self.store.read().await?;
        let id = self.linked(&mut tx, token).await?.and_then(|one| one.user).ok_or_else(invalid)?;
        let user = store::user::get(&mut tx, id).await?.ok_or_else(invalid)?;
        drop(tx);
        let hash = self.passwords.hash(password, &user.login, &user.name).await?;
        let mut write = self.step(&by_link(&user, address), Action::UserAccept).await?;
        write.about.id = Some(id);
        let done = accept(&mut write, token, id, &hash).await;
        write.end(done).await
    }

    /// Creates a new link for a user; earlier links stay valid until they are used or expire.
    pub(crate) async fn invite(&self, tx: &mut Tx, user: i64) -> Result<Invited, Error> {
        let (now, token) = (self.now(), secret::token(PREFIX)?);
        let expires_at = now.saturating_add(LIFE);
        store::invitation::end_old(tx, now).await?;
        let one = Invitation { user: Some(user), expires_at };
        store::invitation::insert(tx, one, &secret::hash(&token), now).await?;
        Ok(Invited { expires_at, token: Some(Secret::new(token)) })
    }

    /// The link of a token, if it is valid now.
    async fn linked(&self, tx: &mut Tx, token: &Secret) -> Result<Option<Invitation>, Error> {
        let found = store::invitation::get(tx, &secret::hash(token.expose())).await?;
        Ok(found.filter(|one| one.expires_at > self.steady_now()))
    }
}

async fn add_first(
    write: &mut Write,
    token: &Secret,
    mut user: User,
    hash: &str,
) -> Result<Done<User>, Error> {
    let tx = &mut write.tx;
    named_lock::take(tx, NamedLock::Directory).await?;
    refuse_second(tx).await?;
    let taken = store::invitation::take(tx, &secret::hash(token.expose())).await?;
    taken.filter(|one| one.expires_at > write.now).ok_or(Code::InvitationInvalid)?;
    insert(tx, &mut user).await?;
    store::user::set_password(tx, user.id, Some(hash), write.now).await?;
    user.password_at = Some(write.now);
    store::invitation::end_set_up(tx).await?;
    let fact = Fact::new(Action::UserSetUp, Some(user.id)).with("login", user.login.as_str());
    Ok(Done::one(user, fact))
}

async fn accept(write: &mut Write, token: &Secret, id: i64, hash: &str) -> Result<Done<User>, Error> {
    let invalid = || Error::from(Code::InvitationInvalid);
    let tx = &mut write.tx;
    let locked = store::user::lock(tx, id).await?;
    let (mut user, _) = locked.filter(|found| found.0.disabled_at.is_none()).ok_or_else(invalid)?;
    store::invitation::take(tx, &secret::hash(token.expose())).await?.ok_or_else(invalid)?;
    store::user::set_password(tx, id, Some(hash), write.now).await?;
    user.password_at = Some(write.now);
    store::invitation::end_of_user(tx, id).await?;
    store::session::end_of_user(tx, id).await?;
    Ok(Done::one(user, Fact::new(Action::UserAccept, Some(id))))
}

async fn refuse_second(tx: &mut Tx) -> Result<(), Error> {
    if store::user::count(tx).await? > 0 { Err(Code::SetUpDone.into()) } else { Ok(()) }
}
