//! Process limits of the server: descriptors for its connections, and protection of its memory.

use rustix::process::{DumpableBehavior, Resource, Rlimit, getrlimit, set_dumpable_behavior, setrlimit};

/// Maximum concurrent connections, where the system allows that many.
const CONNECTIONS_MAX: u64 = 20_000;
/// Descriptors for everything else: the database, files, connections beyond the bound.
const OTHER_FILES: u64 = 128;

/// The maximum number of connections: as many as there are descriptors for, after raising the soft limit to
/// the hard limit. A flood of connections then takes no descriptor that the ledger needs.
pub(super) fn connections() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let all = Rlimit { current: limit.maximum, maximum: limit.maximum };
    let files = match setrlimit(Resource::Nofile, all) {
        Ok(()) => limit.maximum,
        Err(error) => {
            tracing::warn!(%error, "could not raise the limit of open files");
            limit.current
        }
    };
    let files = files.unwrap_or(u64::MAX);
    // A quarter if there are very few: the spare descriptors of the listener then have to suffice.
    let connections = files.saturating_sub(OTHER_FILES).max(files / 4).min(CONNECTIONS_MAX);
    usize::try_from(connections).unwrap_or(usize::MAX)
}

/// Keeps keys, cookies and passwords out of files: a crash writes no core dump, and no other process of the
/// same user can attach to this one.
pub(super) fn disable_core_dumps_unless(are_enabled: bool) {
    if are_enabled {
        return;
    }
    // The kernel checks the dumpable flag before piping a core to a collector, and the limit before writing a
    // file.
    let hidden = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    let none = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    if let Err(error) = hidden.and(none) {
        tracing::warn!(%error, "could not disable core dumps: a crash may write the server's memory, including secrets, to a file");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::process::dumpable_behavior;

    #[test]
    fn memory_of_the_server_is_protected_unless_core_dumps_are_enabled() {
        disable_core_dumps_unless(true);
        assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::Dumpable);
        disable_core_dumps_unless(false);
        assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
        assert_eq!(getrlimit(Resource::Core), Rlimit { current: Some(0), maximum: Some(0) });
    }

    #[test]
    fn connections_leave_descriptors_for_the_ledger() {
        let (connections, limit) = (connections(), getrlimit(Resource::Nofile));
        assert_eq!(limit.current, limit.maximum);
        let files = limit.current.unwrap_or(u64::MAX);
        assert!(connections > 0 && u64::try_from(connections).unwrap() < files);
    }
}
