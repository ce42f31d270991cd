//! Users: an administrator adds and changes them but never knows their passwords. Users set their own through
//! an invitation link.

use crate::factor::cooling::sponsored;
use crate::factor::demand::{Need, demand};
use crate::invitation::{self, Invited};
use crate::session;
use crate::write::{Write, WriteResult, claimed};
use crate::{Error, Secret, Service, visible};
use domain::access::Role;
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::identity::{LOGINS_RESERVED, Login};
use domain::principal::SponsorDeed;
use domain::script::fold;
use domain::visible::shown;
use store::Tx;
use store::audit::Actor;
use store::named_lock::{self, NamedLock};

pub use store::user::User;

/// A person to add.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// The login.
    pub login: String,
    /// The display name.
    pub name: String,
    /// The role.
    pub role: Role,
}

/// A user who was just invited.
#[derive(Debug, Clone)]
pub struct InvitedUser {
    /// The user.
    pub user: User,
    /// The link for setting a password.
    pub invited: Invited,
}

/// The changes to a user; an absent field stays as it is.
#[derive(Debug, Clone, Default)]
pub struct UserChange {
    /// The name.
    pub name: Option<String>,
    /// The role.
    pub role: Option<Role>,
    /// Whether sign-in is disabled.
    pub disabled: Option<bool>,
}

/// Adds a user, and returns the link for setting a password.
pub async fn add(service: &Service, actor: &Actor, new: &NewUser) -> Result<InvitedUser, Error> {
    let mut write = claimed!(service.write(actor, Action::UserAdd));
    let done = add_user(service, &mut write, new).await;
    write.end(done).await
}

async fn add_user(
    service: &Service,
    write: &mut Write,
    new: &NewUser,
) -> Result<WriteResult<InvitedUser>, Error> {
    let mut user = new_user(&write.actor, new, write.now)?;
    insert(&mut write.tx, &mut user).await?;
    demand(write, Need::StepUp).await?;
    let by = write.actor.author.principal;
    sponsored(&mut write.tx, user.id, by, SponsorDeed::Added, write.now).await?;
    // The first user may be added on the command line; the link for first-time set-up then expires.
    store::invitation::end_set_up(&mut write.tx).await?;
    let invited = invitation::invite(service, &mut write.tx, user.id).await?;
    let fact = Fact::new(Action::UserAdd, Some(user.id))
        .with("login", user.login.as_str())
        .with("role", user.role.name());
    Ok(WriteResult::one(InvitedUser { user, invited }, fact))
}

/// Users after an id, including disabled ones.
pub async fn list(service: &Service, after: i64, limit: i64) -> Result<Vec<User>, Error> {
    let mut tx = service.store.read().await?;
    Ok(store::user::list(&mut tx, after, limit).await?)
}

/// The number of users, including disabled ones.
pub async fn count(service: &Service) -> Result<i64, Error> {
    let mut tx = service.store.read().await?;
    Ok(store::user::count(&mut tx).await?)
}

/// A user by id.
pub async fn show(service: &Service, id: i64) -> Result<User, Error> {
    let mut tx = service.store.read().await?;
    store::user::get(&mut tx, id).await?.ok_or_else(|| missing(id))
}

/// A user by login.
pub async fn by_login(service: &Service, login: &str) -> Result<User, Error> {
    find(service, login).await?.ok_or_else(|| Error::refused(Code::UserNotFound, shown(login)))
}

async fn find(service: &Service, login: &str) -> Result<Option<User>, Error> {
    let Ok(login) = Login::parse(login) else { return Ok(None) };
    let found = store::user::by_login(&mut service.store.read().await?, login.as_str()).await?;
    Ok(found.map(|(user, _)| user))
}

/// The user that a verb is to change, by the login. That there is none is a refusal of the verb.
pub async fn named(service: &Service, actor: &Actor, action: Action, login: &str) -> Result<User, Error> {
    match find(service, login).await? {
        Some(user) => Ok(user),
        None => {
            let missing = Error::refused(Code::UserNotFound, shown(login));
            service.refused(actor, Fact::new(action, None), missing).await
        }
    }
}

/// Checks a name for the command line to act under: it must be visible, and neither a login nor reserved,
/// so that the audit log cannot confuse two people.
pub async fn check_actor_name(service: &Service, name: &str) -> Result<(), Error> {
    let name = visible(name)?;
    let reserved = || Error::refused(Code::ActorReserved, shown(&name));
    let folded = fold(&name).to_lowercase();
    if LOGINS_RESERVED.contains(&folded.as_str()) || folded.starts_with("key:") {
        return Err(reserved());
    }
    let Ok(login) = Login::parse(&folded) else { return Ok(()) };
    let mut tx = service.store.read().await?;
    match store::user::by_login(&mut tx, login.as_str()).await? {
        Some(_) => Err(reserved()),
        None => Ok(()),
    }
}

/// Changes a user. A change of role, or disabling or enabling the user, ends the user's sessions at once.
pub async fn change(service: &Service, actor: &Actor, id: i64, change: &UserChange) -> Result<User, Error> {
    let mut write = claimed!(service.write(actor, Action::UserChange));
    write.about.id = Some(id);
    let done = change_user(&mut write, id, change).await;
    write.end(done).await
}

/// Removes a user's password, ends the user's sessions, and returns a new link.
pub async fn reset(service: &Service, actor: &Actor, id: i64) -> Result<InvitedUser, Error> {
    let mut write = claimed!(service.write(actor, Action::UserReset));
    write.about.id = Some(id);
    let done = reset_user(service, &mut write, id).await;
    write.end(done).await
}

