//! Output is correct and harmless: commands and options that messages name exist, and no user or file text
//! reaches the terminal as a control sequence.

use crate::commands::{all_commands, help};
use crate::support::Ledger;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The option names in a text, without `--`.
fn options(text: &str) -> impl Iterator<Item = String> {
    let parts = text.split("--").skip(1);
    let names = parts
        .map(|part| part.split(|c: char| !c.is_ascii_lowercase() && c != '-').next().unwrap_or_default());
    names.filter(|name| !name.is_empty()).map(|name| name.trim_end_matches('-').to_owned())
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, ending, found);
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
}

/// Lines that users read: source lines that are not comments, and guide lines with commands.
fn lines() -> Vec<(String, String)> {
    let (mut sources, mut guides) = (Vec::new(), Vec::new());
    files(&root().join("crates/domain/src/code"), ".rs", &mut sources);
    files(&root().join("crates/sluice/src"), ".rs", &mut sources);
    guides.extend(["README.md", "README.zh-CN.md"].map(|name| root().join(name)));
    files(&root().join("docs/guide"), ".md", &mut guides);
    let mut lines = Vec::new();
    for path in sources.iter().chain(&guides) {
        let text = std::fs::read_to_string(path).unwrap();
        let is_guide = guides.contains(path);
        let mut whole = String::new();
        for line in text.lines().map(str::trim) {
            // A string in the sources may continue on the next line.
            let part = line.strip_suffix('\\').filter(|_| !is_guide);
            whole += part.unwrap_or(line);
            if part.is_some() {
                continue;
            }
            let line = std::mem::take(&mut whole);
            let is_read = if is_guide {
                line.contains("sluice ") && !line.contains("cargo ")
            } else {
                !line.starts_with("//")
            };
            if is_read {
                lines.push((path.display().to_string(), line));
            }
        }
    }
    lines
}

#[test]
fn every_option_and_command_that_texts_mention_exists() {
    let ledger = Ledger::none();
    let commands = all_commands(&ledger);
    let mut known: BTreeSet<String> = options(&help(&ledger, "")).collect();
    for command in &commands {
        known.extend(options(&help(&ledger, command)));
    }
    known.extend(options(&help(&ledger, "transfer")));
    let nouns: BTreeSet<&str> = commands.iter().filter_map(|command| command.split(' ').next()).collect();
    let mut named = 0;
    for (path, line) in lines() {
        for option in options(&line) {
            named += 1;
            assert!(known.contains(&option), "--{option} is not an option, but {path} has: {line}");
        }
        for part in line.split("sluice ").skip(1) {
            let part = part.split('`').next().unwrap_or_default();
            let words: Vec<&str> = part.split([' ', '"', '\\', '(', ')', ',', '.']).collect();
            let Some(place) = words.iter().position(|word| nouns.contains(word)) else { continue };
            named += 1;
            let name = words[place..].iter().take(2).copied().collect::<Vec<_>>().join(" ");
            let group = format!("{name} ");
            let exists = commands.contains(&name)
                || commands.contains(words[place])
                || commands.iter().any(|command| command.starts_with(&group));
            assert!(exists, "`{name}` is not a command, but {path} has: {line}");
        }
    }
    assert!(named > 100, "only {named} found: does `lines` read the right files?");
}

