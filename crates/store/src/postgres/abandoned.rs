//! Sessions that were abandoned midway: how their server side is stopped.

use super::connect::client;
use super::error::error;
use crate::error::StoreError;
use deadpool_postgres::Pool;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio_postgres::types::ToSql;

/// Client-side deadline of a call; above the statement timeout, so that the server reports first.
pub(super) const DEADLINE: Duration = Duration::from_secs(35);

/// Abandoned connections whose transaction may still be open on the server.
#[derive(Debug, Clone, Default)]
pub(super) struct Lost(Arc<Mutex<Vec<i32>>>);

impl Lost {
    pub(super) fn add(&self, backend: i32) {
        if let (true, Ok(mut lost)) = (backend != 0, self.0.lock()) {
            lost.push(backend);
        }
    }

    pub(super) fn take(&self) -> Vec<i32> {
        self.0.lock().map(|mut lost| std::mem::take(&mut *lost)).unwrap_or_default()
    }
}

/// What is needed to clean up a session abandoned midway.
#[derive(Debug, Clone)]
pub(super) struct Undo {
    pub(super) lost: Lost,
    /// The pool for the statements that do it.
    pub(super) autonomous: Pool,
}

impl Undo {
    /// Cancels what a connection is running. Uses another connection, not the protocol's cancel request: that
    /// one is acknowledged before it takes effect, and could hit the statement of the connection's next user.
    pub(super) async fn cancel(&self, backend: i32) -> Result<(), StoreError> {
        let client = client(&self.autonomous).await?;
        let args: [&(dyn ToSql + Sync); 1] = [&backend];
        let asked = client.execute("SELECT pg_cancel_backend($1)", &args);
        match tokio::time::timeout(DEADLINE, asked).await {
            Ok(asked) => asked.map(drop).map_err(error),
            Err(_) => Err(StoreError::Away("timed out waiting for a cancellation".to_owned())),
        }
    }
}
