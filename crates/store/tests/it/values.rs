//! Values: what is written is what is read, on every path.

use crate::world::{all, run, world};
use store::StoreError;
use store::bulk::{Insert, Sql};
use store::value::{Column, Value};
use testkit::place::Engine;

static WRITE: Sql = Sql::new("INSERT INTO sample (id, number, word, bytes, tag) VALUES ($1, $2, $3, $4, $5)");
static NUMBER: Sql = Sql::new("SELECT number FROM sample WHERE id = $1");
static SAME: Sql = Sql::new(
    "SELECT COUNT(*) FROM sample WHERE id = $1 AND number = $2 AND word = $3 AND bytes = $4 AND tag IS NULL",
);
static ROWS: Insert = Insert { table: "sample", columns: &["id", "number", "word"] };

/// Integers at the limits of narrower types.
pub const NUMBERS: [i64; 9] =
    [i64::MIN, i64::MIN + 1, i32::MIN as i64 - 1, -1, 0, 1, u32::MAX as i64, (1 << 53) + 1, i64::MAX];

pub fn words() -> Vec<String> {
    let mut words: Vec<String> = [
        "",
        " ",
        "a",
        "NULL",
        "it's \"quoted\", $1 ?1 \\ %_;--",
        "line\nline\r\n\ttab\u{1}\u{7f}",
        "工资 三月 ß é e\u{301}",
        "🏦\u{200d}\u{feff}\u{10ffff}",
    ]
    .map(str::to_owned)
    .into();
    words.push("长".repeat(100_000));
    words
}

#[tokio::test]
async fn values_are_read_back_as_written() {
    let world = world().await.with_sample().await;
    let mut tx = world.store.write().await.unwrap();
    let blobs: [&[u8]; 4] = [&[], &[0], &[0xff, 0, 0x5c, 0x27], &[7; 100_000]];
    for (place, (number, word)) in NUMBERS.iter().zip(words()).enumerate() {
        let (id, blob) = (i64::try_from(place).unwrap(), blobs[place % blobs.len()].to_vec());
        let args = vec![id.into(), (*number).into(), word.clone().into(), Value::Blob(blob), Value::Null];
        assert_eq!(tx.execute(&WRITE, args.clone()).await.unwrap(), 1);
        assert_eq!(tx.fetch(&SAME, args[..4].to_vec()).await.unwrap().first().unwrap().i64(0).unwrap(), 1);
        let read = tx
            .fetch_text("SELECT number, word, bytes, tag FROM sample WHERE id = $1".into(), vec![id.into()]);
        let rows = read.await.unwrap();
        let row = rows.first().unwrap();
        assert_eq!((rows.len(), row.i64(0).unwrap(), row.text(1).unwrap()), (1, *number, word));
        assert_eq!((row.opt_i64(3).unwrap(), row.opt_text(3).unwrap()), (None, None));
        // A value of another type than requested, and a column that does not exist.
        for wrong in
            [row.i64(1).err(), row.text(0).err(), row.text(2).err(), row.i64(3).err(), row.i64(4).err()]
        {
            assert!(matches!(wrong, Some(StoreError::Corrupt(_))), "{wrong:?}");
        }
    }
    let nothing = vec![99.into(), Value::Null, Value::Null, Value::Null, Value::Null];
    tx.execute(&WRITE, nothing).await.unwrap();
    assert_eq!(tx.fetch(&NUMBER, vec![99.into()]).await.unwrap().first().unwrap().opt_i64(0).unwrap(), None);
    assert!(tx.fetch(&NUMBER, vec![98.into()]).await.unwrap().is_empty());
}

#[tokio::test]
async fn texts_are_compared_bytewise() {
    let world = world().await;
    let mut tx = world.store.write().await.unwrap();
    let mut names =
        vec!["b", "a", "B", "ä", "z", "Z", "_", "1", "10", "9", "长", "🏦", "\u{ffff}", "a b", "aB", ""];
    for name in &names {
        store::setting::set(&mut tx, name, "x").await.unwrap();
    }
    let sorted = all(&mut tx, "SELECT name FROM setting ORDER BY name", |row| row.text(0)).await;
    names.sort_unstable();
    assert_eq!(sorted, names);
    // Two spellings are two names.
    assert_eq!(store::setting::get(&mut tx, "A").await.unwrap(), None);
}

#[tokio::test]
async fn many_rows_hold_every_value_as_well() {
    let world = world().await.with_sample().await;
    let (words, copies) = (words(), 30);
    let mut tx = world.store.write().await.unwrap();
    let pairs: Vec<(i64, String)> = NUMBERS.iter().copied().zip(words).collect();
    let many: Vec<_> = (0..copies).flat_map(|_| pairs.clone()).collect();
    let columns = vec![
        Column::I64((0..i64::try_from(many.len()).unwrap()).collect()),
        Column::OptI64(many.iter().map(|pair| Some(pair.0)).collect()),
        Column::OptText(many.iter().map(|pair| Some(pair.1.clone())).collect()),
    ];
    assert_eq!(tx.insert(&ROWS, columns).await.unwrap(), many.len() as u64);
    let read =
        all(&mut tx, "SELECT number, word FROM sample ORDER BY id", |row| Ok((row.i64(0)?, row.text(1)?)))
            .await;
    assert!(read == many);
    run(&mut tx, "DELETE FROM sample").await.unwrap();
}

#[tokio::test]
async fn arguments_may_appear_in_any_order() {
    let world = world().await.with_sample().await;
    let mut tx = world.store.write().await.unwrap();
    let args = || vec![1.into(), 2.into(), "x".into()];
    tx.fetch_text("INSERT INTO sample (id, number, word) VALUES ($2, $1, $3)".into(), args()).await.unwrap();
    let found = tx.fetch_text(
        "SELECT id, number FROM sample WHERE word = $3 AND number BETWEEN $1 AND $2 AND id BETWEEN $1 AND $2 LIMIT $1".into(),
        args(),
    );
    let found = found.await.unwrap();
    let row = found.first().unwrap();
    assert_eq!((row.i64(0).unwrap(), row.i64(1).unwrap()), (2, 1));
}

#[tokio::test]
async fn a_text_that_an_engine_cannot_store_is_a_constraint_error() {
    let world = world().await.with_sample().await;
    let nul = || vec![1.into(), 1.into(), "a\0b".into(), Value::Null, Value::Null];
    let mut tx = world.store.write().await.unwrap();
    let one = tx.execute(&WRITE, nul()).await;
    let mut results = vec![one.map(|_| ())];
    drop(tx);
    for rows in [1, 100_i64] {
        let columns = vec![
            Column::I64((1..=rows).collect()),
            Column::Same(1, usize::try_from(rows).unwrap()),
            Column::Text((1..=rows).map(|_| "a\0b".to_owned()).collect()),
        ];
        let mut tx = world.store.write().await.unwrap();
        results.push(tx.insert(&ROWS, columns).await.map(|_| ()));
    }
    let expected = |result: &Result<(), StoreError>| match world.place.engine {
        Engine::File | Engine::Memory => result.is_ok(),
        Engine::Server => matches!(result, Err(StoreError::Constraint(_))),
    };
    assert!(results.iter().all(expected), "{results:?}");
}
