//! Files: uploaded by people, or made by tasks. Their bytes are in the file store (the crate `files`), what is known
//! about them in the database.

mod expire;
mod failed;
mod look;
pub(crate) mod made;
mod receive;
mod remembered;
pub(crate) mod show;

pub use expire::{delete_all, expire_step, is_due, sweep};
pub use files::Reading;
pub use look::{FileRemark, Look, LookRequest, Looked, Probe, TextRow, look};
pub use made::Making;
pub use receive::Receiving;
pub use remembered::{Remembered, remembered_for};
pub use show::{content, open, show};
pub use store::upload::Upload;
