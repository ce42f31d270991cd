//! SIGKILL while transfers come from many connections: whatever was answered stands once, what was refused
//! moved nothing, and what got no answer has one effect when it is sent again under its key. The mark of the head is
//! beside the data, and no kill, not even of a server that is about to start, makes it refuse the next start.

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

/// Sources that pay, each from a connection of its own.
pub const SOURCES: usize = 12;

/// Requests from all sources at once while something happens to the server.
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

/// Kills of one ledger; then a new one, so that each look at it stays short.
const KILLS_OF_A_LEDGER: u64 = 10;

/// What happened to the servers on one ledger.
#[derive(Debug, Default)]
struct Counts {
    kills: u64,
    kills_at_start: u64,
    requests: usize,
    in_doubt: usize,
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_kill_what_was_answered_stands_once_and_what_was_not_can_be_asked_again() {
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
        // The first one is killed when it has answered for sure.
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
        // The same server again, whatever its mark says: every request is sent once more under its key.
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

/// The mark says that a kill was the end, and that nothing is lost.
fn is_unclean(ledger: &Ledger) {
    let text = std::fs::read_to_string(ledger.path().join("data.sluice-mark")).unwrap();
    let mark = &serde_json::from_str::<Json>(&text).unwrap()["mark"];
    assert_eq!((&mark["clean"], &mark["behind"]), (&Json::Bool(false), &Json::Bool(false)), "{mark}");
    assert!(mark["commit"].as_i64().unwrap() > 0, "{mark}");
}

/// Starts a server and kills it a moment later, at whatever step of its start it then is.
fn killed_at_start(ledger: &Ledger, after: Duration) {
    let mut command = ledger.command(&["serve", "--listen", "127.0.0.1:0"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(after);
    child.kill().unwrap();
    let ended = child.wait().unwrap();
    assert_eq!(ended.signal(), Some(9), "it ended by itself: {ended}");
    ledger.verified();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_does_not_confirm_a_write_ends_the_server_with_74_and_nothing_answered_is_lost() {
    if Command::new("strace").arg("-V").output().is_err() {
        println!("left out: strace is not installed");
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
    // Each goes on until an answer stays out.
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

/// Each source has paid what was answered, and nothing else.
pub fn check(ledger: &Ledger, all: &[Entry]) {
    ledger.verified();
    let mut ids = HashSet::new();
    let mut total = 0;
    for source in 1..=SOURCES {
        let mut paid = 0;
        for entry in all.iter().filter(|entry| entry.source == source) {
            match &entry.heard {
                Heard::Moved(id) => {
                    assert!(ids.insert(id.clone()), "two requests have one transfer: {entry:?}");
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
