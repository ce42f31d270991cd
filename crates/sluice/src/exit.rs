//! How a command ends: its exit code, or why it failed.

mod broken;
mod failure;
mod number;

pub(crate) use failure::Failure;
pub(crate) use number::Exit;