#[test]
fn user_and_file_texts_never_control_the_terminal() {
    let ledger = Ledger::none();
    ledger.ok(&["init"]);
    let name = "Li\u{200c}Wei\u{200b}\u{ad}x";
    ledger.ok(&["account", "open", "--number", "A", "--holder", name, "--currency", "USD"]);
    ledger.ok(&["deposit", "--account", "A", "--amount", "1.00", "--memo", "one\u{ad}\ntwo\t\u{200b}3"]);
    let said = |args: &[&str]| {
        let output = ledger.command().args(args).output().unwrap();
        String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
    };
    let is_harmless = |text: &str| {
        let harmful = |c: char| {
            c != '\n' && (c.is_control() || ['\u{200b}', '\u{200c}', '\u{202e}', '\u{ad}'].contains(&c))
        };
        assert!(!text.chars().any(harmful), "{text:?}");
    };
    for (args, shown) in [
        (&["account", "list"][..], "Li\\u{200c}Wei\\u{200b}\\u{ad}x"),
        (&["account", "show", "A"], "Li\\u{200c}Wei\\u{200b}\\u{ad}x"),
        (&["holder", "add", "--name", "Bo\u{200b}b"], "Bo\\u{200b}b"),
        (&["holder", "add", "--name", "Bo\u{202e}b"], "Bo\\u{202e}b (NAME_INVALID)"),
        (&["holder", "list"], "Li\\u{200c}Wei"),
        (&["transfer", "list"], "one\\u{ad}\\ntwo\\t\\u{200b}3"),
        (&["show-transfer", "1"], "one\\u{ad}\\ntwo\\t\\u{200b}3"),
        (&["account", "statement", "A"], "one\\u{ad}\\ntwo\\t\\u{200b}3"),
        (&["account", "show", "B\u{1b}[2J\n\u{202e}"], "B\\u{1b}[2J\\u{a}\\u{202e}"),
        (&["--json", "account", "show", "A"], "Li\\u200cWei\\u200b\\u00adx"),
        (&["--json", "account", "show", "B\u{7f}"], "B\\\\u{7f}"),
        (&["account", "list", "--status", "\u{1b}[2J"], ""),
        (&["audit"], "Li\\u{200c}Wei"),
    ] {
        let text = said(args);
        is_harmless(&text);
        // The audit log's details name the account, not its holder.
        assert!(text.contains(shown) || args == ["audit"], "{args:?}: {text}");
    }
    assert_eq!(ledger.ok(&["account", "show", "A"]).json["holder"], name, "JSON decodes to the stored name");
}

#[test]
fn amounts_have_all_decimals_and_are_right_aligned() {
    let ledger = Ledger::funded("1234.50");
    ledger.payees(1);
    ledger.ok(&["asset", "add", "JPY"]);
    ledger.ok(&["account", "open", "--number", "YEN", "--holder", "Acme Ltd", "--currency", "JPY"]);
    let said =
        |args: &[&str]| String::from_utf8(ledger.command().args(args).output().unwrap().stdout).unwrap();
    let list = said(&["account", "list"]);
    let ends: BTreeSet<usize> = ["1234.50 ", "   0.00 ", "      0 "]
        .map(|amount| {
            list.lines().find_map(|line| line.find(amount)).unwrap_or_else(|| panic!("{amount}: {list}"))
        })
        .into();
    assert_eq!(ends.len(), 1, "{list}");
    assert!(said(&["account", "show", "P1"]).contains("balance  0.00 USD\nheld     0.00 USD"));
    assert!(said(&["account", "show", "YEN"]).contains("balance  0 JPY"));
    let sent = said(&["transfer", "--from", "ACME", "--to", "P1", "--amount", "1"]);
    assert!(sent.contains("completed: 1.00 USD, fee 0.00 USD"), "{sent}");
}

#[test]
fn the_time_zone_of_the_organisation_is_shown_and_changed() {
    let ledger = Ledger::funded("1.00");
    assert_eq!(ledger.ok(&["setting", "show"]).json["time_zone"], "UTC");
    assert_eq!(
        ledger.ok(&["setting", "set", "--time-zone", "Asia/Shanghai"]).json["time_zone"],
        "Asia/Shanghai"
    );
    ledger.refused(&["setting", "set", "--time-zone", "Mars/Olympus"], 1, "TIME_ZONE_UNKNOWN");
    assert_eq!(ledger.ok(&["setting", "show"]).json["time_zone"], "Asia/Shanghai");
    let audit = ledger.ok(&["audit", "--action", "setting.set", "--result", "ok"]).json;
    assert_eq!(audit["rows"][0]["detail"]["time_zone"], "Asia/Shanghai");
}
