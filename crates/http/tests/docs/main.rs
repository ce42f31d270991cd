//! What is generated from the tables of the code and committed under `docs/reference`: it is what the code says
//! now, and the document of the API is whole. `cargo xtask docs` writes it again.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod access;
mod codes;
mod document;

use std::path::PathBuf;

/// Set by `cargo xtask docs`.
const WRITE: &str = "SLUICE_WRITE_DOCS";

/// Holds a page against the committed one, or writes it.
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
        "docs/reference/{name} is not what the code says (from line {}): run `cargo xtask docs` and commit it",
        first.map_or_else(|| text.lines().count().min(committed.lines().count()) + 1, |line| line + 1)
    );
}
