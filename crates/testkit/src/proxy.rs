//! A proxy before a PostgreSQL server that takes the connection away at the moment of a commit, or the whole
//! database, or holds everything still. What happens next is a [`Rule`], set at any time.
//!
//! It has a thread and a runtime of its own, so that a test may block while its connections go on. To add a
//! rule: a variant of [`Rule`], its moment in `proxy/connection.rs`, a test in `tests/it/proxy.rs`.

mod connection;
mod wire;

use crate::postgres::parts;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::thread::JoinHandle;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// What the proxy does with its connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rule {
    /// Everything goes on.
    #[default]
    Pass,
    /// The next commit, of whichever connection, does not reach the server; its connection is closed on both
    /// sides. Then `Pass`.
    CutBeforeCommit,
    /// The next commit reaches the server and is answered, but the client does not get the answer; the
    /// connection is closed on both sides. Then `Pass`.
    CutAfterCommit,
    /// The database is away: all connections are closed, and new ones as soon as they are accepted.
    Refuse,
    /// Bytes wait on both sides, and nothing is closed. They go on under the next rule.
    Hold,
}

/// What all connections look at.
#[derive(Debug, Default)]
struct State {
    rule: Rule,
    /// How often all connections were closed. One that began before the last time is closed.
    closings: u64,
    cuts_before: u64,
    cuts_after: u64,
    refused: u64,
    stopped: bool,
}

/// A running proxy; it ends, with all its connections, when it is dropped.
#[derive(Debug)]
pub struct Proxy {
    state: watch::Sender<State>,
    address: SocketAddr,
    thread: Option<JoinHandle<()>>,
}

impl Proxy {
    /// Starts a proxy on a free port of 127.0.0.1. The target need not be there yet.
    ///
    /// # Panics
    /// If there is no free port.
    pub async fn start(target: SocketAddr) -> Self {
        Self::start_blocking(target)
    }

    /// Like [`Proxy::start`], for a test without a runtime.
    ///
    /// # Panics
    /// If there is no free port.
    #[must_use]
    pub fn start_blocking(target: SocketAddr) -> Self {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let state = watch::Sender::new(State::default());
        let seen = state.clone();
        let run = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(serve(listener, target, seen)).unwrap();
        };
        Self { state, address, thread: Some(std::thread::spawn(run)) }
    }

    /// Where clients connect to.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL of a database with this proxy in the place of its host and port.
    ///
    /// # Panics
    /// If it is not a URL.
    #[must_use]
    pub fn url(&self, database_url: &str) -> String {
        let (before, _, after) = parts(database_url).unwrap_or_else(|| panic!("{database_url} is not a URL"));
        format!("{before}{}{after}", self.address)
    }

    /// From now on this holds, for connections that are there and for new ones.
    pub fn set(&self, rule: Rule) {
        self.state.send_modify(|state| {
            state.rule = rule;
            state.closings += u64::from(rule == Rule::Refuse);
        });
    }

    /// The rule that holds now.
    #[must_use]
    pub fn rule(&self) -> Rule {
        self.state.borrow().rule
    }

    /// How many commits were cut, before and after. A cut is counted before the client can see it; one after
    /// the commit when the server has answered.
    #[must_use]
    pub fn fired(&self) -> u64 {
        self.fired_by(Rule::CutBeforeCommit) + self.fired_by(Rule::CutAfterCommit)
    }

    /// How often one rule fired. For [`Rule::Refuse`] that is the number of connections it closed; the rules
    /// that close nothing never fire.
    #[must_use]
    pub fn fired_by(&self, rule: Rule) -> u64 {
        let state = self.state.borrow();
        match rule {
            Rule::CutBeforeCommit => state.cuts_before,
            Rule::CutAfterCommit => state.cuts_after,
            Rule::Refuse => state.refused,
            Rule::Pass | Rule::Hold => 0,
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.state.send_modify(|state| state.stopped = true);
        // Its panic was printed when it happened, and a second one here would end the process.
        drop(self.thread.take().map(JoinHandle::join));
    }
}

/// Accepts until the proxy stops. The connections end with the runtime.
async fn serve(
    listener: std::net::TcpListener,
    target: SocketAddr,
    state: watch::Sender<State>,
) -> io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    loop {
        let accepted = tokio::select! {
            () = until(&state, |state| state.stopped) => return Ok(()),
            accepted = listener.accept() => accepted,
        };
        // A client that has gone away before it was accepted is nobody's error.
        let Ok((client, _)) = accepted else { continue };
        let (rule, closings) = {
            let state = state.borrow();
            (state.rule, state.closings)
        };
        if rule == Rule::Refuse {
            count(&state, |state| &mut state.refused);
        } else {
            tokio::spawn(connection::run(client, target, state.clone(), closings));
        }
    }
}

/// Waits for a state. What it saw is let go before it returns, so that the state can be changed then.
async fn until(state: &watch::Sender<State>, such: impl FnMut(&State) -> bool) {
    // It fails only without a sender, and here is one.
    drop(state.subscribe().wait_for(such).await);
}

/// Raises a counter; nobody waits for those.
fn count(state: &watch::Sender<State>, counter: impl FnOnce(&mut State) -> &mut u64) {
    state.send_if_modified(|state| {
        *counter(state) += 1;
        false
    });
}
