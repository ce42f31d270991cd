//! The pages under `docs/reference`, generated from tables in the code, are up to date, and the OpenAPI
//! document is complete. `cargo xtask docs` regenerates them.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod access;
mod attacks;
mod codes;
mod document;

use std::path::PathBuf;

/// Set by `cargo xtask docs`.
const WRITE: &str = "SLUICE_WRITE_DOCS";

/// Compares a page with the committed one, or writes it.
fn same(name: &str, text: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference").join(name);
    if std::env::var_os(WRITE).is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        return;
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    let first = text.lines().zip(committed.lines()).position(|(now, then)| now != then);
    assert!(
        text == committed,
        "docs/reference/{name} is out of date (from line {}): run `cargo xtask docs` and commit it",
        first.map_or_else(|| text.lines().count().min(committed.lines().count()) + 1, |line| line + 1)
    );
}
