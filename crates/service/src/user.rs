//! Users: an administrator adds and changes them and never knows their passwords. Each sets an own one by an
//! invitation.

use crate::invitation::Invited;
use crate::write::{Done, Write, begun};
use crate::{Error, Secret, Service, visible};
use domain::access::Role;
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::identity::{LOGINS_RESERVED, Login};
use domain::principal::Principal;
use domain::script::fold;
use domain::visible::shown;
use store::Tx;
use store::audit::Actor;
use store::turn::{self, Turn};

pub use store::user::User;

/// A person to add.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// What the person signs in with.
    pub login: String,
    /// What people call the person.
    pub name: String,
    /// What the person will be.
    pub role: Role,
}

/// A person who was just invited.
#[derive(Debug, Clone)]
pub struct Added {
    /// The person.
    pub user: User,
    /// The link by which the person sets a password.
    pub invited: Invited,
}

/// What to change of a person; what is not named stays.
#[derive(Debug, Clone, Default)]
pub struct UserChange {
    /// The name.
    pub name: Option<String>,
    /// The role.
    pub role: Option<Role>,
    /// Whether the person may not sign in.
    pub disabled: Option<bool>,
}

impl Service {
    /// Adds a person, and gives the link by which the person sets a password.
    pub async fn user_add(&self, actor: &Actor, new: &NewUser) -> Result<Added, Error> {
        let mut write = begun!(self.write(actor, Action::UserAdd));
        let done = self.add_user(&mut write, new).await;
        write.end(done).await
    }

    async fn add_user(&self, write: &mut Write, new: &NewUser) -> Result<Done<Added>, Error> {
        let mut user = fresh(&write.actor, new, write.now)?;
        insert(&mut write.tx, &mut user).await?;
        // The first user may come by the command line: the link for first-time set-up then ends.
        store::invitation::end_set_up(&mut write.tx).await?;
        let invited = self.invite(&mut write.tx, user.id).await?;
        let fact = Fact::new(Action::UserAdd, Some(user.id))
            .with("login", user.login.as_str())
            .with("role", user.role.name());
        Ok(Done::one(Added { user, invited }, fact))
    }

    /// People after an id, disabled ones too.
    pub async fn user_list(&self, after: i64, limit: i64) -> Result<Vec<User>, Error> {
        let mut tx = self.store.read().await?;
        Ok(store::user::list(&mut tx, after, limit).await?)
    }

    /// How many people there are, disabled ones too.
    pub async fn user_count(&self) -> Result<i64, Error> {
        let mut tx = self.store.read().await?;
        Ok(store::user::count(&mut tx).await?)
    }

    /// A person.
    pub async fn user_show(&self, id: i64) -> Result<User, Error> {
        let mut tx = self.store.read().await?;
        store::user::get(&mut tx, id).await?.ok_or_else(|| missing(id))
    }

    /// The person of a login.
    pub async fn user_named(&self, login: &str) -> Result<User, Error> {
        let missing = || Error::refused(Code::UserNotFound, shown(login));
        let login = Login::parse(login).map_err(|_| missing())?;
        let mut tx = self.store.read().await?;
        Ok(store::user::by_login(&mut tx, login.as_str()).await?.ok_or_else(missing)?.0)
    }

    /// Checks a name that the command line acts under: it must be visible, and neither a login nor reserved, so that
    /// nobody is taken for somebody else in the audit log.
    pub async fn actor_name(&self, name: &str) -> Result<(), Error> {
        let name = visible(name)?;
        let reserved = || Error::refused(Code::ActorReserved, shown(&name));
        let folded = fold(&name).to_lowercase();
        if LOGINS_RESERVED.contains(&folded.as_str()) || folded.starts_with("key:") {
            return Err(reserved());
        }
        let Ok(login) = Login::parse(&folded) else { return Ok(()) };
        let mut tx = self.store.read().await?;
        match store::user::by_login(&mut tx, login.as_str()).await? {
            Some(_) => Err(reserved()),
            None => Ok(()),
        }
    }

