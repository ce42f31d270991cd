//! What an error of the server, or of the connection to it, means for the caller. Decided by SQLSTATE and
//! constraint name, never by message text.

use crate::error::StoreError;
use deadpool_postgres::{HookError, PoolError, TimeoutType};
use tokio_postgres::error::{DbError, SqlState};

/// An error outside COMMIT: whatever happened, the transaction did not commit.
pub(super) fn error(cause: tokio_postgres::Error) -> StoreError {
    match cause.as_db_error() {
        Some(db) => of_server(db),
        // No answer from the server: the connection broke, or was never established.
        None if cause.is_closed() || is_io(&cause) => StoreError::Away(cause.to_string()),
        None => StoreError::Corrupt(with_source(&cause)),
    }
}

/// An error of COMMIT. A refusal by the server is certain; a lost answer leaves the outcome unknown.
pub(super) fn commit_error(cause: tokio_postgres::Error) -> StoreError {
    match error(cause) {
        StoreError::Away(text) => StoreError::InDoubt(text),
        other => other,
    }
}

/// No connection could be obtained.
pub(super) fn pool_error(cause: PoolError) -> StoreError {
    match cause {
        PoolError::Backend(cause) => connect_error(cause),
        // The server was reached but failed the checks: see `connect`.
        PoolError::PostCreateHook(HookError::Message(why)) => StoreError::Unavailable(why.into_owned()),
        PoolError::PostCreateHook(HookError::Backend(cause)) => connect_error(cause),
        // All connections are in use: the server is reachable and working.
        PoolError::Timeout(TimeoutType::Wait) => {
            StoreError::Busy("no connection was free in time".to_owned())
        }
        PoolError::Timeout(kind) => StoreError::Away(format!("no connection in time ({kind:?})")),
        other => StoreError::Away(other.to_string()),
    }
}

/// A connection could not be established: the server is unreachable, or rejected it.
pub(super) fn connect_error(cause: tokio_postgres::Error) -> StoreError {
    match cause.as_db_error() {
        Some(db) if db.code().code().starts_with("28") || db.code().code().starts_with("3D") => {
            StoreError::Unavailable(db.message().to_owned())
        }
        Some(db) => of_server(db),
        None if is_final(&cause) => StoreError::Unavailable(with_source(&cause)),
        None => StoreError::Away(with_source(&cause)),
    }
}

/// Whether retrying is pointless: no trusted certificate, no encryption where it is required, no password
/// where one is needed. A connection that breaks has an I/O error at its root.
fn is_final(cause: &tokio_postgres::Error) -> bool {
    let Some(source) = std::error::Error::source(cause) else { return false };
    let broken = source.downcast_ref::<std::io::Error>();
    broken.is_none_or(|io| io.get_ref().is_some_and(|inner| inner.is::<rustls::Error>()))
}

fn of_server(db: &DbError) -> StoreError {
    let name = || db.constraint().map_or_else(|| db.message().to_owned(), ToOwned::to_owned);
    let named = || db.constraint().map_or_else(String::new, |name| format!("{name}: ")) + db.message();
    let text = || format!("{} ({})", db.message(), db.code().code());
    let code = db.code();
    if *code == SqlState::UNIQUE_VIOLATION {
        StoreError::Duplicate(name())
    } else if *code == SqlState::RAISE_EXCEPTION || ["22", "23"].iter().any(|c| code.code().starts_with(c)) {
        // 22: a value the server cannot store, such as a text with a NUL.
        StoreError::Constraint(named())
    } else if [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED].contains(code) {
        StoreError::Conflict(text())
    } else if [SqlState::LOCK_NOT_AVAILABLE, SqlState::QUERY_CANCELED].contains(code) {
        StoreError::Busy(text())
    } else if [SqlState::DISK_FULL].contains(code) {
        StoreError::DiskFull
    } else if is_away(code.code()) {
        StoreError::Away(text())
    } else if code.code().starts_with("XX00") {
        StoreError::Corrupt(text())
    } else {
        StoreError::Unavailable(text())
    }
}

/// Connection exceptions (08), out of connections or memory (53), operator intervention (57P), a transaction
/// that was idle for too long (25P03), a server that has become a standby (25006), and I/O errors (58), after
/// which the server shuts down if durability is at stake.
fn is_away(code: &str) -> bool {
    ["08", "53", "57P", "58"].iter().any(|class| code.starts_with(class))
        || ["25P03", "25006"].contains(&code)
}

fn is_io(cause: &tokio_postgres::Error) -> bool {
    let mut source = std::error::Error::source(cause);
    while let Some(inner) = source {
        if inner.is::<std::io::Error>() {
            return true;
        }
        source = inner.source();
    }
    false
}

fn with_source(cause: &tokio_postgres::Error) -> String {
    match std::error::Error::source(cause) {
        Some(source) => format!("{cause}: {source}"),
        None => cause.to_string(),
    }
}
