//! Installs programs from the Python package index into a virtual environment.

use crate::debian;
use crate::error::Result;
use crate::process;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const PYTHON: &str = "/usr/bin/python3";

/// Installs packages into the virtual environment `folder` unless it has `program`; returns its `bin` folder.
pub fn programs(root: &Path, folder: &str, program: &str, packages: &[&str]) -> Result<PathBuf> {
    let venv = root.join(folder);
    if venv.join("bin").join(program).is_file() {
        return Ok(venv.join("bin"));
    }
    install(root, folder, packages)?;
    Ok(venv.join("bin"))
}

/// Installs packages into the virtual environment `folder`, which it makes if it is missing.
pub fn install(root: &Path, folder: &str, packages: &[&str]) -> Result<()> {
    let venv = root.join(folder);
    if answer(PYTHON, &["-c", "import ensurepip, venv"]).is_none() {
        debian::install("Python's module venv", &["python3-venv"])?;
    }
    let mut make = Command::new(PYTHON);
    make.args(["-m", "venv"]).arg(&venv);
    process::must(make, &process::shown(PYTHON, &["-m", "venv", folder]))?;
    let mut fill = Command::new(venv.join("bin/pip"));
    fill.args(["install", "--quiet"]).args(packages);
    process::must(fill, &process::shown("pip", &[&["install", "--quiet"], packages].concat()))
}

/// A program's output, if it is installed and succeeds.
pub fn answer(program: &str, args: &[&str]) -> Option<String> {
    let output = Command::new(program).args(args).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
