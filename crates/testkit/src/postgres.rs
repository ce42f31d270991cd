//! A real PostgreSQL server for a test: [`Postgres::start`] for a private one that may crash, and
//! [`Postgres::shared`] for one shared by many tests, each with its own database.
//!
//! The binaries are looked for in the folder named by `SLUICE_PG_BIN`, then where Debian installs them, then
//! where `pg_config` points. `SLUICE_TEST_POSTGRES` is the URL of a server that is already running: `cargo
//! xtask test` starts one for the whole run.
//!
//! To change a setting for all servers, see `postgres/server.rs`; for one test, [`Postgres::start_with`].

mod binaries;
mod server;
mod sql;

use binaries::Binaries;
use server::Server;
pub(crate) use sql::parts;
pub use sql::{Rows, address_of, execute, query_text, try_query};
use std::hash::{BuildHasher, RandomState};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Names a server that is already running.
pub const SERVER_VARIABLE: &str = "SLUICE_TEST_POSTGRES";

/// A server, or a handle on a shared one. What was started for it stops when it is dropped: keep it in a
/// variable for as long as the test runs, not in a `static`, which is never dropped.
#[derive(Debug)]
pub struct Postgres(Owner);

#[derive(Debug)]
enum Owner {
    /// Used by this handle only.
    This(Server),
    /// Started in this process, and shared with other handles.
    Process(Arc<Server>),
    /// Started outside this process.
    Other(String),
}

/// The server shared by this process's handles, while there is one.
static OF_PROCESS: Mutex<Weak<Server>> = Mutex::new(Weak::new());

/// Whether PostgreSQL's programs are found.
#[must_use]
pub fn is_installed() -> bool {
    Binaries::find().is_ok()
}

impl Postgres {
    /// A new server with an empty cluster.
    ///
    /// # Panics
    /// If there are no PostgreSQL binaries, or if the server does not start; the message says what to do.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// A new server with additional settings, as in `postgresql.conf`.
    ///
    /// # Panics
    /// Like [`Postgres::start`].
    #[must_use]
    pub fn start_with(settings: &[(&str, &str)]) -> Self {
        Self::try_start_with(settings).unwrap_or_else(|reason| panic!("{reason}"))
    }

    /// Like [`Postgres::start_with`], for a caller that must not panic.
    ///
    /// # Errors
    /// Why there is no server, as a readable message.
    pub fn try_start_with(settings: &[(&str, &str)]) -> Result<Self, String> {
        Server::start(settings, &[]).map(|server| Self(Owner::This(server)))
    }

    /// Like [`Postgres::try_start_with`], with its files on the disk: for measurements.
    ///
    /// # Errors
    /// Like [`Postgres::try_start_with`].
    pub fn try_start_on_disk(settings: &[(&str, &str)]) -> Result<Self, String> {
        Server::start_in(&std::env::temp_dir(), settings, &[]).map(|server| Self(Owner::This(server)))
    }

    /// A new server with additional settings, and with files in its data directory: certificates, or a
    /// different `pg_hba.conf`. The user `sluice` must be able to connect without a password.
    ///
    /// # Panics
    /// Like [`Postgres::start`].
    #[must_use]
    pub fn start_with_files(settings: &[(&str, &str)], files: &[(&str, &str)]) -> Self {
        let server = Server::start(settings, files).unwrap_or_else(|reason| panic!("{reason}"));
        Self(Owner::This(server))
    }

    /// A handle on the server named by `SLUICE_TEST_POSTGRES`. Without that, on one shared by this process's
    /// handles: it starts with the first handle and stops with the last.
    ///
    /// # Panics
    /// Like [`Postgres::start`].
    #[must_use]
    pub fn shared() -> Self {
        let named = std::env::var(SERVER_VARIABLE).ok().filter(|url| !url.is_empty());
        named.map_or_else(Self::of_process, |url| Self(Owner::Other(url)))
    }

    fn of_process() -> Self {
        // A test that failed to start the server has not left a half-started one.
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

    /// The address it listens on: the target of a [`Proxy`](crate::proxy::Proxy).
    ///
    /// # Panics
    /// If the host named by `SLUICE_TEST_POSTGRES` cannot be resolved.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        address_of(&self.url())
    }

    /// Creates an empty database and returns its URL. No other test uses it: its name is random. It
    /// disappears with the server.
    ///
    /// # Panics
    /// If the server refuses.
    #[must_use]
    pub fn database(&self) -> String {
        let name = format!("test_{:016x}", RandomState::new().hash_one(std::process::id()));
        let url = self.url();
        // Not from template1: copying that requires that no session is connected to it.
        execute(&url, &format!("CREATE DATABASE {name} TEMPLATE template0"));
        sql::with_database(&url, &name)
    }

    /// Kills the server immediately, like a power cut that keeps the disk: no checkpoint, every connection is
    /// cut, and the next start recovers from the log. Waits until it has ended.
    ///
    /// # Panics
    /// If the server is shared, or if it does not end.
    pub fn crash(&mut self) {
        self.own("crashed").crash();
    }

    /// Restarts it with the same data and port, and waits until it is usable.
    ///
    /// # Panics
    /// If the server is shared or running, or if it does not start.
    pub fn restart(&mut self) {
        self.own("restarted").restart().unwrap_or_else(|reason| panic!("{reason}"));
    }

    /// A standby of this server: it replicates, answers reads, and becomes the primary by
    /// [`Postgres::promote`]. It is a separate server, so it can be crashed and restarted.
    ///
    /// # Panics
    /// If this server is shared, or if the standby does not start.
    #[must_use]
    pub fn standby(&self) -> Self {
        let Owner::This(server) = &self.0 else {
            panic!("a shared PostgreSQL server has no standby: use `Postgres::start`")
        };
        Self(Owner::This(server.standby().unwrap_or_else(|reason| panic!("{reason}"))))
    }

    /// Promotes a standby to primary, and waits until it is.
    ///
    /// # Panics
    /// If it is not a standby, or if it does not become a primary.
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
