//! Currency exchange: rates, conversions with their rounding and residual, and the policy of a currency pair.
//!
//! A conversion is exact: the product is computed in integers, because a 28-digit decimal would round a large
//! amount before the intended rounding. Then it is rounded once, by the pair's [`FxPolicy`].

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
