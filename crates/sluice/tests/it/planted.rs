//! Another program changes one value: in each column of each table, made from the schema. `verify` names it, or the
//! column is listed with the reason why it cannot (`store::image::APART`). A new column needs no line here.

use crate::damage;
use crate::support::Ledger;
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::path::Path;
use store::image::{APART, IMAGED};

/// Tables without images that the chain covers.
const CHAINED: &[&str] = &["audit", "commit_link", "image"];

/// What is named without an image, since it is recomputed.
const RECOMPUTED: &[(&str, &[&str])] = &[
    ("balance", &["account", "balance", "head", "overdraft", "held"]),
    (
        "posting",
        &[
            "id",
            "transfer",
            "kind",
            "debit",
            "credit",
            "amount",
            "debit_after",
            "credit_after",
            "debit_prev",
            "credit_prev",
            "value_date",
            "created_at",
        ],
    ),
    (
        "transfer",
        &[
            "number",
            "kind",
            "status",
            "source",
            "target",
            "amount",
            "fee",
            "first_posting",
            "posting_count",
            "value_date",
            "created_at",
        ],
    ),
    ("item", &["number", "line", "source", "target", "amount", "state", "memo", "reference"]),
    ("item_run", &["first_number", "last_number", "batch", "chunk"]),
    (
        "day_sum",
        &[
            "value_date",
            "asset",
            "kind",
            "status",
            "transfers",
            "amount_billions",
            "amount_rest",
            "fee_billions",
            "fee_rest",
        ],
    ),
    ("failure_count", &["quarter", "asset", "failures"]),
    ("chunk", &["number"]),
];

/// A column, the type of its values, and its table's key.
struct Column {
    table: String,
    name: String,
    is_text: bool,
    key: String,
}

impl Column {
    fn is_named(&self) -> bool {
        let (table, name) = (self.table.as_str(), self.name.as_str());
        let recomputed = RECOMPUTED.iter().find(|(of, _)| *of == table);
        let has_image = IMAGED.iter().any(|of| of.table == table && of.columns.contains(&name));
        let is_apart = APART.iter().any(|(apart, _)| *apart == table || *apart == format!("{table}.{name}"));
        has_image
            || CHAINED.contains(&table)
            || recomputed.is_some_and(|(_, names)| names.contains(&name))
            || !is_apart
    }

    /// Another value in the row with the lowest key.
    fn plant(&self) -> String {
        let Self { table, name, key, .. } = self;
        let value = if self.is_text {
            format!("COALESCE({name}, '') || 'x'")
        } else {
            format!("COALESCE({name}, 0) + 1000001")
        };
        format!(
            "UPDATE {table} SET {name} = {value} WHERE ({key}) = (SELECT {key} FROM {table} ORDER BY {key} LIMIT 1)"
        )
    }
}

fn columns(file: &Path) -> Vec<Column> {
    let connection = Connection::open(file).unwrap();
    let text = "SELECT t.name, c.name, c.type, c.pk FROM sqlite_schema t, pragma_table_info(t.name) c
                WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.cid";
    let mut statement = connection.prepare(text).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)));
    let rows: Vec<(String, String, String, i64)> = rows.unwrap().map(Result::unwrap).collect();
    let mut keys: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (table, name, _, _) in rows.iter().filter(|(_, _, _, key)| *key > 0) {
        keys.entry(table).or_default().push(name);
    }
    let column = |(table, name, kind, _): &(String, String, String, i64)| Column {
        table: table.clone(),
        name: name.clone(),
        is_text: kind == "TEXT",
        key: keys.get(table.as_str()).map_or_else(|| "rowid".to_owned(), |key| key.join(", ")),
    };
    rows.iter().map(column).collect()
}

/// What an attacker may do who owns the database.
fn unguarded(file: &Path) -> Connection {
    let connection = Connection::open(file).unwrap();
    let mut triggers = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").unwrap();
    let names: Vec<String> = triggers.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    drop(triggers);
    connection.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON").unwrap();
    for name in names {
        connection.execute_batch(&format!("DROP TRIGGER {name}")).unwrap();
    }
    connection
}

fn planted(ledger: &Ledger, column: &Column, whole: &[u8]) -> Option<String> {
    let file = ledger.path().join("data/sluice.db");
    let connection = unguarded(&file);
    let changed = connection.execute(&column.plant(), []).unwrap();
    assert_eq!(changed, 1, "{} has no row: add one in `damage::ledger`", column.table);
    connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    drop(connection);
    let verified = ledger.run(&["verify"]);
    std::fs::write(&file, whole).unwrap();
    (verified.exit != 2).then(|| format!("{}.{}: {verified:?}", column.table, column.name))
}

/// Plants changes in every fourth column, so that the parts run side by side.
fn part(place: usize) {
    let ledger = damage::ledger();
    let file = ledger.path().join("data/sluice.db");
    let whole = std::fs::read(&file).unwrap();
    let columns = columns(&file);
    let named = columns.iter().filter(|column| column.is_named());
    let unseen: Vec<_> =
        named.skip(place).step_by(4).filter_map(|column| planted(&ledger, column, &whole)).collect();
    assert!(unseen.is_empty(), "verify does not name these: {unseen:#?}");
    ledger.verified();
}

#[test]
fn a_change_of_any_column_is_named_1() {
    part(0);
}

#[test]
fn a_change_of_any_column_is_named_2() {
    part(1);
}

#[test]
fn a_change_of_any_column_is_named_3() {
    part(2);
}

#[test]
fn a_change_of_any_column_is_named_4() {
    part(3);
}

#[test]
fn rows_that_another_program_adds_or_removes_are_named() {
    let ledger = damage::ledger();
    let file = ledger.path().join("data/sluice.db");
    let whole = std::fs::read(&file).unwrap();
    for (change, key) in [
        (
            "INSERT INTO approval (batch, round, app_user, role, action, content_hash, factor, at)
             SELECT batch, round + 1, app_user, role, action, content_hash, factor, at FROM approval LIMIT 1",
            "approval ",
        ),
        ("DELETE FROM approval", "approval "),
        ("DELETE FROM policy", "policy "),
        (
            "INSERT INTO setting (name, value) VALUES ('approver_roles', 'x')",
            "setting approver_roles: no commit",
        ),
        ("DELETE FROM holder WHERE id = 1", "holder 1: is missing"),
        ("UPDATE app_user SET role = role + 1 WHERE id = 1", "app_user 1: not as"),
    ] {
        let connection = unguarded(&file);
        assert!(connection.execute(change, []).unwrap() > 0, "{change}");
        connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
        drop(connection);
        let verified = ledger.run(&["verify"]);
        let violations = verified.json["violations"].as_array().unwrap();
        let named = violations.iter().find(|one| one["invariant"] == "row_image");
        let first = named.and_then(|one| one["first_key"].as_str()).unwrap_or_default();
        assert!(verified.exit == 2 && first.starts_with(key), "{change}: {verified:?}");
        std::fs::write(&file, &whole).unwrap();
    }
    ledger.verified();
}
