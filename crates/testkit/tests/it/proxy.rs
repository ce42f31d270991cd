//! Connections that the proxy cuts, refuses and holds.

use futures_util::SinkExt as _;
use std::collections::VecDeque;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::pin::pin;
use std::time::Duration;
use testkit::postgres::{Postgres, execute, query_text};
use testkit::proxy::{Proxy, Rule};
use tokio::time::{sleep, timeout};
use tokio_postgres::{Client, Config, Error, NoTls};

const LONG: Duration = Duration::from_secs(20);
const SHORT: Duration = Duration::from_millis(200);

struct Setup {
    // Dropped with the test, the server after the proxy.
    proxy: Proxy,
    direct: String,
    _server: Postgres,
}

impl Setup {
    async fn new() -> Self {
        let server = Postgres::shared();
        let direct = server.database();
        execute(&direct, "CREATE TABLE t (n BIGINT PRIMARY KEY)");
        let proxy = Proxy::start(server.address()).await;
        Self { proxy, direct, _server: server }
    }

    async fn client(&self) -> Result<Client, Error> {
        connect(&self.proxy.url(&self.direct)).await
    }

    /// The rows that are actually there.
    fn rows(&self) -> Vec<String> {
        query_text(&self.direct, "SELECT n FROM t ORDER BY n").into_iter().flatten().flatten().collect()
    }
}

async fn connect(url: &str) -> Result<Client, Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// How a client sends it.
#[derive(Debug, Clone, Copy)]
enum Commit {
    Query,
    Prepared,
}

async fn insert(client: &Client, n: i64, commit: Commit) -> Result<(), Error> {
    client.batch_execute("BEGIN").await?;
    client.execute("INSERT INTO t VALUES ($1)", &[&n]).await?;
    match commit {
        Commit::Query => client.batch_execute("COMMIT").await,
        Commit::Prepared => {
            let statement = client.prepare("commit;").await?;
            client.execute(&statement, &[]).await.map(|_| ())
        }
    }
}

#[tokio::test]
async fn a_connection_is_cut_before_or_after_the_commit_and_the_client_cannot_tell() {
    let setup = Setup::new().await;
    let mut expected = vec![];
    for (n, commit) in [(10, Commit::Query), (20, Commit::Prepared)] {
        insert(&setup.client().await.unwrap(), n, commit).await.unwrap();
        expected.push(n.to_string());
        for (n, rule, there) in [(n + 1, Rule::CutBeforeCommit, false), (n + 2, Rule::CutAfterCommit, true)] {
            let client = setup.client().await.unwrap();
            let (before, of_rule) = (setup.proxy.fired(), setup.proxy.fired_by(rule));
            setup.proxy.set(rule);
            let error = timeout(LONG, insert(&client, n, commit)).await.unwrap().unwrap_err();
            assert!(error.as_db_error().is_none(), "{commit:?} {rule:?}: {error}");
            assert_eq!((setup.proxy.fired(), setup.proxy.fired_by(rule)), (before + 1, of_rule + 1));
            assert_eq!(setup.proxy.rule(), Rule::Pass);
            expected.extend(there.then(|| n.to_string()));
            assert_eq!(setup.rows(), expected, "{commit:?} {rule:?}");
            assert!(client.batch_execute("SELECT 1").await.is_err(), "the connection is closed");
        }
    }
    assert_eq!(setup.proxy.fired(), 4);
}

#[tokio::test]
async fn a_cut_closes_one_connection_and_leaves_the_others() {
    let setup = Setup::new().await;
    let (one, other) = (setup.client().await.unwrap(), setup.client().await.unwrap());
    other.batch_execute("BEGIN; INSERT INTO t VALUES (2)").await.unwrap();
    setup.proxy.set(Rule::CutBeforeCommit);
    insert(&one, 1, Commit::Query).await.unwrap_err();
    other.batch_execute("COMMIT").await.unwrap();
    assert_eq!(setup.rows(), ["2"]);
    assert_eq!(setup.proxy.fired(), 1);
}

#[tokio::test]
async fn pipelined_requests_are_answered_before_the_cut() {
    let setup = Setup::new().await;
    let client = setup.client().await.unwrap();
    setup.proxy.set(Rule::CutAfterCommit);
    let (begun, slept, inserted, committed, late) = tokio::join!(
        client.batch_execute("BEGIN"),
        client.batch_execute("SELECT pg_sleep(0.2)"),
        client.batch_execute("INSERT INTO t VALUES (1)"),
        client.batch_execute("COMMIT"),
        client.batch_execute("INSERT INTO t VALUES (2)"),
    );
    assert!(begun.is_ok() && slept.is_ok() && inserted.is_ok());
    assert!(committed.is_err() && late.is_err());
    assert_eq!(setup.rows(), ["1"]);
}

