//! A walk through commands in Chinese. This ledger's data consists of Chinese characters and digits, so any Latin word
//! in the output comes from a command; only names that scripts rely on are allowed.

use crate::commands::{all_commands, command_of};
use crate::support::Ledger;
use std::collections::BTreeSet;
use std::process::Output;

/// Names allowed in the output of commands that begin so: file columns, nouns of the audit log, database
/// tables.
const NAMES: &[(&str, &[&str])] = &[
    ("batch", &["account", "amount", "payer", "payee", "email", "uid", "a-z", "semicolon"]),
    ("batch history", &["system"]),
    ("account import", &["holder"]),
    (
        "audit",
        &[
            "account",
            "anonymous",
            "asset",
            "batch",
            "cli",
            "file",
            "holder",
            "ledger",
            "ok",
            "policy",
            "setting",
            "task",
            "transfer",
            "user",
            "webhook",
        ],
    ),
    ("copy", TABLES),
    ("fx policy", &["down"]),
];

const TABLES: &[&str] = &[
    "account",
    "answer",
    "approval",
    "asset",
    "audit",
    "balance",
    "batch",
    "challenge",
    "chunk",
    "counter",
    "enrolment",
    "factor",
    "history",
    "holder",
    "image",
    "invitation",
    "item",
    "lease",
    "mail",
    "node",
    "notice",
    "operation",
    "outbox",
    "policy",
    "posting",
    "reminder",
    "session",
    "setting",
    "sponsor",
    "task",
    "transfer",
    "upload",
    "webhook",
];

/// Runs commands in Chinese and records which ones were run.
pub struct Walk {
    pub ledger: Ledger,
    pub commands: BTreeSet<String>,
    pub walked: BTreeSet<String>,
    pub problems: Vec<String>,
}

impl Walk {
    pub fn of(ledger: Ledger) -> Self {
        Self { commands: all_commands(&ledger), ledger, walked: BTreeSet::new(), problems: Vec::new() }
    }

    pub fn output(&self, args: &[&str]) -> Output {
        let mut command = self.ledger.command();
        command.env("USER", "王芳").env("SLUICE_LANG", "zh").current_dir(self.ledger.path());
        command.env("XDG_STATE_HOME", self.ledger.path());
        command.args(args).output().unwrap()
    }

    /// Runs a command, expects an exit code, and checks each word of the output.
    pub fn say(&mut self, args: &[&str], exit: i32) {
        let output = self.output(args);
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        let said = format!("{args:?}: {out}{err}");
        if output.status.code() != Some(exit) || (out.clone() + &err).is_ascii() {
            self.problems.push(format!("exit code is not {exit}, or there is no Chinese: {said}"));
        }
        let command = args.join(" ");
        let names = NAMES.iter().filter(|(begin, _)| command.starts_with(begin));
        let names: Vec<&str> = names.flat_map(|(_, names)| names.iter().copied()).collect();
        for line in out.lines().chain(err.lines()) {
            let mut left = latin_words(line);
            left.retain(|word| !names.contains(&word.as_str()));
            if !left.is_empty() {
                self.problems.push(format!("{left:?} in {line} of {args:?}"));
            }
        }
        self.walked.extend(command_of(&self.commands, args));
    }

    pub fn file(&self, name: &str, content: &str) -> String {
        self.ledger.file(name, content.as_bytes()).to_str().unwrap().to_owned()
    }
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The Latin words of a line that are neither data, nor a name, nor a command to type.
pub fn latin_words(line: &str) -> Vec<String> {
    // Text in backquotes is to be typed; text in braces is JSON.
    let mut kept = String::new();
    let (mut quoted, mut depth) = (false, 0_i32);
    for c in line.chars() {
        match c {
            '`' => quoted = !quoted,
            '{' => depth += 1,
            '}' => depth -= 1,
            c if !quoted && depth == 0 => kept.push(c),
            _ => {}
        }
    }
    let is_mark = |c: char| !c.is_ascii() || c.is_whitespace() || "()[],;\"'".contains(c);
    kept.split(is_mark).filter(|token| is_word(token)).map(ToOwned::to_owned).collect()
}

fn is_word(token: &str) -> bool {
    let is_option = token.starts_with("--");
    let token = token.trim_matches(|c: char| c.is_ascii_punctuation());
    let is_latin = token.chars().filter(char::is_ascii_alphabetic).count() > 1;
    // Codes and currencies; times, tokens, addresses and paths; below, actions and scopes.
    let is_code = token.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || "_-".contains(c));
    let is_data = token.chars().any(|c| c.is_ascii_digit() || "/@=".contains(c));
    // `noun.verb`, `batches:write`, `batch_history`, `world-USD`.
    let is_compound = token.contains(['.', ':', '_']) || token.ends_with("-USD") || token.ends_with("-EUR");
    is_latin && !is_option && !is_code && !is_data && !is_compound
}

#[test]
fn the_walk_would_notice_an_english_word() {
    assert_eq!(latin_words("状态  failed"), ["failed"]);
    assert_eq!(latin_words("Next: `sluice batch run 1`"), ["Next:"]);
    assert!(
        latin_words("1  批次 batch-20260531-001 (BATCH_WRONG_STATE) 2026-05-31T00:00:00Z USD").is_empty()
    );
}
