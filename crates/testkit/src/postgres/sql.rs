//! SQL as text, from anywhere: each call has its own connection and thread, so that it works inside and
//! outside a runtime. Meant for checks and setup, not for speed.

use std::net::{SocketAddr, ToSocketAddrs as _};
use std::time::Duration;
use tokio_postgres::{Config, Error, NoTls, SimpleQueryMessage};

/// The rows of all statements of a text, each value as text, NULL as `None`.
pub type Rows = Vec<Vec<Option<String>>>;

/// The longest that a check may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// Runs SQL text, one or more statements.
///
/// # Panics
/// If the server refuses it or cannot be reached.
pub fn execute(url: &str, sql: &str) {
    drop(query_text(url, sql));
}

/// Runs SQL text and returns the rows.
///
/// # Panics
/// If the server refuses it or cannot be reached.
#[must_use]
pub fn query_text(url: &str, sql: &str) -> Rows {
    try_query(url, sql).unwrap_or_else(|reason| panic!("{reason}\n{sql}"))
}

/// Runs SQL text that may be refused.
///
/// # Errors
/// The server's error, as `SQLSTATE: message`, or why it cannot be reached.
pub fn try_query(url: &str, sql: &str) -> Result<Rows, String> {
    within(PATIENCE, url, sql)
}

/// Like [`try_query`], with a time limit.
pub(super) fn within(limit: Duration, url: &str, sql: &str) -> Result<Rows, String> {
    let work = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let answer = runtime.block_on(async { tokio::time::timeout(limit, run(url, sql)).await });
        answer.unwrap_or_else(|_| Err(format!("no answer within {limit:?}")))
    };
    std::thread::scope(|scope| scope.spawn(work).join().unwrap())
}

async fn run(url: &str, sql: &str) -> Result<Rows, String> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.map_err(|error| said(&error))?;
    let connection = tokio::spawn(connection);
    let answer = client.simple_query(sql).await.map_err(|error| said(&error));
    // The server must notice that the connection is closed: a database in use cannot be dropped.
    drop(client);
    drop(connection.await);
    let messages = answer?;
    let rows = messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some((0..row.len()).map(|k| row.get(k).map(str::to_owned)).collect()),
        _ => None,
    });
    Ok(rows.collect())
}

fn said(error: &Error) -> String {
    error.as_db_error().map_or_else(
        || {
            std::error::Error::source(error)
                .map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
        },
        |refusal| format!("{}: {}", refusal.code().code(), refusal.message()),
    )
}

/// Host and port of a database URL.
///
/// # Panics
/// If it is not a database URL, or if its host cannot be resolved.
#[must_use]
pub fn address_of(url: &str) -> SocketAddr {
    let config: Config = url.parse().unwrap_or_else(|error| panic!("{url}: {error}"));
    let host = match config.get_hosts().first() {
        Some(tokio_postgres::config::Host::Tcp(host)) => host.as_str(),
        other => panic!("{url}: {other:?} is not a host"),
    };
    let port = config.get_ports().first().copied().unwrap_or(5432);
    let found = (host, port).to_socket_addrs().unwrap_or_else(|error| panic!("{url}: {error}")).next();
    found.unwrap_or_else(|| panic!("{url}: the host has no address"))
}

/// The parts of a URL: what precedes host and port, host and port, and the rest from the `/` or `?`.
pub(crate) fn parts(url: &str) -> Option<(&str, &str, &str)> {
    let begin = url.find("://")? + 3;
    let end = url.get(begin..)?.find(['/', '?']).map_or(url.len(), |at| begin + at);
    let host = url.get(begin..end)?.rfind('@').map_or(begin, |at| begin + at + 1);
    Some((url.get(..host)?, url.get(host..end)?, url.get(end..)?))
}

/// The same server with another database.
pub(super) fn with_database(url: &str, name: &str) -> String {
    let (before, host, rest) = parts(url).unwrap_or_else(|| panic!("{url} is not a URL"));
    let options = rest.find('?').and_then(|at| rest.get(at..)).unwrap_or_default();
    format!("{before}{host}/{name}{options}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replacing_the_database_keeps_the_rest_of_a_url() {
        for (url, changed) in [
            ("postgres://sluice@127.0.0.1:5432/postgres", "postgres://sluice@127.0.0.1:5432/x"),
            ("postgres://a:b%40c@host/d?sslmode=disable", "postgres://a:b%40c@host/x?sslmode=disable"),
            ("postgresql://host?user=a", "postgresql://host/x?user=a"),
            ("postgres://host", "postgres://host/x"),
        ] {
            assert_eq!(with_database(url, "x"), changed);
        }
        assert_eq!(address_of("postgres://a:b@127.0.0.1:77/d?sslmode=disable").to_string(), "127.0.0.1:77");
        assert_eq!(address_of("postgres://a@127.0.0.1/d").port(), 5432);
    }
}
