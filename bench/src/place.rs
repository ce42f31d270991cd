//! Where a measured ledger lives: a file in a dedicated folder, or a dedicated database on a server. Both are
//! removed at the end.

use crate::options::BenchOptions;
use std::path::PathBuf;
use store::{Schema, Store, StoreError};
use tokio_postgres::{Client, NoTls};

/// A temporary ledger location, removed by [`Place::remove`].
pub(crate) enum Place {
    /// A folder.
    Folder(PathBuf),
    /// A database: the server's URL, the database's URL and its name.
    Server { server: String, url: String, name: String },
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> std::io::Error {
    std::io::Error::other(error)
}

/// The engine below the ledgers, and its version.
pub(crate) async fn engine(options: &BenchOptions) -> std::io::Result<(&'static str, String)> {
    let Some(server) = &options.database else { return Ok(("SQLite", rusqlite::version().to_owned())) };
    let row = connect(server).await?.query_one("SHOW server_version", &[]).await.map_err(failed)?;
    let version: String = row.try_get(0).map_err(failed)?;
    // The rest names the package.
    Ok(("PostgreSQL", version.split_whitespace().next().unwrap_or_default().to_owned()))
}

/// A connection for statements that the store does not have.
pub(crate) async fn connect(url: &str) -> std::io::Result<Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.map_err(failed)?;
    tokio::spawn(async move { drop(connection.await) });
    Ok(client)
}

impl Place {
    /// Creates an empty place; leftovers of an earlier run are removed.
    pub(crate) async fn make(options: &BenchOptions, name: &str) -> std::io::Result<Self> {
        let Some(server) = &options.database else {
            let folder = options.dir.join(format!("bench-{name}"));
            drop(std::fs::remove_dir_all(&folder));
            std::fs::create_dir_all(&folder)?;
            return Ok(Self::Folder(folder));
        };
        let name = format!("sluice_bench_{name}");
        let client = connect(server).await?;
        let drop_it = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        client.batch_execute(&drop_it).await.map_err(failed)?;
        // template0 is guaranteed to be unmodified; text compares by bytes in any case.
        client
            .batch_execute(&format!("CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0"))
            .await
            .map_err(failed)?;
        Ok(Self::Server { server: server.clone(), url: of_database(server, &name), name })
    }

    /// Opens the ledger there.
    pub(crate) async fn open(&self) -> Result<Store, StoreError> {
        match self {
            Self::Folder(folder) => Store::open(&folder.join("sluice.db")).await,
            Self::Server { url, .. } => Store::connect(url, Schema::Migrate).await,
        }
    }

    /// Removes the place.
    pub(crate) async fn remove(self) -> std::io::Result<()> {
        match self {
            Self::Folder(folder) => std::fs::remove_dir_all(folder),
            Self::Server { server, name, .. } => {
                let client = connect(&server).await?;
                let drop_it = format!("DROP DATABASE {name} WITH (FORCE)");
                client.batch_execute(&drop_it).await.map_err(failed)
            }
        }
    }
}

/// The URL of another database on the same server.
fn of_database(server: &str, name: &str) -> String {
    let (base, query) = server.split_once('?').map_or((server, None), |(base, query)| (base, Some(query)));
    let after_scheme = base.find("://").map_or(0, |at| at + 3);
    let host = base.get(after_scheme..).unwrap_or_default();
    let end = host.find('/').map_or(base.len(), |at| after_scheme + at);
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}/{name}{query}", base.get(..end).unwrap_or(base))
}

#[cfg(test)]
mod tests {
    use super::of_database;

    #[test]
    fn the_database_in_a_url_is_replaced() {
        assert_eq!(of_database("postgres://u:p@h:1/a?x=y", "b"), "postgres://u:p@h:1/b?x=y");
        assert_eq!(of_database("postgres://u@h", "b"), "postgres://u@h/b");
    }
}
