//! Signing in and approving on the command line with a second factor.

use crate::support::{Answer, Ledger, answer};
use data_encoding::BASE64;
use domain::totp::{TotpSecret, step_at};
use serde_json::json;
use service::vault::{MasterKey, Vault};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

const PASSWORD: &str = "violet-kettle-81-orbit";

/// Finance, with an authenticator app, on a ledger whose batches need an approval.
struct Office {
    ledger: Ledger,
    app: TotpSecret,
}

fn key() -> String {
    "5a".repeat(32)
}

#[expect(clippy::disallowed_methods, reason = "codes follow the clock of the binary under test")]
fn step() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    step_at(i64::try_from(since.as_micros()).unwrap())
}

fn office() -> Office {
    let office = Office { ledger: Ledger::funded("100.00"), app: TotpSecret::new([7; 20]) };
    let add = ["user", "add", "li", "--name", "Li", "--role", "finance", "--password-stdin"];
    assert_eq!(office.run(&add, &[PASSWORD]).exit, 0);
    // A level that one person fills needs two people, since the maker of a batch does not count.
    let other = ["user", "add", "mei", "--name", "Mei", "--role", "finance", "--password-stdin"];
    assert_eq!(office.run(&other, &[PASSWORD]).exit, 0);
    office.ledger.payees(2);
    office.enrol();
    office.ledger.ok(&["approval", "policy", "set", "--currency", "USD", "--band", "0=1"]);
    office
}

impl Office {
    /// Runs a command with these lines on standard input.
    fn run(&self, args: &[&str], lines: &[&str]) -> Answer {
        let mut command = self.ledger.command();
        command.arg("--json").args(args).env("XDG_STATE_HOME", self.ledger.path());
        command.env("SLUICE_MASTER_KEY", key()).env("SLUICE_APPROVER_COOLING_H", "0");
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        // One that refuses at once does not read it.
        drop(child.stdin.take().unwrap().write_all(text.as_bytes()));
        answer(&child.wait_with_output().unwrap())
    }

    fn refused(&self, args: &[&str], lines: &[&str], code: &str) {
        let refused = self.run(args, lines);
        assert_eq!((refused.exit, &refused.json["error"]["code"]), (1, &json!(code)), "{refused:?}");
    }

    /// Gives the user an app, as the server would in the first session.
    fn enrol(&self) {
        let vault = Vault::new(MasterKey::from_hex(&key()).unwrap(), None);
        let file = rusqlite::Connection::open(self.ledger.path().join("data/sluice.db")).unwrap();
        let id: i64 =
            file.query_row("SELECT id FROM app_user WHERE login = 'li'", [], |row| row.get(0)).unwrap();
        let owner = format!("user:{id}");
        let sealed = BASE64.encode(&vault.seal(&owner, self.app.bytes()).unwrap());
        let key_id = vault.key_id().unwrap();
        self.ledger.commit(&format!(
            "INSERT INTO factor (app_user, since, is_initial) VALUES ({id}, 1, 1);
             INSERT INTO sealed_secret (owner, key_id, sealed) VALUES ('{owner}', '{key_id}', '{sealed}')"
        ));
    }

    fn code_of(&self, away: i64) -> String {
        self.app.code(step() + away).to_string()
    }

    /// A code that the app shows neither now nor in the steps around it.
    fn wrong_code(&self) -> String {
        let near: Vec<String> = (-2..3).map(|away| self.code_of(away)).collect();
        (0..10).map(|n| format!("{n}").repeat(6)).find(|code| !near.contains(code)).unwrap()
    }

    /// Signs in with the code of the previous step, so that the present one's is left.
    fn sign_in(&self) -> Answer {
        loop {
            let signed_in = self.run(&["login", "li"], &[PASSWORD, &self.code_of(-1)]);
            // The step may have ended in between.
            if signed_in.json["error"]["code"] != "AUTH_2FA_CODE_INVALID" {
                return signed_in;
            }
        }
    }

    fn pending(&self) -> String {
        let imported = self.ledger.import("account,amount\nP1,1.00\n", &["--again", "a test"]);
        imported.json["batch_id"].as_str().unwrap_or_else(|| panic!("{imported:?}")).to_owned()
    }

    /// The text of the session file, which only its owner can read.
    fn session_file(&self) -> String {
        let file = self.ledger.path().join("sluice/sessions.json");
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::read_to_string(&file).unwrap()
    }
}

#[test]
fn a_person_with_a_second_factor_signs_in_with_its_code() {
    let office = office();
    let file = office.ledger.path().join("sluice/sessions.json");
    for (lines, expected) in [
        (&[PASSWORD, &office.wrong_code()][..], "AUTH_2FA_CODE_INVALID"),
        (&[PASSWORD], "AUTH_2FA_REQUIRED"),
        (&["not the password", &office.code_of(0)], "AUTH_LOGIN_FAILED"),
    ] {
        office.refused(&["login", "li"], lines, expected);
        assert!(!file.exists(), "{lines:?}");
    }
    let signed_in = office.sign_in();
    assert_eq!((signed_in.exit, &signed_in.json["role"]), (0, &json!("finance")), "{signed_in:?}");
    let kept = office.session_file();
    let token = kept.split('"').find(|part| part.len() == 64).unwrap();
    assert!(!signed_in.json.to_string().contains(token) && !signed_in.stderr.contains(token));
}

#[test]
fn an_approval_asks_for_a_code_and_its_session_goes_on_under_a_new_token() {
    let office = office();
    let (first, second) = (office.pending(), office.pending());
    let approve = ["approval", "approve", &first, "--note", "checked"];
    office.refused(&approve, &[&office.code_of(0)], "AUTH_REQUIRED");
    assert_eq!(office.sign_in().exit, 0);
    let before = office.session_file();
    office.refused(&approve, &[], "AUTH_2FA_REQUIRED");
    office.refused(&approve, &[&office.wrong_code()], "AUTH_2FA_CODE_INVALID");
    assert_eq!(office.session_file(), before, "a refused code changes nothing");
    let code = office.code_of(0);
    let approved = office.run(&approve, &[&code]);
    assert_eq!((approved.exit, &approved.json["status"]), (0, &json!("approved")), "{approved:?}");
    assert_eq!(approved.json["decided_by"], "li");
    assert_ne!(office.session_file(), before);
    office.refused(&["approval", "reject", &second], &[&code], "AUTH_2FA_CODE_USED");
    // The session continues.
    let mine = office.run(&["approval", "list", "--which", "decided"], &[]);
    assert_eq!((mine.exit, &mine.json["total"]), (0, &json!(1)), "{mine:?}");
    office.ledger.refused(&["batch", "run", &second], 1, "BATCH_NOT_APPROVED");
    office.ledger.ok(&["batch", "run", &first]);
    assert_eq!(office.ledger.balance("P1"), "1.00");
    assert_eq!(office.run(&["logout"], &[]).exit, 0);
    office.refused(&approve, &[&code], "AUTH_REQUIRED");
    office.ledger.verified();
}

#[test]
fn levels_name_people_by_their_logins() {
    let office = office();
    office.ledger.ok(&["approval", "policy", "set", "--currency", "USD", "--band", "0=1:li,mei"]);
    let shown = office.ledger.text(&["approval", "policy", "show"]);
    assert!(shown.contains("1:li,mei"), "{shown}");
    let batch = office.pending();
    let shown = office.ledger.ok(&["approval", "show", &batch]);
    assert_eq!(shown.json["levels"][0]["level"], "1:li,mei");
}
