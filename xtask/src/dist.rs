//! `cargo xtask dist`: builds the release artifacts into `target/dist-out`, the web page first.
//!
//! - `sluice-VERSION-TARGET.tar.gz`: the stripped binary, unit, settings, completions, licence, SBOM.
//! - `sluice_VERSION_ARCH.deb`: the same for Debian and Ubuntu (`[package.metadata.deb]` of `crates/sluice`).
//! - `sluice-VERSION-TARGET.debug`: the split-off debug information; next to the binary it adds line numbers to
//!   backtraces and profiles.
//! - `SHA256SUMS` of all of them.

use crate::error::{Error, Result};
use crate::node::Node;
use crate::process::{self, must, shown};
use crate::{sbom, web};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The staging folder that `[package.metadata.deb]` reads from.
const STAGE: &str = "target/dist/stage";
const CARGO_DEB: &str = "3.8.0";
/// Each shell and the file name it expects for completions.
const COMPLETIONS: [(&str, &str); 3] = [("bash", "sluice.bash"), ("zsh", "_sluice"), ("fish", "sluice.fish")];
/// Repository files that go into the archive.
const FILES: [&str; 6] = [
    "LICENSE",
    "README.md",
    "README.zh-CN.md",
    "examples/sluice.toml",
    "deploy/sluice.service",
    "deploy/sluice.sysusers",
];

/// Builds all artifacts and prints their paths and sizes.
pub fn run(root: &Path) -> Result<()> {
    let needed = ["objcopy", "tar", "sha256sum"];
    let missing: Vec<_> = needed.into_iter().filter(|program| !is_there(program)).collect();
    if !missing.is_empty() {
        return Err(Error::Missing(format!(
            "missing: {} (Debian: binutils, tar, coreutils)",
            missing.join(", ")
        )));
    }
    if !process::has_cargo_command(root, "deb") {
        let install = format!("cargo install --locked --version {CARGO_DEB} cargo-deb");
        return Err(Error::Missing(format!("cargo-deb is missing: {install}")));
    }
    web::build(root, &Node::find_or_install(root)?)?;
    let build = ["build", "--locked", "--profile", "dist", "--package", "sluice"];
    must(process::cargo(root, &build), &shown("cargo", &build))?;
    let stage = Stage::make(root)?;
    stage.split()?;
    stage.complete()?;
    stage.describe()?;
    stage.archive()?;
    stage.package()?;
    stage.sum()
}

