//! The binary's commands, read from its own help.

use crate::support::Ledger;
use std::collections::BTreeSet;

/// The names in a section of a help text, such as `Commands:`.
fn part(help: &str, name: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != name).skip(1);
    let named = lines
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    named.filter_map(|line| line.split_whitespace().next()).map(ToOwned::to_owned).collect()
}

/// A command's help.
pub fn help(ledger: &Ledger, command: &str) -> String {
    let output = ledger.command().args(command.split_whitespace()).arg("--help").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{command}");
    String::from_utf8(output.stdout).unwrap()
}

/// The command that the arguments begin with.
pub fn command_of(commands: &BTreeSet<String>, args: &[&str]) -> Option<String> {
    let first = |count: usize| args.iter().take(count).copied().collect::<Vec<_>>().join(" ");
    [first(3), first(2), first(1)].into_iter().find(|name| commands.contains(name))
}

/// Every command: `init`, `account open`, `user totp show`, … A command with subcommands is represented by them;
/// `transfer`, `audit` and `stats`, which also work alone, are listed as well.
pub fn all_commands(ledger: &Ledger) -> BTreeSet<String> {
    let mut all = BTreeSet::from(["transfer", "audit", "stats"].map(ToOwned::to_owned));
    add_below(ledger, "", &mut all);
    all
}

fn add_below(ledger: &Ledger, above: &str, all: &mut BTreeSet<String>) {
    let verbs = part(&help(ledger, above), "Commands:");
    if verbs.is_empty() {
        all.insert(above.to_owned());
    }
    for verb in verbs.iter().filter(|verb| *verb != "help") {
        add_below(ledger, format!("{above} {verb}").trim_start(), all);
    }
}
