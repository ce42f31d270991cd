//! Commands for users and API keys.

use crate::support::{Answer, Ledger, answer};
use serde_json::json;
use std::fs::Permissions;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

fn ledger() -> Ledger {
    let ledger = Ledger::none();
    ledger.ok(&["init"]);
    ledger
}

fn add_with_password(ledger: &Ledger, login: &str, password: &str) -> Answer {
    with_stdin(
        ledger,
        &["user", "add", login, "--name", "N", "--role", "admin", "--password-stdin"],
        password,
    )
}

/// Runs a command with a text on standard input. Its session file is beside the ledger.
fn with_stdin(ledger: &Ledger, args: &[&str], text: &str) -> Answer {
    let mut command = ledger.command();
    command.arg("--json").args(args).env("XDG_STATE_HOME", ledger.path());
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    answer(&child.wait_with_output().unwrap())
}

#[test]
fn a_user_is_invited_changed_disabled_and_reset() {
    let ledger = ledger();
    let added = ledger.ok(&["user", "add", "Fang.Wang", "--name", "Fang Wang", "--role", "operator"]).json;
    let token = added["invitation_token"].as_str().unwrap();
    assert!(token.starts_with("invite_") && token.len() == 71, "{token}");
    assert_eq!((&added["login"], &added["status"]), (&json!("fang.wang"), &json!("invited")));
    ledger.refused(&["user", "add", "fang.wang", "--name", "N", "--role", "admin"], 1, "USER_EXISTS");
    ledger.refused(&["user", "add", "a b", "--name", "N", "--role", "admin"], 1, "LOGIN_INVALID");
    ledger.refused(&["user", "disable", "nobody"], 1, "USER_NOT_FOUND");
    assert_eq!(ledger.ok(&["user", "role", "fang.wang", "finance"]).json["role"], "finance");
    assert_eq!(ledger.ok(&["user", "disable", "fang.wang"]).json["status"], "disabled");
    ledger.refused(&["user", "reset", "fang.wang"], 1, "USER_DISABLED");
    assert_eq!(ledger.ok(&["user", "enable", "fang.wang"]).json["status"], "invited");
    let reset = ledger.ok(&["user", "reset", "fang.wang"]).json;
    assert_ne!(reset["invitation_token"].as_str().unwrap(), token);
    let list = ledger.ok(&["user", "list"]);
    assert_eq!(list.json["users"].as_array().unwrap().len(), 1);
    assert!(!list.json.to_string().contains("invite_"));
    let audit = ledger.ok(&["audit"]).json.to_string();
    assert!(audit.contains("user.add") && !audit.contains("invite_"), "{audit}");
}

#[test]
fn a_weak_password_from_standard_input_adds_no_user() {
    let ledger = ledger();
    assert_eq!(add_with_password(&ledger, "root", "password1234\n").json["error"]["code"], "PASSWORD_WEAK");
    assert_eq!(ledger.ok(&["user", "list"]).json["users"], json!([]));
    let added = add_with_password(&ledger, "root", "violet-kettle-81-orbit\n");
    assert_eq!((added.exit, &added.json["status"]), (0, &json!("active")));
    ledger.refused(&["user", "disable", "root"], 1, "LAST_ADMIN");
    ledger.refused(&["user", "role", "root", "auditor"], 1, "LAST_ADMIN");
    assert_eq!(add_with_password(&ledger, "second", "granite-lamp-37-meadow").exit, 0);
    ledger.ok(&["user", "disable", "root"]);
    ledger.refused(&["user", "disable", "second"], 1, "LAST_ADMIN");
}

#[test]
fn a_key_is_shown_once_listed_and_revoked() {
    let ledger = ledger();
    let add = ["key", "add", "payroll", "--scope", "read", "--scope", "batches:write"];
    let more = ["--address", "203.0.113.0/24", "--expires", "2099-01-31T00:00:00Z"];
    let made = ledger.ok(&[&add[..], &more].concat()).json;
    let secret = made["secret"].as_str().unwrap();
    assert!(secret.starts_with("sluice_") && secret.len() == 71);
    assert_eq!(made["scopes"], json!(["read", "batches:write"]));
    ledger.refused(&add, 1, "NAME_TAKEN");
    ledger.refused(&["key", "add", "a", "--scope", "approve"], 1, "SCOPE_INVALID");
    ledger.refused(&["key", "add", "a", "--scope", "read", "--expires", "soon"], 1, "TIME_INVALID");
    ledger.refused(&["key", "add", "a", "--scope", "read", "--address", "x"], 1, "ADDRESS_INVALID");
    ledger.refused(&["key", "revoke", "nothing"], 1, "API_KEY_NOT_FOUND");
    ledger.refused(&["key", "rotate", "nothing"], 1, "API_KEY_NOT_FOUND");
    let rotated = ledger.ok(&["key", "rotate", "payroll"]).json;
    assert!(rotated["secret"].as_str().unwrap().starts_with("sluice_") && rotated["secret"] != secret);
    assert!(ledger.ok(&["key", "revoke", "payroll"]).json["revoked_at"].is_string());
    ledger.refused(&["key", "rotate", "payroll"], 1, "API_KEY_ENDED");
    let list = ledger.ok(&["key", "list"]).json;
    assert_eq!(list["keys"][0]["expires_at"], "2099-01-31T00:00:00Z");
    assert!(list["keys"][0]["revoked_at"].is_string() && !list.to_string().contains(secret));
}

