//! The floor on a file: prepared statements.

use super::row::{self, CHUNK, DAY, POSTING};
use rusqlite::types::ToSql;
use rusqlite::{Connection, Transaction, params, params_from_iter};
use std::path::Path;
use std::time::Instant;

fn open(path: &Path) -> rusqlite::Result<Connection> {
    let db = Connection::open(path)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "wal_autocheckpoint", 65_536)?;
    Ok(db)
}

/// Inserts in transactions; returns items per second.
fn in_chunks(
    db: &mut Connection,
    items: u64,
    mut insert: impl FnMut(&Transaction<'_>, std::ops::Range<u64>) -> rusqlite::Result<()>,
) -> rusqlite::Result<f64> {
    let (begun, mut at) = (Instant::now(), 0);
    while at < items {
        let end = (at + CHUNK).min(items);
        let tx = db.transaction()?;
        insert(&tx, at..end)?;
        tx.commit()?;
        at = end;
    }
    Ok(items as f64 / begun.elapsed().as_secs_f64())
}

/// Items per second; an item is a transfer with its postings.
pub(super) fn transfers(path: &Path, items: u64) -> rusqlite::Result<f64> {
    let mut db = open(path)?;
    db.execute_batch(
        "CREATE TABLE transfer (number INTEGER PRIMARY KEY, kind, status, code, source, target, amount, fee,
           first_posting, posting_count, value_date, created_at, memo);
         CREATE TABLE posting (id INTEGER PRIMARY KEY, transfer, kind, debit, credit, amount, debit_after,
           credit_after, debit_prev, credit_prev, value_date, created_at);",
    )?;
    let mut posting = POSTING;
    in_chunks(&mut db, items, |tx, range| {
        let mut transfer =
            tx.prepare_cached("INSERT INTO transfer VALUES (?1,2,1,NULL,5,?2,?3,?4,?5,?6,20000,?7,NULL)")?;
        let mut leg =
            tx.prepare_cached("INSERT INTO posting VALUES (?1,?2,?3,5,?4,?5,?6,?7,?8,NULL,20000,?9)")?;
        for k in range {
            let ([number, _, _, _, target, amount, fee, first, count, _, now], one, other) =
                row::of_item(k, items, posting);
            transfer.execute(params![number, target, amount, fee, first, count, now])?;
            for [id, _, kind, _, credit, amount, debit_after, credit_after, prev, _, _] in
                std::iter::once(one).chain(other)
            {
                leg.execute(params![id, number, kind, credit, amount, debit_after, credit_after, prev, now])?;
                posting += 1;
            }
        }
        Ok(())
    })
}

/// Items per second; an item is a row of an imported batch.
pub(super) fn items(path: &Path, items: u64) -> rusqlite::Result<f64> {
    let mut db = open(path)?;
    db.execute_batch(
        "CREATE TABLE item (number INTEGER PRIMARY KEY, batch, line, source, target, amount, state, memo,
           reference)",
    )?;
    in_chunks(&mut db, items, |tx, range| {
        let mut item = tx.prepare_cached("INSERT INTO item VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9)")?;
        for k in range {
            let (numbers, memo, reference) = row::imported(k, items);
            let numbers = numbers.iter().map(|number| number as &dyn ToSql);
            item.execute(params_from_iter(numbers.chain([&memo as &dyn ToSql, &reference as &dyn ToSql])))?;
        }
        Ok(())
    })
}

/// Milliseconds of one query over all transfers.
pub(super) fn sum_ms(path: &Path) -> rusqlite::Result<f64> {
    let db = open(path)?;
    let begun = Instant::now();
    let text = "SELECT COUNT(*), SUM(amount), SUM(fee) FROM transfer WHERE value_date = ?1";
    db.query_row(text, [DAY], |row| row.get::<_, i64>(0))?;
    Ok(begun.elapsed().as_secs_f64() * 1e3)
}
