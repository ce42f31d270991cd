//! Pure codecs: bytes to rows and problems, and rows to bytes.
//!
//! Reading a file never fails half-way: each row becomes a value or a list of problems, all in one pass. A
//! file is refused only if it is unreadable as a whole, with hints ([`refusal::FileRefusal`]). Nothing is
//! dropped silently: ignored columns, rows that are not payments and folded values are listed in the
//! [`report::Summary`]. This crate knows no database, no scale and no balance: amounts stay text until a
//! service reads them.
//!
//! [`probe`] shows what a file is and what its columns probably mean, [`open`] opens it as a [`sheet`], and [`payment`]
//! and [`account`] read its rows.
//!
//! To add a file format, see [`sheet`]; to add a column, see [`payment`] and [`layout`]. What is written is in
//! [`export`].

pub mod account;
pub mod archive;
pub mod csv_reader;
mod damage;
mod decoding;
pub mod delimiter;
pub mod encoding;
pub mod exact;
pub mod export;
pub mod header;
mod json_lines;
pub mod kind;
pub mod layout;
mod lengths;
pub mod locate;
pub mod mapping;
pub mod meaning;
mod near;
pub mod number_style;
pub mod open;
pub mod payment;
pub mod probe;
pub mod problem;
pub mod read_error;
mod record;
pub mod refusal;
pub mod report;
mod row;
pub mod sheet;
mod table;
pub mod xlsx;

#[cfg(test)]
mod tests;