    /// Changes a person. Another role, or none any more, ends the person's sessions at once.
    pub async fn user_change(&self, actor: &Actor, id: i64, change: &UserChange) -> Result<User, Error> {
        let mut write = begun!(self.write(actor, Action::UserChange));
        write.about.id = Some(id);
        let done = change_user(&mut write, id, change).await;
        write.end(done).await
    }

    /// Takes a person's password away, ends the sessions, and gives a new link.
    pub async fn user_reset(&self, actor: &Actor, id: i64) -> Result<Added, Error> {
        let mut write = begun!(self.write(actor, Action::UserReset));
        write.about.id = Some(id);
        let done = self.reset_user(&mut write, id).await;
        write.end(done).await
    }

    async fn reset_user(&self, write: &mut Write, id: i64) -> Result<Done<Added>, Error> {
        let tx = &mut write.tx;
        let (mut user, _) = store::user::lock(tx, id).await?.ok_or_else(|| missing(id))?;
        if user.disabled_at.is_some() {
            return Err(Error::refused(Code::UserDisabled, user.login));
        }
        store::user::set_password(tx, id, None, write.now).await?;
        store::session::end_of_user(tx, id).await?;
        store::invitation::end_of_user(tx, id).await?;
        user.password_at = None;
        let added = Added { invited: self.invite(tx, id).await?, user };
        Ok(Done::one(added, Fact::new(Action::UserReset, Some(id))))
    }

    /// Ends all sessions of a person; says how many there were.
    pub async fn user_sign_out(&self, actor: &Actor, id: i64) -> Result<u64, Error> {
        let mut write = begun!(self.write(actor, Action::UserSignOut));
        write.about.id = Some(id);
        let done = sign_out(&mut write, id).await;
        write.end(done).await
    }

    /// Refuses a password that is not good enough for a person of this login and name.
    pub async fn password_check(&self, login: &str, name: &str, password: &Secret) -> Result<(), Error> {
        self.passwords.hash(password, login, name).await.map(|_| ())
    }

    /// How often Argon2 was run by this process: what a login costs can be told from it.
    #[must_use]
    pub fn password_runs(&self) -> u64 {
        self.passwords.runs()
    }
}

/// A person as the row will be inserted.
pub(crate) fn fresh(actor: &Actor, new: &NewUser, now: i64) -> Result<User, Error> {
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

async fn change_user(write: &mut Write, id: i64, change: &UserChange) -> Result<Done<User>, Error> {
    let name = change.name.as_deref().map(visible).transpose()?;
    let tx = &mut write.tx;
    turn::take(tx, Turn::Directory).await?;
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
        return Ok(Done::nothing(user));
    }
    store::user::change(tx, &user).await?;
    if (user.role, user.disabled_at) != (before.role, before.disabled_at) {
        store::session::end_of_user(tx, id).await?;
    }
    if user.disabled_at.is_some() {
        store::invitation::end_of_user(tx, id).await?;
    }
    let fact = Fact::new(Action::UserChange, Some(id))
        .with("name", user.name.as_str())
        .with("role", user.role.name())
        .with("disabled", user.disabled_at.is_some());
    Ok(Done::one(user, fact))
}

async fn sign_out(write: &mut Write, id: i64) -> Result<Done<u64>, Error> {
    store::user::lock(&mut write.tx, id).await?.ok_or_else(|| missing(id))?;
    let ended = store::session::end_of_user(&mut write.tx, id).await?;
    Ok(Done::one(ended, Fact::new(Action::UserSignOut, Some(id)).with("sessions", ended)))
}

/// Adds a person whose login nobody has.
pub(crate) async fn insert(tx: &mut Tx, user: &mut User) -> Result<(), Error> {
    turn::take(tx, Turn::Directory).await?;
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

/// A person who sets the password by a link, without anybody who is signed in.
pub(crate) fn by_link(user: &User, address: &str) -> Actor {
    Actor::new(Principal::User(user.id), user.login.as_str(), address)
}

impl Added {
    /// The link's token; none when the answer is given a second time.
    #[must_use]
    pub const fn token(&self) -> Option<&Secret> {
        self.invited.token.as_ref()
    }
}
