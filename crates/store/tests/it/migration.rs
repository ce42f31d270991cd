//! Schemas of other versions: readers refuse older ones, and everyone newer and missing ones. That older ones
//! are updated is in `src/migration_tests.rs`.

use crate::world::on;
use store::{Schema, Store, StoreError};
use testkit::place::{Engine, Place};

/// The table that records the schema's version.
pub const VERSIONS: &str = "refinery_schema_history";

/// Makes the schema look like one before the first.
pub const AN_OLDER_ONE: &str = "UPDATE refinery_schema_history SET version = 0";

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
    let engine = Engine::chosen();
    let world = on(if engine == Engine::Memory { Engine::File } else { engine }).await;
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

async fn refused(place: &str) -> StoreError {
    Store::at(place, Schema::Migrate).await.unwrap_err()
}

#[tokio::test]
async fn a_place_that_is_not_a_ledger_is_refused() {
    let folder = Place::on(Engine::File);
    std::fs::write(&folder.text, "not a database, but long enough to be looked at as one: ".repeat(40))
        .unwrap();
    let error = refused(&folder.text).await;
    assert!(matches!(error, StoreError::Corrupt(_) | StoreError::Unavailable(_)), "{error:?}");
    let error = refused("/none/where/sluice.db").await;
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
}
