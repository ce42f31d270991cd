//! Batches: import, preview, lifecycle, rework of items, export.

pub mod attempts;
pub mod cancel;
pub mod copy;
pub mod create;
pub(crate) mod described;
mod draft;
pub mod edit;
pub mod export;
pub(crate) mod external_id;
pub mod import;
pub(crate) mod items;
pub mod lifecycle;
mod linked;
pub mod list;
pub(crate) mod lookup;
mod mark;
pub mod preview;
pub mod problems;
pub mod progress;
pub mod promise;
pub mod reprice;
pub mod request;
pub mod rest;
pub mod resume;
pub mod rework;
pub mod rows;
pub mod settle;
pub mod similar;
pub mod skip;
pub mod submit;
pub(crate) mod terms;

pub use described::{Described, DescribedItem, DescribedRate};
pub use request::BatchRequest;
