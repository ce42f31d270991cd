//! The attacks on sign-in, sessions, the second factor, approvals and secrets (A-01 to A-61 of the reliability list):
//! each has a test whose name begins with `attack_` and its number, anywhere in the workspace.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The number, and the attack.
const ATTACKS: &[(u32, &str)] = &[
    (1, "a thousand passwords, or codes, for one user"),
    (2, "one password for a thousand users"),
    (4, "a password of a megabyte, a long phrase, NUL, Unicode"),
    (5, "a password from the list of the known ones, or with the organisation's name"),
    (7, "a code of another time step"),
    (8, "a code of an older step after a newer one"),
    (10, "a code that signed in, for an approval"),
    (11, "half a session, without the code"),
    (13, "a recovery code used twice, or guessed"),
    (14, "a second factor ended with a stolen session"),
    (16, "a password that an administrator sets"),
    (17, "accounts that exist by default"),
    (19, "a session planted before the sign-in, or stolen before a step-up"),
    (20, "a session used after it ended"),
    (22, "a token in an address or a log"),
    (23, "a token that is guessed or forged"),
    (25, "a clock that is set back"),
    (37, "content changed after its approval"),
    (38, "an approval of a content other than the one on the screen"),
    (40, "fifty decisions at once"),
    (41, "a payment split below the limit"),
    (43, "a secret in an answer"),
    (44, "a role lowered while a batch of its person runs"),
    (61, "an encrypted value moved to another row"),
];

fn crates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The text of all Rust files below a folder.
fn read(folder: &Path, text: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&std::fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn each_attack_has_a_test_that_is_named_after_it() {
    let (mut text, mut missing) = (String::new(), String::new());
    read(&crates(), &mut text);
    for (number, attack) in ATTACKS {
        let is_tested = text
            .split("#[tokio::test")
            .chain(text.split("#[test]"))
            .any(|after| after.lines().take(3).any(|line| line.contains(&format!("fn attack_{number:02}_"))));
        if !is_tested {
            writeln!(missing, "A-{number:02}: {attack}").unwrap();
        }
    }
    assert!(missing.is_empty(), "no test is named after\n{missing}");
}
