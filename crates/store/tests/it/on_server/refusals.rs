//! Servers that are not trusted with money, connections that cannot work, and the error messages.

use store::{Schema, Store, StoreError};
use testkit::postgres::{Postgres, execute, query_text};

const PASSWORD: &str = "s3cr3t-Pa55";

async fn refused(url: &str) -> StoreError {
    Store::at(url, Schema::Migrate).await.unwrap_err()
}

async fn unfit(url: &str, word: &str) {
    match refused(url).await {
        StoreError::Unavailable(why) => assert!(why.contains(word), "{why}"),
        other => panic!("{word}: {other:?}"),
    }
}

#[tokio::test]
async fn a_server_that_could_lose_money_is_refused() {
    let server = Postgres::start();
    let url = server.database();
    let name = query_text(&url, "SELECT current_database()").concat().remove(0).unwrap();
    let other = server.database();
    execute(&url, &format!("ALTER DATABASE {name} SET synchronous_commit = off"));
    unfit(&url, "synchronous_commit is off").await;
    // One database's setting does not affect the others on the server.
    let store = Store::at(&other, Schema::Migrate).await.unwrap();
    for value in ["local", "remote_write", "on"] {
        execute(&url, &format!("ALTER DATABASE {name} SET synchronous_commit = {value}"));
        assert!(Store::at(&url, Schema::Migrate).await.is_ok(), "{value}");
    }
    for setting in ["fsync", "full_page_writes"] {
        execute(&other, &format!("ALTER SYSTEM SET {setting} = off"));
        execute(&other, "SELECT pg_reload_conf()");
        while query_text(&other, &format!("SHOW {setting}")) != [[Some("off".to_owned())]] {}
        unfit(&other, &format!("{setting} is off")).await;
        execute(&other, &format!("ALTER SYSTEM RESET {setting}"));
        execute(&other, "SELECT pg_reload_conf()");
        while query_text(&other, &format!("SHOW {setting}")) != [[Some("on".to_owned())]] {}
    }
    assert!(Store::at(&other, Schema::Expect).await.is_ok());
    drop(store);
}

#[tokio::test]
async fn a_server_started_without_fsync_is_refused() {
    let server = Postgres::start_with(&[("fsync", "off")]);
    unfit(&server.database(), "fsync is off").await;
}

#[tokio::test]
async fn a_database_with_another_encoding_is_refused() {
    let server = Postgres::start();
    let text = "CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0";
    execute(&server.url(), text);
    unfit(&server.url().replace("/postgres", "/latin"), "LATIN1").await;
}

#[tokio::test]
async fn no_message_contains_the_password() {
    let rules = "host all guarded 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n";
    let server = Postgres::start_with_files(&[], &[("pg_hba.conf", rules)]);
    execute(
        &server.url(),
        &format!("CREATE ROLE guarded LOGIN PASSWORD '{PASSWORD}'; GRANT ALL ON SCHEMA public TO guarded"),
    );
    let (url, port) = (server.database(), server.address().port());
    execute(&url, "GRANT ALL ON SCHEMA public TO guarded");
    let with = |password: &str| url.replace("sluice@", &format!("guarded:{password}@"));
    let store = Store::at(&with(PASSWORD), Schema::Migrate).await.unwrap();
    let shown = [store.shown(), format!("{store:?}")];
    assert!(shown.iter().all(|text| !text.contains(PASSWORD)), "{shown:?}");
    let database = url.rsplit('/').next().unwrap();
    assert_eq!(store.shown(), format!("127.0.0.1:{port}/{database}"));
    let wrong = format!("{PASSWORD}x");
    let urls = [
        (with(&wrong), "28P01"),
        (with(""), ""),
        (url.replace("sluice@", "guarded@"), "password missing"),
        (url.replace("sluice@", "nobody@"), "nobody"),
        (with(PASSWORD).replace(database, "none"), "none"),
        (with(PASSWORD).replace(&port.to_string(), "1"), ""),
        (with(PASSWORD).replace("127.0.0.1", "no-such-host.invalid"), ""),
        (
            format!("postgres://guarded:{PASSWORD}@127.0.0.1:{PASSWORD}/x"),
            "postgres://USER@HOST:PORT/DATABASE",
        ),
        (format!("{}?sslmode={PASSWORD}", with(PASSWORD)), "postgres://USER@HOST:PORT/DATABASE"),
        (format!("{}?sslmode=require", with(PASSWORD)), ""),
        (format!("{}?sslrootcert=/none.pem", with(PASSWORD)), "/none.pem"),
    ];
    for (url, word) in urls {
        let error = refused(&url).await;
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains(PASSWORD), "{shown}");
        let known = ["28P01", ""].contains(&word) || shown.contains(word);
        assert!(known, "{word}: {shown}");
        // Only what waiting can fix is retryable; the rest needs an operator.
        let is_away = url.contains(":1/") || url.contains("no-such-host");
        assert_eq!(matches!(error, StoreError::Away(_)), is_away, "{shown}");
    }
}
