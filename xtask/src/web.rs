//! `cargo xtask web`: builds the web page into `web/dist`, from where the next build of sluice takes it.

use crate::error::{Error, Result};
use crate::node::Node;
use crate::process::{self, must, shown};
use std::path::{Path, PathBuf};

const FOLDER: &str = "web";
/// The lock file of the packages that are installed, so that they are installed again only when it changes.
const INSTALLED: &str = "target/web/package-lock.json";
/// The scenarios of every test run; the others only repeat them at other sizes, languages and themes.
const CHOSEN: [&str; 3] = ["e2e/people.test.ts", "e2e/money.test.ts", "e2e/approval.test.ts"];

/// What to do beside building.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct WebOptions {
    is_checked: bool,
    has_scenarios: bool,
}

impl WebOptions {
    /// Reads `--check` and `--scenarios`.
    pub fn parse(words: &[&str]) -> Result<Self> {
        let mut options = Self::default();
        for word in words {
            match *word {
                "--check" => options.is_checked = true,
                "--scenarios" => options.has_scenarios = true,
                _ => return Err(Error::Usage(format!("`{word}` is not an option of `cargo xtask web`"))),
            }
        }
        Ok(options)
    }
}

/// Builds the page, and checks it if asked.
pub fn run(root: &Path, options: &WebOptions) -> Result<()> {
    let node = Node::find_or_install(root)?;
    if options.is_checked {
        check(root, &node)?;
    } else {
        build(root, &node)?;
    }
    if options.has_scenarios {
        let build = [&["build", "--bins"], &process::TESTED[..]].concat();
        must(process::cargo(root, &build), &shown("cargo", &build))?;
        scenarios(root, &node, &[])?;
    }
    Ok(())
}

/// Builds the page and compares its weight with the limits.
pub fn build(root: &Path, node: &Node) -> Result<()> {
    install(root, node)?;
    let folder = root.join(FOLDER);
    node.npm(&folder, &["run", "--silent", "build"], &[])?;
    node.npm(&folder, &["run", "--silent", "sizes"], &[])
}

/// Everything that a change of the page must pass without a browser, and the build.
pub fn check(root: &Path, node: &Node) -> Result<()> {
    install(root, node)?;
    node.npm(&root.join(FOLDER), &["run", "--silent", "check"], &[])
}

/// The scenarios of every test run, with the binary that the tests built.
pub fn chosen_scenarios(root: &Path, node: &Node) -> Result<()> {
    scenarios(root, node, &CHOSEN)
}

/// Runs scenarios in Chromium against the page that the binary serves; all if none are named.
fn scenarios(root: &Path, node: &Node, files: &[&str]) -> Result<()> {
    let binary = process::binary(root, false)?.into_os_string();
    let env = [("SLUICE_BIN", binary), ("SLUICE_SERVES_PAGE", "1".into())];
    node.npm(&root.join(FOLDER), &[&["run", "--silent", "e2e", "--"], files].concat(), &env)
}

/// Installs the packages, exactly those of the lock file and none of their scripts.
fn install(root: &Path, node: &Node) -> Result<()> {
    let (folder, installed) = (root.join(FOLDER), root.join(INSTALLED));
    let lock = read(folder.join("package-lock.json"))?;
    if folder.join("node_modules").is_dir() && std::fs::read(&installed).is_ok_and(|before| before == lock) {
        return Ok(());
    }
    node.npm(&folder, &["ci", "--ignore-scripts", "--no-audit", "--no-fund"], &[])?;
    let failed = |error| Error::File(installed.clone(), error);
    installed.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(failed)?;
    std::fs::write(&installed, lock).map_err(failed)
}

fn read(path: PathBuf) -> Result<Vec<u8>> {
    std::fs::read(&path).map_err(|error| Error::File(path, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_and_unknown_ones_refused() {
        let parse = |words: &[&str]| WebOptions::parse(words).ok();
        assert_eq!(parse(&[]), Some(WebOptions::default()));
        assert_eq!(
            parse(&["--scenarios", "--check"]),
            Some(WebOptions { is_checked: true, has_scenarios: true })
        );
        assert_eq!(parse(&["--fast"]), None);
    }

    #[test]
    fn the_scenarios_of_a_test_run_exist() {
        let folder = crate::root().unwrap().join(FOLDER);
        assert!(CHOSEN.iter().all(|file| folder.join(file).is_file()));
    }
}
