//! `cargo xtask tidy`: the house rules that no other tool checks. They also run as an ordinary test.
//!
//! To add a rule: a function that returns problems, a line in [`problems`], a test that shows it firing.

mod arrows;
mod circles;
mod file;
mod functions;
mod names;
mod source;
mod text;

use crate::error::{Error, Result};
use crate::process;
use file::File;
use std::path::{Path, PathBuf};

/// Longer files are listed: split them by verb when you next change them.
const LINES_LONG: usize = 360;
/// The hard limit.
const LINES_MAX: usize = 420;

/// Generated or fetched folders.
const SKIPPED: &[&str] = &["target", "data", "node_modules", "dist", ".git"];

/// Crates above the store, which must not know the database engine below it.
const ABOVE_STORE: &[&str] = &["ledger", "service", "upkeep", "engine", "http"];

/// Prints the broken rules.
pub fn run(root: &Path) -> Result<()> {
    let files = files(root)?;
    for (lines, path) in long_files(&files) {
        println!("long: {path} has {lines} lines (more than {LINES_LONG})");
    }
    let problems = problems(root, &files)?;
    for problem in &problems {
        println!("broken: {problem}");
    }
    if problems.is_empty() {
        println!("tidy: {} files, nothing broken", files.len());
        return Ok(());
    }
    Err(Error::Untidy(problems.len()))
}

fn problems(root: &Path, files: &[File]) -> Result<Vec<String>> {
    let mut found = arrows::check(&process::metadata(root)?);
    for file in files {
        if file.within("crates/") && file.is(".rs") {
            found.extend(too_long(file));
        }
        if file.is("/src/lib.rs") || file.is("/src/main.rs") {
            found.extend(headless(file));
        }
        if file.within("crates/store/src/") || file.within("crates/store/migrations/") {
            found.extend(text::banned_sql(file));
        }
        if ABOVE_STORE.iter().any(|name| file.within(&format!("crates/{name}/src/"))) {
            found.extend(text::engine_words(file));
        }
        if file.is(".rs") || (file.is(".md") && !file.is("CHANGELOG.md")) {
            found.extend(text::dialect(file));
        }
        found.extend(text::leftovers(file));
        found.extend(text::places(file));
    }
    let sources = source::parse(files)?;
    found.extend(sources.iter().flat_map(functions::too_long));
    found.extend(circles::check(&sources));
    found.extend(names::with_two_meanings(&sources));
    found.extend(names::unused(&sources));
    Ok(found)
}

fn long_files(files: &[File]) -> Vec<(usize, &str)> {
    let of_crates = files.iter().filter(|file| file.within("crates/") && file.is(".rs"));
    let sized = of_crates.map(|file| (file.text.lines().count(), file.path.as_str()));
    let mut long: Vec<_> = sized.filter(|(lines, _)| *lines > LINES_LONG).collect();
    long.sort_unstable_by(|a, b| b.cmp(a));
    long
}

fn too_long(file: &File) -> Option<String> {
    let lines = file.text.lines().count();
    (lines > LINES_MAX)
        .then(|| format!("{}: {lines} lines, at most {LINES_MAX}; split it by verb", file.path))
}

fn headless(file: &File) -> Option<String> {
    (!file.text.starts_with("//!")).then(|| format!("{}: begin with `//!` and say what it is for", file.path))
}

/// Every text file of the repository, in path order.
fn files(root: &Path) -> Result<Vec<File>> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let failed = |error| Error::File(folder.clone(), error);
        for entry in std::fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name();
            let kind = entry.file_type().map_err(failed)?;
            if kind.is_dir() && !SKIPPED.iter().any(|skipped| name == *skipped) {
                folders.push(entry.path());
            } else if kind.is_file() && name != ".git" {
                // In a worktree `.git` is a file that names a folder of this machine.
                found.extend(read(root, entry.path())?);
            }
        }
    }
    found.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

/// None if the file is not text.
fn read(root: &Path, path: PathBuf) -> Result<Option<File>> {
    let bytes = std::fs::read(&path).map_err(|e| Error::File(path.clone(), e))?;
    let parts = path.strip_prefix(root).unwrap_or(&path).components();
    let name: Vec<_> = parts.map(|part| part.as_os_str().to_string_lossy()).collect();
    let text = String::from_utf8(bytes).ok().filter(|text| !text.contains('\0'));
    Ok(text.map(|text| File { path: name.join("/"), text }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn the_repository_is_tidy() {
        let root = crate::root().unwrap();
        let found = problems(&root, &files(&root).unwrap()).unwrap();
        assert!(found.is_empty(), "{}", found.join("\n"));
    }

    #[test]
    fn long_and_headless_files_are_found() {
        let long = file("crates/a/src/b.rs", &"x\n".repeat(LINES_MAX + 1));
        assert!(too_long(&long).is_some());
        assert!(too_long(&file("crates/a/src/b.rs", &"x\n".repeat(LINES_MAX))).is_none());
        assert_eq!(long_files(&[long]).len(), 1);
        assert!(headless(&file("crates/a/src/lib.rs", "pub mod b;")).is_some());
        assert!(headless(&file("crates/a/src/lib.rs", "//! A.\n")).is_none());
    }

    #[test]
    fn words_are_found_in_code_and_not_in_comments() {
        let above = |code: &str| text::engine_words(&file("crates/engine/src/a.rs", code)).len();
        assert_eq!(above("// sqlite\nlet a = 1; /* Postgres */"), 0);
        assert_eq!(above("let url = \"http://x\"; open_sqlite();"), 1);
        assert_eq!(above("match kind { Postgres => 1 }"), 1);
        assert_eq!(above("let quote = '\"'; // sqlite\nlet r = r#\"// \" sqlite\"#;"), 1);

        let sql = |path: &str, code: &str| text::banned_sql(&file(path, code)).len();
        assert_eq!(sql("crates/store/src/a.rs", "let t = clock.now(); Instant::now(); serialize(x);"), 0);
        assert_eq!(sql("crates/store/src/a.rs", "\"SELECT now(), Greatest(1, 2) WHERE a ilike b\""), 3);
        assert_eq!(sql("crates/store/migrations/a.sql", "-- serial\nCREATE TABLE a (id SERIAL);"), 1);
    }

    #[test]
    fn the_dialect_is_found_in_comments_and_documents_and_not_in_code() {
        let found = |path: &str, text: &str| text::dialect(&file(path, text)).len();
        assert_eq!(found("a.rs", "/// What stands\n/// is done\n// again, for\n// ever.\nfn a() {}"), 3);
        assert_eq!(found("a.rs", "let he = \"stands anew\"; // the header stands for it"), 0);
        assert_eq!(found("a.md", "Whoever asks, he waits."), 2);
        assert_eq!(found("STYLE.md", "anew"), 0);
    }

    #[test]
    fn leftovers_and_places_are_found() {
        let todo = ["TO", "DO"].concat();
        assert_eq!(text::leftovers(&file("a.md", &format!("{todo}: later"))).len(), 1);
        assert_eq!(text::leftovers(&file("a.md", "todo MASTODON")).len(), 0);
        let home = ["/ho", "me/"].concat();
        assert_eq!(text::places(&file("a.md", &format!("see {home}me"))).len(), 1);
        assert_eq!(text::places(&file("a.md", &format!("https://example.com{home}me"))).len(), 0);
        let host = ["https://index.", "crates.io/"].concat();
        assert_eq!(text::places(&file("a.toml", &host)).len(), 1);
        let lock = "source = \"registry+https://example.com/index\"";
        assert_eq!(text::places(&file("Cargo.lock", lock)).len(), 1);
    }
}