#[test]
fn text_output_contains_what_json_output_contains() {
    let ledger = ledger();
    let run = |args: &[&str]| {
        let output = ledger.command().args(args).output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
    };
    let added = run(&["user", "add", "li", "--name", "李伟", "--role", "auditor"]);
    assert!(added.contains("invite_") && added.contains("shown only once"), "{added}");
    assert!(run(&["user", "list"]).contains("李伟"));
    assert!(run(&["key", "add", "payroll", "--scope", "read"]).contains("sluice_"));
    assert!(run(&["key", "list"]).contains("payroll"));
}

#[test]
fn a_name_that_mixes_scripts_is_accepted_and_marked() {
    let ledger = Ledger::funded("1.00");
    // The second letter is Cyrillic; Latin next to Chinese does not count as mixed.
    for (number, name) in [("A1", "P\u{430}ypal Ltd"), ("A2", "ACME 上海")] {
        ledger.ok(&["account", "open", "--number", number, "--holder", name, "--currency", "USD"]);
    }
    let marks = |number: &str| {
        let json = ledger.ok(&["account", "show", number]).json["mixed_scripts"].clone();
        let text = ledger.text(&["account", "show", number]);
        (json, text.contains("[mixed scripts]"))
    };
    assert_eq!(marks("A1"), (json!(true), true));
    assert_eq!(marks("A2"), (json!(false), false));
    let listed = ledger.text(&["holder", "list"]);
    assert_eq!(listed.matches("[mixed scripts]").count(), 1, "{listed}");
}

#[test]
fn a_person_signs_in_on_the_command_line_and_out_again() {
    const PASSWORD: &str = "violet-kettle-81-orbit";
    let ledger = ledger();
    assert_eq!(add_with_password(&ledger, "root", PASSWORD).exit, 0);
    let file = ledger.path().join("sluice/sessions.json");
    for (args, text, expected) in [
        (&["logout"][..], "", "AUTH_REQUIRED"),
        (&["login", "root"], "not the password\n", "AUTH_LOGIN_FAILED"),
        (&["login", "nobody"], PASSWORD, "AUTH_LOGIN_FAILED"),
    ] {
        let refused = with_stdin(&ledger, args, text);
        assert_eq!((refused.exit, &refused.json["error"]["code"]), (1, &json!(expected)), "{args:?}");
        assert!(!file.exists(), "{args:?}");
    }
    let signed_in = with_stdin(&ledger, &["login", "root"], &format!("{PASSWORD}\n"));
    assert_eq!((signed_in.exit, &signed_in.json["role"]), (0, &json!("admin")), "{signed_in:?}");
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let kept = std::fs::read_to_string(&file).unwrap();
    let token = kept.split('"').find(|part| part.len() == 64).unwrap();
    assert!(!signed_in.json.to_string().contains(token) && !signed_in.stderr.contains(token));
    let audit = ledger.ok(&["audit"]).json.to_string();
    assert!(audit.contains("user.login") && !audit.contains(token), "{audit}");
    let signed_out = with_stdin(&ledger, &["logout"], "");
    assert_eq!((signed_out.exit, &signed_out.json["login"]), (0, &json!("root")), "{signed_out:?}");
    assert!(!std::fs::read_to_string(&file).unwrap().contains(token));
    assert_eq!(with_stdin(&ledger, &["logout"], "").json["error"]["code"], "AUTH_REQUIRED");
}

