//! Errors of the repository commands.

use std::path::PathBuf;

pub type Result<T> = std::result::Result<T, Error>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{0}")]
    Usage(String),
    #[error("could not start {0}: {1}")]
    Start(String, std::io::Error),
    #[error("{0} failed ({1})")]
    Failed(String, std::process::ExitStatus),
    #[error("{0}: {1}")]
    File(PathBuf, std::io::Error),
    #[error("cargo metadata: {0}")]
    Metadata(#[from] cargo_metadata::Error),
    #[error("{0} returned an unexpected answer: {1}")]
    Answer(String, String),
    #[error("{0}")]
    Postgres(String),
    #[error("{0}")]
    Failover(String),
    #[error("{0}")]
    Missing(String),
    #[error("{0}")]
    Api(String),
    #[error("{0} is not valid Rust: {1}")]
    Rust(String, syn::Error),
    #[error("house rules broken: {0}")]
    Untidy(usize),
}
