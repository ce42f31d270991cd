//! The master key on the command line, and accounts whose secrets it encrypts.

use crate::support::{Answer, Ledger, answer};
use data_encoding::BASE32_NOPAD;
use domain::totp::{TotpSecret, step_at};
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

const ONE: &str = "SLUICE_MASTER_KEY";
const FORMER: &str = "SLUICE_FORMER_MASTER_KEY";

fn key(first: &str) -> String {
    format!("{first}{}", "5a".repeat(31))
}

/// Runs a command with these variables.
fn with(ledger: &Ledger, variables: &[(&str, &str)], args: &[&str]) -> Answer {
    let mut command = ledger.command();
    command.envs(variables.iter().copied()).arg("--json").args(args);
    answer(&command.output().unwrap())
}

fn code_of(answer: &Answer) -> &str {
    answer.json["error"]["code"].as_str().unwrap_or("ok")
}

#[expect(clippy::disallowed_methods, reason = "codes follow the clock of the binary under test")]
fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_micros()).unwrap()
}

/// Binds ACME with the code of the previous step, so that the present one's is left; its secret.
fn bind(ledger: &Ledger, variables: &[(&str, &str)], more: &[&str]) -> TotpSecret {
    let drawn = with(ledger, variables, &["account", "totp", "bind", "ACME"]);
    let bytes = BASE32_NOPAD.decode(drawn.json["secret"].as_str().unwrap().as_bytes()).unwrap();
    let secret = TotpSecret::from_bytes(&bytes).unwrap();
    loop {
        let code = secret.code(step_at(now()) - 1);
        let confirm = ["account", "totp", "bind", "ACME", "--confirm", code.as_str()];
        let confirmed = with(ledger, variables, &[&confirm, more].concat());
        match code_of(&confirmed) {
            "ok" => return secret,
            // The step ended in between.
            code => assert_eq!(code, "AUTH_2FA_CODE_INVALID"),
        }
    }
}

#[test]
fn a_bound_account_is_debited_by_commands_with_a_code_alone() {
    let ledger = Ledger::funded("100.00");
    ledger.payees(2);
    let one = key("00");
    let variables = [(ONE, one.as_str())];
    let say = |args: &[&str]| with(&ledger, &variables, args);
    let secret = bind(&ledger, &variables, &["--auto-2fa"]);
    assert_eq!(say(&["account", "totp", "show", "ACME"]).json["totp"], "bound");
    let pay = ["transfer", "--from", "ACME", "--to", "P1", "--amount", "1.00"];
    let with_code = |code: &str| [&pay[..], &["--code", code]].concat().join("\u{1}");
    let tried = |args: &str| code_of(&say(&args.split('\u{1}').collect::<Vec<_>>())).to_owned();
    assert_eq!(code_of(&say(&pay)), "VERIFICATION_CODE_REQUIRED");
    assert_eq!(tried(&with_code("000")), "AUTH_2FA_CODE_INVALID");
    let code = secret.code(step_at(now()));
    // Right, unless the step ended in between: then it is the previous one's, and right as well.
    assert_eq!(tried(&with_code(&format!("ACME={}", *code))), "ok");
    assert_eq!(tried(&with_code(&code)), "AUTH_2FA_CODE_USED");
    assert_eq!(tried(&[&pay[..], &["--auto-2fa"]].concat().join("\u{1}")), "ok");
    assert_eq!(ledger.balance("ACME"), "98.00");
    let imported = ledger.import("account,amount\nP1,1.00\nP2,1.00\n", &[]);
    let batch = imported.json["batch_id"].as_str().unwrap();
    assert_eq!(ledger.ok(&["batch", "preview", batch]).json["needs_codes"][0]["account"], "ACME");
    for verb in ["run", "start", "resume"] {
        assert_eq!(code_of(&say(&["batch", verb, batch])), "VERIFICATION_CODE_REQUIRED", "{verb}");
    }
    assert_eq!(say(&["batch", "run", batch, "--auto-2fa"]).json["status"], "completed");
    // The command line needs no code to unbind, and no key.
    ledger.ok(&["account", "totp", "unbind", "ACME"]);
    ledger.ok(&pay);
    ledger.verified();
}

#[test]
fn without_the_master_key_everything_works_that_needs_no_secret() {
    let ledger = Ledger::funded("100.00");
    ledger.payees(1);
    let (one, other) = (key("00"), key("01"));
    ledger.refused(&["account", "totp", "bind", "ACME"], 1, "MASTER_KEY_MISSING");
    ledger.refused(&["key", "rotate"], 1, "MASTER_KEY_MISSING");
    bind(&ledger, &[(ONE, &one)], &["--auto-2fa"]);
    let pay = ["transfer", "--from", "ACME", "--to", "P1", "--amount", "1.00", "--auto-2fa"];
    ledger.refused(&pay, 1, "MASTER_KEY_MISSING");
    assert_eq!(code_of(&with(&ledger, &[(ONE, &other)], &pay)), "MASTER_KEY_WRONG");
    assert_eq!(code_of(&with(&ledger, &[(ONE, &other), (FORMER, &one)], &pay)), "ok");
    ledger.ok(&["deposit", "--account", "ACME", "--amount", "1.00"]);
    ledger.verified();
}

