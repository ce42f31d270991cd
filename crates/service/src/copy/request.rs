//! A copy that is requested.

use crate::Service;
use store::audit::Actor;

/// What is copied, where to, and for whom.
#[derive(Debug)]
pub struct Copy<'a> {
    /// The source.
    pub from: &'a Service,
    /// The target: an empty schema, or an unfinished copy of the same source.
    pub to: &'a Service,
    /// The source's display name, without secrets.
    pub from_shown: &'a str,
    /// The target's display name, without secrets.
    pub to_shown: &'a str,
    /// Rows per page, and so per transaction.
    pub page: usize,
    /// Whether the source stays in use afterwards.
    pub keep: bool,
    /// The actor for the audit log.
    pub actor: &'a Actor,
}
