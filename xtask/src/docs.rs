//! `cargo xtask docs`: regenerates `docs/reference` from the tables in the code. In a normal run the same
//! tests check the committed pages against the code.

use crate::error::Result;
use crate::process;
use std::path::Path;

// The whole workspace, so that dependencies keep the features of every other build and are not recompiled.
const ARGS: &[&str] = &["test", "--workspace", "--test", "docs"];
const WRITE: &str = "SLUICE_WRITE_DOCS";

/// Writes the pages.
pub fn run(root: &Path) -> Result<()> {
    let mut command = process::cargo(root, ARGS);
    command.env(WRITE, "1");
    process::must(command, &format!("{WRITE}=1 {}", process::shown("cargo", ARGS)))
}
