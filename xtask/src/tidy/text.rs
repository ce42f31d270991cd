//! Rules about text: banned words, leftovers, and paths or hosts of one machine.

use super::file::File;

/// SQL words that only one engine knows, or that hide time and ids. Matched case-insensitively.
const BANNED_SQL: &[&str] = &["now()", "ilike", "serial", "autoincrement", "greatest(", "::bigint", "::text"];

const ENGINES: &[&str] = &["sqlite", "postgres"];

/// Split in two, so that this file does not break its own rule.
const LEFTOVERS: &[&str] = &[concat!("TO", "DO"), concat!("FIX", "ME")];

/// Private dialect, and what STYLE.md says instead. Matched as whole words in comments and Markdown, ignoring case.
const DIALECT: &[(&str, &str)] = &[
    ("stands", "exists, is committed"),
    ("anew", "again"),
    ("in vain", "say what failed"),
    ("whoever", "name the caller"),
    ("he", "name the caller"),
    ("is done again", "is retried"),
    ("goes on", "continues"),
    ("for ever", "permanently, indefinitely"),
    ("gives up", "evicts, stops retrying"),
    ("gave way", "was aborted by a lock conflict"),
    ("in its stead", "in its place"),
    ("had once", "takes effect once"),
    ("thereby", "say how"),
];

/// Documents that quote the dialect to forbid it.
const QUOTING: &[&str] = &["STYLE.md", "xtask/src/tidy/text.rs"];

/// Folders specific to one machine.
const MACHINE: &[&str] = &[concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/")];

/// Parts of the host names of package registries and their mirrors.
const REGISTRIES: &[&str] = &[
    concat!("index.", "crates.io"),
    concat!("static.", "crates.io"),
    concat!("registry.", "npmjs"),
    concat!("registry.", "npmmirror"),
    concat!("//rs", "proxy"),
    concat!("//mirror", "s."),
    concat!("arti", "factory"),
];

const LOCK_SOURCE: &str = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";

/// In a Rust file, only string literals can contain SQL.
pub fn banned_sql(file: &File) -> Vec<String> {
    let sql = if file.is(".rs") { Rust::of(&file.text).strings } else { without_sql_comments(&file.text) };
    let sql = sql.to_lowercase();
    let found = BANNED_SQL.iter().filter(|word| has(&sql, word));
    found.map(|word| format!("{}: `{word}` is not SQL that both engines share", file.path)).collect()
}

pub fn engine_words(file: &File) -> Vec<String> {
    let code = Rust::of(&file.text).code.to_lowercase();
    let found = ENGINES.iter().filter(|word| code.contains(**word));
    found.map(|word| format!("{}: `{word}`: nothing above store may know the engine", file.path)).collect()
}

pub fn dialect(file: &File) -> Vec<String> {
    if QUOTING.contains(&file.path.as_str()) {
        return Vec::new();
    }
    let prose = if file.is(".rs") { Rust::of(&file.text).comments } else { file.text.clone() };
    let prose = prose.to_lowercase().replace("stands for", "");
    let found = DIALECT.iter().filter(|(word, _)| has(&prose, word));
    found.map(|(word, better)| format!("{}: \"{word}\": {better} (STYLE.md, Words)", file.path)).collect()
}

pub fn leftovers(file: &File) -> Vec<String> {
    let found = LEFTOVERS.iter().filter(|word| has(&file.text, word));
    found.map(|word| format!("{}: `{word}`: do it, or open an issue", file.path)).collect()
}

pub fn places(file: &File) -> Vec<String> {
    let text = &file.text;
    let inside = |c: char| word_part(c) || c == '.' || c == '-' || c == '/';
    let folders =
        MACHINE.iter().filter(|folder| text.match_indices(*folder).any(|(at, _)| !ends(text, at, inside)));
    let mut found: Vec<_> =
        folders.map(|folder| format!("{}: `{folder}` is specific to one machine", file.path)).collect();
    let hosts = REGISTRIES.iter().filter(|host| text.contains(**host));
    found.extend(hosts.map(|host| format!("{}: `{host}` is a package registry's host", file.path)));
    if file.path.ends_with("Cargo.lock") {
        let sources = text.lines().filter(|line| line.starts_with("source = ") && *line != LOCK_SOURCE);
        found.extend(sources.map(|line| format!("{}: {line}: use the public registry", file.path)));
    }
    found
}

fn word_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Whether the text before `at` ends in such a character.
fn ends(text: &str, at: usize, such: impl Fn(char) -> bool) -> bool {
    text.get(..at).and_then(|before| before.chars().next_back()).is_some_and(such)
}

/// Whether the text contains this as a whole word: no word character before it and, if it ends in a letter or
/// digit, none after it. A cast may follow a word character.
fn has(text: &str, word: &str) -> bool {
    let alone = |(at, _): (usize, &str)| {
        let continues = word.ends_with(char::is_alphanumeric)
            && text.get(at + word.len()..).and_then(|after| after.chars().next()).is_some_and(word_part);
        let cast = word.starts_with(':');
        (cast || !ends(text, at, word_part)) && !continues
    };
    text.match_indices(word).any(alone)
}

fn without_sql_comments(text: &str) -> String {
    let lines = text.lines().map(|line| line.split_once("--").map_or(line, |(code, _)| code));
    lines.collect::<Vec<_>>().join("\n")
}

/// A Rust file, parted into its code and its comments.
#[derive(Default)]
struct Rust {
    comments: String,
    /// All code, including strings.
    code: String,
    /// String literals only.
    strings: String,
}

impl Rust {
    fn of(text: &str) -> Self {
        let mut found = Self::default();
        let mut rest = text;
        while let Some(next) = rest.chars().next() {
            let string = literal(rest);
            let comment = comment(rest);
            let taken = if let Some(taken) = comment {
                // A line that continues a sentence is one text with the line before.
                let text = rest.get(..taken).unwrap_or_default().trim_start_matches(['/', '!', '*', ' ']);
                found.comments.push(' ');
                found.comments.push_str(text);
                taken
            } else {
                let taken = string.unwrap_or(next.len_utf8());
                let part = rest.get(..taken).unwrap_or_default();
                found.code.push_str(part);
                if string.is_some() {
                    found.strings.push_str(part);
                }
                taken
            };
            rest = rest.get(taken..).unwrap_or_default();
        }
        found
    }
}

/// The length of a comment at the beginning of `rest`, if there is one.
fn comment(rest: &str) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    rest.starts_with("/*").then(|| rest.find("*/").map_or(rest.len(), |at| at + 2))
}

/// The length of a string literal or quote character at the beginning of `rest`, if there is one.
fn literal(rest: &str) -> Option<usize> {
    for quote in ["'\"'", "'\\\"'"] {
        if rest.starts_with(quote) {
            return Some(quote.len());
        }
    }
    for hashes in ["#", "##", "###"] {
        let open = format!("r{hashes}\"");
        if rest.starts_with(&open) {
            let close = format!("\"{hashes}");
            return rest.find(&close).map(|at| at.max(open.len()) + close.len());
        }
    }
    let inside = rest.strip_prefix('"')?;
    let mut escaped = false;
    let end = inside.find(|c| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    })?;
    Some(end + 2)
}
