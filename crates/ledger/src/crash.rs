//! Named points at which the crash harness kills the process. Nothing without the feature `failpoints`.

/// Ends the process with SIGKILL if the harness armed this point (`FAILPOINTS=name=17*off->return`).
pub fn point(name: &str) {
    #[cfg(feature = "failpoints")]
    fail::fail_point!(name, |_| {
        drop(rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL));
    });
    let _ = name;
}
