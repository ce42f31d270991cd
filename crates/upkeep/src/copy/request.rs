//! A copy that is requested.

use ledger::Clock;
use store::Store;
use store::audit::Actor;

/// What is copied, where to, and for whom.
#[derive(Debug)]
pub struct Copy<'a> {
    /// The source.
    pub from: &'a Store,
    /// The target: an empty schema, or an unfinished copy of the same source.
    pub to: &'a Store,
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
    /// The time for the audit log.
    pub clock: &'a dyn Clock,
}
