//! A server process while its database fails over to a standby, with the high-water mark on. If the standby
//! has every commit, the process continues by itself; if it lacks commits that the process knows, by its mark or
//! because it made them itself, it is not written to, not even before the process has found that out.

use crate::journal::{Entry, Heard, Sender};
use crate::kill::{SOURCES, check, under_load};
use crate::server::{LONG, Ledger, Server, until};
use reqwest::Client;
use rustix::process::Signal;
use serde_json::Value as Json;
use std::thread::JoinHandle;
use std::time::Duration;
use testkit::postgres::{Postgres, execute, query_text, try_query};

/// A primary and a standby that replicates from it.
struct Pair {
    primary: Postgres,
    standby: Postgres,
    /// The ledger's database, on whichever server accepts writes.
    url: String,
    name: String,
}

impl Pair {
    fn start() -> Self {
        let primary = Postgres::start();
        let database = primary.database();
        let (server, name) = database.rsplit_once('/').unwrap();
        let standby = primary.standby();
        let url = format!("{server},{}/{name}", standby.address());
        let name = name.to_owned();
        Self { primary, standby, url, name }
    }

    /// Makes replication synchronous: commits wait for the standby from now on.
    async fn wait_for_the_standby(&self) {
        let url = self.primary.url();
        execute(&url, "ALTER SYSTEM SET synchronous_standby_names = '*'");
        execute(&url, "SELECT pg_reload_conf()");
        self.follows("sync_state = 'sync'").await;
    }

    /// Waits until the standby has replayed everything.
    async fn has_followed(&self) {
        self.follows("replay_lsn = pg_current_wal_lsn()").await;
    }

    async fn follows(&self, how: &str) {
        let query = format!("SELECT COUNT(*) FROM pg_stat_replication WHERE {how}");
        let one = [[Some("1".to_owned())]];
        until(how, async || query_text(&self.primary.url(), &query) == one).await;
    }

    /// Locks a table of the ledger on a server, until the session ends.
    fn lock(&self, server: &Postgres, table: &str) -> JoinHandle<()> {
        let text = format!("BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(600)");
        let url = self.at(server);
        std::thread::spawn(move || {
            let ended = try_query(&url, &text);
            assert!(ended.is_err(), "the lock was released: {ended:?}");
        })
    }

    /// Waits until a table is locked.
    async fn is_locked(&self, server: &Postgres, table: &str) {
        let held = format!(
            "SELECT COUNT(*) FROM pg_locks WHERE relation = '{table}'::regclass AND granted
             AND mode = 'AccessExclusiveLock'"
        );
        until("the table is locked", async || self.number(server, &held) == 1).await;
    }

    /// The ledger's database on the given server.
    fn at(&self, server: &Postgres) -> String {
        let url = server.url();
        let (server, _) = url.rsplit_once('/').unwrap();
        format!("{server}/{}", self.name)
    }

    /// A number from the ledger's database on the given server.
    fn number(&self, server: &Postgres, query: &str) -> i64 {
        query_text(&self.at(server), query)[0][0].as_ref().unwrap().parse().unwrap()
    }
}

