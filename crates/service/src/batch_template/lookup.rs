//! Which template is meant, and who may change it.

use crate::Error;
use domain::access::Reach;
use domain::code::Code;
use domain::id::TemplateId;
use domain::noun::NounId;
use domain::visible::shown;
use store::Tx;
use store::audit::Actor;
use store::batch_template::{self as stored, BatchTemplate};

/// A template that a caller wants to change, how far the caller's permission reaches, and the version that the
/// change is based on, if it names one.
#[derive(Debug, Clone, Copy)]
pub struct TemplateRequest {
    /// The template.
    pub id: TemplateId,
    /// Whether the caller may change every template or only those it saved.
    pub reach: Reach,
    /// The version.
    pub version: Option<i64>,
}

pub(crate) async fn find(tx: &mut Tx, id: TemplateId) -> Result<BatchTemplate, Error> {
    stored::get(tx, id).await?.ok_or_else(|| missing(id))
}

pub(super) fn missing(id: TemplateId) -> Error {
    Error::refused(Code::TemplateNotFound, id.tagged())
}

/// A template, locked, that the caller may change and knows as it is.
pub(super) async fn locked(
    tx: &mut Tx,
    actor: &Actor,
    request: &TemplateRequest,
) -> Result<BatchTemplate, Error> {
    let template = stored::lock(tx, request.id).await?.ok_or_else(|| missing(request.id))?;
    let is_own = template.created_by.principal == actor.author.principal;
    if request.reach == Reach::Own && !is_own {
        return Err(Error::refused(Code::Forbidden, shown(&template.name)));
    }
    if request.version.is_some_and(|version| version != template.version) {
        let (name, version) = (&template.name, template.version);
        return Err(Error::bilingual(
            Code::TemplateChanged,
            format!("{name} is at version {version}"),
            format!("{name} 当前版本为 {version}"),
        ));
    }
    Ok(template)
}
