//! Approvals on real databases: who may do what in which state, the ways around them that are refused, races, and
//! random sequences.

mod attacks;
mod life;
mod property;
mod races;
mod table;
mod world;
