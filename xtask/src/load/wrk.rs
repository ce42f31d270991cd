//! Runs wrk, once per table row.

use crate::debian;
use crate::error::{Error, Result};
use crate::python;
use std::path::PathBuf;
use std::process::Command;

/// wrk and its target.
pub struct Wrk {
    folder: PathBuf,
    url: String,
    key: String,
    seconds: u64,
}

impl Wrk {
    /// Finds wrk; installs it if run as root.
    pub fn find(folder: PathBuf, url: &str, key: &str, seconds: u64) -> Result<Self> {
        // wrk has no version option that exits successfully.
        if python::answer("which", &["wrk"]).is_none() {
            debian::install("wrk", &["wrk"])?;
        }
        Ok(Self { folder, url: url.to_owned(), key: key.to_owned(), seconds })
    }

    /// Runs a Lua script, whose `request` builds each request, and prints a table row.
    pub fn row(&self, what: &str, connections: u32, script: &str) -> Result<()> {
        let path = self.folder.join("request.lua");
        let head =
            format!("local key = \"{}\"\nmath.randomseed(os.time() * 1000 + {connections})\n", self.key);
        std::fs::write(&path, format!("{head}{script}")).map_err(|error| Error::File(path.clone(), error))?;
        let threads = connections.min(2).to_string();
        let mut command = Command::new("wrk");
        command
            .args(["-t", &threads, "-c", &connections.to_string(), "-d", &format!("{}s", self.seconds)])
            .args(["--latency", "--timeout", "10s", "-s"])
            .arg(&path)
            .arg(&self.url);
        let output = command.output().map_err(|error| Error::Start("wrk".to_owned(), error))?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let field = |name: &str| {
            let line = text.lines().find_map(|line| line.trim().strip_prefix(name));
            line.map_or_else(|| "0".to_owned(), |rest| rest.trim().to_owned())
        };
        let errors = format!("{} {}", field("Non-2xx or 3xx responses:"), field("Socket errors:"));
        let (rate, p50, p99) = (field("Requests/sec:"), field("50%"), field("99%"));
        println!("| {what} | {connections} | {rate} | {p50} | {p99} | {errors} |");
        Ok(())
    }
}
