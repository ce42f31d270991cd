//! Schemas of other versions: older ones are updated, newer and missing ones are refused.

use crate::world::{World, is_server, on, world};
use domain::id::{AccountId, AssetId, BatchId, PostingId};
use store::{Schema, Store, StoreError};
use testkit::place::{Engine, Place};

const SCHEMA_1: &str = include_str!("schema_1.sql");

/// The table that records the schema's version.
const VERSIONS: &str = "refinery_schema_history";

fn place_of_schema_1() -> Place {
    let place = Place::on(Engine::File);
    let file = rusqlite::Connection::open(&place.text).unwrap();
    file.execute_batch(SCHEMA_1).unwrap();
    place
}

async fn schema_1() -> World {
    let place = place_of_schema_1();
    let store = Store::at(&place.text, Schema::Migrate).await.unwrap();
    World { store, place }
}

#[tokio::test]
async fn a_ledger_of_schema_1_keeps_its_content() {
    let world = schema_1().await;
    for (table, rows) in [
        ("account", 7),
        ("transfer", 7),
        ("posting", 7),
        ("batch", 2),
        ("item", 4),
        ("operation", 1),
        ("audit", 17),
    ] {
        assert_eq!(world.count(table).await, rows, "{table}");
    }
    let mut tx = world.store.write().await.unwrap();
    // Chunk 3 was a refusal, without postings.
    let chunks = store::chunk::after(&mut tx, 0, 99).await.unwrap();
    let seen: Vec<_> = chunks.iter().map(|c| (c.number, c.commit_number, c.postings)).collect();
    assert_eq!(seen, [(1, 1, 1), (2, 2, 2), (4, 4, 2), (5, 5, 2)]);
    // A policy that was changed is no longer a shipped one.
    let policies = store::policy::book(&mut tx).await.unwrap();
    assert_eq!(policies.received_max(AccountId(6), AssetId(1)), Some(1_000_000));
    let lease = store::lease::get(&mut tx, BatchId(2)).await.unwrap().unwrap();
    // The killed process has no row among the nodes, so its lease counts as free.
    assert!(lease.owner.starts_with("process-") && !lease.is_live && lease.epoch == 1);
    assert_eq!(store::batch::waiting(&mut tx, "anybody").await.unwrap(), [BatchId(2)]);
    // The history is rebuilt and holds each entry once.
    assert_eq!((store::history::mark(&mut tx).await.unwrap(), world.count("history").await), (0, 0));
    assert_eq!(store::history::advance(&mut tx, 3).await.unwrap(), 3);
    assert_eq!(store::history::advance(&mut tx, 1_000).await.unwrap(), 4);
    assert_eq!(store::history::advance(&mut tx, 1_000).await.unwrap(), 0);
    let page = store::history::page(&mut tx, AccountId(6), 0, (i64::MAX, 0), 99).await.unwrap();
    assert_eq!(page.iter().map(|entry| entry.1).collect::<Vec<_>>(), [1_310_720, 1_048_576, 524_288]);
    // A new chunk comes after all existing ones.
    let head = store::head::advance(&mut tx).await.unwrap();
    assert!(chunks.iter().all(|chunk| chunk.commit_number < head.commit_number));
    let number = store::counter::take(&mut tx, store::counter::Counter::Chunk, 1).await.unwrap();
    assert!(PostingId::first_of_chunk(number).0 > store::posting::last(&mut tx).await.unwrap());
    let chunk = store::chunk::Chunk { number, commit_number: head.commit_number, postings: 0 };
    store::chunk::insert(&mut tx, chunk, store::chunk::Span::NONE).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(world.count("history").await, 14);
    // A second open finds nothing to migrate.
    drop(world.store);
    let again = Store::at(&world.place.text, Schema::Migrate).await.unwrap();
    assert_eq!(store::chunk::after(&mut again.read().await.unwrap(), 0, 99).await.unwrap().len(), 5);
}