fn is_there(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

/// The staging folder.
struct Stage {
    root: PathBuf,
    folder: PathBuf,
    /// `sluice-VERSION-TARGET`.
    name: String,
}

impl Stage {
    fn make(root: &Path) -> Result<Self> {
        let dist = root.join("target/dist-out");
        if dist.exists() {
            std::fs::remove_dir_all(&dist).map_err(|error| Error::File(dist.clone(), error))?;
        }
        let version = sluice_version(root)?;
        let name = format!("sluice-{version}-{}", sbom::host()?);
        let folder = root.join(STAGE);
        for folder in [&dist, &folder] {
            std::fs::create_dir_all(folder).map_err(|error| Error::File(folder.clone(), error))?;
        }
        Ok(Self { root: root.to_owned(), folder, name })
    }

    fn out(&self) -> PathBuf {
        self.root.join("target/dist-out")
    }

    fn binary(&self) -> PathBuf {
        self.folder.join("sluice")
    }

    fn run(&self, program: &str, args: &[&str]) -> Result<()> {
        let mut command = Command::new(program);
        command.current_dir(&self.root).args(args);
        must(command, &shown(program, args))
    }

    /// Splits the debug information off the binary and links to it by name.
    fn split(&self) -> Result<()> {
        let built = self.root.join("target/dist/sluice");
        let debug = self.out().join(format!("{}.debug", self.name));
        let (built, debug, binary) = (text(&built), text(&debug), text(&self.binary()));
        self.run("objcopy", &["--only-keep-debug", "--compress-debug-sections=zlib", &built, &debug])?;
        let link = format!("--add-gnu-debuglink={debug}");
        self.run("objcopy", &["--strip-all", &link, &built, &binary])
    }

    /// Lets the binary generate its completions.
    fn complete(&self) -> Result<()> {
        for (shell, file) in COMPLETIONS {
            let binary = text(&self.binary());
            let output = Command::new(&binary).args(["completion", shell]).output();
            let output = output.map_err(|error| Error::Start(binary.clone(), error))?;
            if !output.status.success() {
                return Err(Error::Failed(format!("{binary} completion {shell}"), output.status));
            }
            self.write(file, &output.stdout)?;
        }
        Ok(())
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.folder.join(name);
        std::fs::write(&path, bytes).map_err(|error| Error::File(path.clone(), error))
    }

    /// Writes the SBOM.
    fn describe(&self) -> Result<()> {
        self.write("sbom.cdx.json", sbom::text(&self.root)?.as_bytes())
    }

    fn archive(&self) -> Result<()> {
        for file in FILES {
            let (from, name) = (self.root.join(file), Path::new(file).file_name().unwrap_or_default());
            std::fs::copy(&from, self.folder.join(name)).map_err(|error| Error::File(from.clone(), error))?;
        }
        let archive = text(&self.out().join(format!("{}.tar.gz", self.name)));
        let (folder, into) = (text(&self.folder), format!("s,^[.],{},", self.name));
        // Reproducible: no owner, no time, sorted names.
        let same = ["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--mtime=@0"];
        self.run("tar", &[&same[..], &["--transform", &into, "-czf", &archive, "-C", &folder, "."]].concat())
    }

    fn package(&self) -> Result<()> {
        let out = text(&self.out());
        let deb =
            ["deb", "--no-build", "--no-strip", "--profile", "dist", "--package", "sluice", "--output", &out];
        must(process::cargo(&self.root, &deb), &shown("cargo", &deb))
    }

    /// Writes the checksums and prints the artifacts.
    fn sum(&self) -> Result<()> {
        let folder = self.out();
        let listed = std::fs::read_dir(&folder).map_err(|error| Error::File(folder.clone(), error))?;
        let mut names: Vec<String> =
            listed.filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned())).collect();
        names.sort_unstable();
        let output = Command::new("sha256sum").current_dir(&folder).args(&names).output();
        let sums = output.map_err(|error| Error::Start("sha256sum".to_owned(), error))?.stdout;
        let path = folder.join("SHA256SUMS");
        std::fs::write(&path, sums).map_err(|error| Error::File(path.clone(), error))?;
        for name in names {
            let path = folder.join(name);
            let bytes = path.metadata().map_err(|error| Error::File(path.clone(), error))?.len();
            println!("{:>8.1} MB  {}", bytes as f64 / 1e6, path.display());
        }
        Ok(())
    }
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

fn sluice_version(root: &Path) -> Result<String> {
    let metadata = process::metadata(root)?;
    let package = metadata.packages.iter().find(|package| package.name.as_str() == "sluice");
    let package = package.ok_or_else(|| Error::Missing("the workspace has no package sluice".to_owned()))?;
    Ok(package.version.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_packed_file_exists_or_is_generated() {
        let root = crate::root().unwrap();
        let metadata = process::metadata(&root).unwrap();
        let package = metadata.packages.iter().find(|package| package.name.as_str() == "sluice").unwrap();
        let assets = package.metadata.pointer("/deb/assets").unwrap().as_array().unwrap();
        let made: Vec<String> = ["sluice", "sbom.cdx.json"]
            .into_iter()
            .chain(COMPLETIONS.map(|(_, file)| file))
            .map(|file| format!("{STAGE}/{file}"))
            .collect();
        let packed = assets.iter().map(|asset| asset[0].as_str().unwrap().trim_start_matches("../../"));
        for path in packed.chain(FILES) {
            assert!(made.iter().any(|made| made == path) || root.join(path).is_file(), "{path}");
        }
        assert!(assets.len() > made.len());
    }
}
