//! Makes cargo notice when the web page has been built again.

use std::path::Path;

const BUILT: &str = "../../web/dist";

fn main() {
    // Cargo takes a folder that is missing for one that has changed, and would compile this crate, and all that use it,
    // at every build. Where the sources cannot be written to, that is all that happens.
    if !Path::new(BUILT).exists() {
        drop(std::fs::create_dir(BUILT));
    }
    println!("cargo::rerun-if-changed={BUILT}");
    println!("cargo::rerun-if-changed=build.rs");
}
