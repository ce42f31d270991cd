//! Settings: where they come from, how wrong ones are reported, and that the guide and the example cover all
//! of them.

use crate::server::Ledger;
use serde_json::Value as Json;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};

const EXAMPLE: &str = include_str!("../../../../examples/sluice.toml");
const GUIDE: &str = include_str!("../../../../docs/guide/configuration.md");

/// A sluice command in the ledger's folder, without options or environment.
fn command(ledger: &Ledger, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sluice"));
    command.env_clear().current_dir(ledger.path()).args(args);
    command
}

fn json(output: &Output) -> Json {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

#[test]
fn options_override_the_environment_which_overrides_the_file_which_overrides_defaults() {
    let ledger = Ledger::none();
    ledger.file(
        "sluice.toml",
        "runs = 2\nchunk_items = 2\nlanguage = \"zh\"\ntrusted_proxies = [\"10.0.0.0/8\"]\n",
    );
    let mut command = command(&ledger, &["--json", "--chunk-items", "4", "config", "check"]);
    command
        .env("SLUICE_RUNS", "3")
        .env("SLUICE_CHUNK_ITEMS", "3")
        .env("SLUICE_METRICS_FROM", "192.0.2.0/24, ::1/128");
    command
        .env("SLUICE_SERVICE_PORT", "1")
        .env("SLUICE_LOG_FORMAT", "")
        .env("DATABASE_URL", "postgres://a:canary@b/c");
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let shown = json(&output);
    let of = |name: &str| {
        (
            shown["settings"][name]["value"].clone(),
            shown["settings"][name]["from"].as_str().unwrap().to_owned(),
        )
    };
    assert_eq!(of("chunk_items"), (4.into(), "the option --chunk-items".to_owned()));
    assert_eq!(of("runs"), (3.into(), "the environment variable SLUICE_RUNS".to_owned()));
    assert_eq!(of("language"), ("zh".into(), "sluice.toml".to_owned()));
    assert_eq!(of("listen"), ("127.0.0.1:8080".into(), "the default".to_owned()));
    assert_eq!(of("metrics_from").0, serde_json::json!(["192.0.2.0/24", "::1/128"]));
    assert_eq!(of("log_format").0, "text", "an empty variable counts as unset");
    assert_eq!(of("database").0, "postgres://a:***@b/c");
    assert_eq!(shown["ignored"], serde_json::json!(["SLUICE_SERVICE_PORT"]));
    assert!(!String::from_utf8_lossy(&output.stdout).contains("canary"));
}

#[test]
fn each_wrong_value_is_reported_with_its_source() {
    let cases = [
        (
            "listen = \"nowhere\"\nruns = \"many\"\nlisten_on = 1\n[server]\nport = 1\n",
            &["`listen` in ", "`runs` in ", "`listen_on` in ", "`server` in "][..],
        ),
        (
            "runs = 65\nsession_idle_s = 100000\npublic_url = \"pay.example.com/x\"\nlog_level = \"=[\"\n",
            &["`runs` in ", "`session_idle_s` in ", "`public_url` in ", "`log_level` in "],
        ),
        ("runs = = 1\n", &["wrong.toml"]),
        ("database = \"canary\"\n", &["`database` in "]),
    ];
    for (text, expected) in cases {
        let ledger = Ledger::none();
        let file = ledger.file("wrong.toml", text);
        for args in [&["--config", &file, "config", "check"][..], &["--config", &file, "serve"]] {
            let output = command(&ledger, args).output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(64), "{said}");
            for part in expected {
                assert!(said.contains(part) && said.contains("wrong.toml"), "{part}: {said}");
            }
            assert!(!said.contains("canary"), "{said}");
        }
    }
    let ledger = Ledger::none();
    let missing = command(&ledger, &["--config", "none.toml", "config", "check"]).output().unwrap();
    assert_eq!(missing.status.code(), Some(64), "a named file that does not exist");
    let mut variable = command(&ledger, &["config", "check"]);
    let output = variable.env("SLUICE_RUNS", "0").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("`runs` in the environment variable SLUICE_RUNS"), "{said}");
}

#[test]
fn a_file_of_a_secret_that_cannot_be_used_is_reported() {
    let ledger = Ledger::none();
    let open = ledger.file("open.secret", "violet-kettle-81-orbit");
    std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o644)).unwrap();
    let mail = "mail_from = \"pay@example.org\"\nsmtp_host = \"127.0.0.1\"\nsmtp_user = \"pay\"\n";
    for (text, expected) in [
        ("master_key_file = \"none.key\"\n".to_owned(), "none.key"),
        (format!("master_key_file = \"{open}\"\n"), "open.secret"),
        (format!("{mail}smtp_password_file = \"none.password\"\n"), "none.password"),
        (format!("{mail}smtp_password_file = \"{open}\"\n"), "open.secret"),
        (mail.to_owned(), "smtp_password_file"),
    ] {
        let file = ledger.file("secrets.toml", &text);
        let output = command(&ledger, &["--config", &file, "config", "check"]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(expected), "{text}: {said}");
        assert!(!said.contains("violet"), "{said}");
    }
}

#[test]
fn the_example_contains_the_defaults_and_the_guide_explains_every_setting() {
    let ledger = Ledger::none();
    let plain = json(&command(&ledger, &["--json", "config", "check"]).output().unwrap());
    let file = ledger.file("example.toml", EXAMPLE);
    let output = command(&ledger, &["--json", "--config", &file, "config", "check"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let example = json(&output);
    for (name, value) in plain["settings"].as_object().unwrap() {
        assert_eq!(example["settings"][name]["value"], value["value"], "{name}");
        assert!(
            EXAMPLE.lines().any(|line| line.trim_start_matches("# ").starts_with(&format!("{name} ="))),
            "{name}"
        );
        assert!(
            GUIDE.contains(&format!("\n| `{name}` |")),
            "docs/guide/configuration.md does not explain {name}"
        );
    }
}
