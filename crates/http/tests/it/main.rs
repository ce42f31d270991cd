//! The API over real connections: a server on loopback with a worker, and a client that is not a browser.
//! Each noun of the API has its own file.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod access;
mod account_totp;
mod admin;
mod approvals;
mod basics;
mod batch;
mod batch_changes;
mod batch_convert;
mod batch_copy;
mod batch_create;
mod batch_drafts;
mod batch_ends;
mod batch_list;
mod batch_outside;
mod batch_preview;
mod batch_problems;
mod batch_races;
mod batch_rows;
mod batch_similar;
mod batch_tools;
mod browser;
mod cancel;
mod evidence;
mod hosts;
mod keys;
mod login;
mod money;
mod notices;
mod page;
mod people;
mod phone;
mod progress;
mod raw;
mod refusals;
mod replays;
mod second_factor;
mod security;
mod sessions;
mod step_up;
mod truth;
mod webhooks;
mod world;
