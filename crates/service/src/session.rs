//! Sessions of signed-in people. A session ends when it expires, or when its user or an administrator ends
//! it.

use crate::identity::{Identity, Who};
use crate::steady::{SKEW, micros};
use crate::write::WriteResult;
use crate::{Error, Secret, Service, secret};
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::principal::Principal;
use std::net::IpAddr;
use std::time::Duration;
use store::Tx;
use store::audit::Actor;

pub use store::session::Session;

/// The shortest interval between updates of a session's last-seen time.
const SEEN_EVERY: Duration = Duration::from_secs(60);
/// The most sessions of a user that are listed.
const LISTED: i64 = 200;
/// The most characters of a user agent.
const AGENT_CHARS: usize = 200;

/// How long sessions live.
#[derive(Debug, Clone, Copy)]
pub struct SessionLife {
    /// Without a request.
    pub idle: Duration,
    /// In total.
    pub max: Duration,
}

/// What is known of a session when it begins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Beginning {
    /// When a one-time code was accepted in it.
    pub factor_at: Option<i64>,
    /// Whether it is its user's first.
    pub is_first: bool,
}

/// Where a request comes from, and from which program.
#[derive(Debug, Clone)]
pub struct Client {
    /// The address.
    pub address: IpAddr,
    /// The program's user agent.
    pub agent: String,
}

impl SessionLife {
    fn holds(self, session: &Session, now: i64) -> bool {
        let latest = now.saturating_add(micros(SKEW));
        session.created_at <= latest
            && session.seen_at <= latest
            && now.saturating_sub(session.seen_at) < micros(self.idle)
            && now.saturating_sub(session.created_at) < micros(self.max)
    }
}

/// The person behind a session's token, if the session is valid now. The token before the last one-time code lives a
/// little longer, and proves no code.
pub async fn identify(
    service: &Service,
    token: &Secret,
    address: IpAddr,
    life: SessionLife,
) -> Result<Option<Identity>, Error> {
    let now = service.steady_now();
    let mut tx = service.store.point_read().await?;
    let hash = secret::hash(token.expose());
    let found = store::session::by_token(&mut tx, &hash).await?;
    let is_former = found.is_none();
    let found = match found {
        None => store::session::by_former_token(&mut tx, &hash, now).await?,
        present => present,
    };
    drop(tx);
    let Some(found) = found.filter(|found| life.holds(&found.session, now)) else { return Ok(None) };
    let session = found.session;
    if now.saturating_sub(session.seen_at) >= micros(SEEN_EVERY.min(life.idle / 4)) {
        seen(service, session.id, now).await;
    }
    let actor = Actor::new(Principal::User(session.user), found.login, address.to_string());
    let token = (!is_former).then(|| Secret::new(hash));
    let who = Who::Person { user: session.user, session: session.id, role: found.role, token };
    Ok(Some(Identity { actor, who }))
}

/// Updates the last-seen time. The session stays valid if this fails.
async fn seen(service: &Service, session: i64, now: i64) {
    let write = async {
        let mut tx = service.store.write().await?;
        store::session::seen(&mut tx, session, now).await?;
        tx.commit().await
    };
    if let Err(error) = write.await {
        tracing::warn!(%error, session, "could not update the session's last-seen time");
    }
}

/// Those of the sessions and of the keys that are valid now, in one lookup: for connections that stay
/// open.
pub async fn identities_hold(
    service: &Service,
    people: &[i64],
    keys: &[i64],
    life: SessionLife,
) -> Result<(Vec<i64>, Vec<i64>), Error> {
    let now = service.steady_now();
    let mut tx = service.store.read().await?;
    let sessions = store::session::by_ids(&mut tx, sorted(people)).await?;
    let found = store::api_key::by_ids(&mut tx, sorted(keys)).await?;
    let people = sessions.iter().filter(|one| life.holds(one, now)).map(|one| one.id).collect();
    let is_live = |at: Option<i64>| at.is_none_or(|at| at > now);
    let keys = found.iter().filter(|key| is_live(key.expires_at)).map(|key| key.id).collect();
    Ok((people, keys))
}

/// A user's valid sessions, newest first.
pub async fn list(service: &Service, user: i64, life: SessionLife) -> Result<Vec<Session>, Error> {
    let now = service.steady_now();
    let mut tx = service.store.read().await?;
    let mut all = store::session::of_user(&mut tx, user, LISTED).await?;
    all.retain(|session| life.holds(session, now));
    Ok(all)
}

/// Ends one of the user's sessions; a session of another user counts as not found.
pub async fn end(service: &Service, actor: &Actor, user: i64, session: i64) -> Result<(), Error> {
    let mut write = service.step(actor, Action::SessionEnd).await?;
    write.about.id = Some(user);
    let done = match store::session::end(&mut write.tx, session, user).await? {
        true => Ok(WriteResult::one((), Fact::new(Action::SessionEnd, Some(user)).with("session", session))),
        false => Err(Error::refused(Code::SessionNotFound, session.to_string())),
    };
    write.end(done).await
}

/// Creates a session with a new token.
pub(crate) async fn begin(
    service: &Service,
    tx: &mut Tx,
    user: i64,
    client: &Client,
    Beginning { factor_at, is_first }: Beginning,
) -> Result<(Session, Secret), Error> {
    let (now, token) = (service.steady_now(), secret::token("")?);
    let agent = client.agent.chars().filter(|c| !c.is_control()).take(AGENT_CHARS).collect();
    let address = client.address.to_string();
    let (id, created_at, seen_at) = (secret::id()?, now, now);
    let session = Session { id, user, address, agent, created_at, seen_at, factor_at, is_first };
    store::session::insert(tx, &session, &secret::hash(&token)).await?;
    Ok((session, Secret::new(token)))
}

/// Ends all sessions of a user, and the sign-ins that wait for a code. Returns how many sessions there were.
pub(crate) async fn end_all(tx: &mut Tx, user: i64) -> Result<u64, Error> {
    store::challenge::end_of_user(tx, user).await?;
    Ok(store::session::end_of_user(tx, user).await?)
}

/// Ends all sessions of a user but one, and the sign-ins that wait for a code. Returns how many sessions there were.
pub(crate) async fn end_others(tx: &mut Tx, user: i64, kept: i64) -> Result<u64, Error> {
    store::challenge::end_of_user(tx, user).await?;
    Ok(store::session::end_others(tx, user, kept).await?)
}

fn sorted(ids: &[i64]) -> Vec<i64> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    ids
}
