//! Named points at which the crash harness kills the process. Nothing without the feature `failpoints`.

/// Ends the process with SIGKILL if the harness armed this point (`FAILPOINTS=name=17*off->return`).
pub fn point(name: &str) {
    #[cfg(feature = "failpoints")]
    fail::fail_point!(name, |_| {
        use rustix::process::{Signal, getpid, kill_process};
        // A kill of oneself cannot be refused.
        let _ = kill_process(getpid(), Signal::KILL);
    });
    let _ = name;
}
