//! The second factor of a person: what a request proves of it, and when one is asked for (contract: "People,
//! approvals, second factor").
//!
//! A verb that asks for it calls [`demand`] in its transaction, after right, state and content were checked: the
//! code is used up by that transaction, so only by a request that it lets through. A wrong code is counted once
//! the transaction has rolled back (`guess`).
//!
//! `enrol` sets a factor up, `remove` ends one, `recovery` has the codes for a lost device, `cooling` says who may
//! not approve yet.

mod code;
mod cooling;
mod enrol;
pub(crate) mod guess;
pub(crate) mod recovery;
mod remove;
mod standing;

pub use enrol::{Enrolling, confirm, enrol};
pub use recovery::renew;
pub use remove::{remove, reset};
pub use standing::{FactorStanding, since, standing};

pub(crate) use code::{matches_now, use_step_of};
pub(crate) use cooling::{Maker, approves_from, may_approve, sponsored};

use crate::write::Write;
use crate::{Error, Secret, Service, setting};
use domain::code::Code;
use domain::principal::Principal;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::{Mutex, OwnedMutexGuard};

/// How long a code that was given in a session suffices there.
const FRESH: Duration = Duration::from_secs(300);
/// How long a person who was added, promoted or reset approves nothing, as shipped.
pub const COOLING_SHIPPED: Duration = Duration::from_secs(24 * 3_600);
/// The locks among which the people are divided.
const TURNS: usize = 64;

/// What a request proves of its person.
#[derive(Debug, Clone, Default)]
pub struct Proof {
    /// The session that it was made in.
    pub session: Option<i64>,
    /// The one-time code that came with it.
    pub code: Option<Secret>,
}

/// A code that was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FactorUse {
    /// The code's time step.
    pub step: i64,
}

/// What a verb asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// A factor and a code, whatever the settings.
    Always,
    /// A code of a person who has a factor, unless one was given in this session lately; a factor of a person
    /// whose role must have one.
    StepUp,
}

/// A request's proof, and what became of its code: one code may decide several things in one request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Proven {
    pub given: Proof,
    accepted: Arc<OnceLock<FactorUse>>,
}

/// One request with a code at a time, for each person: wrong codes are counted one by one.
#[derive(Debug, Clone)]
pub(crate) struct Turns(Arc<[Arc<Mutex<()>>]>);

/// A person's turn.
pub(crate) type Turn = OwnedMutexGuard<()>;

impl Default for Turns {
    fn default() -> Self {
        Self((0..TURNS).map(|_| Arc::default()).collect())
    }
}

impl Service {
    /// This service, for a request that proves this much of its person.
    #[must_use]
    pub fn with_proof(self, proof: Proof) -> Self {
        Self { proof: Proven { given: proof, accepted: Arc::default() }, ..self }
    }

    /// This service with another cooling-off for approvers.
    #[must_use]
    pub fn cooling_for(self, approver_cooling: Duration) -> Self {
        Self { approver_cooling, ..self }
    }

    /// Waits for a person's turn, if the request has a code of that person. Taken before a transaction is opened:
    /// the one that holds the turn may need the writer to count a wrong code.
    pub(crate) async fn turn(&self, principal: Principal) -> Option<Turn> {
        let (Principal::User(user), Some(_)) = (principal, &self.proof.given.code) else { return None };
        let place = usize::try_from(user).unwrap_or_default() % TURNS;
        match self.turns.0.get(place) {
            Some(turn) => Some(Arc::clone(turn).lock_owned().await),
            None => None,
        }
    }
}

impl Proven {
    /// Records that the request's code was used up by a transaction that has committed.
    pub(crate) fn accept(&self, used: FactorUse) {
        // A second use of the same code in the same request is the same use.
        self.accepted.get_or_init(|| used);
    }
}

/// Asks for the second factor of the person behind a write, and uses its code up. Programs have no factor: a key's
/// scopes say what it may do; the command line has the disk.
pub(crate) async fn demand(write: &mut Write, need: Need) -> Result<Option<FactorUse>, Error> {
    let Principal::User(user) = write.actor.author.principal else {
        return match need {
            Need::StepUp => Ok(None),
            Need::Always => Err(Code::TotpNotEnrolled.into()),
        };
    };
    if let Some(used) = write.service.proof.accepted.get() {
        return Ok(Some(*used));
    }
    if store::factor::get(&mut write.tx, user).await?.is_none() {
        let is_needed = need == Need::Always || must_have(write, user).await?;
        return if is_needed { Err(Code::TotpNotEnrolled.into()) } else { Ok(None) };
    }
    match write.service.proof.given.code.clone() {
        Some(code) => code::accept(write, user, &code).await.map(Some),
        None if need == Need::StepUp && is_fresh(write, user).await? => Ok(None),
        None => Err(Code::FactorRequired.into()),
    }
}

/// Whether the settings require a factor of this user's role.
async fn must_have(write: &mut Write, user: i64) -> Result<bool, Error> {
    let roles = setting::factor_roles_in(&mut write.tx).await?;
    let found = store::user::get(&mut write.tx, user).await?;
    Ok(found.is_some_and(|user| roles.contains(&user.role)))
}

/// Whether a code was given in the request's session lately.
async fn is_fresh(write: &mut Write, user: i64) -> Result<bool, Error> {
    let Some(session) = write.service.proof.given.session else { return Ok(false) };
    let found = store::session::get(&mut write.tx, session, user).await?;
    let now = write.service.steady_now();
    Ok(found.and_then(|session| session.factor_at).is_some_and(|at| fresh_until(at) > now))
}

/// Until when a code suffices that was given at a time.
fn fresh_until(at: i64) -> i64 {
    at.saturating_add(crate::session::micros(FRESH))
}

/// The name under which a user's secret is sealed and its used time steps are kept.
pub(crate) fn owner(user: i64) -> String {
    format!("user:{user}")
}