async fn reset_user(
    service: &Service,
    write: &mut Write,
    id: i64,
) -> Result<WriteResult<InvitedUser>, Error> {
    let (mut user, _) = store::user::lock(&mut write.tx, id).await?.ok_or_else(|| missing(id))?;
    if user.disabled_at.is_some() {
        return Err(Error::refused(Code::UserDisabled, user.login));
    }
    demand(write, Need::StepUp).await?;
    let (by, tx) = (write.actor.author.principal, &mut write.tx);
    store::user::set_password(tx, id, None, write.now).await?;
    sponsored(tx, id, by, SponsorDeed::PasswordReset, write.now).await?;
    session::end_all(tx, id).await?;
    store::invitation::end_of_user(tx, id).await?;
    user.password_at = None;
    let fact = Fact::new(Action::UserReset, Some(id)).with("login", user.login.as_str());
    let added = InvitedUser { invited: invitation::invite(service, tx, id).await?, user };
    Ok(WriteResult::one(added, fact))
}

/// Ends all sessions of a user; returns how many there were.
pub async fn sign_out(service: &Service, actor: &Actor, id: i64) -> Result<u64, Error> {
    let mut write = claimed!(service.write(actor, Action::UserSignOut));
    write.about.id = Some(id);
    let done = sign_out_in(&mut write, id).await;
    write.end(done).await
}

/// Refuses a password that is too weak for a user with this login and name.
pub async fn check_password(
    service: &Service,
    login: &str,
    name: &str,
    password: &Secret,
) -> Result<(), Error> {
    service.passwords.hash(password, login, name).await.map(|_| ())
}

/// How often this process has run Argon2, which shows what a login costs.
#[must_use]
pub fn password_runs(service: &Service) -> u64 {
    service.passwords.runs()
}

/// A new user, as the row will be inserted.
pub(crate) fn new_user(actor: &Actor, new: &NewUser, now: i64) -> Result<User, Error> {
    Ok(User {
        id: 0,
        login: login(&new.login)?.into(),
        name: visible(&new.name)?,
        role: new.role,
        password_at: None,
        disabled_at: None,
        created_by: actor.author.clone(),
        created_at: now,
    })
}

async fn change_user(write: &mut Write, id: i64, change: &UserChange) -> Result<WriteResult<User>, Error> {
    let name = change.name.as_deref().map(visible).transpose()?;
    let tx = &mut write.tx;
    named_lock::take(tx, NamedLock::Directory).await?;
    let (before, hash) = store::user::lock(tx, id).await?.ok_or_else(|| missing(id))?;
    let mut user = before.clone();
    user.name = name.unwrap_or(user.name);
    user.role = change.role.unwrap_or(user.role);
    user.disabled_at = match change.disabled {
        Some(true) => user.disabled_at.or(Some(write.now)),
        Some(false) => None,
        None => user.disabled_at,
    };
    let rules = |user: &User| user.role == Role::Admin && user.disabled_at.is_none() && hash.is_some();
    if rules(&before) && !rules(&user) && store::user::others(tx, id, Role::Admin).await? == 0 {
        return Err(Error::refused(Code::LastAdmin, user.login));
    }
    if user == before {
        return Ok(WriteResult::nothing(user));
    }
    demand(write, Need::StepUp).await?;
    let (by, tx) = (write.actor.author.principal, &mut write.tx);
    store::user::change(tx, &user).await?;
    if (user.role, user.disabled_at) != (before.role, before.disabled_at) {
        session::end_all(tx, id).await?;
    }
    let is_raised = user.role.is_raised_from(before.role);
    if is_raised {
        sponsored(tx, id, by, SponsorDeed::Promoted, write.now).await?;
    }
    if user.disabled_at.is_some() {
        store::invitation::end_of_user(tx, id).await?;
    }
    let fact = Fact::new(Action::UserChange, Some(id))
        .with("login", user.login.as_str())
        .with("raised_from", is_raised.then_some(before.role.name()))
        .with("name", user.name.as_str())
        .with("role", user.role.name())
        .with("disabled", user.disabled_at.is_some());
    Ok(WriteResult::one(user, fact))
}

async fn sign_out_in(write: &mut Write, id: i64) -> Result<WriteResult<u64>, Error> {
    store::user::lock(&mut write.tx, id).await?.ok_or_else(|| missing(id))?;
    demand(write, Need::StepUp).await?;
    let ended = session::end_all(&mut write.tx, id).await?;
    Ok(WriteResult::one(ended, Fact::new(Action::UserSignOut, Some(id)).with("sessions", ended)))
}

/// Adds a user; refused if the login is taken.
pub(crate) async fn insert(tx: &mut Tx, user: &mut User) -> Result<(), Error> {
    named_lock::take(tx, NamedLock::Directory).await?;
    if store::user::by_login(tx, &user.login).await?.is_some() {
        return Err(Error::refused(Code::UserExists, user.login.as_str()));
    }
    user.id = store::user::insert(tx, user).await?;
    Ok(())
}

fn missing(id: i64) -> Error {
    Error::refused(Code::UserNotFound, id.to_string())
}

fn login(text: &str) -> Result<Login, Error> {
    Login::parse(text).map_err(|code| Error::refused(code, shown(text)))
}

impl InvitedUser {
    /// The link's token; a replayed answer has none.
    #[must_use]
    pub const fn token(&self) -> Option<&Secret> {
        self.invited.token.as_ref()
    }
}
