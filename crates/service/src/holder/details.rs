//! A holder's details, as a request gives them and as they are stored.

use crate::{Error, visible};
use domain::code::Code;
use domain::id::HolderId;
use domain::identity::{Email, Uid};
use domain::noun::NounId;
use domain::script::Digits;
use domain::visible::shown;

/// A holder's details. E-mail address and uid are unique; a holder with neither is identified by its name.
#[derive(Debug, Clone, Default)]
pub struct NewHolder {
    /// Its name.
    pub name: String,
    /// Its e-mail address.
    pub email: Option<String>,
    /// Its number with the organisation.
    pub uid: Option<String>,
}

impl NewHolder {
    /// The details as stored: each value trimmed and normalised.
    pub(crate) fn clean(&self) -> Result<Self, Error> {
        Ok(Self {
            name: visible(&self.name)?,
            email: self.email.as_deref().map(email).transpose()?,
            uid: self.uid.as_deref().map(uid).transpose()?,
        })
    }

    /// Whether it has neither an e-mail address nor a uid, so that its name alone identifies it.
    pub(crate) const fn is_nameless(&self) -> bool {
        self.email.is_none() && self.uid.is_none()
    }
}

/// An e-mail address as stored.
pub(crate) fn email(text: &str) -> Result<String, Error> {
    Email::parse(text, Digits::Fold).map(String::from).map_err(|code| Error::refused(code, shown(text)))
}

/// A uid as stored.
pub(crate) fn uid(text: &str) -> Result<String, Error> {
    Uid::parse(text, Digits::Fold).map(String::from).map_err(|code| Error::refused(code, shown(text)))
}

/// The refusal for a holder that does not exist.
pub(crate) fn missing(id: HolderId) -> Error {
    Error::refused(Code::HolderNotFound, id.tagged())
}
