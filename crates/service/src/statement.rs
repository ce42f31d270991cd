//! An account's statement: its entries, newest first, each with the balance before and after it.
//!
//! Without dates, entries are in booking order, and a page is a walk back over the account's postings. With a
//! date range, entries are in value-date order, from the history. Entries that the history does not hold yet
//! are found by the walk and merged in, so the answer is correct even while the history lags.

mod balances;
pub(crate) mod export;
mod pages;
mod walk;

pub use self::balances::{Balances, StatementBalances};
pub use self::export::export;
pub use self::pages::{PAGE_MAX, Statement, show};
pub use self::walk::{Direction, StatementQuery};
pub use crate::posting_view::Entry;
