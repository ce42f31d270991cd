//! Bulk calls: whole columns in, rows by key out.

use crate::world::{World, all, world};
use store::bulk::{Insert, Lock, Lookup, Update};
use store::value::Column;
use store::{StoreError, Tx};

static ROWS: Insert = Insert { table: "sample", columns: &["id", "number", "word", "tag", "parent"] };
static TAGS: Insert = Insert { table: "sample", columns: &["id", "tag"] };
static IDS: Insert = Insert { table: "sample", columns: &["id"] };
static SET: Update = Update { table: "sample", key: "id", columns: &["number", "word"], and: "" };
static SET_BY_TAG: Update = Update { table: "sample", key: "tag", columns: &["number"], and: "" };
const fn lookup(key: &'static str, and: &'static str, lock: Lock) -> Lookup {
    Lookup { columns: "id, tag, number", from: "sample", key, and, lock }
}
static BY_ID: Lookup = lookup("id", "", Lock::None);
static BY_TAG: Lookup = lookup("tag", "", Lock::None);
static BY_TAG_AND: Lookup = lookup("tag", "number >= 2 AND word IS NULL", Lock::None);
static LOCKED: [Lookup; 3] =
    [lookup("id", "", Lock::Shared), lookup("id", "", Lock::Write), lookup("id", "id > 1", Lock::Exclusive)];
static CHILDREN: Lookup = Lookup {
    columns: "p.tag, c.id",
    from: "sample p JOIN sample c ON c.parent = p.id",
    key: "p.tag",
    and: "c.number IS NULL",
    lock: Lock::None,
};

async fn sample() -> World {
    world().await.with_sample().await
}

fn tags(numbers: impl IntoIterator<Item = i64>) -> Vec<String> {
    numbers.into_iter().map(|k| format!("t{k}")).collect()
}

/// Adds rows with these ids and a tag each.
async fn add(tx: &mut Tx, ids: Vec<i64>) -> u64 {
    let columns = vec![Column::I64(ids.clone()), Column::Text(tags(ids))];
    tx.insert(&TAGS, columns).await.unwrap()
}

async fn ids(tx: &mut Tx) -> Vec<i64> {
    all(tx, "SELECT id FROM sample ORDER BY id", |row| row.i64(0)).await
}

#[tokio::test]
async fn any_number_of_rows_is_inserted_with_every_kind_of_column() {
    let world = sample().await;
    for rows in [0, 1, 2, 63, 64, 65, 1_000, 20_000_i64] {
        let mut tx = world.store.write().await.unwrap();
        let columns = vec![
            Column::I64((1..=rows).collect()),
            Column::OptI64((1..=rows).map(|k| (k % 3 > 0).then_some(-k)).collect()),
            Column::OptText((1..=rows).map(|k| (k % 3 > 1).then(|| format!("词 {k}"))).collect()),
            Column::Text(tags(1..=rows)),
            Column::Same(1, usize::try_from(rows).unwrap()),
        ];
        assert_eq!(tx.insert(&ROWS, columns).await.unwrap(), u64::try_from(rows).unwrap());
        let text = "SELECT id, number, word, tag, parent FROM sample ORDER BY id";
        let read = all(&mut tx, text, |row| {
            Ok((row.i64(0)?, row.opt_i64(1)?, row.opt_text(2)?, row.text(3)?, row.i64(4)?))
        });
        let row = |k: i64| {
            (k, (k % 3 > 0).then_some(-k), (k % 3 > 1).then(|| format!("词 {k}")), format!("t{k}"), 1)
        };
        assert!(read.await == (1..=rows).map(row).collect::<Vec<_>>(), "{rows}");
    }
}

#[tokio::test]
async fn columns_that_do_not_match_are_refused() {
    let world = sample().await;
    let two = || Column::I64(vec![1, 2]);
    for columns in
        [vec![two()], vec![two(), Column::Text(tags([1]))], vec![two(), Column::Text(tags([1, 2])), two()]]
    {
        let mut tx = world.store.write().await.unwrap();
        for refused in [tx.insert(&TAGS, columns.clone()).await, tx.insert_new(&TAGS, columns.clone()).await]
        {
            assert!(matches!(refused, Err(StoreError::Corrupt(_))), "{refused:?}");
        }
        drop(tx);
        let mut tx = world.store.write().await.unwrap();
        let refused = tx.update(&SET_BY_TAG, columns[..1].to_vec()).await;
        assert!(matches!(refused, Err(StoreError::Corrupt(_))), "{refused:?}");
    }
}

#[tokio::test]
async fn only_rows_whose_keys_are_new_are_inserted() {
    let world = sample().await;
    let mut tx = world.store.write().await.unwrap();
    add(&mut tx, vec![2, 4]).await;
    let new = |ids: Vec<i64>| vec![Column::I64(ids.clone()), Column::Text(tags(ids))];
    assert_eq!(tx.insert_new(&TAGS, new(vec![])).await.unwrap(), 0);
    // Existing keys, new ones, and one that appears twice.
    assert_eq!(tx.insert_new(&TAGS, new(vec![1, 2, 3, 3, 4])).await.unwrap(), 2);
    assert_eq!(tx.insert_new(&TAGS, new(vec![1, 2, 3])).await.unwrap(), 0);
    // Any unique key counts, not only the first.
    let taken = vec![Column::I64(vec![8, 9]), Column::Text(tags([4, 9]))];
    assert_eq!(tx.insert_new(&TAGS, taken).await.unwrap(), 1);
    assert_eq!(ids(&mut tx).await, [1, 2, 3, 4, 9]);
    assert_eq!(tx.insert_new(&TAGS, new((1..=1_000).collect())).await.unwrap(), 995);
    assert_eq!(ids(&mut tx).await, (1..=1_000).collect::<Vec<_>>());
}

