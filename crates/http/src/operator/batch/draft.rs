//! Common to all edits of a draft: the version they are based on, and the remark that editing another
//! person's draft rules out approving it.

use crate::kit::answer::Message;
use crate::kit::problem::OperatorProblem;
use crate::kit::version::if_match;
use crate::kit::who::Who;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::batch_ref::BatchRef;
use service::batch::BatchRequest;
use service::identity::Who as Asker;
use service::{Author, Principal};

const SOMEBODY_ELSES: Message = Message {
    english: "it was created by somebody else: you will not be able to approve it",
    chinese: "该批次由他人创建，您将无法审批",
};

/// The draft version an edit is based on: the header `If-Match`, as `"3"` or `3`. Without it, or with `*`,
/// the edit applies to any version.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OnVersion(pub Option<i64>);

impl<S: Send + Sync> FromRequestParts<S> for OnVersion {
    type Rejection = OperatorProblem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, OperatorProblem> {
        Ok(Self(if_match(&parts.headers)?))
    }
}

/// A request for a batch, limited to the batches the caller may access.
pub(crate) const fn ask(who: &Who, batch: BatchRef) -> BatchRequest<'static> {
    BatchRequest::of(batch).within(who.reach)
}

/// The remark for a person who edits or submits a batch that somebody else created.
pub(crate) fn remark(who: &Who, made_by: &Author) -> Option<Message> {
    let is_person = matches!(who.identity.who, Asker::Person { .. });
    let is_own = matches!(made_by.principal, Principal::User(_) | Principal::Key(_))
        && made_by.principal == who.actor().author.principal;
    (is_person && !is_own).then_some(SOMEBODY_ELSES)
}
