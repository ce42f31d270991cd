//! Amounts: whole minor units in `i64`, checked arithmetic, strict text.
//!
//! `12.30` USD is 1230 because USD has scale 2. Reading never rounds: a text that the scale cannot hold
//! exactly is refused, and each number has one spelling (design, section 4). `cause` finds why another
//! spelling is refused; `written` sums texts whose currency is not known yet.

mod cause;
mod value;
mod written;

pub use value::{AMOUNT_MAX, Amount, SCALE_MAX, format_minor};
pub use written::WrittenSum;
