//! The pure core of Sluice: values, decisions and the one table of outcome codes.
//!
//! Nothing here does IO, reads a clock or draws a random number. Time and ids are arguments, so the
//! same inputs always produce the same decision, on every database and every node.
#![deny(clippy::float_arithmetic, clippy::as_conversions)]

pub mod access;
pub mod account;
pub mod account_ref;
pub mod amount;
pub mod approval;
pub mod asset;
pub mod batch;
pub mod batch_ref;
pub mod change;
pub mod code;
pub mod event;
pub mod fact;
pub mod fee;
pub mod fx;
pub mod id;
pub mod identity;
pub mod item;
pub mod limit;
pub mod mail;
pub mod network;
pub mod noun;
pub mod number;
pub mod policy;
pub mod posting;
pub mod principal;
pub mod refusal;
pub mod script;
pub mod similar;
pub mod split;
mod stored_enum;
pub mod task;
pub mod text;
pub mod totp;
pub mod transfer;
pub mod upload;
pub mod visible;
pub mod voucher;
pub mod webhook;
pub mod work;

#[cfg(test)]
mod table;
