//! Notices: what people are told, in the product and by e-mail.
//!
//! A write leaves its events in the outbox (`store::head::close`). `spread` turns them into a notice for each user who
//! is told (`audience`), and an e-mail for those who have an address. `words` says in a person's language what a
//! notice is about; `read` lists them and marks them as read.

mod audience;
mod read;
mod spread;
mod words;

pub use read::{Notice, NoticePage, list, read, read_all, unread, unread_of};
pub use spread::{is_due, spread};
pub use words::{NoticeWords, said};
