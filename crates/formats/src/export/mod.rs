//! Rows to files: CSV, XLSX and JSON lines, all written from one declaration of a table.
//!
//! A noun declares its columns once ([`columns`]): name, Chinese header, kind, width. [`writer::ExportWriter`] takes
//! rows of cells, writes them in the form that was asked for, and ends with a [`manifest::Manifest`]: row count, sums
//! by currency and SHA-256. Rows are written as they come, so memory use does not depend on their number.
//!
//! The English header of a column is its name, which is also its key in JSON lines. Names and Chinese headers are
//! such that the readers of this crate map them back: an export can be imported again.
//!
//! To add an export, add a file to [`columns`]. To add a form, add a variant to [`options::ExportForm`] and a file
//! that implements `FileWriter`.

pub mod cell;
pub mod columns;
pub(crate) mod csv;
mod encode;
pub mod escape;
mod file;
mod json_lines;
pub mod manifest;
pub mod options;
pub mod original;
mod output;
pub mod table;
mod text;
pub mod words;
pub mod writer;
mod xlsx;
