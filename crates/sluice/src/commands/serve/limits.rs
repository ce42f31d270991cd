//! What the server asks of the system: descriptors for its connections, and that nobody reads its memory.

use rustix::process::{DumpableBehavior, Resource, Rlimit, getrlimit, set_dumpable_behavior, setrlimit};

/// Connections at once, where the system allows so many.
const CONNECTIONS_MAX: u64 = 20_000;
/// Descriptors for all else: the database, files, connections beyond the bound.
const OTHER_FILES: u64 = 128;

/// How many connections there may be: as many as there are descriptors for, once the process has all that the
/// system allows it. So a flood of connections takes no descriptor that the ledger needs.
pub(super) fn connections() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let all = Rlimit { current: limit.maximum, maximum: limit.maximum };
    let files = match setrlimit(Resource::Nofile, all) {
        Ok(()) => limit.maximum,
        Err(error) => {
            tracing::warn!(%error, "the limit of open files stays as it is");
            limit.current
        }
    };
    let files = files.unwrap_or(u64::MAX);
    // Half of very few: then the spare descriptors of the listener have to do.
    let connections = files.saturating_sub(OTHER_FILES).max(files / 4).min(CONNECTIONS_MAX);
    usize::try_from(connections).unwrap_or(usize::MAX)
}

/// Keeps keys, cookies and passwords out of files: a crash writes no core, and no other process of the same user
/// attaches to this one.
pub(super) fn keep_memory_apart(core_dumps: bool) {
    if core_dumps {
        return;
    }
    // A collector of cores that the kernel pipes into asks the first, a file the second.
    let hidden = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    let none = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    if let Err(error) = hidden.and(none) {
        tracing::warn!(%error, "a crash may write the memory of the server, with secrets in it, into a file");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::process::dumpable_behavior;

    #[test]
    fn nobody_reads_the_memory_of_the_server_unless_it_is_set_so() {
        keep_memory_apart(true);
        assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::Dumpable);
        keep_memory_apart(false);
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