#[tokio::test]
async fn a_cut_finds_the_commit_after_large_copies_in_both_directions() {
    let setup = Setup::new().await;
    execute(&setup.direct, "CREATE TABLE w (word TEXT)");
    let client = setup.client().await.unwrap();
    // More than all buffers on the path can hold.
    let rows = 200_000;
    client.batch_execute("BEGIN").await.unwrap();
    copy_in(&client, "COPY w FROM STDIN", rows).await;
    let words = client.query("SELECT word || word || word FROM w", &[]).await.unwrap();
    assert_eq!(words.len(), rows);
    setup.proxy.set(Rule::CutAfterCommit);
    timeout(LONG, client.batch_execute("COMMIT")).await.unwrap().unwrap_err();
    assert_eq!(setup.proxy.fired_by(Rule::CutAfterCommit), 1);
    assert_eq!(query_text(&setup.direct, "SELECT count(*) FROM w"), [[Some(rows.to_string())]]);
}

/// Rows with a word that looks like a commit.
async fn copy_in(client: &Client, sql: &str, rows: usize) {
    let mut sink = pin!(client.copy_in::<_, VecDeque<u8>>(sql).await.unwrap());
    for _ in 0..rows / 1000 {
        sink.send(b"Q\x01COMMIT; and a few more characters\n".repeat(1000).into()).await.unwrap();
    }
    assert_eq!(sink.finish().await.unwrap(), u64::try_from(rows).unwrap());
}

#[tokio::test]
async fn an_unreachable_database_closes_every_connection_and_comes_back() {
    let setup = Setup::new().await;
    let client = setup.client().await.unwrap();
    setup.proxy.set(Rule::Refuse);
    assert!(timeout(LONG, client.batch_execute("SELECT 1")).await.unwrap().is_err());
    assert!(timeout(LONG, setup.client()).await.unwrap().is_err());
    assert_eq!(setup.proxy.fired_by(Rule::Refuse), 2);
    setup.proxy.set(Rule::Pass);
    insert(&setup.client().await.unwrap(), 1, Commit::Query).await.unwrap();
    // However short the outage was.
    let client = setup.client().await.unwrap();
    setup.proxy.set(Rule::Refuse);
    setup.proxy.set(Rule::Pass);
    assert!(timeout(LONG, client.batch_execute("SELECT 1")).await.unwrap().is_err());
    assert_eq!(setup.proxy.fired(), 0);
}

#[tokio::test]
async fn held_bytes_are_released_under_the_next_rule() {
    let setup = Setup::new().await;
    for (n, next, there) in [(1, Rule::Pass, true), (2, Rule::CutBeforeCommit, false)] {
        let client = setup.client().await.unwrap();
        client.batch_execute(&format!("BEGIN; INSERT INTO t VALUES ({n})")).await.unwrap();
        setup.proxy.set(Rule::Hold);
        let commit = tokio::spawn(async move { client.batch_execute("COMMIT").await });
        let late = tokio::spawn({
            let url = setup.proxy.url(&setup.direct);
            async move { connect(&url).await.map(|_| ()) }
        });
        sleep(SHORT).await;
        assert!(!commit.is_finished() && !late.is_finished());
        assert!(!setup.rows().contains(&n.to_string()));
        setup.proxy.set(next);
        assert_eq!(timeout(LONG, commit).await.unwrap().unwrap().is_ok(), there);
        assert!(timeout(LONG, late).await.unwrap().unwrap().is_ok());
        assert_eq!(setup.rows().contains(&n.to_string()), there);
    }
}

#[test]
fn encryption_is_declined_and_a_test_without_a_runtime_may_block() {
    let server = Postgres::shared();
    let proxy = Proxy::start_blocking(server.address());
    let url = proxy.url(&server.url());
    assert_eq!(query_text(&url, "SELECT 'through'"), [[Some("through".to_owned())]]);
    // A client without TLS does not ask for it, so the request is written manually.
    let mut stream = TcpStream::connect(proxy.address()).unwrap();
    stream.write_all(&[0, 0, 0, 8, 4, 210, 22, 47]).unwrap();
    let mut answer = [0];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(answer, *b"N");
}

#[tokio::test]
async fn a_query_is_cancelled_through_the_proxy() {
    let setup = Setup::new().await;
    let config: Config = setup.proxy.url(&setup.direct).parse().unwrap();
    let (client, connection) = config.connect(NoTls).await.unwrap();
    tokio::spawn(connection);
    let token = client.cancel_token();
    let sleeping = tokio::spawn(async move { client.batch_execute("SELECT pg_sleep(30)").await });
    sleep(SHORT).await;
    token.cancel_query(NoTls).await.unwrap();
    let error = timeout(LONG, sleeping).await.unwrap().unwrap().unwrap_err();
    assert_eq!(error.code().map(|code| code.code()), Some("57014"));
}

#[tokio::test]
async fn a_server_that_is_down_closes_the_connection() {
    let mut server = Postgres::start();
    let proxy = Proxy::start(server.address()).await;
    let url = proxy.url(&server.url());
    let client = connect(&url).await.unwrap();
    server.crash();
    assert!(timeout(LONG, client.batch_execute("SELECT 1")).await.unwrap().is_err());
    assert!(timeout(LONG, connect(&url)).await.unwrap().is_err());
    server.restart();
    assert!(connect(&url).await.is_ok());
}
