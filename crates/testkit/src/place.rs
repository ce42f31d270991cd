//! Where a test's ledger lives. The same test runs on every engine: `SLUICE_TEST_ENGINE` is `file` (the
//! default), `memory` or `server`.
//!
//! To add an engine, add a variant of [`Engine`], its word in [`Engine::chosen`], and its place in
//! [`Place::on`].

use crate::postgres::{Postgres, parts, try_query};
use tempfile::TempDir;

/// Selects the engine.
pub const ENGINE_VARIABLE: &str = "SLUICE_TEST_ENGINE";

/// The engine below a ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// SQLite, in a file.
    File,
    /// SQLite, in memory, with a single connection: reads wait for writes.
    Memory,
    /// A database on a PostgreSQL server.
    Server,
}

impl Engine {
    /// The engine named by `SLUICE_TEST_ENGINE`.
    ///
    /// # Panics
    /// If the name is unknown.
    #[must_use]
    pub fn chosen() -> Self {
        match std::env::var(ENGINE_VARIABLE).as_deref() {
            Err(_) | Ok("" | "file") => Self::File,
            Ok("memory") => Self::Memory,
            Ok("server") => Self::Server,
            Ok(other) => panic!("{ENGINE_VARIABLE} must be file, memory or server, not {other}"),
        }
    }
}

/// An empty place for one ledger. It is deleted when this is dropped, so keep it for as long as the test
/// runs.
#[derive(Debug)]
pub struct Place {
    /// What `Store::at` opens.
    pub text: String,
    /// Its engine.
    pub engine: Engine,
    _folder: Option<TempDir>,
    server: Option<Postgres>,
}

/// An empty place on the engine named by `SLUICE_TEST_ENGINE`.
///
/// # Panics
/// If the name is unknown, or if a server is needed and none can be started.
#[must_use]
pub fn place() -> Place {
    Place::on(Engine::chosen())
}

impl Place {
    /// An empty place on an engine.
    ///
    /// # Panics
    /// If a server is needed and none can be started.
    #[must_use]
    pub fn on(engine: Engine) -> Self {
        let (text, folder, server) = match engine {
            Engine::Memory => (":memory:".to_owned(), None, None),
            Engine::File => {
                let folder = tempfile::tempdir().unwrap();
                let file = folder.path().join("sluice.db");
                (file.to_str().unwrap().to_owned(), Some(folder), None)
            }
            Engine::Server => {
                let server = Postgres::shared();
                (server.database(), None, Some(server))
            }
        };
        Self { text, engine, _folder: folder, server }
    }
}

impl Drop for Place {
    /// The server may keep running for the next test, so this database is dropped to free its space.
    fn drop(&mut self) {
        let Some(server) = &self.server else { return };
        let Some((_, _, rest)) = parts(&self.text) else { return };
        let name = rest.trim_start_matches('/').split('?').next().unwrap_or_default();
        // A database that cannot be dropped disappears with the server.
        drop(try_query(&server.url(), &format!("DROP DATABASE {name} WITH (FORCE)")));
    }
}
