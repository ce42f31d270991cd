//! Pure codecs: bytes to rows and problems, and rows to bytes.
//!
//! Reading a file never fails half way: each row becomes a value or a list of problems, all of them in one
//! pass. Only what makes the file as a whole unreadable refuses it, with what would help
//! ([`refusal::FileRefusal`]). Nothing is left out in silence: columns that are not read, rows that are no
//! payments and values that were folded are in the [`report::Summary`].
//! Nothing here knows a database, a scale or a balance: amounts stay text until a service reads them.
//!
//! To add a format, write one module that yields the same rows ([`payment::PaymentRow`]) and the same
//! [`problem::Problem`]s. To add a column, see [`payment`] and [`header`].

pub mod account;
pub mod csv_reader;
pub mod header;
mod kind;
pub mod meaning;
mod near;
pub mod payment;
pub mod problem;
pub mod refusal;
pub mod report;
pub mod result;
mod table;

#[cfg(test)]
mod tests;
