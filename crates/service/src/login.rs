//! Signing in and out, and changing one's password.

use crate::challenge::{self, Challenged};
use crate::factor::demand::{Need, demand};
use crate::login_failure::{self, LoginAttempt};
use crate::session::{self, Beginning, Client, SessionLife};
use crate::signed_in::{Opening, open_session};
use crate::write::{Write, WriteResult};
use crate::{Error, Secret, Service};
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::identity::Login;
use domain::principal::Principal;
use store::audit::Actor;
use store::user::User;

pub use crate::signed_in::SignedIn;

/// What a right password gives.
#[derive(Debug, Clone)]
pub enum SignIn {
    /// The person has no second factor and is signed in.
    Complete(Box<SignedIn>),
    /// The person has one, and is signed in once a code of it is given (`challenge::sign_in`).
    Challenged(Challenged),
}

/// Checks a person's password. A wrong login, a wrong password and a disabled user get the same answer, after the
/// same time.
pub async fn sign_in(
    service: &Service,
    login: &str,
    password: &Secret,
    client: &Client,
    life: SessionLife,
) -> Result<SignIn, Error> {
    let login = login.trim().to_ascii_lowercase();
    let attempt = login_failure::attempt(service, &login, client.address).await?;
    let found = of_login(service, &login).await?;
    let hash = found.as_ref().filter(|found| found.0.disabled_at.is_none()).and_then(|f| f.1.clone());
    let is_right = service.passwords.verify(password, hash.clone()).await?;
    let Some((user, _)) = found.as_ref().filter(|_| is_right) else {
        return login_failed(service, found.map(|found| found.0), client).await;
    };
    let origin = client.address.to_string();
    let actor = Actor::new(Principal::User(user.id), user.login.as_str(), origin);
    let mut write = service.step(&actor, Action::UserLogin).await?;
    write.about.id = Some(user.id);
    let done = with_password(&mut write, (user.id, hash), &attempt, client, life).await;
    write.end_unkept(done).await
}

async fn with_password(
    write: &mut Write,
    (user, hash): (i64, Option<String>),
    attempt: &LoginAttempt,
    client: &Client,
    life: SessionLife,
) -> Result<WriteResult<SignIn>, Error> {
    // The password may have been changed, or the user disabled, while the hash was computed.
    let now = store::user::lock(&mut write.tx, user).await?;
    let (user, _) =
        now.filter(|now| now.1 == hash && now.0.disabled_at.is_none()).ok_or(Code::LoginFailed)?;
    let service = write.service.clone();
    login_failure::succeeded(&service, &mut write.tx, attempt).await?;
    if store::factor::get(&mut write.tx, user.id).await?.is_some() {
        return Ok(challenge::begin(write, &user).await?.map(SignIn::Challenged));
    }
    let opening = Opening { user, factor: None, factor_at: None };
    Ok(open_session(write, opening, client, life)
        .await?
        .map(|signed_in| SignIn::Complete(Box::new(signed_in))))
}

/// The user with a login, and the password hash. An invalid login is looked up as an empty one, which no
/// user has.
async fn of_login(service: &Service, login: &str) -> Result<Option<(User, Option<String>)>, Error> {
    let sought = Login::parse(login).map(String::from).unwrap_or_default();
    let mut tx = service.store.read().await?;
    Ok(store::user::by_login(&mut tx, &sought).await?)
}

/// Audits a failed login. Names only known logins: people sometimes type the password into the login
/// field.
async fn login_failed(service: &Service, user: Option<User>, client: &Client) -> Result<SignIn, Error> {
    let actor = Actor::new(Principal::Anonymous, "anonymous", client.address.to_string());
    let mut write = service.step(&actor, Action::UserLogin).await?;
    let login = user.as_ref().map(|user| user.login.clone());
    write.about = Fact::new(Action::UserLogin, user.map(|user| user.id)).with("login", login);
    write.end_unkept(Err(Code::LoginFailed.into())).await
}

/// Ends the caller's session.
pub async fn sign_out(service: &Service, actor: &Actor, user: i64, session: i64) -> Result<(), Error> {
    let mut write = service.step(actor, Action::UserLogout).await?;
    store::session::end(&mut write.tx, session, user).await?;
    let fact = Fact::new(Action::UserLogout, Some(user)).with("session", session);
    write.end(Ok(WriteResult::one((), fact))).await
}

/// Changes the caller's password. All of the user's sessions end; a new one replaces the caller's.
pub async fn change_password(
    service: &Service,
    actor: &Actor,
    user: i64,
    (current, new): (&Secret, &Secret),
    client: &Client,
) -> Result<SignedIn, Error> {
    let missing = || Error::from(Code::AuthRequired);
    let mut tx = service.store.read().await?;
    let (found, hash) = store::user::with_hash(&mut tx, user).await?.ok_or_else(missing)?;
    drop(tx);
    let attempt = login_failure::attempt(service, &found.login, client.address).await?;
    let fresh = match service.passwords.verify(current, hash.clone()).await? {
        true => service.passwords.hash(new, &found.login, &found.name).await,
        false => Err(Code::PasswordWrong.into()),
    };
    let mut write = service.step(actor, Action::UserPassword).await?;
    write.about.id = Some(user);
    let done = match fresh {
        Ok(fresh) => set_password(&mut write, (user, hash), &fresh, &attempt, client).await,
        Err(error) => Err(error),
    };
    write.end_unkept(done).await
}

async fn set_password(
    write: &mut Write,
    (user, hash): (i64, Option<String>),
    fresh: &str,
    attempt: &LoginAttempt,
    client: &Client,
) -> Result<WriteResult<SignedIn>, Error> {
    let now = store::user::lock(&mut write.tx, user).await?;
    let (found, _) =
        now.filter(|now| now.1 == hash && now.0.disabled_at.is_none()).ok_or(Code::AuthRequired)?;
    let service = write.service.clone();
    login_failure::succeeded(&service, &mut write.tx, attempt).await?;
    // A role that must have a factor is no reason to keep a password that others may know.
    let proven = match store::factor::get(&mut write.tx, user).await? {
        Some(_) => demand(write, Need::StepUp).await?,
        None => None,
    };
    // The session that was proven ends here.
    write.renewed = None;
    let tx = &mut write.tx;
    store::user::set_password(tx, user, Some(fresh), write.now).await?;
    store::invitation::end_of_user(tx, user).await?;
    session::end_all(tx, user).await?;
    let factor_at = proven.map(|_| service.steady_now());
    let beginning = Beginning { factor_at, is_first: false };
    let (session, token) = session::begin(&service, tx, user, client, beginning).await?;
    let fact = Fact::new(Action::UserPassword, Some(user))
        .with("login", found.login.as_str())
        .with("session", session.id);
    Ok(WriteResult::one(SignedIn { user: found, session, token }, fact))
}
