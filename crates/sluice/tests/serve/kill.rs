//! SIGKILL while transfers arrive over many connections: an answered request took effect once, a refused one
//! moved nothing, and an unanswered one takes effect once when retried under its key. The high-water mark is
//! kept next to the data, and no kill, not even during startup, makes it refuse the next start.

use crate::journal::{Entry, Heard, Sender};
use crate::server::Ledger;
use reqwest::Client;
use rustix::process::Signal;
use serde_json::Value as Json;
use std::collections::HashSet;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use testkit::draw::{Random, number};

/// Paying sources, each with its own client task.
pub const SOURCES: usize = 12;

/// Sends requests from all sources at once while something happens to the server.
pub async fn under_load(sender: &Sender, round: u64, kill: impl AsyncFnOnce()) -> Vec<Entry> {
    let stop = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = (1..=SOURCES)
        .map(|source| {
            let (sender, stop) = (sender.clone(), stop.clone());
            tokio::spawn(async move { sender.journal(round, source, stop).await })
        })
        .collect();
    kill().await;
    stop.store(true, Ordering::Relaxed);
    let mut entries = Vec::new();
    for client in clients {
        entries.extend(client.await.unwrap());
    }
    entries
}

/// Kills per ledger; then a new one, so that each check stays short.
const KILLS_OF_A_LEDGER: u64 = 10;

/// What happened to the servers.
#[derive(Debug, Default)]
struct Counts {
    kills: u64,
    kills_at_start: u64,
    requests: usize,
    in_doubt: usize,
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_kill_answered_requests_took_effect_once_and_unanswered_ones_can_be_retried() {
    let (kills, seed) = (number("SLUICE_KILLS", 3), number("SLUICE_SEED", 7));
    let (mut random, mut counts) = (Random(seed), Counts::default());
    while counts.kills < kills {
        let rounds = KILLS_OF_A_LEDGER.min(kills - counts.kills);
        killed_again_and_again(rounds, &mut random, &mut counts).await;
    }
    println!("seed {seed}: {counts:?}");
}

async fn killed_again_and_again(rounds: u64, random: &mut Random, counts: &mut Counts) {
    let ledger = Ledger::with_accounts(SOURCES + 1);
    let secret = ledger.key();
    let mut all = Vec::<Entry>::new();
    for round in 0..rounds {
        let mut server = ledger.serve(&[]);
        let sender = Sender { client: Client::new(), url: server.url.clone(), secret: secret.clone() };
        // The first server is killed late enough to have answered for sure.
        let moment = Duration::from_millis(random.below(600) + if round == 0 { 300 } else { 0 });
        let mut entries = under_load(&sender, round, async || {
            tokio::time::sleep(moment).await;
            server.signal(Signal::KILL);
            server.ended();
        })
        .await;
        drop(server);
        counts.kills += 1;
        is_unclean(&ledger);
        ledger.verified();
        killed_at_start(&ledger, Duration::from_millis(random.below(80)));
        counts.kills_at_start += 1;
        // A restart despite the unclean mark: every request is resent under its key.
        let mut server = ledger.serve(&[]);
        let sender = Sender { url: server.url.clone(), ..sender };
        for entry in &mut entries {
            let again = sender.send(entry).await;
            counts.in_doubt += usize::from(entry.heard == Heard::Doubt);
            assert!(
                again != Heard::Doubt && (entry.heard == Heard::Doubt || entry.heard == again),
                "{entry:?} {again:?}"
            );
            entry.heard = again;
        }
        server.signal(Signal::TERM);
        assert_eq!(server.ended().code(), Some(0), "{}", server.said());
        counts.requests += entries.len();
        all.extend(entries);
        check(&ledger, &all);
    }
}

/// The mark shows an unclean shutdown and no loss.
fn is_unclean(ledger: &Ledger) {
    let text = std::fs::read_to_string(ledger.path().join("data.sluice-mark")).unwrap();
    let mark = &serde_json::from_str::<Json>(&text).unwrap()["mark"];
    assert_eq!((&mark["clean"], &mark["behind"]), (&Json::Bool(false), &Json::Bool(false)), "{mark}");
    assert!(mark["commit"].as_i64().unwrap() > 0, "{mark}");
}

/// Starts a server and kills it shortly after, at whatever step of its startup.
fn killed_at_start(ledger: &Ledger, after: Duration) {
    let mut command = ledger.command(&["serve", "--listen", "127.0.0.1:0"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(after);
    child.kill().unwrap();
    let ended = child.wait().unwrap();
    assert_eq!(ended.signal(), Some(9), "it exited by itself: {ended}");
    ledger.verified();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_sync_ends_the_server_with_74_and_nothing_answered_is_lost() {
    if Command::new("strace").arg("-V").output().is_err() {
        println!("skipped: strace is not installed");
        return;
    }
    let ledger = Ledger::with_accounts(SOURCES + 1);
    let secret = ledger.key();
    let mut traced = Command::new("strace");
    traced.args(["-f", "-qq", "-e", "trace=fsync,fdatasync"]);
    traced.args(["-e", "inject=fsync,fdatasync:error=EIO:when=40", "-o"]).arg(ledger.path().join("trace"));
    traced.arg(env!("CARGO_BIN_EXE_sluice")).args(["--data", "data", "--json"]).current_dir(ledger.path());
    let mut server = ledger.serve_by(&mut traced, &[]);
    let sender = Sender { client: Client::new(), url: server.url.clone(), secret };
    // Each source keeps sending until an answer is missing.
    let mut entries = under_load(&sender, 0, async || assert_eq!(server.ended().code(), Some(74))).await;
    assert!(entries.iter().any(|entry| matches!(entry.heard, Heard::Moved(_))), "{}", server.said());
    assert!(entries.iter().any(|entry| entry.heard == Heard::Doubt), "{}", server.said());
    ledger.verified();
    let server = ledger.serve(&[]);
    let sender = Sender { url: server.url.clone(), ..sender };
    for entry in &mut entries {
        let again = sender.send(entry).await;
        assert!(entry.heard == Heard::Doubt || entry.heard == again, "{entry:?} {again:?}");
        entry.heard = again;
    }
    check(&ledger, &entries);
}

/// Asserts that each source has paid exactly the answered transfers.
pub fn check(ledger: &Ledger, all: &[Entry]) {
    ledger.verified();
    let mut ids = HashSet::new();
    let mut total = 0;
    for source in 1..=SOURCES {
        let mut paid = 0;
        for entry in all.iter().filter(|entry| entry.source == source) {
            match &entry.heard {
                Heard::Moved(id) => {
                    assert!(ids.insert(id.clone()), "two requests share a transfer: {entry:?}");
                    paid += entry.cents;
                }
                Heard::Refused(code) => assert_eq!(code, "INSUFFICIENT_BALANCE", "{entry:?}"),
                Heard::Doubt => panic!("{entry:?}"),
            }
        }
        total += paid;
        assert_eq!(ledger.balance(&format!("A{source}")), major(100_000 - paid));
    }
    assert_eq!(ledger.balance("A0"), major(100_000 + total));
    assert!(total > 0);
}

fn major(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}
