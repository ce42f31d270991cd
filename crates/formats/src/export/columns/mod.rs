//! The tables that can be exported: one file per noun. A row of each is a struct with a field per column.
//!
//! To add a column, add a line to its table: field, kind and type, Chinese header, width. A header that a reader of
//! this crate knows is read on import; a column of times or states should have a header that the reader asks about
//! ([`crate::meaning`]), not one that it takes for something else.

pub mod account;
pub mod audit;
pub mod preview;
pub mod problem;
pub mod result;
pub mod statement;
pub mod statistics;
pub mod template;
pub mod transfer;
