//! `cargo xtask web`: builds the web page into `web/dist`, from where the next build of sluice takes it.

use crate::error::{Error, Result};
use crate::node::Node;
use crate::process::{self, must, shown};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const FOLDER: &str = "web";
/// The lock file of the packages that are installed, so that they are installed again only when it changes.
const INSTALLED: &str = "target/web/package-lock.json";
/// The scenarios of every test run: from signing in to the last item of an approved batch. All of them take four times as
/// long.
const CHOSEN: [&str; 1] = ["e2e/first.test.ts"];
/// What the checks say while they run beside something else.
const SAID: &str = "target/web/check.log";
const CHECK: &str = "cargo xtask web --check";

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

/// The checks of the page in a process beside this one: they wait for the network first, and nothing needs the page until
/// the tests run.
#[derive(Debug)]
pub struct Beside {
    child: Child,
    said: PathBuf,
}

impl Beside {
    /// Starts `cargo xtask web --check`. What it says goes to a file, so that it does not mix with other output.
    pub fn start(root: &Path) -> Result<Self> {
        let said = root.join(SAID);
        let failed = |error| Error::File(said.clone(), error);
        said.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(failed)?;
        let file = File::create(&said).map_err(failed)?;
        let errors = file.try_clone().map_err(failed)?;
        let not_started = |error| Error::Start(CHECK.to_owned(), error);
        let mut check = Command::new(std::env::current_exe().map_err(not_started)?);
        check.args(["web", "--check"]).current_dir(root).stdin(Stdio::null()).stdout(file).stderr(errors);
        Ok(Self { child: check.spawn().map_err(not_started)?, said })
    }

    /// Waits for the end and prints what was said.
    pub fn wait(mut self) -> Result<()> {
        let status = self.child.wait().map_err(|error| Error::Start(CHECK.to_owned(), error))?;
        println!("$ {CHECK}\n{}", String::from_utf8_lossy(&read(self.said.clone())?));
        if status.success() { Ok(()) } else { Err(Error::Failed(CHECK.to_owned(), status)) }
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        // Another check failed first; after `wait` this does nothing.
        drop(self.child.kill());
        drop(self.child.wait());
    }
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
