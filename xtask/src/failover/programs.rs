//! etcd, Patroni and PostgreSQL: where they are and which user they run as. As root, installs what is
//! missing, except PostgreSQL.

use crate::debian;
use crate::error::{Error, Result};
use crate::process;
use crate::python::{self, answer};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const POSTGRES: &str = "/usr/lib/postgresql";
const VENV: &str = "target/failover/venv";
const PATRONI: &[&str] = &["patroni[etcd3]==4.1.*", "psycopg[binary]"];
/// The user that PostgreSQL's package creates for the server, which refuses to run as root.
const USER: &str = "postgres";

pub struct Programs {
    pub etcd: PathBuf,
    pub patroni: PathBuf,
    /// The folder with PostgreSQL's programs.
    pub postgres: PathBuf,
    is_root: bool,
}

impl Programs {
    pub fn find(root: &Path) -> Result<Self> {
        let is_root = debian::is_root();
        let postgres = newest_postgres().ok_or_else(|| missing("PostgreSQL", "postgresql"))?;
        if answer("etcd", &["--version"]).is_none() {
            debian::install("etcd", &["etcd-server"])?;
        }
        let patroni = python::programs(root, VENV, "patroni", PATRONI)?.join("patroni");
        Ok(Self { etcd: "etcd".into(), patroni, postgres, is_root })
    }

    /// A command that runs a program as a non-root user. The program gets SIGTERM when this process ends for
    /// any reason.
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

    /// Makes the user that the programs run as the owner of a folder.
    pub fn give(&self, folder: &Path) -> Result<()> {
        if !self.is_root {
            return Ok(());
        }
        let mut command = Command::new("chown");
        command.arg(format!("{USER}:{USER}")).arg(folder);
        process::must(command, &process::shown("chown", &[USER, &folder.to_string_lossy()]))
    }
}

fn missing(what: &str, package: &str) -> Error {
    Error::Failover(format!("{what} is not installed (Debian, Ubuntu: `apt-get install {package}`)"))
}

/// The programs of the newest installed version.
fn newest_postgres() -> Option<PathBuf> {
    let versions = std::fs::read_dir(POSTGRES).ok()?.flatten();
    let numbered = versions.filter_map(|entry| {
        let number: u32 = entry.file_name().to_str()?.parse().ok()?;
        Some((number, entry.path().join("bin")))
    });
    numbered.filter(|(_, folder)| folder.join("pg_rewind").is_file()).max().map(|(_, folder)| folder)
}
