//! Compares the lists with the schema, and what triggers write with what is read.

use super::*;
use crate::chain::{link, text_hash};
use crate::copy::STEPS;
use crate::{Store, holder, setting};
use domain::id::HolderId;
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn values_are_told_apart_by_their_lengths() {
    assert_eq!(part(args![7_i64, "张,x", None::<i64>, ""].as_slice()), "1:7,3:张,x,-,0:");
    assert_eq!(part(args![-12_i64].as_slice()), "3:-12");
    assert_eq!(shown("1:7,3:张,x,-,0:"), "7, 张,x, -, ");
}

/// Every table with its columns.
async fn schema(tx: &mut Tx) -> BTreeMap<String, BTreeSet<String>> {
    let text = "SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c
                WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'";
    let mut tables: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in tx.fetch_text(text.to_owned(), vec![]).await.unwrap().iter() {
        tables.entry(row.text(0).unwrap()).or_default().insert(row.text(1).unwrap());
    }
    tables
}

#[tokio::test]
async fn every_column_has_an_image_or_a_reason_for_having_none() {
    let store = Store::memory().await.unwrap();
    let mut left = schema(&mut store.read().await.unwrap()).await;
    for of in IMAGED {
        let columns = left.get_mut(of.table).unwrap_or_else(|| panic!("no table {}", of.table));
        for column in of.columns {
            assert!(columns.remove(*column), "{}.{column} does not exist, or is listed twice", of.table);
        }
    }
    // Single columns first: a line of the whole table then means its other columns.
    let mut lines: Vec<_> = COVERED.iter().chain(APART).collect();
    lines.sort_by_key(|(name, _)| !name.contains('.'));
    for (name, reason) in lines {
        assert!(!reason.is_empty());
        match name.split_once('.') {
            Some((table, column)) => assert!(left.get_mut(table).unwrap().remove(column), "{name}"),
            None => {
                assert!(left.remove(*name).is_some_and(|rest| !rest.is_empty()), "{name}: nothing is left")
            }
        }
    }
    left.retain(|_, columns| !columns.is_empty());
    assert!(left.is_empty(), "list these in `image/tables.rs` or `image/apart.rs`: {left:?}");
}

/// The text of the server's guards, so that a forgotten line is found without a server.
#[test]
fn the_guards_of_a_server_list_the_same_tables() {
    let guards = include_str!("../../migrations/0001_guards.postgres.sql");
    let (_, list) = guards.split_once("(VALUES\n").unwrap();
    let (list, rest) = list.split_once("\n  ) AS list").unwrap();
    let line = |of: &Imaged| format!("    ('{}', {}, '{}')", of.table, of.keys, of.columns.join(", "));
    assert_eq!(list, IMAGED.iter().map(line).collect::<Vec<_>>().join(",\n"));
    for of in IMAGED.iter().filter(|of| !of.when.is_empty()) {
        let condition = of.when.replace("row.", "r.").replace('\'', "''");
        assert!(rest.contains(&format!("WHEN '{}' THEN '{condition}'", of.table)), "{}", of.table);
    }
}

/// Else a copy's rows would be in another order than their images.
#[test]
fn the_keys_are_those_of_a_copy() {
    for of in IMAGED {
        let step = STEPS.iter().find(|step| step.name == of.table).unwrap();
        assert_eq!(of.columns[..of.keys], step.columns()[..step.begin().len()], "{}", of.table);
    }
}

#[tokio::test]
async fn a_change_leaves_the_image_of_the_row_as_it_is() {
    let store = Store::memory().await.unwrap();
    let mut tx = store.write().await.unwrap();
    setting::set(&mut tx, "a|;,:", "1").await.unwrap();
    setting::set(&mut tx, "gone", "x").await.unwrap();
    setting::set(&mut tx, "copy.x", "of the copy itself").await.unwrap();
    let one = holder::Holder {
        id: HolderId(7),
        name: "张 \"三\"".into(),
        email: None,
        uid: Some(String::new()),
        created_at: -1,
    };
    holder::insert(&mut tx, &[one]).await.unwrap();
    crate::head::advance(&mut tx).await.unwrap();
    setting::set(&mut tx, "a|;,:", "2").await.unwrap();
    setting::delete(&mut tx, "gone").await.unwrap();
    crate::head::advance(&mut tx).await.unwrap();
    let page = after(&mut tx, (0, 0), 99).await.unwrap();
    let images: Vec<Image<'_>> = page.iter().map(Result::unwrap).collect();
    let keys: Vec<_> = images.iter().map(|one| (one.commit_number, one.place, one.row_key)).collect();
    let (a, gone) = ("5:a|;,:", "4:gone");
    assert_eq!(keys, [(1, 1, a), (1, 2, gone), (1, 3, "1:7"), (2, 1, a), (2, 2, gone)]);
    assert!(pending(&mut tx, 9).await.unwrap().is_empty());
    let last = |key: &str| images.iter().rev().find(|one| one.row_key == key).unwrap().digest;
    assert_eq!(last(gone), "");
    for of in IMAGED.iter().filter(|of| ["setting", "holder"].contains(&of.table)) {
        let rows = rows(&mut tx, of, &[], 9).await.unwrap();
        let present: Vec<_> = rows.iter().map(|(key, content)| (key, text_hash(&content))).collect();
        assert_eq!(present.len(), 1, "{}", of.table);
        assert_eq!(present[0].1, last(&present[0].0), "{}", of.table);
        let behind = super::rows(&mut tx, of, &rows.last().unwrap(), 9).await.unwrap();
        assert!(behind.last().is_none(), "{}", of.table);
    }
    let links = crate::commit_link::after(&mut tx, 0, 9).await.unwrap();
    let (first, second) = images.split_at(3);
    let hash = |images: &[Image<'_>]| {
        let mut hash = ImagesHash::default();
        images.iter().for_each(|one| hash.add(one));
        hash.finish()
    };
    assert_eq!([&links[0].images, &links[1].images], [&hash(first), &hash(second)]);
    let ends = crate::head::ends(&mut tx).await.unwrap();
    let first = link(&ends.ledger, 1, &links[0].recorded());
    assert_eq!(ends.chain, link(&first, 2, &links[1].recorded()));
}
