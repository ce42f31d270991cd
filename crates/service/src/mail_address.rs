//! Where a person receives e-mails, and in which language.

use crate::write::{Write, WriteResult};
use crate::{Error, Service};
use domain::code::{Code, Language};
use domain::fact::{Action, Fact};
use domain::identity::Email;
use domain::script::Digits;
use domain::visible::shown;
use store::audit::Actor;

pub use store::mail_address::MailAddress;

/// A user's address; none if the user receives no e-mails.
pub async fn get(service: &Service, user: i64) -> Result<Option<MailAddress>, Error> {
    let mut tx = service.store.point_read().await?;
    Ok(store::mail_address::get(&mut tx, user).await?)
}

/// Sets a user's address, or removes it, and returns it.
pub async fn set(
    service: &Service,
    actor: &Actor,
    user: i64,
    new: Option<(&str, Language)>,
) -> Result<Option<MailAddress>, Error> {
    let mut write = service.step(actor, Action::UserMailAddress).await?;
    write.about.id = Some(user);
    let done = set_in(&mut write, user, new).await;
    write.end_unkept(done).await
}

async fn set_in(
    write: &mut Write,
    user: i64,
    new: Option<(&str, Language)>,
) -> Result<WriteResult<Option<MailAddress>>, Error> {
    let address = match new {
        Some((email, language)) => {
            let read = Email::parse(email, Digits::Refuse);
            let email = read.map(String::from).map_err(|code| Error::refused(code, shown(email)))?;
            Some(MailAddress { user, email, language })
        }
        None => None,
    };
    let missing = || Error::refused(Code::UserNotFound, user.to_string());
    let (found, _) = store::user::lock(&mut write.tx, user).await?.ok_or_else(missing)?;
    match &address {
        Some(address) => store::mail_address::set(&mut write.tx, address).await?,
        None => store::mail_address::delete(&mut write.tx, user).await?,
    }
    let fact = Fact::new(Action::UserMailAddress, Some(user))
        .with("login", found.login)
        .with("email", address.as_ref().map(|address| address.email.as_str()));
    Ok(WriteResult::one(address, fact))
}
