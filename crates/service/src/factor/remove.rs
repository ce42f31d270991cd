//! Ending a factor: by its person with a code, or by another administrator for a person who lost the device.

use super::code::owner;
use super::cooling::sponsored;
use super::demand::{Need, demand};
use super::enrol::pending;
use crate::write::{Write, WriteResult, claimed};
use crate::{Error, Service, session};
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::principal::{Principal, SponsorDeed};
use store::Tx;
use store::audit::Actor;
use store::user::User;

/// Removes the caller's factor and recovery codes. Needs a one-time code; the person's other sessions end.
pub async fn remove(service: &Service, actor: &Actor, (user, session): (i64, i64)) -> Result<(), Error> {
    let mut write = service.step(actor, Action::UserTotpRemove).await?;
    write.about.id = Some(user);
    let done = remove_in(&mut write, user, session).await;
    write.end(done).await
}

async fn remove_in(write: &mut Write, user: i64, session: i64) -> Result<WriteResult<()>, Error> {
    let (found, _) = store::user::lock(&mut write.tx, user).await?.ok_or(Code::AuthRequired)?;
    demand(write, Need::Always).await?;
    delete(&mut write.tx, user).await?;
    let ended = session::end_others(&mut write.tx, user, session).await?;
    let fact =
        Fact::new(Action::UserTotpRemove, Some(user)).with("login", found.login).with("sessions", ended);
    Ok(WriteResult::one((), fact))
}

/// Resets the factor of somebody else: the person signs in with the password alone, and enrols again. All of the
/// person's sessions end, and the person approves nothing for a while.
pub async fn reset(service: &Service, actor: &Actor, id: i64) -> Result<User, Error> {
    let mut write = claimed!(service.write(actor, Action::UserTotpReset));
    write.about.id = Some(id);
    let done = reset_in(&mut write, id).await;
    write.end(done).await
}

async fn reset_in(write: &mut Write, id: i64) -> Result<WriteResult<User>, Error> {
    let by = write.actor.author.principal;
    if by == Principal::User(id) {
        return Err(Code::TotpResetOwn.into());
    }
    let missing = || Error::refused(Code::UserNotFound, id.to_string());
    let (user, _) = store::user::lock(&mut write.tx, id).await?.ok_or_else(missing)?;
    if store::factor::get(&mut write.tx, id).await?.is_none() {
        return Err(Error::refused(Code::UserWithoutTotp, user.login));
    }
    demand(write, Need::StepUp).await?;
    let now = write.now;
    delete(&mut write.tx, id).await?;
    let ended = session::end_all(&mut write.tx, id).await?;
    sponsored(&mut write.tx, id, by, SponsorDeed::TotpReset, now).await?;
    let fact =
        Fact::new(Action::UserTotpReset, Some(id)).with("login", user.login.as_str()).with("sessions", ended);
    Ok(WriteResult::one(user, fact))
}

async fn delete(tx: &mut Tx, user: i64) -> Result<(), Error> {
    store::factor::delete(tx, user).await?;
    store::factor::end_begun(tx, user).await?;
    store::recovery_code::end_of_user(tx, user).await?;
    store::sealed_secret::delete(tx, &owner(user)).await?;
    store::sealed_secret::delete(tx, &pending(user)).await?;
    Ok(())
}
