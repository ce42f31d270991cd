//! All settings and the origin of each value. Options override the environment, which overrides the file,
//! which overrides the defaults.
//!
//! To add a setting: a field in `values` with its default, and its rule in `rules`; an option of `serve` if it is
//! useful on the command line; a row in `docs/guide/configuration.md` and a line in `examples/sluice.toml`.
//! Tests compare the three.

mod layers;
mod loaded;
mod origin;
mod rules;
mod shown;
mod values;

pub(crate) use layers::{Layer, unknown_variables};
pub(crate) use loaded::{Loaded, Unusable};
pub(crate) use shown::ShownSettings;
pub(crate) use values::{Lang, LogFormat, Settings, SmtpProtection};
