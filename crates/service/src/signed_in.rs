//! The end of every way to sign in: the session of a person who has proven everything begins.

use crate::session::{self, Beginning, Client, SessionLife};
use crate::steady::micros;
use crate::write::{Write, WriteResult};
use crate::{Error, Secret};
use domain::fact::{Action, Fact};
use store::session::Session;
use store::user::User;

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
    let (service, tx) = (&write.service, &mut write.tx);
    let time = service.steady_now();
    let (begun, used) = (time.saturating_sub(micros(life.max)), time.saturating_sub(micros(life.idle)));
    store::session::end_old(tx, begun, used).await?;
    let is_first = store::user::take_new(tx, user.id).await?;
    let (session, token) =
        session::begin(service, tx, user.id, client, Beginning { factor_at, is_first }).await?;
    let fact = Fact::new(Action::UserLogin, Some(user.id))
        .with("session", session.id)
        .with("agent", session.agent.as_str())
        .with("factor", factor);
    Ok(WriteResult::one(SignedIn { user, session, token }, fact))
}
