//! Named points at which the crash harness kills the process. Does nothing without the feature `failpoints`.

/// Kills the process with SIGKILL if the harness armed this point (`FAILPOINTS=name=17*off->return`).
pub fn point(name: &str) {
    #[cfg(feature = "failpoints")]
    fail::fail_point!(name, |_| {
        use rustix::process::{Signal, getpid, kill_process};
        // A process can always kill itself.
        let _ = kill_process(getpid(), Signal::KILL);
    });
    let _ = name;
}
