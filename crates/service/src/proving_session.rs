//! The session of a request, for one-time codes.

use crate::Secret;

/// A session in which a request's code counts, as long as the token that the request came with is the present one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvingSession {
    /// Its id.
    pub id: i64,
    /// The hash of the token.
    pub token: Secret,
}
