//! A test's private server, and a shared one.

use std::panic::{AssertUnwindSafe, catch_unwind};
use testkit::postgres::{Postgres, execute, query_text, try_query};

fn shown(url: &str, setting: &str) -> String {
    query_text(url, &format!("SHOW {setting}")).concat().into_iter().flatten().collect()
}

#[test]
fn committed_rows_survive_a_crash() {
    let mut server = Postgres::start();
    let url = server.database();
    execute(&url, "CREATE TABLE t (n BIGINT PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 1000)");
    for round in 0..3 {
        execute(&url, &format!("INSERT INTO t VALUES ({})", 2000 + round));
        server.crash();
        assert!(try_query(&url, "SELECT 1").is_err(), "a crashed server does not answer");
        server.restart();
        let rows = query_text(&url, "SELECT count(*), max(n), NULL FROM t");
        let expected = [Some((1001 + round).to_string()), Some((2000 + round).to_string()), None];
        assert_eq!(rows, [expected]);
    }
}

#[test]
fn a_server_stops_with_its_handle_and_keeps_the_durability_settings() {
    let server = Postgres::start_with(&[("max_connections", "20"), ("deadlock_timeout", "100ms")]);
    let url = server.url();
    for (setting, value) in [
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("synchronous_commit", "on"),
        ("max_connections", "20"),
        ("deadlock_timeout", "100ms"),
        ("shared_buffers", "128MB"),
        ("max_wal_size", "2GB"),
        ("server_encoding", "UTF8"),
        ("lc_collate", "C"),
    ] {
        assert_eq!(shown(&url, setting), value, "{setting}");
    }
    let data = shown(&url, "data_directory");
    assert!(std::path::Path::new(&data).exists());
    drop(server);
    assert!(try_query(&url, "SELECT 1").is_err());
    assert!(!std::path::Path::new(&data).exists());
}

#[test]
fn a_setting_refused_by_the_server_is_reported_with_its_log() {
    let reason = Postgres::try_start_with(&[("max_wal_size", "much")]).unwrap_err();
    assert!(reason.contains("invalid value for parameter \"max_wal_size\""), "{reason}");
}

#[tokio::test]
async fn a_shared_server_gives_each_handle_an_empty_database_and_cannot_be_crashed() {
    let (one, mut other) = (Postgres::shared(), Postgres::shared());
    assert_eq!(one.url(), other.url());
    let (first, second) = (one.database(), other.database());
    assert_ne!(first, second);
    execute(&first, "CREATE TABLE t (n BIGINT)");
    let refused = try_query(&second, "SELECT * FROM t").unwrap_err();
    assert!(refused.starts_with("42P01: "), "{refused}");
    assert!(catch_unwind(AssertUnwindSafe(|| other.crash())).is_err());
    assert!(catch_unwind(AssertUnwindSafe(|| other.restart())).is_err());
    drop(other);
    execute(&first, "DROP TABLE t");
}

#[test]
fn a_server_outlives_the_thread_that_started_it() {
    let server = std::thread::spawn(Postgres::start).join().unwrap();
    // Long enough for a signal to arrive, if one was sent.
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert_eq!(query_text(&server.url(), "SELECT 1"), [[Some("1".to_owned())]]);
}

#[test]
fn a_standby_replicates_and_accepts_writes_once_promoted() {
    let mut primary = Postgres::start();
    execute(&primary.url(), "CREATE TABLE t (n BIGINT); INSERT INTO t VALUES (1)");
    let mut standby = primary.standby();
    let refused = try_query(&standby.url(), "INSERT INTO t VALUES (2)").unwrap_err();
    assert!(refused.starts_with("25006: "), "{refused}");
    // A standby that was down, and has lost its primary, keeps what it had.
    standby.crash();
    execute(&primary.url(), "INSERT INTO t VALUES (3)");
    primary.crash();
    standby.restart();
    standby.promote();
    execute(&standby.url(), "INSERT INTO t VALUES (4)");
    let rows = query_text(&standby.url(), "SELECT n FROM t ORDER BY n");
    assert_eq!(rows, [[Some("1".to_owned())], [Some("4".to_owned())]]);
}
