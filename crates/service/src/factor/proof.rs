//! What a request proves of its person, and the turns in which codes are tried.

use crate::proving_session::ProvingSession;
use crate::{Secret, Service};
use domain::principal::Principal;
use std::sync::{Arc, OnceLock};
use tokio::sync::{Mutex, OwnedMutexGuard};

/// The locks among which the people are divided.
const TURNS: usize = 64;

/// What a request proves of its person.
#[derive(Debug, Clone, Default)]
pub struct Proof {
    /// The session that it was made in.
    pub session: Option<ProvingSession>,
    /// The one-time code that came with it.
    pub code: Option<Secret>,
    /// Where the session's new token is found after the code was accepted.
    pub renewed: Renewed,
}

/// The new token that a request's session got when the request's code was accepted in it.
#[derive(Debug, Clone, Default)]
pub struct Renewed(Arc<OnceLock<Secret>>);

impl Renewed {
    /// The token, for the person's cookie; it is stored nowhere else.
    #[must_use]
    pub fn token(&self) -> Option<&Secret> {
        self.0.get()
    }
}

/// A code that was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FactorUse {
    /// The code's time step.
    pub step: i64,
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
    /// The code that was accepted, if one was.
    pub(crate) fn used(&self) -> Option<FactorUse> {
        self.accepted.get().copied()
    }

    /// Records that the request's code was used up by a transaction that has committed.
    pub(crate) fn accept(&self, used: FactorUse) {
        // A second use of the same code in the same request is the same use.
        self.accepted.get_or_init(|| used);
    }

    /// Hands over the session's new token, after the transaction that stored it has committed.
    pub(crate) fn renew(&self, token: Secret) {
        self.given.renewed.0.get_or_init(|| token);
    }
}
