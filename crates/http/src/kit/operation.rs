//! What every operation of the API has beside its handler: the surface it belongs to, and the codes that follow
//! from its shape (its audience, body, query and method).

use domain::code::Code;

/// Codes, by groups (see [`domain::code::groups`]).
pub(crate) type Groups = &'static [&'static [Code]];

/// The part of the API that a route belongs to, which determines the status of a wrong state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Surface {
    /// The operator's API (document 000): 400.
    Operator,
    /// All other APIs: 409.
    Other,
}

/// Any operation.
pub(crate) const ANY: &[Code] = &[
    Code::AuthRequired,
    Code::HostInvalid,
    Code::HostUnknown,
    Code::RateLimited,
    Code::ServerBusy,
    Code::ServerAway,
    Code::RequestTimeout,
    Code::ServerFault,
];
/// Operations that not every caller may use.
pub(crate) const RESTRICTED: &[Code] = &[Code::Forbidden];
/// Operations with a body.
pub(crate) const WITH_BODY: &[Code] = &[
    Code::BodyMalformed,
    Code::BodyInvalid,
    Code::BodyTooLarge,
    Code::BodyTooSlow,
    Code::ContentTypeUnsupported,
    Code::OriginForbidden,
];
/// Operations that write.
pub(crate) const WRITING: &[Code] =
    &[Code::StorageFull, Code::AnswerLost, Code::WriteUnconfirmed, Code::LedgerMoved, Code::LedgerBehind];
/// POST operations that take an `Idempotency-Key`.
pub(crate) const REPEATABLE: &[Code] = &[
    Code::IdempotencyKeyInvalid,
    Code::IdempotencyKeyReused,
    Code::IdempotencyKeyBusy,
    Code::AnswerUnreadable,
];
/// Operations with a query.
pub(crate) const WITH_QUERY: &[Code] = &[Code::QueryInvalid];

/// Codes that any operation may return.
pub(crate) const COMMON: Groups = &[ANY, RESTRICTED, WITH_BODY, WRITING, REPEATABLE, WITH_QUERY];

/// Whether groups contain a code.
pub(crate) fn contains(groups: Groups, code: Code) -> bool {
    groups.iter().any(|group| group.contains(&code))
}
