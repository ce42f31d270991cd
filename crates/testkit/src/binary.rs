//! The `sluice` binary that a test starts.

use std::path::PathBuf;

/// The binary with failpoints, if one was built for this run.
#[must_use]
pub fn with_failpoints() -> Option<PathBuf> {
    std::env::var_os("SLUICE_BIN").map(PathBuf::from).filter(|path| path.exists())
}

/// The binary under test: that one, otherwise the one that Cargo built with the test
/// (`env!("CARGO_BIN_EXE_sluice")`).
#[must_use]
pub fn binary(built: &str) -> PathBuf {
    with_failpoints().unwrap_or_else(|| PathBuf::from(built))
}
