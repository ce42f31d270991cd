//! Runs other programs and prints their command lines.

use crate::error::{Error, Result};
use cargo_metadata::{Metadata, MetadataCommand};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How everything is built that is tested: the whole workspace, because a part of it resolves to other features of its
/// dependencies, with the points at which the crash harness kills. Every step names the same, so that nothing is
/// compiled twice.
pub const TESTED: [&str; 3] = ["--workspace", "--features", "sluice/failpoints"];

/// The cargo of the current toolchain, run from the workspace folder.
pub fn cargo(root: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root).args(args);
    command
}

/// Prints the command line and runs the command to the end; anything but success is an error.
pub fn must(mut command: Command, shown: &str) -> Result<()> {
    println!("$ {shown}");
    let status = command.status().map_err(|e| Error::Start(shown.to_owned(), e))?;
    if status.success() { Ok(()) } else { Err(Error::Failed(shown.to_owned(), status)) }
}

/// Whether cargo has a subcommand (`nextest`, `deny`).
pub fn has_cargo_command(root: &Path, name: &str) -> bool {
    let mut command = cargo(root, &[name, "--version"]);
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Cargo's metadata of this workspace, without dependencies.
pub fn metadata(root: &Path) -> Result<Metadata> {
    Ok(MetadataCommand::new().current_dir(root).no_deps().exec()?)
}

/// Where cargo puts the binary.
pub fn binary(root: &Path, release: bool) -> Result<PathBuf> {
    let target = metadata(root)?.target_directory.into_std_path_buf();
    let name = format!("sluice{}", std::env::consts::EXE_SUFFIX);
    Ok(target.join(if release { "release" } else { "debug" }).join(name))
}

/// A command line as typed in a shell.
pub fn shown(program: &str, args: &[&str]) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@+".contains(c);
    let quote = |arg: &&str| {
        if !arg.is_empty() && arg.chars().all(plain) { (*arg).to_owned() } else { format!("\"{arg}\"") }
    };
    std::iter::once(program.to_owned()).chain(args.iter().map(quote)).collect::<Vec<_>>().join(" ")
}
