//! The programs that the full test suite needs besides Rust, and what to do where they are missing.
//!
//! As root on Debian or Ubuntu they are installed. Elsewhere the tests stop before the first compilation, with one line that
//! names what is missing and the command that installs it. To add a program: a line in [`NEEDS`].

use crate::debian;
use crate::error::Result;
use crate::python::answer;
use std::path::Path;
use std::process::Command;
use testkit::postgres::{SERVER_VARIABLE, is_installed};

/// A program, how its presence is seen, and the Debian packages that bring it.
struct Need {
    what: &'static str,
    is_there: fn() -> bool,
    packages: &'static [&'static str],
}

const NEEDS: &[Need] = &[
    // The published client of the live progress is a test.
    Need { what: "Node.js with npm", is_there: || runs("node") && runs("npm"), packages: &["nodejs", "npm"] },
    // The API is held against its document by schemathesis.
    // The web page is walked through.
    Need { what: "Chromium", is_there: has_chromium, packages: &["chromium"] },
    Need { what: "Python 3 with venv", is_there: has_venv, packages: &["python3", "python3-venv"] },
    Need { what: "PostgreSQL", is_there: has_postgres, packages: &["postgresql"] },
    // Makes fsync fail.
    Need { what: "strace", is_there: || runs("strace"), packages: &["strace"] },
];

/// Installs what is missing, or says how to.
pub fn run() -> Result<()> {
    let missing: Vec<&Need> = NEEDS.iter().filter(|need| !(need.is_there)()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.iter().map(|need| need.what).collect::<Vec<_>>().join(", ");
    let packages: Vec<&str> = missing.iter().flat_map(|need| need.packages.iter().copied()).collect();
    debian::install(&names, &packages)
}

fn runs(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok()
}

fn has_venv() -> bool {
    answer("/usr/bin/python3", &["-c", "import ensurepip, venv"]).is_some()
}

/// Another one than the usual is named by the variable that the scenarios read.
fn has_chromium() -> bool {
    std::env::var_os("CHROMIUM").is_some_and(|path| !path.is_empty())
        || Path::new("/usr/bin/chromium").exists()
}

/// A server that the environment names will do as well.
fn has_postgres() -> bool {
    std::env::var_os(SERVER_VARIABLE).is_some_and(|url| !url.is_empty()) || is_installed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_need_names_a_package_once() {
        let mut packages: Vec<_> = NEEDS.iter().flat_map(|need| need.packages).collect();
        assert!(NEEDS.iter().all(|need| !need.what.is_empty() && !need.packages.is_empty()));
        let count = packages.len();
        packages.sort_unstable();
        packages.dedup();
        assert_eq!(packages.len(), count);
    }
}
