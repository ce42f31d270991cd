//! Users: an administrator adds and changes them and never knows their passwords. Each sets an own one by an
//! invitation.

use crate::invitation::Invited;
use crate::{Deed, Error, Secret, Service, visible};
use domain::access::Role;
use domain::code::Code;
use serde::{Deserialize, Serialize};
use serde_json::json;
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
#[derive(Debug, Clone, Serialize, Deserialize)]
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
        let mut user = self.fresh(actor, new)?;
        let mut tx = self.begin().await?;
        insert(&mut tx, &mut user).await?;
        // The first one may come by the command line: then nobody else makes himself the first.
        store::invitation::end_set_up(&mut tx).await?;
        let invited = self.invite(&mut tx, user.id).await?;
        let added = Added { user, invited };
        self.keep(&mut tx, &added).await?;
        let User { id, login, role, .. } = &added.user;
        let detail = json!({ "login": login, "role": role.name() });
        self.finish(tx, Deed { actor, action: "user.add", subject: "user", id: Some(*id), detail }).await?;
        Ok(added)
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
        let mut tx = self.store.read().await?;
        let found = store::user::by_login(&mut tx, &login.trim().to_ascii_lowercase()).await?;
        Ok(found.ok_or_else(|| Error::refused(Code::UserNotFound, login))?.0)
    }

    /// Changes a person. Another role, or none any more, ends the person's sessions at once.
    pub async fn user_change(&self, actor: &Actor, id: i64, change: &UserChange) -> Result<User, Error> {
        let name = change.name.as_deref().map(visible).transpose()?;
        let mut tx = self.begin().await?;
        turn::take(&mut tx, Turn::Directory).await?;
        let (before, hash) = store::user::lock(&mut tx, id).await?.ok_or_else(|| missing(id))?;
        let mut user = before.clone();
        user.name = name.unwrap_or(user.name);
        user.role = change.role.unwrap_or(user.role);
        user.disabled_at = match change.disabled {
            Some(true) => user.disabled_at.or_else(|| Some(self.now())),
            Some(false) => None,
            None => user.disabled_at,
        };
        let rules = |user: &User| user.role == Role::Admin && user.disabled_at.is_none() && hash.is_some();
        if rules(&before) && !rules(&user) && store::user::others(&mut tx, id, Role::Admin).await? == 0 {
            return Err(Error::refused(Code::LastAdmin, user.login));
        }
        if user == before {
            return Ok(user);
        }
        store::user::change(&mut tx, &user).await?;
        if (user.role, user.disabled_at) != (before.role, before.disabled_at) {
            store::session::end_of_user(&mut tx, id).await?;
        }
        if user.disabled_at.is_some() {
            store::invitation::end_of_user(&mut tx, id).await?;
        }
        self.keep(&mut tx, &user).await?;
        let is_disabled = user.disabled_at.is_some();
        let detail = json!({ "name": user.name, "role": user.role.name(), "disabled": is_disabled });
        self.finish(tx, Deed { actor, action: "user.change", subject: "user", id: Some(id), detail }).await?;
        Ok(user)
    }

    /// Takes a person's password away, ends the sessions, and gives a new link.
    pub async fn user_reset(&self, actor: &Actor, id: i64) -> Result<Added, Error> {
        let mut tx = self.begin().await?;
        let (mut user, _) = store::user::lock(&mut tx, id).await?.ok_or_else(|| missing(id))?;
        if user.disabled_at.is_some() {
            return Err(Error::refused(Code::UserDisabled, user.login));
        }
        store::user::set_password(&mut tx, id, None, self.now()).await?;
        store::session::end_of_user(&mut tx, id).await?;
        store::invitation::end_of_user(&mut tx, id).await?;
        user.password_at = None;
        let added = Added { invited: self.invite(&mut tx, id).await?, user };
        self.keep(&mut tx, &added).await?;
        let detail = json!({});
        self.finish(tx, Deed { actor, action: "user.reset", subject: "user", id: Some(id), detail }).await?;
        Ok(added)
    }

    /// Ends all sessions of a person; says how many there were.
    pub async fn user_sign_out(&self, actor: &Actor, id: i64) -> Result<u64, Error> {
        let mut tx = self.begin().await?;
        store::user::lock(&mut tx, id).await?.ok_or_else(|| missing(id))?;
        let ended = store::session::end_of_user(&mut tx, id).await?;
        self.keep(&mut tx, &ended).await?;
        let detail = json!({ "sessions": ended });
        self.finish(tx, Deed { actor, action: "user.sign_out", subject: "user", id: Some(id), detail })
            .await?;
        Ok(ended)
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

    /// A person as he will be added.
    pub(crate) fn fresh(&self, actor: &Actor, new: &NewUser) -> Result<User, Error> {
        Ok(User {
            id: 0,
            login: login(&new.login)?,
            name: visible(&new.name)?,
            role: new.role,
            password_at: None,
            disabled_at: None,
            created_by: actor.name.clone(),
            created_at: self.now(),
        })
    }
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

/// A login as it is kept: lower case, of characters that look like no others.
fn login(text: &str) -> Result<String, Error> {
    let login = text.trim().to_ascii_lowercase();
    let fits = (2..=100).contains(&login.len());
    if fits && login.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-@+".contains(&b)) {
        Ok(login)
    } else {
        Err(Error::refused(Code::LoginInvalid, login.chars().take(64).collect::<String>()))
    }
}

/// A person who sets the password by a link, without anybody who is signed in.
pub(crate) fn by_link(user: &User, address: &str) -> Actor {
    Actor { name: user.login.clone(), origin: address.to_owned() }
}

impl Added {
    /// The link's token; none when the answer is given a second time.
    #[must_use]
    pub const fn token(&self) -> Option<&Secret> {
        self.invited.token.as_ref()
    }
}
