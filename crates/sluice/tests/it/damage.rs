//! Damage in the pages of indexes: a page that was overwritten, one byte that was flipped. `verify` names the index
//! each time, and ends with 2.

use crate::support::{Ledger, payroll};
use rusqlite::Connection;
use std::path::Path;
use testkit::draw::{Random, number};

/// A page of an index that has entries.
struct Leaf {
    index: String,
    page: usize,
}

/// A ledger in which most tables have rows.
fn ledger() -> Ledger {
    let ledger = Ledger::funded("1000.00");
    ledger.payees(40);
    let batch = ledger.import(&payroll(40), &[]).json["batch_id"].as_str().unwrap().to_owned();
    ledger.ok(&["batch", "run", &batch]);
    ledger.ok(&["user", "add", "ann@example.com", "--name", "Ann", "--role", "admin"]);
    ledger.ok(&["deposit", "--account", "ACME", "--amount", "1.00", "--op-id", "d1"]);
    ledger.verified();
    ledger
}

fn leaves(file: &Path) -> (Vec<Leaf>, usize) {
    let connection = Connection::open(file).unwrap();
    let text = "SELECT d.name, d.pageno FROM dbstat d JOIN sqlite_schema s ON s.name = d.name
                WHERE s.type = 'index' AND d.pagetype = 'leaf' AND d.ncell > 0 ORDER BY d.pageno";
    let mut statement = connection.prepare(text).unwrap();
    let rows = statement.query_map([], |row| {
        Ok(Leaf { index: row.get(0)?, page: usize::try_from(row.get::<_, i64>(1)?).unwrap() })
    });
    let leaves = rows.unwrap().map(Result::unwrap).collect();
    let size: i64 = connection.query_row("PRAGMA page_size", [], |row| row.get(0)).unwrap();
    (leaves, usize::try_from(size).unwrap())
}

fn drawn(random: &mut Random, below: usize) -> usize {
    usize::try_from(random.below(u64::try_from(below).unwrap())).unwrap()
}

fn two(bytes: &[u8], at: usize) -> usize {
    usize::from(u16::from_be_bytes([bytes[at], bytes[at + 1]]))
}

/// Flips one bit of an entry: its length stays, its content does not.
fn flip(page: &mut [u8], random: &mut Random) {
    let entries = two(page, 3);
    let at = two(page, 8 + 2 * drawn(random, entries));
    // All entries of these tests are shorter than 128 bytes: one byte for the length, one for that of the header.
    let length = usize::from(page[at]);
    assert!(length < 128 && length > 2);
    let byte = at + 2 + drawn(random, length - 1);
    page[byte] ^= 1 << random.below(8);
}

fn overwrite(page: &mut [u8], random: &mut Random) {
    for byte in page {
        *byte = u8::try_from(random.below(256)).unwrap();
    }
}

fn is_named(ledger: &Ledger, file: &Path, whole: &[u8], damaged: &[u8], what: &str, index: &str) {
    std::fs::write(file, damaged).unwrap();
    let verified = ledger.run(&["verify"]);
    let violations = verified.json["violations"].to_string();
    assert_eq!(verified.exit, 2, "{what} {index}: {verified:?}");
    assert!(
        violations.contains("file_is_sound") && violations.contains(index),
        "{what} {index}: {violations}"
    );
    std::fs::write(file, whole).unwrap();
}

#[test]
fn damaged_pages_of_indexes_are_named() {
    let seed = number("SLUICE_SEED", 7);
    let (ledger, mut random) = (ledger(), Random(seed));
    let file = ledger.path().join("data/sluice.db");
    let (leaves, size) = leaves(&file);
    let whole = std::fs::read(&file).unwrap();
    for round in 0..20 {
        let leaf = &leaves[drawn(&mut random, leaves.len())];
        let mut damaged = whole.clone();
        let page = &mut damaged[(leaf.page - 1) * size..leaf.page * size];
        let what = format!("seed {seed} round {round} page {}", leaf.page);
        overwrite(page, &mut random);
        is_named(&ledger, &file, &whole, &damaged, &what, &leaf.index);
    }
    ledger.verified();
}

#[test]
fn a_byte_that_was_flipped_in_any_index_is_named() {
    let seed = number("SLUICE_SEED", 7);
    let (ledger, mut random) = (ledger(), Random(seed));
    let file = ledger.path().join("data/sluice.db");
    let (leaves, size) = leaves(&file);
    assert!(leaves.len() > 12, "{}", leaves.len());
    let whole = std::fs::read(&file).unwrap();
    for leaf in leaves {
        let mut damaged = whole.clone();
        flip(&mut damaged[(leaf.page - 1) * size..leaf.page * size], &mut random);
        is_named(&ledger, &file, &whole, &damaged, &format!("seed {seed} page {}", leaf.page), &leaf.index);
    }
    ledger.verified();
}
