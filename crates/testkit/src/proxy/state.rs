//! What the proxy is told and what it has done.

use tokio::sync::watch;

/// What the proxy does with its connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rule {
    /// All traffic passes.
    #[default]
    Pass,
    /// The next commit, on any connection, does not reach the server; its connection is closed on both sides.
    /// Then `Pass`.
    CutBeforeCommit,
    /// The next commit reaches the server and is answered, but the client does not receive the answer; the
    /// connection is closed on both sides. Then `Pass`.
    CutAfterCommit,
    /// The database is unreachable: all connections are closed, and new ones as soon as they are accepted.
    Refuse,
    /// Bytes are held on both sides, and nothing is closed. They are released under the next rule.
    Hold,
}

/// State shared by all connections.
#[derive(Debug, Default)]
pub(super) struct State {
    pub rule: Rule,
    /// How often all connections were closed. A connection that began before the last time is closed.
    pub closings: u64,
    pub cuts_before: u64,
    pub cuts_after: u64,
    pub refused: u64,
    pub stopped: bool,
}

/// Waits for a state. Its borrow ends before it returns, so that the state can be changed afterwards.
pub(super) async fn until(state: &watch::Sender<State>, such: impl FnMut(&State) -> bool) {
    // It fails only without a sender, and there is one.
    drop(state.subscribe().wait_for(such).await);
}

/// Increments a counter, without waking waiters: none of them waits for a counter.
pub(super) fn count(state: &watch::Sender<State>, counter: impl FnOnce(&mut State) -> &mut u64) {
    state.send_if_modified(|state| {
        *counter(state) += 1;
        false
    });
}