#[tokio::test]
async fn rows_are_updated_by_key_and_missing_keys_count_as_unchanged() {
    let world = sample().await;
    let mut tx = world.store.write().await.unwrap();
    add(&mut tx, (1..=200).collect()).await;
    let nothing = vec![Column::I64(vec![]), Column::I64(vec![]), Column::OptText(vec![])];
    assert_eq!(tx.update(&SET, nothing).await.unwrap(), 0);
    let keys: Vec<i64> = vec![3, 900, 1, -1];
    let columns = vec![
        Column::I64(keys.clone()),
        Column::OptI64(vec![Some(30), Some(9), None, Some(9)]),
        Column::OptText(vec![Some("drei".to_owned()), None, None, None]),
    ];
    assert_eq!(tx.update(&SET, columns).await.unwrap(), 2);
    let many: Vec<i64> = (4..=300).collect();
    let columns = vec![
        Column::I64(many.clone()),
        Column::I64(many.iter().map(|k| -k).collect()),
        Column::Text(vec!["x".to_owned(); many.len()]),
    ];
    assert_eq!(tx.update(&SET, columns).await.unwrap(), 197);
    let by_tag = vec![Column::Text(vec!["t2".to_owned(), "t".to_owned()]), Column::Same(-2, 2)];
    assert_eq!(tx.update(&SET_BY_TAG, by_tag).await.unwrap(), 1);
    let read = all(&mut tx, "SELECT number, word FROM sample ORDER BY id", |row| {
        Ok((row.opt_i64(0)?, row.opt_text(1)?))
    });
    let row = |k| match k {
        1 => (None, None),
        2 => (Some(-2), None),
        3 => (Some(30), Some("drei".to_owned())),
        k => (Some(-k), Some("x".to_owned())),
    };
    assert_eq!(read.await, (1..=200).map(row).collect::<Vec<_>>());
}

#[tokio::test]
async fn rows_are_returned_in_key_order() {
    let world = sample().await;
    let mut tx = world.store.write().await.unwrap();
    add(&mut tx, (1..=500).collect()).await;
    let mut found = async |lookup, keys: Column| -> Vec<i64> {
        let rows = tx.lookup(lookup, keys).await.unwrap();
        rows.iter().map(|row| row.i64(0).unwrap()).collect()
    };
    assert!(found(&BY_ID, Column::I64(vec![])).await.is_empty());
    assert!(found(&BY_ID, Column::I64(vec![-1, 900])).await.is_empty());
    // Missing keys are omitted, and a key given twice is answered twice.
    assert_eq!(found(&BY_ID, Column::I64(vec![7, 900, 1, 7, 2])).await, [7, 1, 7, 2]);
    assert_eq!(found(&BY_TAG, Column::Text(tags([9, 900, 3, 9]))).await, [9, 3, 9]);
    assert_eq!(found(&BY_TAG, Column::OptText(vec![Some("t4".to_owned()), None])).await, [4]);
    assert_eq!(found(&BY_ID, Column::OptI64(vec![None, Some(4)])).await, [4]);
    assert_eq!(found(&BY_ID, Column::Same(5, 2)).await, [5, 5]);
    let all: Vec<i64> = (0..=600).rev().collect();
    assert_eq!(found(&BY_ID, Column::I64(all)).await, (1..=500).rev().collect::<Vec<_>>());
    for (place, lookup) in LOCKED.iter().enumerate() {
        let expected: &[i64] = if place == 2 { &[3, 5] } else { &[1, 3, 5] };
        assert_eq!(found(lookup, Column::I64(vec![1, 3, 5, 600])).await, expected);
    }
}

#[tokio::test]
async fn a_lookup_may_have_extra_conditions_and_joins() {
    let world = sample().await;
    let mut tx = world.store.write().await.unwrap();
    add(&mut tx, vec![1, 2, 3]).await;
    let columns = vec![
        Column::I64(vec![1, 2, 3]),
        Column::I64(vec![1, 2, 3]),
        Column::OptText(vec![None, None, Some("w".into())]),
    ];
    tx.update(&SET, columns).await.unwrap();
    let rows = tx.lookup(&BY_TAG_AND, Column::Text(tags([3, 2, 1]))).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.i64(0).unwrap()).collect::<Vec<_>>(), [2]);
    for (id, parent) in [(10, 1), (11, 3), (12, 1)] {
        let text = format!("INSERT INTO sample (id, parent) VALUES ({id}, {parent})");
        crate::world::run(&mut tx, &text).await.unwrap();
    }
    let rows = tx.lookup(&CHILDREN, Column::Text(tags([3, 2, 1]))).await.unwrap();
    let mut found: Vec<_> = rows.iter().map(|row| (row.text(0).unwrap(), row.i64(1).unwrap())).collect();
    assert_eq!(found.remove(0), ("t3".to_owned(), 11));
    found.sort_unstable();
    assert_eq!(found, [("t1".to_owned(), 10), ("t1".to_owned(), 12)]);
}

#[tokio::test]
async fn one_refused_row_fails_its_whole_call() {
    let world = sample().await;
    for rows in [3, 1_000] {
        let mut ids: Vec<i64> = (1..=rows).collect();
        ids.push(2);
        let mut tx = world.store.write().await.unwrap();
        let twice = tx.insert(&IDS, vec![Column::I64(ids)]).await;
        assert!(matches!(twice, Err(StoreError::Duplicate(_))), "{twice:?}");
        assert!(tx.commit().await.is_err());
        assert_eq!(world.count("sample").await, 0);
    }
}
