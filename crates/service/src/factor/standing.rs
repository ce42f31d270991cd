//! What a person's second factor looks like from outside.

use super::cooling::approves_from;
use super::demand::fresh_until;
use super::roles::factor_roles_in;
use crate::{Error, Service};
use store::user::User;

/// A person's factor, as the person sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FactorStanding {
    /// When it was confirmed; none: the person has no factor.
    pub since: Option<i64>,
    /// Whether the settings require one of the person's role.
    pub is_required: bool,
    /// Recovery codes that are left.
    pub recovery_codes: i64,
    /// Until when the session needs no further code; none: it needs one.
    pub fresh_until: Option<i64>,
    /// When the person's cooling-off ends; none: it has ended.
    pub approves_from: Option<i64>,
}

/// The factor of a person, seen from one of the person's sessions.
pub async fn standing(service: &Service, user: &User, session: i64) -> Result<FactorStanding, Error> {
    let mut tx = service.store.read().await?;
    let (now, steady) = (service.now(), service.steady_now());
    let factor = store::factor::get(&mut tx, user.id).await?;
    let found = store::session::get(&mut tx, session, user.id).await?;
    let proven = found.and_then(|session| session.factor_at).map(fresh_until);
    Ok(FactorStanding {
        since: factor.map(|factor| factor.since),
        is_required: factor_roles_in(&mut tx).await?.contains(&user.role),
        recovery_codes: store::recovery_code::count(&mut tx, user.id).await?,
        fresh_until: proven.filter(|until| *until > steady),
        approves_from: Some(approves_from(service, &mut tx, user.id).await?).filter(|from| *from > now),
    })
}

/// Those of the users who have a factor, each with when it was confirmed.
pub async fn since(service: &Service, users: &[User]) -> Result<Vec<(i64, i64)>, Error> {
    let mut ids: Vec<i64> = users.iter().map(|user| user.id).collect();
    ids.sort_unstable();
    let mut tx = service.store.read().await?;
    let found = store::factor::of_users(&mut tx, ids).await?;
    Ok(found.into_iter().map(|factor| (factor.user, factor.since)).collect())
}
