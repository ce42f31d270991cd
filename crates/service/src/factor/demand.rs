//! When a verb asks for the second factor.

use super::proof::FactorUse;
use super::{code, roles};
use crate::Error;
use crate::steady::micros;
use crate::write::Write;
use domain::code::Code;
use domain::principal::Principal;
use std::time::Duration;

/// How long a code that was given in a session suffices there.
const FRESH: Duration = Duration::from_secs(300);

/// What a verb asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// A factor and a code, whatever the settings.
    Always,
    /// A code of a person who has a factor, unless one was given in this session lately; a factor of a person
    /// whose role must have one.
    StepUp,
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
    if let Some(used) = write.service.proof.used() {
        return Ok(Some(used));
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
    let roles = roles::factor_roles_in(&mut write.tx).await?;
    let found = store::user::get(&mut write.tx, user).await?;
    Ok(found.is_some_and(|user| roles.contains(&user.role)))
}

/// Whether a code was given in the request's session lately.
async fn is_fresh(write: &mut Write, user: i64) -> Result<bool, Error> {
    let Some(session) = write.service.proof.given.session.as_ref().map(|session| session.id) else {
        return Ok(false);
    };
    let found = store::session::get(&mut write.tx, session, user).await?;
    let now = write.service.steady_now();
    Ok(found.and_then(|session| session.factor_at).is_some_and(|at| fresh_until(at) > now))
}

/// Until when a code suffices that was given at a time.
pub(super) fn fresh_until(at: i64) -> i64 {
    at.saturating_add(micros(FRESH))
}
