//! Pure codecs: bytes to rows and problems, and rows to bytes.
//!
//! Reading a file never fails half-way: each row becomes a value or a list of problems, all in one pass. A
//! file is refused only if it is unreadable as a whole, with hints ([`refusal::FileRefusal`]). Nothing is
//! dropped silently: ignored columns, rows that are not payments and folded values are listed in the
//! [`report::Summary`]. This crate knows no database, no scale and no balance: amounts stay text until a
//! service reads them.
//!
//! To add a file format, see [`sheet`]; to add a column, see [`payment`] and [`layout`]. What is written is in
//! [`export`].

pub mod account;
pub mod archive;
pub mod csv_reader;
pub mod delimiter;
pub mod exact;
pub mod export;
pub mod header;
mod kind;
pub mod layout;
pub mod meaning;
mod near;
pub mod payment;
pub mod problem;
pub mod read_error;
pub mod refusal;
pub mod report;
pub mod sheet;
mod table;

#[cfg(test)]
mod tests;
