//! A real PostgreSQL server for a test: [`Postgres::start`] for one of its own that may crash, and
//! [`Postgres::shared`] for one that many tests use, each with a database of its own.
//!
//! The binaries are looked for in the folder that `SLUICE_PG_BIN` names, then where Debian puts them, then
//! where `pg_config` says. `SLUICE_TEST_POSTGRES` is the URL of a server that is already there: `cargo xtask
//! test` starts one for the whole run.
//!
//! To change a setting for all servers, see `postgres/server.rs`; for one test, [`Postgres::start_with`].

mod binaries;
mod server;
mod sql;

use server::Server;
pub(crate) use sql::parts;
pub use sql::{Rows, address_of, execute, query_text, try_query};
use std::hash::{BuildHasher, RandomState};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Names a server that is already there.
pub const SERVER_VARIABLE: &str = "SLUICE_TEST_POSTGRES";

/// A server, or a handle on one that others use too. What was started for it ends when it is dropped: keep it
/// in a variable as long as the test runs, not in a `static`, which is never dropped.
#[derive(Debug)]
pub struct Postgres(Owner);

#[derive(Debug)]
enum Owner {
    /// Nobody else knows it.
    This(Server),
    /// Started in this process, and used by other handles too.
    Process(Arc<Server>),
    /// Started by somebody else.
    Other(String),
}

/// The server that the handles of this process share while there is one.
static OF_PROCESS: Mutex<Weak<Server>> = Mutex::new(Weak::new());

impl Postgres {
    /// A new server with an empty cluster.
    ///
    /// # Panics
    /// If there are no PostgreSQL binaries, or if the server does not start; the text says what to do.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// A new server with more settings, as in `postgresql.conf`.
    ///
    /// # Panics
    /// Like [`Postgres::start`].
    #[must_use]
    pub fn start_with(settings: &[(&str, &str)]) -> Self {
        Self::try_start_with(settings).unwrap_or_else(|reason| panic!("{reason}"))
    }

    /// Like [`Postgres::start_with`], for a caller that does not panic.
    ///
    /// # Errors
    /// Why there is no server, in a text for people.
    pub fn try_start_with(settings: &[(&str, &str)]) -> Result<Self, String> {
        Server::start(settings, &[]).map(|server| Self(Owner::This(server)))
    }

    /// A new server with more settings, and with files in its data directory: certificates, or another
    /// `pg_hba.conf`. The user `sluice` has to come in without a password.
    ///
    /// # Panics
    /// Like [`Postgres::start`].
    #[must_use]
    pub fn start_with_files(settings: &[(&str, &str)], files: &[(&str, &str)]) -> Self {
        let server = Server::start(settings, files).unwrap_or_else(|reason| panic!("{reason}"));
        Self(Owner::This(server))
    }

    /// A handle on the server that `SLUICE_TEST_POSTGRES` names. Without it, on one that the handles of this
    /// process share; it is started for the first and stopped with the last.
    ///
    /// # Panics
    /// Like [`Postgres::start`].
    #[must_use]
    pub fn shared() -> Self {
        let named = std::env::var(SERVER_VARIABLE).ok().filter(|url| !url.is_empty());
        named.map_or_else(Self::of_process, |url| Self(Owner::Other(url)))
    }

    fn of_process() -> Self {
        // A test that failed to start the server has not left half of one.
        let mut known = OF_PROCESS.lock().unwrap_or_else(PoisonError::into_inner);
        let server = known
            .upgrade()
            .unwrap_or_else(|| Arc::new(Server::start(&[], &[]).unwrap_or_else(|reason| panic!("{reason}"))));
        *known = Arc::downgrade(&server);
        Self(Owner::Process(server))
    }

    /// The URL of the database `postgres`, as superuser.
    #[must_use]
    pub fn url(&self) -> String {
        match &self.0 {
            Owner::This(server) => server.url(),
            Owner::Process(server) => server.url(),
            Owner::Other(url) => url.clone(),
        }
    }

    /// Where it listens: the target of a [`Proxy`](crate::proxy::Proxy).
    ///
    /// # Panics
    /// If the host that `SLUICE_TEST_POSTGRES` names is not known.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        address_of(&self.url())
    }

    /// Makes an empty database and gives its URL. Nobody else has it: its name is drawn. It goes with the
    /// server.
    ///
    /// # Panics
    /// If the server refuses.
    #[must_use]
    pub fn database(&self) -> String {
        let name = format!("test_{:016x}", RandomState::new().hash_one(std::process::id()));
        let url = self.url();
        // Not from template1: to copy it, nobody else may be connected to it.
        execute(&url, &format!("CREATE DATABASE {name} TEMPLATE template0"));
        sql::with_database(&url, &name)
    }

    /// Ends the server at once, like a power cut that keeps the disk: no checkpoint, every connection is cut,
    /// and the next start recovers from the log. Waits until it is gone.
    ///
    /// # Panics
    /// If the server is shared, or if it does not end.
    pub fn crash(&mut self) {
        self.own("crashed").crash();
    }

    /// Starts it again with the same data and port, and waits until it can be used.
    ///
    /// # Panics
    /// If the server is shared or is running, or if it does not start.
    pub fn restart(&mut self) {
        self.own("restarted").restart().unwrap_or_else(|reason| panic!("{reason}"));
    }

    /// A standby of this server: it follows, answers reads, and is made the one that takes writes by
    /// [`Postgres::promote`]. It is a server of its own, so it can be crashed and restarted.
    ///
    /// # Panics
    /// If this server is somebody else's, or if the standby does not start.
    #[must_use]
    pub fn standby(&self) -> Self {
        let Owner::This(server) = &self.0 else {
            panic!("a shared PostgreSQL server has no standby: use `Postgres::start`")
        };
        Self(Owner::This(server.standby().unwrap_or_else(|reason| panic!("{reason}"))))
    }

    /// Makes a standby the one that takes writes, and waits until it is.
    ///
    /// # Panics
    /// If it is no standby, or if it does not become one that takes writes.
    pub fn promote(&self) {
        let promoted = query_text(&self.url(), "SELECT pg_promote(wait_seconds => 60)");
        assert_eq!(promoted, [[Some("t".to_owned())]]);
    }

    fn own(&mut self, what: &str) -> &mut Server {
        match &mut self.0 {
            Owner::This(server) => server,
            _ => panic!("a shared PostgreSQL server cannot be {what}: use `Postgres::start`"),
        }
    }
}
