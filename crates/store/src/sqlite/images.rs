//! The triggers that keep images, on the connection that writes. They are temporary, so that the file has none: what
//! another program changes leaves no image, and `verify` names it.

use super::row::error;
use crate::error::StoreError;
use crate::image::tables::IMAGED;
use rusqlite::Connection;

/// Creates the triggers.
pub(super) fn keep(connection: &Connection) -> Result<(), StoreError> {
    IMAGED.iter().try_for_each(|imaged| connection.execute_batch(&imaged.triggers()).map_err(error))
}
