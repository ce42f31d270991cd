//! `cargo xtask load`: server performance under load, measured on loopback with wrk and a release build.
//!
//! - Single transfers over 1, 10, 100 and 1,000 connections, between 1,000 of 20,000 accounts.
//! - Reads of accounts and statements while a batch of a million items runs.
//! - Single transfers after that batch, alone and beside 50 callers of lists that have to be searched.
//! - Document 004's speeds at its large scale: one transfer, a page of history, a daily report.
//!
//! Figures depend on what else the machine is doing: run it alone, and compare only figures of the same run.

pub mod files;
mod lists;
mod work;
mod wrk;

use crate::error::{Error, Result};
use crate::server::Ledger;
use std::path::Path;
use testkit::postgres::Postgres;
use work::Bench;
use wrk::Wrk;

const FOLDER: &str = "target/load";
const CONNECTIONS: [u32; 4] = [1, 10, 100, 1_000];

/// How long to measure, and on which database.
#[derive(Debug, PartialEq, Eq)]
pub struct LoadOptions {
    pub seconds: u64,
    pub on_server: bool,
    pub items: u64,
}

impl LoadOptions {
    /// Reads `--seconds N`, `--items N` and `--database`.
    pub fn parse(words: &[&str]) -> Result<Self> {
        let mut options = Self { seconds: 10, on_server: false, items: 1_000_000 };
        let whole = |name: &str, text: &str| {
            text.parse().map_err(|_| Error::Usage(format!("`{name} {text}`: not a whole number")))
        };
        let mut rest = words;
        loop {
            match rest {
                [] => return Ok(options),
                ["--database", tail @ ..] => (options.on_server, rest) = (true, tail),
                ["--seconds", number, tail @ ..] => {
                    (options.seconds, rest) = (whole("--seconds", number)?, tail)
                }
                ["--items", number, tail @ ..] => (options.items, rest) = (whole("--items", number)?, tail),
                [other, ..] => {
                    return Err(Error::Usage(format!("`{other}` is not an option of `cargo xtask load`")));
                }
            }
        }
    }
}

/// Measures and prints a table.
pub fn run(root: &Path, options: &LoadOptions) -> Result<()> {
    let settings = [("shared_buffers", "1GB"), ("max_wal_size", "8GB"), ("wal_compression", "on")];
    let postgres = options
        .on_server
        .then(|| Postgres::try_start_on_disk(&settings).map_err(Error::Postgres))
        .transpose()?;
    let ledger = Ledger::make(root, &format!("{FOLDER}/data"), true, postgres.as_ref())?;
    let bench = Bench::fill(root, FOLDER, &ledger, options.items)?;
    let readers = lists::keys(&ledger)?;
    let server = ledger.serve()?;
    let wrk = Wrk::find(root.join(FOLDER), &server.url, &bench.key, options.seconds)?;
    println!(
        "\n| what | connections | requests/s | p50 | p99 | errors |\n| --- | --- | --- | --- | --- | --- |"
    );
    for connections in CONNECTIONS {
        wrk.row("single transfers", connections, &bench.transfers())?;
    }
    wrk.row("sequential transfers", 1, &bench.transfers())?;
    wrk.row("page of history", 1, &bench.statements())?;
    wrk.row("account", 1, &bench.accounts())?;
    wrk.row("daily report", 1, &bench.report(&server.url)?)?;
    bench.start(&server.url)?;
    wrk.row("accounts during a batch", 10, &bench.accounts())?;
    wrk.row("statements during a batch", 10, &bench.statements())?;
    wrk.row("single transfers during a batch", 10, &bench.transfers())?;
    let batch = bench.wait(&server.url)?;
    for connections in [10, 100] {
        wrk.row("single transfers after the batch", connections, &bench.transfers())?;
    }
    let mut said = Vec::new();
    for (what, paths) in [("text searches", lists::TEXT), ("sorted lists", lists::SORTED)] {
        for connections in [10, 100] {
            let callers = lists::Callers::start(&server.url, &readers, paths);
            let name = format!("single transfers beside 50 {what}");
            wrk.row(&name, connections, &bench.transfers())?;
            said.push(format!("{name}, {connections} connections: {}", callers.stop()?));
        }
    }
    println!("\nthe batch: {batch}\n{}", said.join("\n"));
    drop(server);
    ledger.verify()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_have_defaults_and_unknown_ones_are_refused() {
        let parse = |words: &[&str]| LoadOptions::parse(words).ok();
        assert_eq!(parse(&[]), Some(LoadOptions { seconds: 10, on_server: false, items: 1_000_000 }));
        let given = Some(LoadOptions { seconds: 5, on_server: true, items: 10 });
        assert_eq!(parse(&["--seconds", "5", "--database", "--items", "10"]), given);
        for wrong in [&["--seconds"][..], &["--items", "x"], &["--fast"]] {
            assert_eq!(parse(wrong), None, "{wrong:?}");
        }
    }
}
