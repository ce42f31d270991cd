//! Signing in and out, and changing one's password.

use crate::session::{Client, SessionLife, micros};
use crate::{Deed, Error, Refusal, Secret, Service};
use domain::code::Code;
use serde_json::json;
use store::audit::Actor;
use store::session::Session;
use store::user::User;

/// Characters of a login at most.
const LOGIN_MAX: usize = 100;

/// A person who has just signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Who.
    pub user: User,
    /// The session.
    pub session: Session,
    /// Its token: for the person's cookie, kept nowhere else.
    pub token: Secret,
}

impl Service {
    /// Signs a person in. Whatever is wrong, login, password or a disabled user, the answer is the same and
    /// takes as long.
    pub async fn login(
        &self,
        login: &str,
        password: &Secret,
        client: &Client,
        life: SessionLife,
    ) -> Result<SignedIn, Error> {
        let login = login.trim().to_ascii_lowercase();
        let attempt = self.attempt(&login, client.address).await?;
        let found = self.of_login(&login).await?;
        let hash = found.as_ref().filter(|found| found.0.disabled_at.is_none()).and_then(|f| f.1.clone());
        let is_right = self.passwords.verify(password, hash.clone()).await?;
        let Some((user, _)) = found.as_ref().filter(|_| is_right) else {
            return self.login_failed(found.map(|found| found.0), client).await;
        };
        let mut tx = self.store.write().await?;
        // The password may have been changed, or the user disabled, while it was looked at.
        let now = store::user::lock(&mut tx, user.id).await?;
        let Some((user, _)) = now.filter(|now| now.1 == hash && now.0.disabled_at.is_none()) else {
            return Err(Code::LoginFailed.into());
        };
        self.succeeded(&mut tx, &attempt).await?;
        let time = self.steady_now();
        let (begun, used) = (time.saturating_sub(micros(life.max)), time.saturating_sub(micros(life.idle)));
        store::session::end_old(&mut tx, begun, used).await?;
        let (session, token) = self.session_begin(&mut tx, user.id, client).await?;
        let actor = &Actor { name: user.login.clone(), origin: client.address.to_string() };
        let detail = json!({ "session": session.id, "agent": session.agent });
        let deed = Deed { actor, action: "user.login", subject: "user", id: Some(user.id), detail };
        self.finish(tx, deed).await?;
        Ok(SignedIn { user, session, token })
    }

    /// What is known of a login; one that nobody can have is not looked for.
    async fn of_login(&self, login: &str) -> Result<Option<(User, Option<String>)>, Error> {
        let sought = if login.len() <= LOGIN_MAX { login } else { "" };
        let mut tx = self.store.read().await?;
        Ok(store::user::by_login(&mut tx, sought).await?)
    }

    /// Who typed a password where the login belongs did not mean to have it written down: only logins that are
    /// known are.
    async fn login_failed<T>(&self, user: Option<User>, client: &Client) -> Result<T, Error> {
        let actor = &Actor { name: "anonymous".to_owned(), origin: client.address.to_string() };
        let detail = json!({ "login": user.as_ref().map(|user| user.login.as_str()) });
        let id = user.map(|user| user.id);
        let deed = Deed { actor, action: "user.login", subject: "user", id, detail };
        let refusal = Refusal { code: Code::LoginFailed, detail: None, data: None };
        self.refuse(deed, refusal).await
    }

    /// Ends the session that asks.
    pub async fn logout(&self, actor: &Actor, user: i64, session: i64) -> Result<(), Error> {
        let mut tx = self.store.write().await?;
        store::session::end(&mut tx, session, user).await?;
        let detail = json!({ "session": session });
        let deed = Deed { actor, action: "user.logout", subject: "user", id: Some(user), detail };
        self.finish(tx, deed).await
    }

    /// Changes a person's own password. All the person's sessions end; the one that asked goes on as a new one.
    pub async fn password_change(
        &self,
        actor: &Actor,
        user: i64,
        (current, new): (&Secret, &Secret),
        client: &Client,
    ) -> Result<SignedIn, Error> {
        let missing = || Error::from(Code::AuthRequired);
        let mut tx = self.store.read().await?;
        let (found, hash) = store::user::with_hash(&mut tx, user).await?.ok_or_else(missing)?;
        drop(tx);
        let attempt = self.attempt(&found.login, client.address).await?;
        if !self.passwords.verify(current, hash.clone()).await? {
            return Err(Code::PasswordWrong.into());
        }
        let fresh = self.passwords.hash(new, &found.login, &found.name).await?;
        let mut tx = self.store.write().await?;
        let now = store::user::lock(&mut tx, user).await?;
        let (found, _) =
            now.filter(|now| now.1 == hash && now.0.disabled_at.is_none()).ok_or_else(missing)?;
        self.succeeded(&mut tx, &attempt).await?;
        store::user::set_password(&mut tx, user, Some(&fresh), self.now()).await?;
        store::invitation::end_of_user(&mut tx, user).await?;
        store::session::end_of_user(&mut tx, user).await?;
        let (session, token) = self.session_begin(&mut tx, user, client).await?;
        let detail = json!({ "session": session.id });
        let deed = Deed { actor, action: "user.password", subject: "user", id: Some(user), detail };
        self.finish(tx, deed).await?;
        Ok(SignedIn { user: found, session, token })
    }
}
