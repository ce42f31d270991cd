//! The floor on a server: COPY.

use super::row::{self, CHUNK, DAY, ITEM, POSTING, POSTINGS, Row, TRANSFER};
use crate::place::connect;
use std::pin::pin;
use std::time::Instant;
use tokio_postgres::Client;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{ToSql, Type};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The types of an item's columns: seven numbers and two texts.
const ITEM_TYPES: [Type; 9] = [
    Type::INT8,
    Type::INT8,
    Type::INT8,
    Type::INT8,
    Type::INT8,
    Type::INT8,
    Type::INT8,
    Type::TEXT,
    Type::TEXT,
];

async fn create(client: &Client, table: &str, columns: &str, types: &[Type]) -> Result<(), Failure> {
    let column = |(name, of): (&str, &Type)| format!("{name} {}", of.name());
    let columns: Vec<String> = columns.split(", ").zip(types).map(column).collect();
    let key = columns.first().and_then(|column| column.split(' ').next()).unwrap_or_default();
    let text = format!("CREATE TABLE {table} ({}, PRIMARY KEY ({key}))", columns.join(", "));
    Ok(client.batch_execute(&text).await?)
}

/// Items per second; an item is a transfer with its postings.
pub(super) async fn transfers(url: &str, items: u64) -> Result<f64, Failure> {
    let client = connect(url).await?;
    let types = [const { Type::INT8 }; 11];
    create(&client, "floor_transfer", TRANSFER, &types).await?;
    create(&client, "floor_posting", POSTINGS, &types).await?;
    let begun = Instant::now();
    let (mut at, mut posting) = (0, POSTING);
    while at < items {
        let end = (at + CHUNK).min(items);
        let (mut transfers, mut postings) = (Vec::new(), Vec::new());
        for k in at..end {
            let (transfer, first, fee) = row::of_item(k, items, posting);
            transfers.push(transfer);
            postings.extend(std::iter::once(first).chain(fee));
            posting += if fee.is_some() { 2 } else { 1 };
        }
        client.batch_execute("BEGIN").await?;
        copy(&client, "floor_transfer", TRANSFER, &transfers).await?;
        copy(&client, "floor_posting", POSTINGS, &postings).await?;
        client.batch_execute("COMMIT").await?;
        at = end;
    }
    Ok(items as f64 / begun.elapsed().as_secs_f64())
}

async fn copy(client: &Client, table: &str, columns: &str, rows: &[Row]) -> Result<(), Failure> {
    let sink = client.copy_in(&format!("COPY {table} ({columns}) FROM STDIN (FORMAT BINARY)")).await?;
    let mut writer = pin!(BinaryCopyInWriter::new(sink, &[const { Type::INT8 }; 11]));
    for row in rows {
        let cells: Vec<&(dyn ToSql + Sync)> = row.iter().map(|value| value as _).collect();
        writer.as_mut().write(&cells).await?;
    }
    writer.finish().await?;
    Ok(())
}

/// Items per second; an item is a row of an imported batch.
pub(super) async fn items(url: &str, items: u64) -> Result<f64, Failure> {
    let client = connect(url).await?;
    create(&client, "floor_item", ITEM, &ITEM_TYPES).await?;
    let (begun, mut at) = (Instant::now(), 0);
    while at < items {
        let end = (at + CHUNK).min(items);
        let sink = client.copy_in(&format!("COPY floor_item ({ITEM}) FROM STDIN (FORMAT BINARY)")).await?;
        let mut writer = pin!(BinaryCopyInWriter::new(sink, &ITEM_TYPES));
        for k in at..end {
            let (numbers, memo, reference) = row::imported(k, items);
            let mut cells: Vec<&(dyn ToSql + Sync)> = numbers.iter().map(|number| number as _).collect();
            cells.push(&memo);
            cells.push(&reference);
            writer.as_mut().write(&cells).await?;
        }
        // Alone, it is a transaction.
        writer.finish().await?;
        at = end;
    }
    Ok(items as f64 / begun.elapsed().as_secs_f64())
}

/// Milliseconds of one query over all transfers.
pub(super) async fn sum_ms(url: &str) -> Result<f64, Failure> {
    let client = connect(url).await?;
    let begun = Instant::now();
    let text = "SELECT COUNT(*), SUM(amount), SUM(fee) FROM floor_transfer WHERE value_date = $1";
    client.query_one(text, &[&DAY]).await?;
    Ok(begun.elapsed().as_secs_f64() * 1e3)
}
