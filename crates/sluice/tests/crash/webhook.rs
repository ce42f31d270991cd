//! SIGKILL before and after an attempt is recorded: no event is lost, and one that arrives again has the same id.

use crate::ledger::Ledger;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use testkit::binary::with_failpoints;

/// The point, and how many times it is passed before.
const KILLS: [(&str, u32); 4] =
    [("webhook_sent", 0), ("webhook_settled", 0), ("webhook_sent", 1), ("webhook_settled", 1)];
/// Tests that are requested before each kill.
const EVENTS: usize = 3;

fn with_key(mut command: Command) -> Command {
    command.env("SLUICE_MASTER_KEY", "5a".repeat(32)).env("SLUICE_WEBHOOK_NETWORKS", "127.0.0.0/8");
    command
}

/// A receiver that answers 204, and how often each id has arrived.
fn receiver() -> (String, Arc<Mutex<BTreeMap<String, usize>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let arrived: Arc<Mutex<BTreeMap<String, usize>>> = Arc::default();
    let all = arrived.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, mut bytes, mut part) = (stream.unwrap(), Vec::new(), [0_u8; 4_096]);
            while !bytes.ends_with(b"}") {
                match stream.read(&mut part) {
                    Ok(read) if read > 0 => bytes.extend_from_slice(&part[..read]),
                    _ => break,
                }
            }
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let id = text.lines().find_map(|line| line.strip_prefix("webhook-id: "));
            if let Some(id) = id {
                *all.lock().unwrap().entry(id.to_owned()).or_default() += 1;
            }
            drop(stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n"));
        }
    });
    (url, arrived)
}

fn ok(ledger: &Ledger, args: &[&str]) -> serde_json::Value {
    let output = with_key(ledger.command(args)).output().unwrap();
    assert!(output.status.success(), "{args:?}: {output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Works until nothing waits.
fn deliver(ledger: &Ledger) {
    let mut worker = with_key(ledger.command(&["work"])).spawn().unwrap();
    let begun = Instant::now();
    loop {
        let all = ok(ledger, &["webhook", "deliveries", "hook_1", "--limit", "1000"]);
        let all = all["deliveries"].as_array().unwrap().clone();
        if all.len() == KILLS.len() * EVENTS && all.iter().all(|one| one["state"] == "delivered") {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{all:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
    worker.kill().unwrap();
    worker.wait().unwrap();
}

#[test]
fn a_kill_around_an_attempt_loses_no_event() {
    assert!(with_failpoints().is_some(), "SLUICE_BIN must name a binary with the feature `failpoints`");
    let folder = tempfile::tempdir().unwrap();
    let (ledger, _) = Ledger::with_batch(folder.path(), 1);
    let (url, arrived) = receiver();
    ok(&ledger, &["webhook", "add", &url, "--event", "batch.finished"]);
    for (point, passing) in KILLS {
        for _ in 0..EVENTS {
            ok(&ledger, &["webhook", "test", "hook_1"]);
        }
        let armed = format!("{point}={passing}*off->return");
        let killed = with_key(ledger.command(&["work"])).env("FAILPOINTS", &armed).output().unwrap();
        assert_eq!(killed.status.signal(), Some(9), "{point}: {killed:?}");
    }
    deliver(&ledger);
    let arrived = arrived.lock().unwrap();
    assert_eq!(arrived.len(), KILLS.len() * EVENTS, "{arrived:?}");
    let again: usize = arrived.values().map(|times| times - 1).sum();
    assert!(again >= 2, "what was sent and not recorded is sent again: {arrived:?}");
    ledger.verified();
}
