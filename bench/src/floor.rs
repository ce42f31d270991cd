//! The floor: the same rows, transfer and posting and fee, inserted bare through prepared statements in
//! transactions of the same size, fsync at each. No check, no balance, no item, no audit.

use crate::input;
use rusqlite::{Connection, params};
use std::path::Path;
use std::time::Instant;

/// Rows a second, where a row is an item's transfer with its postings.
pub fn measure(path: &Path, items: u64, chunk: u64) -> rusqlite::Result<f64> {
    let mut db = Connection::open(path)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "wal_autocheckpoint", 65_536)?;
    db.execute_batch(
        "CREATE TABLE transfer (number INTEGER PRIMARY KEY, kind, status, code, source, target, amount, fee,
           first_posting, posting_count, value_date, created_at, memo);
         CREATE TABLE posting (id INTEGER PRIMARY KEY, transfer, kind, debit, credit, amount, debit_after,
           credit_after, debit_prev, credit_prev, value_date, created_at);",
    )?;
    let begun = Instant::now();
    let (mut at, mut posting) = (0, 1_i64 << 30);
    while at < items {
        let end = (at + chunk).min(items);
        posting = insert(&mut db, at, end, items, posting)?;
        at = end;
    }
    Ok(items as f64 / begun.elapsed().as_secs_f64())
}

fn insert(db: &mut Connection, from: u64, to: u64, n: u64, mut posting: i64) -> rusqlite::Result<i64> {
    let tx = db.transaction()?;
    {
        let mut transfer =
            tx.prepare_cached("INSERT INTO transfer VALUES (?1,2,1,NULL,5,?2,?3,?4,?5,?6,20000,?7,NULL)")?;
        let mut leg =
            tx.prepare_cached("INSERT INTO posting VALUES (?1,?2,?3,5,?4,?5,?6,?7,?8,NULL,20000,?9)")?;
        let now = 1_767_198_600_000_000_i64;
        for k in from..to {
            let number = i64::try_from(k + 1).unwrap_or(0);
            let cents = i64::try_from(input::cents(1, k)).unwrap_or(0);
            let target = i64::try_from(input::shuffled(k, n, 0)).unwrap_or(0) + 10;
            let fee = if cents > 90_000 { 100 } else { 0 };
            let count = if fee > 0 { 2 } else { 1 };
            transfer.execute(params![number, target, cents, fee, posting, count, now])?;
            leg.execute(params![
                posting,
                number,
                1,
                target,
                cents,
                90_000_000_000_i64,
                cents,
                posting - 1,
                now
            ])?;
            posting += 1;
            if fee > 0 {
                leg.execute(params![posting, number, 2, 3, fee, 90_000_000_000_i64, fee, posting - 1, now])?;
                posting += 1;
            }
        }
    }
    tx.commit()?;
    Ok(posting)
}
