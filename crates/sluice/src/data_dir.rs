//! The data directory: the database, the lock of its single writer, and where the ledger's mark is.

mod directory;
mod lock;
mod mark_place;
mod part;
mod plain;

pub(crate) use directory::DataDir;
pub(crate) use lock::Lock;
pub(crate) use mark_place::MarkPlace;
pub(crate) use part::replace;