#[tokio::test]
async fn opening_a_file_read_only_changes_no_schema_and_says_what_to_do() {
    let read = async |place: &Place| Store::open_reader(std::path::Path::new(&place.text)).await;
    let place = place_of_schema_1();
    let refused = read(&place).await.unwrap_err();
    let StoreError::Unavailable(why) = &refused else { panic!("{refused:?}") };
    assert!(why.contains("version 1") && why.contains("first command that writes"), "{why}");
    drop(Store::at(&place.text, Schema::Migrate).await.unwrap());
    assert!(read(&place).await.is_ok());
    // Another application's database.
    let place = Place::on(Engine::File);
    rusqlite::Connection::open(&place.text).unwrap().execute_batch("CREATE TABLE t (n INTEGER)").unwrap();
    let refused = read(&place).await.unwrap_err();
    assert!(matches!(refused, StoreError::NoLedger), "{refused:?}");
}

#[tokio::test]
async fn a_schema_of_a_newer_version_is_refused() {
    let world = world().await;
    if world.place.engine == Engine::Memory {
        return;
    }
    let copied = format!(
        "INSERT INTO {VERSIONS} (version, name, applied_on, checksum)
         SELECT version + 1, 'future', applied_on, checksum FROM {VERSIONS} ORDER BY version DESC LIMIT 1"
    );
    world.write(&[&copied]).await.unwrap();
    drop(world.store);
    let refused = Store::at(&world.place.text, Schema::Migrate).await.unwrap_err();
    assert!(matches!(&refused, StoreError::Unavailable(why) if why.contains("future")), "{refused:?}");
    let refused = match world.place.engine {
        Engine::Server => Store::at(&world.place.text, Schema::Expect).await.unwrap_err(),
        _ => Store::open_reader(std::path::Path::new(&world.place.text)).await.unwrap_err(),
    };
    assert!(matches!(&refused, StoreError::Unavailable(why) if why.contains("newer")), "{refused:?}");
}

#[tokio::test]
async fn a_server_without_the_schema_is_left_unchanged() {
    if !is_server() {
        return;
    }
    let place = Place::on(Engine::Server);
    let refused = Store::at(&place.text, Schema::Expect).await.unwrap_err();
    assert!(matches!(refused, StoreError::NoLedger), "{refused:?}");
    let tables = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'";
    assert_eq!(testkit::postgres::query_text(&place.text, tables), [[Some("0".to_owned())]]);
    // A database where schema creation stopped before its first table.
    let made = Store::at(&place.text, Schema::Migrate).await.unwrap();
    testkit::postgres::execute(&place.text, &format!("DELETE FROM {VERSIONS}"));
    let refused = Store::at(&place.text, Schema::Expect).await.unwrap_err();
    assert!(matches!(refused, StoreError::NoLedger), "{refused:?}");
    drop(made);
}

#[tokio::test]
async fn an_older_schema_on_a_server_names_the_command_to_run() {
    if !is_server() {
        return;
    }
    let world = on(Engine::Server).await;
    let newest = format!("SELECT max(version) FROM {VERSIONS}");
    let newest = testkit::postgres::query_text(&world.place.text, &newest).concat().remove(0).unwrap();
    testkit::postgres::execute(
        &world.place.text,
        &format!("DELETE FROM {VERSIONS} WHERE version = {newest}"),
    );
    let refused = Store::at(&world.place.text, Schema::Expect).await.unwrap_err();
    let StoreError::Unavailable(why) = &refused else { panic!("{refused:?}") };
    assert!(why.contains("`sluice migrate`") && why.contains(&newest), "{why}");
}

#[tokio::test]
async fn concurrent_programs_create_one_schema() {
    if !is_server() {
        return;
    }
    let place = Place::on(Engine::Server);
    let all: Vec<_> = (0..8)
        .map(|_| {
            let text = place.text.clone();
            tokio::spawn(async move { Store::at(&text, Schema::Migrate).await })
        })
        .collect();
    let mut stores = Vec::new();
    for store in all {
        stores.push(store.await.unwrap().unwrap());
    }
    for store in &stores {
        assert_eq!(store::head::policy_version(&mut store.read().await.unwrap()).await.unwrap(), 1);
    }
    assert!(Store::at(&place.text, Schema::Expect).await.is_ok());
}
