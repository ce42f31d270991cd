//! The places for ledgers.

use testkit::Place;
use testkit::place::Engine;
use testkit::postgres::{Postgres, execute, query_text};

#[test]
fn a_place_is_empty_and_is_deleted_when_dropped() {
    let file = Place::on(Engine::File);
    let folder = std::path::Path::new(&file.text).parent().unwrap().to_owned();
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    drop(file);
    assert!(!folder.exists());
    assert_eq!(Place::on(Engine::Memory).text, ":memory:");

    let server = Postgres::shared();
    let place = Place::on(Engine::Server);
    assert_eq!((place.engine, place.text.starts_with("postgres://")), (Engine::Server, true));
    let name = query_text(&place.text, "SELECT current_database()").concat().remove(0).unwrap();
    execute(&place.text, "CREATE TABLE t (n BIGINT)");
    drop(place);
    let there = format!("SELECT count(*) FROM pg_database WHERE datname = '{name}'");
    assert_eq!(query_text(&server.url(), &there), [[Some("0".to_owned())]]);
}
