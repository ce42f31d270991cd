//! Outgoing webhooks, as far as they are values: where they may be sent ([`target`], [`address`]), what is signed
//! ([`signature`]), and when a delivery is tried again ([`delivery`]).

pub mod address;
pub mod delivery;
pub mod signature;
pub mod target;

/// The most webhooks that are not removed.
pub const WEBHOOKS_MAX: i64 = 50;
