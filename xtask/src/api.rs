//! `cargo xtask api`: starts a server on loopback and runs schemathesis, which sends requests that the
//! OpenAPI document allows and requests that it does not, and checks every response against the document.
//!
//! Two runs share the time: one with an API key of every scope over all operations, one as a signed-in
//! administrator over the operations that no key may use.

use crate::error::{Error, Result};
use crate::server::{Ledger, Server};
use crate::{process, python};
use std::path::{Path, PathBuf};
use std::process::Command;
use testkit::postgres::Postgres;

const FOLDER: &str = "target/api";
const PACKAGES: &[&str] = &["schemathesis==4.32.*"];
/// Operations that end the session the run uses.
const ENDING: &[&str] =
    &["logout", "endSession", "changePassword", "endUserSessions", "resetUserPassword", "changeUser"];
const PASSWORD: &str = "quiet-harbour-morning-47";

/// A request the document allows can be refused for reasons that a schema cannot express: an unknown account,
/// a key used for another request (422), a batch in another state (400). Codes tell them apart.
const EXPECTED: &str = "[checks.positive_data_acceptance]\n\
                        expected-statuses = [\"2xx\", \"400\", \"401\", \"403\", \"404\", \"409\", \"422\", \"429\"]\n";

/// How long to run, and on which database.
#[derive(Debug, PartialEq, Eq)]
pub struct ApiOptions {
    pub seconds: u64,
    pub on_server: bool,
    /// Whether the binary was built a moment ago, by the tests: building it alone resolves to other features.
    pub is_built: bool,
}

impl ApiOptions {
    /// Reads `--seconds N`, `--database` and `--built` (use the binary that the tests built).
    pub fn parse(words: &[&str]) -> Result<Self> {
        let mut options = Self { seconds: 600, on_server: false, is_built: false };
        let mut rest = words;
        loop {
            match rest {
                [] => return Ok(options),
                ["--database", tail @ ..] => {
                    options.on_server = true;
                    rest = tail;
                }
                ["--built", tail @ ..] => {
                    options.is_built = true;
                    rest = tail;
                }
                ["--seconds", number, tail @ ..] => {
                    let wrong = |_| Error::Usage(format!("`--seconds {number}`: not a whole number"));
                    options.seconds = number.parse().map_err(wrong)?;
                    rest = tail;
                }
                [other, ..] => {
                    return Err(Error::Usage(format!("`{other}` is not an option of `cargo xtask api`")));
                }
            }
        }
    }
}

/// Runs both parts.
pub fn run(root: &Path, options: &ApiOptions) -> Result<()> {
    let programs = python::programs(root, &format!("{FOLDER}/venv"), "st", PACKAGES)?;
    let postgres =
        options.on_server.then(|| Postgres::try_start_with(&[]).map_err(Error::Postgres)).transpose()?;
    let folder = format!("{FOLDER}/data");
    let ledger = if options.is_built {
        Ledger::make_with(process::binary(root, false)?, root, &folder, postgres.as_ref())?
    } else {
        Ledger::make(root, &folder, false, postgres.as_ref())?
    };
    fill(&ledger)?;
    let key = ledger.key()?;
    let server = ledger.serve()?;
    let cookie = sign_in(&server)?;
    let attack = Attack { programs: &programs, folder: root.join(FOLDER), url: &server.url };
    let (all, people) = (options.seconds.saturating_mul(4) / 5, options.seconds / 5);
    attack.run(all.max(1), &format!("[auth.openapi.apiKey]\nbearer = \"{key}\""), &[])?;
    let mut only: Vec<String> = vec!["--include-tag".to_owned(), "people".to_owned()];
    only.extend(ENDING.iter().flat_map(|name| ["--exclude-operation-id".to_owned(), (*name).to_owned()]));
    attack.run(people.max(1), &format!("[auth.openapi.session]\napi_key = \"{cookie}\""), &only)?;
    drop(server);
    ledger.verify()
}

/// Creates a few accounts and an administrator.
fn fill(ledger: &Ledger) -> Result<()> {
    for (number, holder, currency) in [
        ("MAIN", "Example Ltd", "USD"),
        ("E1", "First Payee", "USD"),
        ("E2", "Second Payee", "USD"),
        ("EUR", "Example Ltd", "EUR"),
    ] {
        let args = ["account", "open", "--number", number, "--holder", holder, "--currency", currency];
        ledger.run(&args, None)?;
    }
    ledger.run(&["deposit", "--account", "MAIN", "--amount", "90000.00"], None)?;
    let add = ["user", "add", "admin", "--name", "Administrator", "--role", "admin", "--password-stdin"];
    ledger.run(&add, Some(PASSWORD)).map(|_| ())
}

/// Signs the administrator in and returns the cookie's value.
fn sign_in(server: &Server) -> Result<String> {
    let failed = |error: reqwest::Error| Error::Api(error.to_string());
    let request = reqwest::blocking::Client::new().post(format!("{}/api/v1/auth/login", server.url));
    let body = serde_json::json!({ "login": "admin", "password": PASSWORD });
    let answer = request.json(&body).send().map_err(failed)?;
    let cookie = answer.headers().get("set-cookie").and_then(|value| value.to_str().ok());
    let pair = cookie.and_then(|text| text.split(';').next()).and_then(|pair| pair.split_once('='));
    pair.map(|(_, value)| value.trim().to_owned())
        .ok_or_else(|| Error::Api(format!("login returned {}", answer.status())))
}

/// Parameters of a schemathesis run.
struct Attack<'a> {
    programs: &'a Path,
    folder: PathBuf,
    url: &'a str,
}

impl Attack<'_> {
    fn run(&self, seconds: u64, identity: &str, more: &[String]) -> Result<()> {
        let config = self.folder.join("schemathesis.toml");
        let text = format!("{identity}\n\n{EXPECTED}");
        std::fs::write(&config, text).map_err(|error| Error::File(config.clone(), error))?;
        let document = format!("{}/api/openapi.json", self.url);
        let mut command = Command::new(self.programs.join("st"));
        command
            .current_dir(&self.folder)
            .arg("--config-file")
            .arg(&config)
            .args(["run", &document, "--checks", "all", "--max-time", &seconds.to_string()])
            .arg("--continue-on-failure")
            .args(more);
        process::must(command, &format!("st run {document} --checks all --max-time {seconds}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_have_defaults_and_unknown_ones_are_refused() {
        let parse = |words: &[&str]| ApiOptions::parse(words).ok();
        assert_eq!(parse(&[]), Some(ApiOptions { seconds: 600, on_server: false, is_built: false }));
        let given = Some(ApiOptions { seconds: 60, on_server: true, is_built: false });
        assert_eq!(parse(&["--seconds", "60", "--database"]), given);
        for wrong in [&["--seconds"][..], &["--seconds", "x"], &["--fast"]] {
            assert_eq!(parse(wrong), None, "{wrong:?}");
        }
    }
}
