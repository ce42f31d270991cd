//! A proxy in front of a PostgreSQL server that cuts the connection at the moment of a commit, makes the
//! whole database unreachable, or holds all traffic. A [`Rule`] determines what happens next and can be set
//! at any time.
//!
//! It has its own thread and runtime, so that a test may block while its connections keep working. To add a
//! rule, add a variant of [`Rule`], its moment in `proxy/connection.rs`, and a test in `tests/it/proxy.rs`.

mod connection;
mod state;
mod wire;

use crate::postgres::parts;
pub use state::Rule;
use state::{State, count, until};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::thread::JoinHandle;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// A running proxy; it stops, with all its connections, when it is dropped.
#[derive(Debug)]
pub struct Proxy {
    state: watch::Sender<State>,
    address: SocketAddr,
    thread: Option<JoinHandle<()>>,
}

impl Proxy {
    /// Starts a proxy on a free port of 127.0.0.1. The target need not be reachable yet.
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

    /// The address clients connect to.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A database URL with this proxy in place of its host and port.
    ///
    /// # Panics
    /// If it is not a URL.
    #[must_use]
    pub fn url(&self, database_url: &str) -> String {
        let (before, _, after) = parts(database_url).unwrap_or_else(|| panic!("{database_url} is not a URL"));
        format!("{before}{}{after}", self.address)
    }

    /// Sets the rule for existing and new connections.
    pub fn set(&self, rule: Rule) {
        self.state.send_modify(|state| {
            state.rule = rule;
            state.closings += u64::from(rule == Rule::Refuse);
        });
    }

    /// The current rule.
    #[must_use]
    pub fn rule(&self) -> Rule {
        self.state.borrow().rule
    }

    /// How many commits were cut, before and after. A cut is counted before the client can see it; a cut
    /// after the commit is counted once the server has answered.
    #[must_use]
    pub fn fired(&self) -> u64 {
        self.fired_by(Rule::CutBeforeCommit) + self.fired_by(Rule::CutAfterCommit)
    }

    /// How often one rule fired. For [`Rule::Refuse`], the number of connections it closed; rules that close
    /// nothing never fire.
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
        // Its panic was already printed, and a second one here would abort the process.
        drop(self.thread.take().map(JoinHandle::join));
    }
}

/// Accepts connections until the proxy stops. They end with the runtime.
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
        // A client that disconnected before it was accepted is not an error.
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