#[test]
fn a_person_reads_notices_and_asks_for_reminders_on_the_command_line() {
    const PASSWORD: &str = "violet-kettle-81-orbit";
    let ledger = ledger();
    let run = |args: &[&str]| with_stdin(&ledger, args, "");
    let refused = |args: &[&str], code: &str| {
        let answer = run(args);
        assert_eq!((answer.exit, &answer.json["error"]["code"]), (1, &json!(code)), "{args:?}");
    };
    assert_eq!(add_with_password(&ledger, "root", PASSWORD).exit, 0);
    refused(&["notice", "list"], "AUTH_REQUIRED");
    assert_eq!(with_stdin(&ledger, &["login", "root"], PASSWORD).exit, 0);
    // As a server's worker does it.
    let file = rusqlite::Connection::open(ledger.path().join("data/sluice.db")).unwrap();
    let spread = "INSERT INTO notice (app_user, event) SELECT 1, id FROM outbox WHERE subject = 'user'";
    assert_eq!(file.execute(spread, []).unwrap(), 1);
    drop(file);
    let listed = run(&["notice", "list", "--unread"]).json;
    let one = &listed["notices"][0];
    assert_eq!((&listed["unread"], &one["type"]), (&json!(1), &json!("user.added")), "{listed}");
    assert_eq!((&one["title"], &one["details"]["login"]), (&json!("A user was added"), &json!("root")));
    refused(&["notice", "read", "note_99"], "NOTICE_NOT_FOUND");
    refused(&["notice", "read", "x"], "NOTICE_NOT_FOUND");
    assert_eq!(run(&["notice", "read", one["id"].as_str().unwrap()]).json["unread"], 0);
    assert_eq!(run(&["notice", "read", "--all"]).json["unread"], 0);
    assert_eq!(run(&["notice", "list", "--unread"]).json["notices"], json!([]));
    let at = ["notice", "remind", "--at", "2020-01-31T09:00:00Z", "--text", "check the rates"];
    let reminder = run(&at).json;
    assert_eq!((&reminder["id"], &reminder["approvers"]), (&json!(1), &json!(false)), "{reminder}");
    refused(&["notice", "remind"], "REMINDER_INVALID");
    refused(&["notice", "remind", "--batch", "1", "--approvers"], "BATCH_NOT_FOUND");
    let set = run(&["notice", "address", "root@example.com", "--language", "zh"]).json;
    assert_eq!(set, json!({ "email": "root@example.com", "language": "zh" }));
    assert_eq!(run(&["notice", "address"]).json, set);
    refused(&["notice", "address", "nobody"], "EMAIL_INVALID");
    assert_eq!(run(&["notice", "address", "--none"]).json, json!({ "email": null, "language": null }));
}

#[test]
fn a_session_file_that_others_can_read_is_refused() {
    let ledger = ledger();
    let file = ledger.path().join("sluice/sessions.json");
    std::fs::create_dir(file.parent().unwrap()).unwrap();
    std::fs::write(&file, "{}").unwrap();
    std::fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
    let refused = with_stdin(&ledger, &["logout"], "");
    assert_eq!((refused.exit, &refused.json["error"]["code"]), (3, &json!("SYSTEM_ERROR")), "{refused:?}");
    assert!(refused.stderr.contains("chmod 600"), "{refused:?}");
}

#[test]
fn a_second_factor_is_shown_and_reset_on_the_command_line() {
    let ledger = ledger();
    ledger.ok(&["user", "add", "li", "--name", "Li", "--role", "finance"]);
    assert_eq!(
        ledger.ok(&["user", "totp", "show", "li"]).json,
        json!({ "login": "li", "totp": "none", "since": null })
    );
    ledger.refused(&["user", "totp", "show", "nobody"], 1, "USER_NOT_FOUND");
    ledger.refused(&["user", "totp", "reset", "nobody"], 1, "USER_NOT_FOUND");
    ledger.refused(&["user", "totp", "reset", "li"], 1, "USER_WITHOUT_TOTP");
    let file = rusqlite::Connection::open(ledger.path().join("data/sluice.db")).unwrap();
    file.execute("INSERT INTO factor (app_user, since, is_initial) VALUES (1, 1, 0)", []).unwrap();
    drop(file);
    assert_eq!(ledger.ok(&["user", "totp", "show", "li"]).json["totp"], "active");
    ledger.ok(&["user", "totp", "reset", "li"]);
    assert_eq!(ledger.ok(&["user", "totp", "show", "li"]).json["totp"], "none");
    let audit = ledger.ok(&["audit", "--action", "user.totp_reset"]).json.to_string();
    assert!(audit.contains("\"ok\"") && audit.contains("USER_WITHOUT_TOTP"), "{audit}");
}
