//! Repository commands: `cargo xtask demo | test | web | api | load | office | failover | tidy | docs | payroll | sbom | dist`.
//!
//! To add a command: a module with a `run`, an arm in [`dispatch`], a line in [`HELP`].

mod api;
mod debian;
mod demo;
mod dist;
mod docs;
mod error;
mod failover;
mod load;
mod needs;
mod node;
mod office;
mod page_packages;
mod payroll;
mod process;
mod python;
mod sbom;
mod server;
mod test;
mod tidy;
mod web;

use error::{Error, Result};
use std::path::PathBuf;
use std::process::ExitCode;

const HELP: &str = "\
cargo xtask COMMAND

  demo       build sluice, with the web page if Node.js 20 is here, and pay a thousand people in target/demo; at a
             terminal it then serves the page
             --once       end after the payments
  test       run every check that a change has to pass; needs Node.js, Chromium, Python 3, PostgreSQL and strace,
             and installs them when run as root on Debian or Ubuntu
             --kills N    how often the crash tests kill a run (6)
             --rounds N   rounds of the lost-database tests (1)
             --scale S    small, medium or large (small)
  web        build the web page into web/dist, which the next build of sluice contains; takes Node.js 20 from this
             machine or, where it is missing, from the Python package index
             --check      also what a change of it must pass without a browser
             --scenarios  also every scenario in Chromium, on a debug build of sluice
  api        send a server requests that its API document allows, and some it does not (schemathesis)
             --seconds N  how long (600)
             --built      use the binary that the tests built, as it is
             --database   on PostgreSQL instead of a file
             needs python3; installs schemathesis into target/api
  load       measure a server on loopback with wrk: single transfers, reads during a large batch, singles beside
             50 searches and 50 sorted lists, document 004's speeds; release build, run nothing else at the same time
             --seconds N  how long each (10)
             --items N    items of the batch (1000000): the transfers that lists search
             --database   on PostgreSQL instead of a file
  load files measure files in and out over HTTP, as tasks: rows per second, the server's memory, and how long reads and
             single transfers take beside them; then workbooks that have to be refused
             --rows N        rows of the CSV and of the exports (1000000)
             --sheet-rows N  rows of the workbook (200000)
             --per-second N  requests beside the work (20)
             --seed N        the order of the rows (7)
             --binary PATH   measure this binary instead of building one
             --postgres URL  an empty database, instead of a file
             --json          a line of JSON for each row
  failover   kill the leader of three servers under Patroni while money moves; not part of `test`
             --kills N    how often (5)
             needs PostgreSQL, etcd (etcd-server) and python3; installs Patroni into target/failover and, when
             run as root, etcd and python3-venv if they are missing
  office     open a result with LibreOffice, save it as XLSX and as CSV in GBK, and import both without loss; not part of
             `test`
             --binary PATH  this binary instead of building one
             needs soffice (on Debian libreoffice-calc-nogui)
  tidy       check the house rules: crate dependencies, circles, names, words, lengths
  docs       regenerate docs/reference: openapi.json, error-codes.md, access.md
  sbom       write target/sbom.cdx.json: the components of the binary (CycloneDX)
  dist       write target/dist-out: tar.gz, .deb, debug information, checksums; needs binutils and cargo-deb
  payroll    regenerate examples/staff.csv and examples/payroll.csv

The tests share a PostgreSQL server that is started for them. SLUICE_TEST_POSTGRES is the URL of another one;
SLUICE_PG_BIN names the folder of PostgreSQL's programs if they are not found.

Example: cargo xtask test --kills 200 --scale medium";

fn main() -> ExitCode {
    testkit::use_ring();
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match dispatch(&words) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(words: &[&str]) -> Result<ExitCode> {
    let root = root()?;
    match words {
        ["demo"] => demo::run(&root, false),
        ["demo", "--once"] => demo::run(&root, true),
        ["test", options @ ..] => {
            test::run(&root, &test::TestOptions::parse(options)?).map(|()| ExitCode::SUCCESS)
        }
        ["web", options @ ..] => {
            web::run(&root, &web::WebOptions::parse(options)?).map(|()| ExitCode::SUCCESS)
        }
        ["api", options @ ..] => {
            api::run(&root, &api::ApiOptions::parse(options)?).map(|()| ExitCode::SUCCESS)
        }
        ["load", "files", options @ ..] => load::files::run(&root, options).map(|()| ExitCode::SUCCESS),
        ["load", options @ ..] => {
            load::run(&root, &load::LoadOptions::parse(options)?).map(|()| ExitCode::SUCCESS)
        }
        ["office", options @ ..] => office::run(&root, options).map(|()| ExitCode::SUCCESS),
        ["failover", options @ ..] => {
            failover::run(&root, &failover::FailoverOptions::parse(options)?).map(|()| ExitCode::SUCCESS)
        }
        ["tidy"] => tidy::run(&root).map(|()| ExitCode::SUCCESS),
        ["docs"] => docs::run(&root).map(|()| ExitCode::SUCCESS),
        ["sbom"] => sbom::run(&root).map(|()| ExitCode::SUCCESS),
        ["dist"] => dist::run(&root).map(|()| ExitCode::SUCCESS),
        ["payroll"] => payroll::run(&root).map(|()| ExitCode::SUCCESS),
        [] | ["help" | "--help" | "-h", ..] => {
            println!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        _ => Err(Error::Usage(format!("`cargo xtask {}` is not a command\n\n{HELP}", words.join(" ")))),
    }
}

/// The workspace folder.
fn root() -> Result<PathBuf> {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().map(PathBuf::from).ok_or_else(|| Error::Usage("xtask is not inside a workspace".to_owned()))
}
