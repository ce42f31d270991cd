//! etcd, Patroni and PostgreSQL: where they are, and as whom they run. Root installs what is missing.

use crate::error::{Error, Result};
use crate::process;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const POSTGRES: &str = "/usr/lib/postgresql";
const PYTHON: &str = "/usr/bin/python3";
const VENV: &str = "target/failover/venv";
const PATRONI: &[&str] = &["patroni[etcd3]==4.1.*", "psycopg[binary]"];
/// Whom PostgreSQL's package makes for the server, which refuses to be root.
const USER: &str = "postgres";

pub struct Programs {
    pub etcd: PathBuf,
    pub patroni: PathBuf,
    /// The folder of PostgreSQL's programs.
    pub postgres: PathBuf,
    is_root: bool,
}

impl Programs {
    pub fn find(root: &Path) -> Result<Self> {
        let is_root = answer("id", &["-u"]).as_deref() == Some("0");
        let postgres = newest_postgres().ok_or_else(|| missing("PostgreSQL", "postgresql"))?;
        if answer("etcd", &["--version"]).is_none() {
            install("etcd", "etcd-server", is_root)?;
        }
        let patroni = root.join(VENV).join("bin/patroni");
        if !patroni.is_file() {
            install_patroni(root, is_root)?;
        }
        Ok(Self { etcd: "etcd".into(), patroni, postgres, is_root })
    }

    /// A program as a user that is not root. It is asked to end when we end, however that happens.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new("setpriv");
        if self.is_root {
            command.args([&format!("--reuid={USER}"), &format!("--regid={USER}"), "--clear-groups"]);
        }
        command
            .args(["--pdeathsig", "TERM", "--"])
            .arg(program)
            .stdin(Stdio::null())
            .env("LC_ALL", "C.UTF-8");
        command
    }

    /// Gives a folder to the user that the programs run as.
    pub fn give(&self, folder: &Path) -> Result<()> {
        if !self.is_root {
            return Ok(());
        }
        let mut command = Command::new("chown");
        command.arg(format!("{USER}:{USER}")).arg(folder);
        process::must(command, &process::shown("chown", &[USER, &folder.to_string_lossy()]))
    }
}

fn install_patroni(root: &Path, is_root: bool) -> Result<()> {
    if answer(PYTHON, &["-c", "import ensurepip, venv"]).is_none() {
        install("Python's module venv", "python3-venv", is_root)?;
    }
    let venv = root.join(VENV);
    let mut make = Command::new(PYTHON);
    make.args(["-m", "venv"]).arg(&venv);
    process::must(make, &process::shown(PYTHON, &["-m", "venv", VENV]))?;
    let mut fill = Command::new(venv.join("bin/pip"));
    fill.args(["install", "--quiet"]).args(PATRONI);
    process::must(fill, &process::shown("pip", &[&["install", "--quiet"], PATRONI].concat()))
}

fn install(what: &str, package: &str, is_root: bool) -> Result<()> {
    if !is_root {
        return Err(missing(what, package));
    }
    let args = ["install", "--yes", package];
    let mut command = Command::new("apt-get");
    command.args(args).env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null());
    process::must(command, &process::shown("apt-get", &args))
}

fn missing(what: &str, package: &str) -> Error {
    Error::Failover(format!("{what} is not installed (Debian, Ubuntu: `apt-get install {package}`)"))
}

/// The programs of the highest version.
fn newest_postgres() -> Option<PathBuf> {
    let versions = std::fs::read_dir(POSTGRES).ok()?.flatten();
    let numbered = versions.filter_map(|entry| {
        let number: u32 = entry.file_name().to_str()?.parse().ok()?;
        Some((number, entry.path().join("bin")))
    });
    numbered.filter(|(_, folder)| folder.join("pg_rewind").is_file()).max().map(|(_, folder)| folder)
}

/// What a program prints, if it is there and succeeds.
fn answer(program: &str, args: &[&str]) -> Option<String> {
    let output = Command::new(program).args(args).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
