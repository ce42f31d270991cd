//! The floor: the same rows (transfer, posting and fee) inserted bare, in transactions of the same size, each
//! made durable: with prepared statements into a file, with COPY into a server. No checks, balances, items or
//! audit.

use crate::input;
use crate::place::{Place, connect};
use rusqlite::{Connection, params};
use std::path::Path;
use std::pin::pin;
use std::time::Instant;
use tokio_postgres::Client;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{ToSql, Type};

/// Items per second of the floor, measured next to a ledger.
pub(crate) async fn measure(place: &Place, items: u64, chunk: u64) -> std::io::Result<f64> {
    match place {
        Place::Folder(folder) => {
            let path = folder.join("floor.db");
            let measured = tokio::task::spawn_blocking(move || of_file(&path, items, chunk)).await;
            measured.map_err(std::io::Error::other)?.map_err(std::io::Error::other)
        }
        Place::Server { url, .. } => of_server(url, items, chunk).await.map_err(std::io::Error::other),
    }
}

const TRANSFER: &str = "number, kind, status, source, target, amount, fee, first_posting, posting_count, \
                        value_date, created_at";
const POSTING: &str = "id, transfer, kind, debit, credit, amount, debit_after, credit_after, debit_prev, \
                       value_date, created_at";

async fn of_server(
    url: &str,
    items: u64,
    chunk: u64,
) -> Result<f64, Box<dyn std::error::Error + Send + Sync>> {
    let client = connect(url).await?;
    let columns = |names: &str| names.replace(", ", " BIGINT, ") + " BIGINT";
    client
        .batch_execute(&format!(
            "CREATE TABLE floor_transfer ({}, PRIMARY KEY (number));
             CREATE TABLE floor_posting ({}, PRIMARY KEY (id))",
            columns(TRANSFER),
            columns(POSTING)
        ))
        .await?;
    let begun = Instant::now();
    let (mut at, mut posting) = (0, 1_i64 << 30);
    while at < items {
        let end = (at + chunk).min(items);
        let (mut transfers, mut postings) = (Vec::new(), Vec::new());
        for k in at..end {
            posting = row(k, items, posting, &mut transfers, &mut postings);
        }
        client.batch_execute("BEGIN").await?;
        copy(&client, "floor_transfer", TRANSFER, &transfers).await?;
        copy(&client, "floor_posting", POSTING, &postings).await?;
        client.batch_execute("COMMIT").await?;
        at = end;
    }
    Ok(items as f64 / begun.elapsed().as_secs_f64())
}

/// An item's rows: its transfer, its posting, and a second posting if it pays a fee.
fn row(k: u64, n: u64, posting: i64, transfers: &mut Vec<[i64; 11]>, postings: &mut Vec<[i64; 11]>) -> i64 {
    let now = 1_767_198_600_000_000_i64;
    let number = i64::try_from(k + 1).unwrap_or(0);
    let cents = i64::try_from(input::cents(1, k)).unwrap_or(0);
    let target = i64::try_from(input::shuffled(k, n, 0)).unwrap_or(0) + 10;
    let fee = if cents > 90_000 { 100 } else { 0 };
    let count = if fee > 0 { 2 } else { 1 };
    transfers.push([number, 2, 1, 5, target, cents, fee, posting, count, 20_000, now]);
    postings.push([posting, number, 1, 5, target, cents, 90_000_000_000, cents, posting - 1, 20_000, now]);
    if fee > 0 {
        let leg = [posting + 1, number, 2, 5, 3, fee, 90_000_000_000, fee, posting, 20_000, now];
        postings.push(leg);
    }
    posting + count
}

async fn copy(
    client: &Client,
    table: &str,
    columns: &str,
    rows: &[[i64; 11]],
) -> Result<(), tokio_postgres::Error> {
    let sink = client.copy_in(&format!("COPY {table} ({columns}) FROM STDIN (FORMAT BINARY)")).await?;
    let mut writer = pin!(BinaryCopyInWriter::new(sink, &[const { Type::INT8 }; 11]));
    for row in rows {
        let cells: Vec<&(dyn ToSql + Sync)> = row.iter().map(|value| value as _).collect();
        writer.as_mut().write(&cells).await?;
    }
    writer.finish().await.map(drop)
}

/// Items per second into a file; an item is a transfer with its postings.
fn of_file(path: &Path, items: u64, chunk: u64) -> rusqlite::Result<f64> {
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
