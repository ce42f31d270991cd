//! `sluice copy`: whole, killed, and refused.

mod killed;
mod refused;
mod whole;
mod world;
