//! A whole ledger as text, a line a row, without what must differ between twins.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

/// Tables that are not compared.
const APART: &[(&str, &str)] = &[
    ("refinery_schema_history", "when the ledger was made"),
    ("session", "a command has none"),
    ("login_failure", "a command does not sign in"),
    ("node", "the server's process and the command's"),
    ("lease", "whose number of takings tells how often a process took over"),
    ("named_lock", "never changes"),
    ("history", "follows later; `verify` compares it with the postings"),
    ("history_mark", "follows later"),
    ("batch_print", "kept of when it was made"),
    ("batch_editor", "who made and changed what"),
    ("batch_template_editor", "who made and changed what"),
    ("item_page", "hashes of items as they were added, with their lines"),
    ("commit_link", "hashes of who did what when"),
    ("image", "hashes of the rows, with their times"),
    ("pending_image", "empty between commits"),
    ("notice", "made by the server's worker"),
    ("mail", "made by the server's worker"),
    ("reminder", "of the person who signed in"),
    ("mail_address", "of the person who signed in"),
    ("seen_network", "a command does not sign in"),
];

/// Columns that are not compared: who and from where, and what a server's own commits count up.
const DROPPED: &[&str] = &[
    "actor",
    "actor_kind",
    "actor_id",
    "origin",
    "created_by",
    "created_by_kind",
    "created_by_id",
    "set_by",
    "set_by_kind",
    "set_by_id",
    "approval_round.maker",
    "approval_round.same_day",
    "commit_number",
    "ledger_head.chain",
    // A login, of which no command knows, has its row there.
    "audit.id",
    // Only a worker spreads, and only a session can be new to a network.
    "outbox.id",
    "outbox.spread_at",
    // A file has a hash and a line above its rows, and numbers of lines are in the hash of the content.
    "batch.file_hash",
    "batch.content_hash",
    "approval_round.content_hash",
    "item.line",
    // With the times of what was found.
    "change_part.changes",
    "change_report.recent_since",
];

/// Columns of which only is compared whether they have a value: times, hashes of them, and what is drawn at random.
const MASKED: &[&str] = &["at", "until", "token", "hint", "password", "ledger_id", "sealed", "digest"];
/// What is not compared within a detail: the hash as above, until when a key's former secret
/// holds, and from when a policy does.
const DETAILS: &[&str] = &["content_hash", "before_until", "due_at", "by"];
/// What brings items into a batch: a file or a list, so that the details differ.
const INTAKES: &[&str] = &["batch.import", "batch.create", "batch.edit", "created", "edited"];

/// The rows of every table; equal ones are numbered.
pub fn dump(database: &Path) -> BTreeSet<String> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let file = Connection::open_with_flags(database, flags).unwrap();
    let mut tables = file.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").unwrap();
    let names = tables.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let names: Vec<String> = names.map(Result::unwrap).collect();
    let is_compared =
        |name: &&String| !name.starts_with("sqlite_") && APART.iter().all(|(apart, _)| apart != name);
    let mut seen: HashMap<String, usize> = HashMap::new();
    let numbered = |row: String| {
        let times = seen.entry(row.clone()).or_default();
        *times += 1;
        format!("{row} ({times})")
    };
    names.iter().filter(is_compared).flat_map(|table| rows(&file, table)).map(numbered).collect()
}

fn rows(file: &Connection, table: &str) -> Vec<String> {
    let mut select = file.prepare(&format!("SELECT * FROM {table}")).unwrap();
    let columns: Vec<String> = select.column_names().map(ToOwned::to_owned).collect();
    let mut rows = select.query([]).unwrap();
    let mut lines = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        let text = |column: &str| row.get::<_, String>(column).ok();
        let is_intake =
            ["action", "event"].into_iter().filter_map(text).any(|name| INTAKES.contains(&&*name));
        let cell = |(place, column): (usize, &String)| {
            let value = match row.get_ref(place).unwrap() {
                ValueRef::Null => return None,
                _ if is_dropped(table, column) => return None,
                _ if MASKED.contains(&column.as_str()) || column.ends_with("_at") => "*".to_owned(),
                ValueRef::Text(text) if column == "detail" => {
                    detail(&String::from_utf8_lossy(text), is_intake)
                }
                ValueRef::Text(_) if column == "action" && is_intake => INTAKES[0].to_owned(),
                ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
                ValueRef::Integer(number) => number.to_string(),
                value => format!("{value:?}"),
            };
            Some(format!(" {column}={value}"))
        };
        let line: String = columns.iter().enumerate().filter_map(cell).collect();
        lines.push(format!("{table}{line}"));
    }
    lines
}

/// A detail without what is not compared and what says nothing.
fn detail(text: &str, is_intake: bool) -> String {
    let Ok(Json::Object(mut fields)) = serde_json::from_str(text) else { return text.to_owned() };
    fields.retain(|name, value| {
        let is_empty = value.is_null() || *value == 0;
        // An amount is written in another way, and a former secret is another.
        let is_secret = value.as_str().is_some_and(|text| text.starts_with("sluice_"));
        let is_written = is_secret || (value.is_string() && name == "amount");
        let is_compared = !DETAILS.contains(&name.as_str()) && !is_empty && !is_written;
        is_compared && (!is_intake || name == "about" || name == "state")
    });
    Json::Object(fields).to_string()
}

fn is_dropped(table: &str, column: &str) -> bool {
    DROPPED.iter().any(|dropped| *dropped == column || *dropped == format!("{table}.{column}"))
}

/// How often each action has had each result.
pub fn audited(database: &Path) -> BTreeMap<String, i64> {
    let file = Connection::open(database).unwrap();
    let counts = "SELECT action || ' ' || result, COUNT(*) FROM audit GROUP BY 1";
    let mut counts = file.prepare(counts).unwrap();
    let rows = counts.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

/// The one number that a query returns.
pub fn number(database: &Path, query: &str) -> i64 {
    let file = Connection::open(database).unwrap();
    file.query_row(query, [], |row| row.get(0)).unwrap_or_else(|error| panic!("{query}: {error}"))
}
