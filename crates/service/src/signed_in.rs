//! The end of every way to sign in: the session of a person who has proven everything begins. The person is told if it
//! is from a network that was not seen lately.

use crate::session::{self, Beginning, Client, SessionLife};
use crate::steady::micros;
use crate::write::{Write, WriteResult};
use crate::{Error, Secret};
use domain::fact::{Action, Fact};
use domain::network::{SEEN_FOR_DAYS, around};
use std::net::IpAddr;
use store::Tx;
use store::session::Session;
use store::user::User;

const DAY_US: i64 = 24 * 3_600 * 1_000_000;

/// A person who has just signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The user.
    pub user: User,
    /// The session.
    pub session: Session,
    /// Its token, for the person's cookie; it is stored nowhere else.
    pub token: Secret,
}

/// A session that is to begin.
pub(crate) struct Opening {
    pub user: User,
    /// How the second factor was proven.
    pub factor: Option<&'static str>,
    /// When a one-time code was accepted.
    pub factor_at: Option<i64>,
}

/// Begins the session of a person who has proven everything.
pub(crate) async fn open_session(
    write: &mut Write,
    opening: Opening,
    client: &Client,
    life: SessionLife,
) -> Result<WriteResult<SignedIn>, Error> {
    let Opening { user, factor, factor_at } = opening;
    let now = write.now;
    let (service, tx) = (&write.service, &mut write.tx);
    let time = service.steady_now();
    let (begun, used) = (time.saturating_sub(micros(life.max)), time.saturating_sub(micros(life.idle)));
    store::session::end_old(tx, begun, used).await?;
    let is_first = store::user::take_new(tx, user.id).await?;
    let (session, token) =
        session::begin(service, tx, user.id, client, Beginning { factor_at, is_first }).await?;
    let network = new_network(tx, user.id, client.address, now).await?;
    let fact = Fact::new(Action::UserLogin, Some(user.id))
        .with("login", user.login.as_str())
        .with("session", session.id)
        .with("agent", session.agent.as_str())
        .with("factor", factor)
        .with("new_network", network);
    Ok(WriteResult::one(SignedIn { user, session, token }, fact))
}

/// The network of an address, if the user has not signed in from it lately; it has been seen now. A user's first
/// network is new to nobody.
async fn new_network(tx: &mut Tx, user: i64, address: IpAddr, now: i64) -> Result<Option<String>, Error> {
    let network = around(address);
    let seen = store::seen_network::of_user(tx, user).await?;
    store::seen_network::see(tx, user, &network, now).await?;
    let since = now.saturating_sub(SEEN_FOR_DAYS * DAY_US);
    let is_known = seen.is_empty() || seen.iter().any(|(one, at)| *one == network && *at >= since);
    Ok((!is_known).then_some(network))
}