#[test]
fn attack_61_a_secret_that_is_moved_to_another_account_gives_no_codes() {
    let ledger = Ledger::funded("100.00");
    ledger.payees(1);
    let one = key("00");
    let variables = [(ONE, one.as_str())];
    bind(&ledger, &variables, &["--auto-2fa"]);
    let file = rusqlite::Connection::open(ledger.path().join("data/sluice.db")).unwrap();
    // As somebody would who may write to the database: an account of their own, with ACME's secret.
    let moved = "INSERT INTO account_totp SELECT id, 1, 1, 1 FROM account WHERE number = 'P1';
        INSERT INTO sealed_secret SELECT 'account:' || a.id, s.key_id, s.sealed FROM sealed_secret s, account a
          WHERE a.number = 'P1';";
    file.execute_batch(moved).unwrap();
    drop(file);
    let pay = ["transfer", "--from", "P1", "--to", "ACME", "--amount", "1.00", "--auto-2fa"];
    assert_eq!(code_of(&with(&ledger, &variables, &pay)), "SECRET_UNREADABLE");
}

#[test]
fn a_rotation_ends_with_the_new_key_alone_and_leaves_what_it_cannot_read() {
    let ledger = Ledger::funded("100.00");
    ledger.payees(1);
    let (one, other, wrong) = (key("00"), key("01"), key("02"));
    bind(&ledger, &[(ONE, &one)], &["--auto-2fa"]);
    let rotate = |current: &str, former: &str| {
        let answer = with(&ledger, &[(ONE, current), (FORMER, former)], &["key", "rotate"]);
        let counts =
            [&answer.json["rotated"], &answer.json["unreadable"]].map(|count| count.as_i64().unwrap());
        (answer.exit, counts)
    };
    assert_eq!(rotate(&other, &wrong), (4, [0, 1]));
    assert_eq!(rotate(&other, &one), (0, [1, 0]));
    assert_eq!(rotate(&other, &one), (0, [0, 0]));
    let pay = ["transfer", "--from", "ACME", "--to", "P1", "--amount", "1.00", "--auto-2fa"];
    assert_eq!(code_of(&with(&ledger, &[(ONE, &other)], &pay)), "ok");
    assert_eq!(code_of(&with(&ledger, &[(ONE, &one)], &pay)), "MASTER_KEY_WRONG");
    ledger.verified();
}

/// A new key in a file.
fn made(ledger: &Ledger, name: &str) -> String {
    let path = ledger.path().join(name).display().to_string();
    let answer = ledger.ok(&["key", "new-master", &path]);
    assert_eq!(answer.json["file"].as_str(), Some(path.as_str()));
    path
}

fn set_mode(path: &str, mode: u32) {
    std::fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_key_file_is_made_for_its_owner_alone_and_refused_if_it_is_open_to_others() {
    let ledger = Ledger::funded("100.00");
    let path = made(&ledger, "master.key");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text.trim_end().len(), 64);
    let refused = ledger.refused(&["key", "new-master", &path], 3, "FILE_ERROR");
    assert!(refused.stderr.contains("already exists; it was left unchanged"), "{refused:?}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text, "an existing key is never overwritten");
    let bind = |path: &str| {
        let answer = with(&ledger, &[("SLUICE_MASTER_KEY_FILE", path)], &["account", "totp", "bind", "ACME"]);
        assert!(!answer.stderr.contains(text.trim_end()), "{answer:?}");
        code_of(&answer).to_owned()
    };
    assert_eq!(bind(&path), "ok");
    for mode in [0o640, 0o604, 0o660, 0o644, 0o700] {
        set_mode(&path, mode);
        assert_eq!(bind(&path), "SETTINGS_INVALID", "{mode:o}");
    }
    for mode in [0o600, 0o400] {
        set_mode(&path, mode);
        assert_eq!(bind(&path), "ok", "{mode:o}");
    }
    let missing = ledger.path().join("missing").display().to_string();
    assert_eq!(bind(&missing), "FILE_ERROR");
    assert_eq!(bind(&ledger.path().display().to_string()), "SETTINGS_INVALID", "a directory");
    for (name, content) in
        [("empty", ""), ("short", "00"), ("letters", &"g".repeat(64)), ("long", &"0".repeat(65))]
    {
        let path = ledger.file(name, content.as_bytes()).display().to_string();
        set_mode(&path, 0o600);
        assert_eq!(bind(&path), "SETTINGS_INVALID", "{name}");
    }
    assert!(Path::new(&path).exists());
}

#[test]
fn a_wrong_key_in_the_environment_is_refused_and_shown_nowhere() {
    let ledger = Ledger::funded("100.00");
    let good = key("00");
    for (variables, expected) in [
        (&[(ONE, "secret-and-too-short")][..], "SETTINGS_INVALID"),
        (&[(FORMER, good.as_str())], "SETTINGS_INVALID"),
        (&[(ONE, good.as_str()), (FORMER, "secret-and-too-short")], "SETTINGS_INVALID"),
        (&[(ONE, "")], "MASTER_KEY_MISSING"),
        (&[(ONE, good.as_str())], "ok"),
    ] {
        let answer = with(&ledger, variables, &["account", "totp", "bind", "ACME"]);
        assert_eq!(code_of(&answer), expected, "{variables:?}");
        let said = format!("{} {}", answer.json, answer.stderr);
        assert!(!said.contains("too-short") && !said.contains(&good), "{said}");
    }
    let mut command = ledger.command();
    let shown = command.env(ONE, &good).args(["config", "check"]).output().unwrap();
    assert!(!String::from_utf8_lossy(&shown.stdout).contains(&good));
    // Who only reads needs no access to the key.
    assert_eq!(code_of(&with(&ledger, &[(ONE, "not a key")], &["account", "list"])), "ok");
}
