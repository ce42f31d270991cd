//! `cargo xtask test`: every check that a change has to pass, in order; the first failure ends it.

use crate::error::{Error, Result};
use crate::node::Node;
use crate::{api, needs, process, tidy, web};
use std::ffi::OsString;
use std::path::Path;
use testkit::place::ENGINE_VARIABLE;
use testkit::postgres::{Postgres, SERVER_VARIABLE};

/// Crates whose tests run once per database engine.
const ON_EACH_ENGINE: [&str; 4] = ["store", "ledger", "service", "engine"];

/// The engines besides the default, and how `cargo test` leaves out what says nothing about them.
const ENGINES: [(&str, &[&str]); 2] = [
    ("memory", &["--", "--skip", "on_server::", "--skip", "on_file::", "--skip", "on_disk::"]),
    ("server", &["--", "--skip", "on_file::"]),
];

/// How thorough the tests are.
#[derive(Debug, PartialEq, Eq)]
pub struct TestOptions {
    kills: u32,
    rounds: u32,
    scale: String,
}

impl TestOptions {
    /// Reads `--kills N`, `--rounds N` and `--scale small|medium|large`.
    pub fn parse(words: &[&str]) -> Result<Self> {
        let mut options = Self { kills: 6, rounds: 1, scale: "small".to_owned() };
        let mut rest = words;
        while let Some((name, tail)) = rest.split_first() {
            let (value, tail) = tail
                .split_first()
                .ok_or_else(|| Error::Usage(format!("`{name}` needs a value; see `cargo xtask help`")))?;
            match (*name, *value) {
                ("--kills", number) => options.kills = whole(name, number)?,
                ("--rounds", number) => options.rounds = whole(name, number)?,
                ("--scale", "small" | "medium" | "large") => options.scale = (*value).to_owned(),
                ("--scale", _) => {
                    return Err(Error::Usage(format!("`--scale {value}`: small, medium or large")));
                }
                _ => return Err(Error::Usage(format!("`{name}` is not an option of `cargo xtask test`"))),
            }
            rest = tail;
        }
        Ok(options)
    }
}

fn whole(name: &str, number: &str) -> Result<u32> {
    number.parse().map_err(|_| Error::Usage(format!("`{name} {number}`: not a whole number")))
}

/// Runs all checks.
pub fn run(root: &Path, options: &TestOptions) -> Result<()> {
    heading("programs");
    needs::run()?;
    heading("format");
    cargo(root, &["fmt", "--all", "--check"], &[])?;
    let node = Node::find_or_install(root)?;
    let page = web::Beside::start(root)?;
    heading("clippy");
    tested(root, &["clippy"], &["--all-targets", "--", "-D", "warnings"], &[])?;
    heading("tidy");
    tidy::run(root)?;
    // Before the tests: their binary contains the page.
    heading("web page");
    page.wait()?;
    heading("tests");
    tests(root, options)?;
    heading("web page in Chromium");
    web::chosen_scenarios(root, &node)?;
    for on_server in [false, true] {
        let database = if on_server { "a PostgreSQL server" } else { "a file" };
        heading(&format!("API against its document, 10 s, on {database}"));
        api::run(root, &api::ApiOptions { seconds: 10, on_server, is_built: true })?;
    }
    heading("documentation");
    cargo(root, &["doc", "--workspace", "--no-deps"], &[("RUSTDOCFLAGS", "-Dwarnings".into())])?;
    heading("licences, bans, sources");
    if process::has_cargo_command(root, "deny") {
        cargo(root, &["deny", "check", "licenses", "bans", "sources"], &[])?;
    } else {
        println!("cargo-deny is not installed: deny.toml was NOT checked");
    }
    heading("components of the binary");
    crate::sbom::run(root)?;
    println!(
        "\nAll checks passed (kills {}, rounds {}, scale {}).",
        options.kills, options.rounds, options.scale
    );
    Ok(())
}

fn heading(text: &str) {
    println!("\n=== {text} ===");
}

