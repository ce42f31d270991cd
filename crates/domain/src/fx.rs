//! Exchange: rates, how a conversion is rounded and what the rounding left, and what holds for a pair.
//!
//! A conversion is exact: the product is taken in integers, because a decimal of 28 digits would round a large
//! amount before the rounding that was asked for. Then it is rounded once, by the pair's [`FxPolicy`].

mod conversion;
mod policy;
mod rate;
mod rounding;

pub use conversion::{Conversion, convert};
pub use policy::{FxPolicy, MAX_AGE_H_MAX, TOLERANCE_MAX};
pub use rate::{RATE_DECIMALS_MAX, Rate};
pub use rounding::Rounding;

#[cfg(test)]
mod pump_tests;