/// Sends a request until its outcome is known.
async fn heard(sender: &Sender, entry: &Entry) -> Heard {
    let begun = std::time::Instant::now();
    loop {
        let heard = sender.send(entry).await;
        if heard != Heard::Doubt {
            return heard;
        }
        assert!(begun.elapsed() < LONG, "the outcome is still unknown: {entry:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn entry(key: &str, source: usize) -> Entry {
    Entry { key: key.to_owned(), source, cents: 1, heard: Heard::Doubt }
}

/// The number of the transfer that was made.
fn moved(heard: &Heard) -> i64 {
    let Heard::Moved(id) = heard else { panic!("{heard:?}") };
    id.strip_prefix("xfer_").unwrap().parse().unwrap()
}

/// The commit number in the folder's only mark.
fn marked(ledger: &Ledger) -> i64 {
    let mut marks = std::fs::read_dir(ledger.path().join("marks")).unwrap();
    let text = std::fs::read_to_string(marks.next().unwrap().unwrap().path()).unwrap();
    serde_json::from_str::<Json>(&text).unwrap()["mark"]["commit"].as_i64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_complete_standby_takes_over_and_the_server_continues_by_itself() {
    let mut pair = Pair::start();
    let ledger = Ledger::on_server(pair.url.clone(), SOURCES + 1);
    pair.wait_for_the_standby().await;
    let mut server = ledger.serve(&[]);
    let sender = Sender { client: Client::new(), url: server.url.clone(), secret: ledger.key() };
    let mut entries = under_load(&sender, 0, async || {
        let count = "SELECT COUNT(*) FROM transfer WHERE amount = 1";
        until("some transfers are made", async || pair.number(&pair.primary, count) > 100).await;
        pair.primary.crash();
        pair.standby.promote();
    })
    .await;
    // Requests that outlasted the failover have an answer; the others are retried, and one request is new.
    entries.push(entry("on-the-new-server", 1));
    for entry in &mut entries {
        let again = heard(&sender, entry).await;
        assert!(entry.heard == Heard::Doubt || entry.heard == again, "{entry:?} {again:?}");
        entry.heard = again;
    }
    check(&ledger, &entries);
    until("the timeline was logged", async || server.said().contains("new timeline")).await;
    assert!(!server.said().contains("lost commits"), "{}", server.said());
    server.signal(Signal::TERM);
    assert_eq!(server.ended().code(), Some(0), "{}", server.said());
    let server = ledger.serve(&[]);
    let sender = Sender { url: server.url.clone(), ..sender };
    moved(&heard(&sender, &entry("after", 1)).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standby_that_lacks_known_commits_is_not_written_to_until_the_loss_is_accepted() {
    let mut pair = Pair::start();
    let ledger = Ledger::on_server(pair.url.clone(), 3);
    let server = ledger.serve(&[]);
    let sender = Sender { client: Client::new(), url: server.url.clone(), secret: ledger.key() };
    pair.has_followed().await;
    pair.standby.crash();
    let mut lost = 0;
    for n in 0..10 {
        lost = moved(&heard(&sender, &entry(&format!("lost-{n}"), 1)).await);
    }
    let head = "SELECT commit_number FROM ledger_head";
    until("the mark has the last commit", async || marked(&ledger) == pair.number(&pair.primary, head)).await;
    pair.primary.crash();
    pair.standby.restart();
    pair.standby.promote();

    refuses_until_the_loss_is_accepted(&pair, &ledger, &server, &sender, lost).await;
}

/// The commits are known to the process alone: its mark could not be written since.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_outlives_the_loss_of_its_own_commits_notices_it_without_its_mark() {
    let mut pair = Pair::start();
    let ledger = Ledger::on_server(pair.url.clone(), 3);
    let server = ledger.serve(&[]);
    let sender = Sender { client: Client::new(), url: server.url.clone(), secret: ledger.key() };
    let head = "SELECT commit_number FROM ledger_head";
    until("the mark has every commit", async || marked(&ledger) == pair.number(&pair.primary, head)).await;
    pair.has_followed().await;
    pair.standby.crash();
    // The mark's query reads this table; single transfers do not.
    let locked = pair.lock(&pair.primary, "batch");
    pair.is_locked(&pair.primary, "batch").await;
    let known = marked(&ledger);
    let mut lost = 0;
    for n in 0..10 {
        lost = moved(&heard(&sender, &entry(&format!("lost-{n}"), 1)).await);
    }
    assert_eq!(marked(&ledger), known, "the mark has none of them");
    pair.primary.crash();
    locked.join().unwrap();
    pair.standby.restart();
    pair.standby.promote();
    refuses_until_the_loss_is_accepted(&pair, &ledger, &server, &sender, lost).await;
}

/// The commit numbers do not tell: other nodes, which knew nothing of the lost commits, have used them up. And the
/// comparison takes its time.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_written_on_a_promoted_standby_before_it_was_compared_with_the_mark() {
    let mut pair = Pair::start();
    let ledger = Ledger::on_server(pair.url.clone(), 3);
    let server = ledger.serve(&[]);
    let sender = Sender { client: Client::new(), url: server.url.clone(), secret: ledger.key() };
    pair.has_followed().await;
    pair.standby.crash();
    for n in 0..3 {
        moved(&heard(&sender, &entry(&format!("lost-{n}"), 1)).await);
    }
    let head = "SELECT commit_number FROM ledger_head";
    until("the mark has the last commit", async || marked(&ledger) == pair.number(&pair.primary, head)).await;
    server.signal(Signal::STOP);
    pair.primary.crash();
    pair.standby.restart();
    pair.standby.promote();
    let url = pair.at(&pair.standby);
    execute(&url, "UPDATE ledger_head SET commit_number = commit_number + 1000");
    // The comparison reads this table; single transfers do not.
    let locked = pair.lock(&pair.standby, "batch");
    pair.is_locked(&pair.standby, "batch").await;
    let commits = pair.number(&pair.standby, head);
    server.signal(Signal::CONT);
    for n in 0..3 {
        assert_eq!(sender.send(&entry(&format!("new-{n}"), 1)).await, Heard::Doubt, "{}", server.said());
    }
    assert_eq!(pair.number(&pair.standby, head), commits, "nothing was written");
    let end = "SELECT pg_terminate_backend(pid) FROM pg_locks
               WHERE relation = 'batch'::regclass AND granted AND mode = 'AccessExclusiveLock'";
    execute(&url, end);
    locked.join().unwrap();
    let behind = Heard::Refused("LEDGER_BEHIND".to_owned());
    assert_eq!(heard(&sender, &entry("new-0", 1)).await, behind, "{}", server.said());
    assert_eq!(pair.number(&pair.standby, head), commits, "nothing was written");
}

/// The standby lacks transfers up to `lost`, and the server is still running.
async fn refuses_until_the_loss_is_accepted(
    pair: &Pair,
    ledger: &Ledger,
    server: &Server,
    sender: &Sender,
    lost: i64,
) {
    let head = "SELECT commit_number FROM ledger_head";
    let behind = Heard::Refused("LEDGER_BEHIND".to_owned());
    let commits = pair.number(&pair.standby, head);
    for key in ["lost-0", "new"] {
        assert_eq!(heard(sender, &entry(key, 1)).await, behind, "{}", server.said());
    }
    until("the loss was noticed", async || server.said().contains("lost commits")).await;
    let deposit = ["deposit", "--account", "A1", "--amount", "1.00"];
    for refused in [&deposit[..], &["serve", "--listen", "127.0.0.1:0"]] {
        let output = ledger.command(refused).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.code() == Some(1) && said.contains("LEDGER_BEHIND"), "{refused:?} {output:?}");
    }
    let verified = ledger.command(&["verify"]).output().unwrap();
    let said = String::from_utf8_lossy(&verified.stdout);
    assert!(verified.status.code() == Some(2) && said.contains("head_mark"), "{verified:?}");
    assert_eq!(pair.number(&pair.standby, head), commits, "nothing was written");

    ledger.ok(&["accept-loss", "--reason", "the standby lacked the last transfers"]);
    // The running server notices and continues. A lost transfer is made again, under a number never used
    // before.
    let again = async |key: &str| heard(sender, &entry(key, 1)).await;
    let begun = std::time::Instant::now();
    while again("lost-0").await == behind {
        assert!(begun.elapsed() < LONG, "the server does not continue: {}", server.said());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for key in ["lost-0", "new"] {
        assert!(moved(&again(key).await) > lost);
    }
    ledger.verified();
}