fn tests(root: &Path, options: &TestOptions) -> Result<()> {
    let mut env = vec![
        ("SLUICE_KILLS", options.kills.to_string().into()),
        ("SLUICE_ROUNDS", options.rounds.to_string().into()),
        ("SLUICE_SCALE", options.scale.clone().into()),
    ];
    // Stopped when the tests end, whether they pass or fail.
    let server = shared_server()?;
    env.extend(server.iter().map(|server| (SERVER_VARIABLE, server.url().into())));
    env.push(("SLUICE_BIN", process::binary(root, false)?.into_os_string()));
    if process::has_cargo_command(root, "nextest") {
        tested(root, &["nextest", "run"], &["--profile", "file"], &env)?;
        // nextest does not run the examples in the documentation.
        tested(root, &["test"], &["--doc"], &env)?;
        // The outage tests always use a server.
        let of_crates = ON_EACH_ENGINE.map(|name| format!("package({name})")).join(" | ");
        let filter = format!("({of_crates}) & not binary(outage)");
        let args = [&["nextest", "run"], &process::TESTED[..], &["-E", &filter]].concat();
        return on_other_engines(root, &args, &env);
    }
    println!("cargo-nextest is not installed: cargo test runs the tests");
    tested(root, &["test"], &["--", "--skip", "on_server::"], &env)?;
    let of_crates = ON_EACH_ENGINE.iter().flat_map(|name| ["-p", *name]);
    on_other_engines(root, &["test", "--tests"].into_iter().chain(of_crates).collect::<Vec<_>>(), &env)
}

/// Runs the tests that use the store again on the other engines, in memory and on a server. Which of them say nothing
/// about an engine is in the profile of its name in `.config/nextest.toml`.
fn on_other_engines(root: &Path, args: &[&str], env: &[(&str, OsString)]) -> Result<()> {
    for (engine, filter) in ENGINES {
        heading(&format!("tests on the engine: {engine}"));
        let filter: &[&str] = if args.first() == Some(&"nextest") { &["--profile", engine] } else { filter };
        cargo(root, &[args, filter].concat(), &[env, &[(ENGINE_VARIABLE, engine.into())]].concat())?;
    }
    Ok(())
}

/// One PostgreSQL server for the whole run. None if the environment names one: the tests read that variable.
fn shared_server() -> Result<Option<Postgres>> {
    if std::env::var_os(SERVER_VARIABLE).is_some_and(|url| !url.is_empty()) {
        // Not the URL itself: it may contain a password.
        println!("PostgreSQL for the tests: the server that {SERVER_VARIABLE} names");
        return Ok(None);
    }
    let server = Postgres::try_start_with(&[]).map_err(Error::Postgres)?;
    println!("PostgreSQL for the tests: {}", server.url());
    Ok(Some(server))
}

/// A cargo command over what is tested.
fn tested(root: &Path, command: &[&str], args: &[&str], env: &[(&str, OsString)]) -> Result<()> {
    cargo(root, &[command, &process::TESTED, args].concat(), env)
}

fn cargo(root: &Path, args: &[&str], env: &[(&str, OsString)]) -> Result<()> {
    let mut command = process::cargo(root, args);
    command.envs(env.iter().map(|(name, value)| (name, value)));
    process::must(command, &process::shown("cargo", args))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_have_defaults_and_unknown_ones_are_refused() {
        let parse = |words: &[&str]| TestOptions::parse(words).ok();
        assert_eq!(parse(&[]), Some(TestOptions { kills: 6, rounds: 1, scale: "small".to_owned() }));
        let given = Some(TestOptions { kills: 200, rounds: 9, scale: "large".to_owned() });
        assert_eq!(parse(&["--kills", "200", "--rounds", "9", "--scale", "large"]), given);
        for wrong in
            [&["--kills"][..], &["--kills", "-1"], &["--rounds", "x"], &["--scale", "huge"], &["--fast", "1"]]
        {
            assert_eq!(parse(wrong), None, "{wrong:?}");
        }
    }
}
