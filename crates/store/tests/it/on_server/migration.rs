//! Creating and opening the schema of a database on a server.

use crate::migration::{AN_OLDER_ONE, VERSIONS};
use crate::world::{only, server};
use store::{Schema, Store, StoreError};
use testkit::place::{Engine, Place};

#[tokio::test]
async fn a_server_without_the_schema_is_left_unchanged() {
    let place = Place::on(only(Engine::Server));
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
    let world = server().await;
    testkit::postgres::execute(&world.place.text, AN_OLDER_ONE);
    let refused = Store::at(&world.place.text, Schema::Expect).await.unwrap_err();
    let StoreError::Unavailable(why) = &refused else { panic!("{refused:?}") };
    assert!(why.contains("`sluice migrate`") && why.contains("version 0"), "{why}");
}

#[tokio::test]
async fn concurrent_programs_create_one_schema() {
    let place = Place::on(only(Engine::Server));
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
