//! The triggers that keep images, on the connection that writes. They are temporary, so that the file has none: what
//! another program changes leaves no image, and `verify` names it.

use super::row::error;
use crate::error::StoreError;
use crate::image::tables::IMAGED;
use rusqlite::Connection;

/// Where the triggers put images until their commit takes them over. It is in the connection's memory and hides the
/// schema's table of this name, which a server uses: so no image is written to the log twice, and what another program
/// puts into the schema's table is no commit's. SQLite numbers the places, from 1 on in each transaction.
const PENDING: &str = "CREATE TEMP TABLE pending_image (
  place INTEGER PRIMARY KEY,
  writer INTEGER NOT NULL DEFAULT 0,
  table_name TEXT NOT NULL,
  row_key TEXT NOT NULL,
  digest TEXT NOT NULL
)";

/// Creates the triggers, and the table that they write to.
pub(super) fn keep(connection: &Connection) -> Result<(), StoreError> {
    connection.execute_batch(PENDING).map_err(error)?;
    IMAGED.iter().try_for_each(|imaged| connection.execute_batch(&imaged.triggers()).map_err(error))
}
