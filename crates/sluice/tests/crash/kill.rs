//! SIGKILL while a batch of 20,000 items runs in chunks of 100: after each kill the ledger verifies, the next
//! start resumes by itself, and in the end every payee was paid exactly once.

use crate::ledger::Ledger;
use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ExitStatus, Stdio};
use std::time::Duration;
use testkit::binary::with_failpoints;
use testkit::draw::{Random, number};

const ITEMS: u32 = 20_000;
/// Each point, and how often a run passes it before the kill: fewer times than this. A run takes its lease once, and
/// only its first chunk is begun without having been decided ahead.
const POINTS: &[(&str, u64)] = &[
    ("lease_taken", 1),
    ("chunk_begun", 1),
    ("decided_ahead", 60),
    ("before_commit", 60),
    ("after_commit", 60),
];
const AT_RANDOM: &str = "random moment";

/// Starts the run armed to kill itself when it passes a point for the n-th time.
fn at_point(ledger: &Ledger, batch: &str, point: &str, passing: u64) -> ExitStatus {
    let armed = format!("{point}={passing}*off->return");
    quiet(ledger, batch, Some(&armed)).wait().unwrap()
}

/// Starts the run and kills it from outside after the given time, which the caller draws at random.
fn at_moment(ledger: &Ledger, batch: &str, after: Duration) -> ExitStatus {
    let mut child = quiet(ledger, batch, None);
    std::thread::sleep(after);
    drop(child.kill());
    child.wait().unwrap()
}

fn quiet(ledger: &Ledger, batch: &str, failpoints: Option<&str>) -> Child {
    let mut command = ledger.command(&["batch", "run", batch]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    if let Some(points) = failpoints {
        command.env("FAILPOINTS", points);
    }
    command.spawn().unwrap()
}

#[test]
fn a_killed_run_resumes_and_pays_every_payee_once() {
    let (kills, seed) = (number("SLUICE_KILLS", 20), number("SLUICE_SEED", 7));
    let named = with_failpoints().is_some();
    if !named {
        println!("SLUICE_BIN names no binary with failpoints: kills at random moments only");
    }
    let folder = tempfile::tempdir().unwrap();
    let (template, batch) = Ledger::with_batch(folder.path(), ITEMS);
    let points = if named { POINTS } else { &[] };
    let mut phases: BTreeMap<&str, u64> = points.iter().map(|(point, _)| (*point, 0)).collect();
    phases.insert(AT_RANDOM, 0);
    let (mut random, mut done, mut copies) = (Random(seed), 0, 0);
    let mut ledger = template.copy_to(&folder.path().join("copy-0"));
    while done < kills {
        // Where there were fewest, so that each has its share.
        let phase = phases.iter().min_by_key(|(_, kills)| **kills).map(|(phase, _)| *phase).unwrap();
        let status = match points.iter().find(|(point, _)| *point == phase) {
            Some((point, passings)) => at_point(&ledger, &batch, point, random.below(*passings)),
            None => at_moment(&ledger, &batch, Duration::from_millis(random.below(700))),
        };
        if status.signal() == Some(9) {
            done += 1;
            *phases.entry(phase).or_default() += 1;
            ledger.verified();
        } else {
            assert!(status.success(), "seed {seed}: the run ended with {status}");
        }
        if ledger.ok(&["batch", "status", &batch])["status"] == "completed" {
            ledger.settled(&batch, ITEMS);
            copies += 1;
            std::fs::remove_dir_all(&ledger.dir).unwrap();
            ledger = template.copy_to(&folder.path().join(format!("copy-{copies}")));
        }
    }
    ledger.ok(&["batch", "run", &batch]);
    ledger.settled(&batch, ITEMS);
    let share = kills / u64::try_from(phases.len()).unwrap();
    assert!(phases.values().all(|kills| *kills >= share), "{phases:?}");
    println!("{done} kills over {} batches, seed {seed}: {phases:?}", copies + 1);
}
