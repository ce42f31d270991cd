//! Installs missing Debian packages.

use crate::error::{Error, Result};
use crate::process;
use std::path::Path;
use std::process::{Command, Stdio};

/// Debian's package would create and start a cluster that nobody needs; only the programs are used.
const NO_CLUSTER: (&str, &str) =
    ("/etc/postgresql-common/createcluster.conf", "create_main_cluster = false\n");

/// Installs the packages that bring `what`; without root or apt-get, returns an error with the command to type.
pub fn install(what: &str, packages: &[&str]) -> Result<()> {
    let apt_get = || Command::new("apt-get").arg("--version").output().is_ok();
    if !is_root() || !apt_get() {
        let command = format!("apt-get install {}", packages.join(" "));
        let advice = format!("missing: {what}; as root on Debian or Ubuntu: `{command}`");
        return Err(Error::Missing(advice));
    }
    if packages.contains(&"postgresql") {
        prevent_cluster()?;
    }
    let install = ["install", "--yes", "--no-install-recommends"];
    for args in [vec!["update"], [&install[..], packages].concat()] {
        let mut command = Command::new("apt-get");
        command.args(&args).env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null());
        process::must(command, &process::shown("apt-get", &args))?;
    }
    Ok(())
}

fn prevent_cluster() -> Result<()> {
    let (path, text) = NO_CLUSTER;
    let path = Path::new(path);
    if path.exists() {
        return Ok(());
    }
    let failed = |error| Error::File(path.to_owned(), error);
    path.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(failed)?;
    std::fs::write(path, text).map_err(failed)
}

/// Whether this process may install packages.
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
