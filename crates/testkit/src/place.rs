//! Where a test's ledger lives. The same test runs on every engine: `SLUICE_TEST_ENGINE` is `file` (so it is
//! without it), `memory` or `server`.
//!
//! To add an engine: a variant of [`Engine`], its word in [`Engine::chosen`], its place in [`Place::on`].

use crate::postgres::{Postgres, parts, try_query};
use tempfile::TempDir;

/// Chooses the engine.
pub const ENGINE_VARIABLE: &str = "SLUICE_TEST_ENGINE";

/// What is below a ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// SQLite, in a file.
    File,
    /// SQLite, in memory, with a single connection: reading waits for writing.
    Memory,
    /// A database on a PostgreSQL server.
    Server,
}

impl Engine {
    /// The one that `SLUICE_TEST_ENGINE` names.
    ///
    /// # Panics
    /// If it names none.
    #[must_use]
    pub fn chosen() -> Self {
        match std::env::var(ENGINE_VARIABLE).as_deref() {
            Err(_) | Ok("" | "file") => Self::File,
            Ok("memory") => Self::Memory,
            Ok("server") => Self::Server,
            Ok(other) => panic!("{ENGINE_VARIABLE} is file, memory or server, not {other}"),
        }
    }
}

/// An empty place for one ledger. It is gone when this is dropped, so keep it as long as the test runs.
#[derive(Debug)]
pub struct Place {
    /// What `Store::at` opens.
    pub text: String,
    /// What is there.
    pub engine: Engine,
    _folder: Option<TempDir>,
    server: Option<Postgres>,
}

/// An empty place on the engine that `SLUICE_TEST_ENGINE` names.
///
/// # Panics
/// If it names none, or if there is no server and none can be started.
#[must_use]
pub fn place() -> Place {
    Place::on(Engine::chosen())
}

impl Place {
    /// An empty place on an engine.
    ///
    /// # Panics
    /// If it is to be on a server, and there is none and none can be started.
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
    /// The server may go on for the next test; this database's space is needed.
    fn drop(&mut self) {
        let Some(server) = &self.server else { return };
        let Some((_, _, rest)) = parts(&self.text) else { return };
        let name = rest.trim_start_matches('/').split('?').next().unwrap_or_default();
        // One that cannot be dropped goes with the server.
        drop(try_query(&server.url(), &format!("DROP DATABASE {name} WITH (FORCE)")));
    }
}
