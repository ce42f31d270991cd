//! Schemas of other versions: readers refuse older ones, and everyone newer and missing ones. That older ones
//! are updated is in `src/migration_tests.rs`.

use crate::world::{is_server, on, world};
use store::{Schema, Store, StoreError};
use testkit::place::{Engine, Place};

/// The table that records the schema's version.
const VERSIONS: &str = "refinery_schema_history";

/// Makes the schema look like one before the first.
const AN_OLDER_ONE: &str = "UPDATE refinery_schema_history SET version = 0";

#[tokio::test]
async fn opening_a_file_read_only_changes_no_schema_and_says_what_to_do() {
    let read = async |place: &Place| Store::open_reader(std::path::Path::new(&place.text)).await;
    let world = on(Engine::File).await;
    let place = &world.place;
    assert!(read(place).await.is_ok());
    world.write(&[AN_OLDER_ONE]).await.unwrap();
    drop(world.store);
    let refused = read(place).await.unwrap_err();
    let StoreError::Unavailable(why) = &refused else { panic!("{refused:?}") };
    assert!(why.contains("version 0") && why.contains("first command that writes"), "{why}");
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
    testkit::postgres::execute(&world.place.text, AN_OLDER_ONE);
    let refused = Store::at(&world.place.text, Schema::Expect).await.unwrap_err();
    let StoreError::Unavailable(why) = &refused else { panic!("{refused:?}") };
    assert!(why.contains("`sluice migrate`") && why.contains("version 0"), "{why}");
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
