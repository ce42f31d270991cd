//! Another program changes one value: in each column of each table, made from the schema. `verify` names it, or the
//! column is listed with the reason why it need not (`store::image::APART`). A new column needs no line here, but a row
//! in `damage::ledger`.

use crate::damage;
use crate::support::Ledger;
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::path::Path;
use store::image::APART;

/// A column, the type of its values, and its table's key.
struct Column {
    table: String,
    name: String,
    is_text: bool,
    key: String,
}

impl Column {
    /// Whether it must be named.
    fn is_named(&self) -> bool {
        let own = format!("{}.{}", self.table, self.name);
        APART.iter().all(|(apart, _)| *apart != self.table && *apart != own)
    }

    /// Another value in the row with the lowest key.
    fn plant(&self) -> String {
        let Self { table, name, key, .. } = self;
        let value = match (table.as_str(), name.as_str()) {
            // Above the numbers in use any value will do, since numbers may be lost.
            ("counter", "value") => "0".to_owned(),
            _ if self.is_text => format!("COALESCE({name}, '') || 'x'"),
            // A limit may be the largest number there is.
            _ => format!("COALESCE({name}, 0) + CASE WHEN {name} > 1e18 THEN -1000001 ELSE 1000001 END"),
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

/// What another program does, the invariant that `verify` finds violated, and how the first key begins.
const CHANGES: &[(&str, &str, &str)] = &[
    (
        "INSERT INTO approval (batch, round, app_user, role, action, content_hash, factor, at)
         SELECT batch, round + 1, app_user, role, action, content_hash, factor, at FROM approval LIMIT 1",
        "row_image",
        "approval ",
    ),
    ("DELETE FROM approval", "row_image", "approval "),
    ("DELETE FROM policy", "row_image", "policy "),
    (
        "INSERT INTO setting (name, value) VALUES ('approver_roles', 'x')",
        "row_image",
        "setting approver_roles: no commit",
    ),
    ("DELETE FROM holder WHERE id = 1", "row_image", "holder 1: is missing"),
    ("UPDATE app_user SET role = role + 1 WHERE id = 1", "row_image", "app_user 1: not as"),
    ("UPDATE batch SET ready = 0 WHERE id = 1", "row_image", "batch 1: is missing"),
    ("UPDATE webhook SET url = 'https://example.com/'", "row_image", "webhook 1: not as"),
    ("DELETE FROM batch_history", "row_image", "batch_history "),
    ("DELETE FROM operation", "row_image", "operation "),
    ("UPDATE counter SET value = value - 1 WHERE name = 'number'", "counter", "number: "),
    ("UPDATE counter SET value = 7 WHERE name = 'batch_day'", "row_image", "counter batch_day: no commit"),
    ("UPDATE history_mark SET commit_number = commit_number + 1000", "history_is_complete", "its mark "),
    ("UPDATE history SET value_date = value_date + 1", "history_is_complete", "account "),
    ("UPDATE balance SET day_out = 0, month_out = 0 WHERE day_out > 0", "limit_window", "account "),
    ("UPDATE transfer SET memo = 'x' WHERE number = 1", "single_transfer", "transfer 1"),
    ("UPDATE transfer SET memo = 'x' WHERE kind = 2", "item_settled_once", "item "),
    (
        "INSERT INTO transfer SELECT number + 1000000, kind, 2, 22, source, target, amount, fee, NULL, 0, value_date,
           created_at, memo FROM transfer WHERE number = 1",
        "single_transfer",
        "transfer 1000001: no request",
    ),
    ("DELETE FROM transfer_voucher", "single_transfer", "transfer "),
    (
        "INSERT INTO transfer_voucher SELECT number, '[]' FROM transfer WHERE kind = 2 LIMIT 1",
        "single_transfer",
        "transfer ",
    ),
    ("UPDATE transfer_exchange SET rate = '1'", "chunk_digest", "chunk "),
    ("DELETE FROM transfer_exchange", "chunk_digest", "chunk "),
    (
        "INSERT INTO transfer_exchange
         SELECT t.number, 1, e.rate, e.rate_source, e.rate_at, e.rounding, e.residual
         FROM transfer_exchange e, transfer t WHERE t.kind = 2 AND t.number <> e.transfer LIMIT 1",
        "single_transfer",
        "transfer ",
    ),
    (
        "UPDATE posting SET created_at = created_at + 1",
        "chunk_digest",
        "chunk ",
    ),
    ("UPDATE item SET code = 6 WHERE code IS NOT NULL", "item_state", "item "),
    ("UPDATE item SET state = 2, code = NULL WHERE state = 5", "item_state", "item "),
    ("UPDATE item SET state = 7 WHERE state = 5", "item_state", "item "),
    ("UPDATE item SET memo = 'x' WHERE batch = (SELECT MAX(id) FROM batch WHERE state = 2)", "item_page", "batch "),
    (
        "DELETE FROM item WHERE batch = (SELECT MAX(id) FROM batch WHERE state = 2)",
        "item_page",
        "batch ",
    ),
    (
        "INSERT INTO item (number, batch, line, source, target, amount, state)
         SELECT MAX(number) + 5, batch, 99, source, target, 7700, 2 FROM item",
        "item_in_run",
        "item ",
    ),
    ("UPDATE item_contact SET written = 'p2@example.com'", "item_page", "batch "),
    ("INSERT INTO item_contact SELECT MIN(number), 2, 'x' FROM item", "item_page", "batch "),
    ("DELETE FROM item_failure", "chunk_digest", "chunk "),
    ("UPDATE item_failure SET at = at + 1", "chunk_digest", "chunk "),
    ("DELETE FROM item_mark", "row_image", "item_mark "),
    ("INSERT INTO chunk (number, commit_number, postings) VALUES (9999, 9999, 0)", "audit_chain", "a chunk of commit 9999"),
    ("DELETE FROM chunk WHERE number = 1", "audit_chain", "commit "),
];

#[test]
fn rows_that_another_program_adds_or_removes_are_named() {
    let ledger = damage::ledger();
    let file = ledger.path().join("data/sluice.db");
    let whole = std::fs::read(&file).unwrap();
    for (change, invariant, key) in CHANGES {
        let connection = unguarded(&file);
        assert!(connection.execute(change, []).unwrap() > 0, "{change}");
        connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
        drop(connection);
        let verified = ledger.run(&["verify"]);
        let violations = verified.json["violations"].as_array().unwrap();
        let named = violations.iter().find(|one| one["invariant"] == *invariant);
        let first = named.and_then(|one| one["first_key"].as_str()).unwrap_or_default();
        assert!(verified.exit == 2 && named.is_some() && first.starts_with(key), "{change}: {verified:?}");
        std::fs::write(&file, &whole).unwrap();
    }
    ledger.verified();
}
