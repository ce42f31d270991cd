//! The second factor of a person: what a request proves of it, and when one is asked for (contract: "People,
//! approvals, second factor").
//!
//! A verb that asks for it calls `demand` in its transaction, after right, state and content were checked: the
//! code is used up by that transaction, so only by a request that it lets through. A wrong code is counted once
//! the transaction has rolled back (`guess`).
//!
//! `proof` is what came with the request, `enrol` sets a factor up, `remove` ends one, `recovery` has the codes for a
//! lost device, `cooling` says who may not approve yet.

pub(crate) mod code;
pub(crate) mod cooling;
pub(crate) mod demand;
mod enrol;
pub(crate) mod guess;
pub(crate) mod proof;
pub(crate) mod recovery;
mod remove;
pub(crate) mod roles;
mod standing;

pub use cooling::COOLING_SHIPPED;
pub use enrol::{Enrolling, confirm, enrol};
pub use proof::{Proof, Renewed};
pub use recovery::renew;
pub use remove::{remove, reset};
pub use standing::{FactorStanding, since, standing};

pub(crate) use cooling::{Maker, ability, able, may_approve};
pub(crate) use demand::{Need, demand};
pub(crate) use proof::{Proven, Turns};
