//! `sluice copy`: complete, killed, and refused.

mod killed;
mod refused;
mod whole;
mod world;
