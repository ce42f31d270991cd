//! Compares the list with the schema, and pages with each other.

use super::*;
use crate::Store;
use crate::value::Rows;
use std::collections::BTreeMap;

type Columns = Vec<(String, String)>;

/// Every table with its columns and their types, and its key columns.
async fn schema(tx: &mut Tx) -> BTreeMap<String, (Columns, Vec<String>)> {
    let text = "SELECT t.name, c.name, c.type, c.pk FROM sqlite_schema t, pragma_table_info(t.name) c
                WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.cid";
    let mut tables: BTreeMap<String, (Columns, Vec<String>)> = BTreeMap::new();
    for row in tx.fetch_text(text.to_owned(), vec![]).await.unwrap().iter() {
        let table = tables.entry(row.text(0).unwrap()).or_default();
        table.0.push((row.text(1).unwrap(), row.text(2).unwrap()));
        if row.i64(3).unwrap() > 0 {
            table.1.push(row.text(1).unwrap());
        }
    }
    tables
}

#[tokio::test]
async fn every_table_is_copied_completely_or_left_out_intentionally() {
    let store = Store::memory().await.unwrap();
    let mut tables = schema(&mut store.read().await.unwrap()).await;
    for name in LEFT_OUT {
        assert!(tables.remove(*name).is_some(), "{name} is left out but does not exist");
    }
    for step in STEPS.iter().filter(|step| step.is_whole()) {
        let (columns, key) = tables.remove(step.table()).unwrap_or_else(|| panic!("no table {}", step.name));
        let kind = |kind: &Kind| if *kind == Kind::Number { "INTEGER" } else { "TEXT" }.to_owned();
        let names = step.columns().iter().map(|name| (*name).to_owned());
        let listed: Columns = names.zip(step.kinds.iter().map(kind)).collect();
        assert_eq!(listed, columns, "{}", step.name);
        assert_eq!(step.columns()[..step.keys], key, "{}", step.name);
    }
    assert!(tables.is_empty(), "add a step for these, or leave them out intentionally: {:?}", tables.keys());
}

#[tokio::test]
async fn a_row_is_copied_after_the_rows_it_refers_to() {
    let store = Store::memory().await.unwrap();
    let text = "SELECT t.name, f.\"table\" FROM sqlite_schema t, pragma_foreign_key_list(t.name) f";
    let rows = store.read().await.unwrap().fetch_text(text.to_owned(), vec![]).await.unwrap();
    let place = |name: &str| STEPS.iter().position(|step| step.name == name).unwrap();
    for row in rows.iter() {
        let (table, referred) = (row.text(0).unwrap(), row.text(1).unwrap());
        if LEFT_OUT.contains(&table.as_str()) {
            continue;
        }
        assert!(place(&referred) < place(&table), "{table} refers to {referred}");
    }
    assert!(rows.len() > 5);
    assert!(place("batch") < place("item") && place("item") < place("batch_state"));
}

fn page(rows: &[(i64, Option<&str>)]) -> RowPage {
    let values = rows.iter().flat_map(|(key, text)| [Value::from(*key), Value::from(*text)]).collect();
    RowPage { step: Step::named("asset").unwrap(), rows: Rows { width: 2, values } }
}

#[test]
fn the_first_differing_key_is_found() {
    let all = [(1, Some("a")), (2, None), (3, Some("c"))];
    for (other, key) in [
        (vec![(1, Some("a")), (2, None), (3, Some("c"))], None),
        (vec![(1, Some("a")), (2, Some("")), (3, Some("c"))], Some(2)),
        (vec![(1, Some("a")), (3, Some("c"))], Some(2)),
        (vec![(0, None), (1, Some("a")), (2, None), (3, Some("c"))], Some(0)),
        (vec![(1, Some("a")), (2, None)], Some(3)),
        (vec![], Some(1)),
    ] {
        let expected = key.map(|key| vec![Value::I64(key)]);
        assert_eq!(page(&all).first_difference(&page(&other)), expected, "{other:?}");
        assert_eq!(page(&other).first_difference(&page(&all)), expected, "{other:?}");
        let encoded = |page: &RowPage| {
            let mut bytes = Vec::new();
            page.encode(&mut bytes);
            bytes
        };
        assert_eq!(encoded(&page(&all)) == encoded(&page(&other)), key.is_none(), "{other:?}");
    }
}

#[tokio::test]
async fn a_fresh_schema_is_pristine_until_one_setting_is_written() {
    let store = Store::memory().await.unwrap();
    let mut tx = store.write().await.unwrap();
    assert!(is_pristine(&mut tx).await.unwrap());
    crate::setting::set(&mut tx, "copy.unfinished", "1").await.unwrap();
    assert!(is_pristine(&mut tx).await.unwrap(), "a copy's notes about itself do not count as content");
    crate::setting::set(&mut tx, "time_zone", "UTC").await.unwrap();
    assert!(!is_pristine(&mut tx).await.unwrap());
}
