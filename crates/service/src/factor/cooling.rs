//! Who may not approve yet, and what (contract: "No administrator is four eyes alone"). An administrator could act
//! as a person of their own making: one that the administrator added, promoted, or whose password or factor the
//! administrator reset.

use crate::steady::micros;
use crate::{Error, Refusal, Service};
use domain::code::Code;
use domain::principal::{Principal, SponsorDeed};
use hashbrown::HashMap;
use jiff::Timestamp;
use serde_json::json;
use std::time::Duration;
use store::Tx;
use store::factor::Factor;
use store::sponsor::Sponsor;
use store::user::User;

/// How long a person who was added, promoted or reset approves nothing, as shipped.
pub const COOLING_SHIPPED: Duration = Duration::from_secs(24 * 3_600);

/// One that made, edited or submitted a batch, and when for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Maker {
    /// The user, the key, or the person who made the key.
    pub principal: Principal,
    /// Microseconds UTC.
    pub at: i64,
}

impl Service {
    /// This service with another cooling-off for approvers.
    #[must_use]
    pub fn cooling_for(self, approver_cooling: Duration) -> Self {
        Self { approver_cooling, ..self }
    }
}

/// Records what somebody did to a user that calls for a cooling-off. What users do to themselves is not.
pub(crate) async fn sponsored(
    tx: &mut Tx,
    user: i64,
    by: Principal,
    deed: SponsorDeed,
    now: i64,
) -> Result<(), Error> {
    if by != Principal::User(user) {
        store::sponsor::record(tx, user, Sponsor { principal: by, deed, at: now }).await?;
    }
    Ok(())
}

/// Refuses an approval by a person who is cooling off, and of what one of the person's sponsors made by then. That
/// the person did not make it as well is the caller's to check.
pub(crate) async fn may_approve(
    service: &Service,
    tx: &mut Tx,
    user: &User,
    makers: &[Maker],
    now: i64,
) -> Result<(), Error> {
    let factor = store::factor::get(tx, user.id).await?;
    let deeds = store::sponsor::of_user(tx, user.id).await?;
    let from = ends(service.approver_cooling, factor, &deeds);
    if from > now {
        return Err(cooling(from));
    }
    match is_of_a_sponsor(&deeds, makers) {
        true => Err(Error::refused(Code::ApproverSponsored, user.login.as_str())),
        false => Ok(()),
    }
}

/// Those of the users who could approve now what these made: they have a factor, and [`may_approve`] refuses none.
pub(crate) async fn able(
    service: &Service,
    tx: &mut Tx,
    mut people: Vec<User>,
    makers: &[Maker],
    now: i64,
) -> Result<Vec<User>, Error> {
    let ids: Vec<i64> = people.iter().map(|user| user.id).collect();
    let factors = store::factor::of_users(tx, ids.clone()).await?;
    let factors: HashMap<i64, Factor> = factors.into_iter().map(|factor| (factor.user, factor)).collect();
    let mut deeds: HashMap<i64, Vec<Sponsor>> = HashMap::new();
    for (user, deed) in store::sponsor::of_users(tx, ids).await? {
        deeds.entry(user).or_default().push(deed);
    }
    people.retain(|user| {
        let factor = factors.get(&user.id).copied();
        let deeds = deeds.remove(&user.id).unwrap_or_default();
        Ability::of(service.approver_cooling, factor, deeds, now).covers(makers)
    });
    Ok(people)
}

/// What a person could approve now, found once for many batches.
#[derive(Debug)]
pub(crate) struct Ability {
    is_ready: bool,
    deeds: Vec<Sponsor>,
}

impl Ability {
    fn of(cooling: Duration, factor: Option<Factor>, deeds: Vec<Sponsor>, now: i64) -> Self {
        Self { is_ready: factor.is_some() && ends(cooling, factor, &deeds) <= now, deeds }
    }

    /// Whether the person could approve what these made.
    pub(crate) fn covers(&self, makers: &[Maker]) -> bool {
        self.is_ready && !is_of_a_sponsor(&self.deeds, makers)
    }
}

/// What a user could approve now.
pub(crate) async fn ability(service: &Service, tx: &mut Tx, user: i64) -> Result<Ability, Error> {
    let factor = store::factor::get(tx, user).await?;
    let deeds = store::sponsor::of_user(tx, user).await?;
    Ok(Ability::of(service.approver_cooling, factor, deeds, service.now()))
}

/// When a user's cooling-off ends, or ended: after the latest deed of a sponsor, and after a factor that was not
/// enrolled in the user's first session.
pub(crate) async fn approves_from(service: &Service, tx: &mut Tx, user: i64) -> Result<i64, Error> {
    let deeds = store::sponsor::of_user(tx, user).await?;
    Ok(ends(service.approver_cooling, store::factor::get(tx, user).await?, &deeds))
}

fn ends(cooling: Duration, factor: Option<Factor>, deeds: &[Sponsor]) -> i64 {
    let enrolled = factor.filter(|factor| !factor.is_initial).map(|factor| factor.since);
    let last = deeds.iter().map(|deed| deed.at).chain(enrolled).max();
    last.map_or(i64::MIN, |at| at.saturating_add(micros(cooling)))
}

/// Whether somebody who added, promoted or reset the person had made it by then.
fn is_of_a_sponsor(deeds: &[Sponsor], makers: &[Maker]) -> bool {
    let made =
        |deed: &Sponsor| makers.iter().any(|maker| maker.principal == deed.principal && maker.at <= deed.at);
    deeds.iter().any(made)
}

fn cooling(from: i64) -> Error {
    let time = Timestamp::from_microsecond(from).unwrap_or_default().to_string();
    let refusal = Refusal::bilingual(
        Code::ApproverCooling,
        format!("you can approve from {time} on"),
        format!("{time} 起可审批"),
    );
    Error::Refused(Refusal { data: Some(json!({ "approvesFrom": time })), ..refusal })
}

#[cfg(test)]
#[path = "cooling_tests.rs"]
mod tests;
