//! Every command, as `--help` lists them, and every operation, as the API's document does.

use super::table::Alike;
use crate::server::Ledger;
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// What the two interfaces offer.
pub struct Surface {
    /// Commands that do something, such as `account open`.
    pub commands: BTreeSet<String>,
    /// Method, path with names in braces, operation.
    calls: Vec<(String, String, String)>,
}

impl Surface {
    pub fn read() -> Self {
        let document: Json =
            serde_json::from_str(include_str!("../../../../../docs/reference/openapi.json")).unwrap();
        let mut calls = Vec::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, described) in methods.as_object().unwrap() {
                if let Some(operation) = described["operationId"].as_str() {
                    calls.push((method.to_uppercase(), path.clone(), operation.to_owned()));
                }
            }
        }
        let mut commands = BTreeSet::new();
        add_commands(&Ledger::none(), &mut Vec::new(), &mut commands);
        // They have verbs, and do something without: make a transfer, list the log, show totals.
        commands.extend(["transfer", "audit", "stats"].map(ToOwned::to_owned));
        Self { commands, calls }
    }

    pub fn operations(&self) -> BTreeSet<String> {
        self.calls.iter().map(|(_, _, operation)| operation.clone()).collect()
    }

    /// The operation that a pair calls.
    pub fn operation(&self, pair: &Alike) -> &str {
        &self.call(pair).2
    }

    fn call(&self, pair: &Alike) -> &(String, String, String) {
        let path = pair.path().split('?').next().unwrap();
        let fits = |(method, template, _): &&(String, String, String)| {
            let (parts, wanted): (Vec<_>, Vec<_>) =
                (path.split('/').collect(), template.split('/').collect());
            let mut both = parts.iter().zip(&wanted);
            *method == pair.method()
                && parts.len() == wanted.len()
                && both.all(|(part, wanted)| part == wanted || wanted.starts_with('{'))
        };
        // A path in full goes before one with names.
        let found =
            self.calls.iter().filter(fits).min_by_key(|(_, template, _)| template.matches('{').count());
        found.unwrap_or_else(|| panic!("no operation {}", pair.call))
    }
}

/// Adds the commands below one.
fn add_commands(ledger: &Ledger, above: &mut Vec<String>, all: &mut BTreeSet<String>) {
    let mut args: Vec<&str> = above.iter().map(String::as_str).collect();
    args.push("--help");
    let help = String::from_utf8(ledger.command(&args).output().unwrap().stdout).unwrap();
    let Some((_, listed)) = help.split_once("\nCommands:\n") else {
        all.insert(above.join(" "));
        return;
    };
    let names =
        listed.lines().take_while(|line| line.starts_with("  ")).filter(|line| !line.starts_with("   "));
    for name in names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help") {
        above.push(name.to_owned());
        add_commands(ledger, above, all);
        above.pop();
    }
}

/// Method and path, with names in braces, of what a pair calls.
pub fn call_of<'a>(surface: &'a Surface, pair: &Alike) -> (&'a str, &'a str) {
    let (method, path, _) = surface.call(pair);
    (method, path)
}

/// The command that a pair runs, without its arguments.
pub fn command_of(surface: &Surface, pair: &Alike) -> String {
    let words: Vec<&str> = pair.command.split(' ').collect();
    let named = |count: usize| words.iter().take(count).copied().collect::<Vec<_>>().join(" ");
    let mut names = [named(3), named(2), named(1)].into_iter().filter(|name| surface.commands.contains(name));
    names.next().unwrap_or_else(|| panic!("no command {}", pair.command))
}
