//! A node dies or freezes while it runs a batch: another takes over within ten seconds, and a node that wakes
//! up writes nothing and logs that it was fenced.

use crate::cluster::{Cluster, Worker};
use std::time::Duration;
use testkit::draw::Random;

const TEN_SECONDS: Duration = Duration::from_secs(10);
const ITEMS: u64 = 40_000;
const SETTLED: &str = "SELECT success_count FROM batch";
const OWNERS: &str = "SELECT epoch FROM lease WHERE kind = 1";

/// A batch that one worker is running, and a second, idle worker.
fn two_workers() -> (Cluster, Worker, Worker) {
    let mut cluster = Cluster::with_accounts(50);
    let batch = cluster.batch(&mut Random(3), 50, ITEMS);
    cluster.ok(&["batch", "start", &batch]);
    let first = cluster.worker();
    cluster.wait_for("the first chunks", TEN_SECONDS, SETTLED, |count| count > 500);
    let second = cluster.worker();
    cluster
        .wait_for("the second worker", TEN_SECONDS, "SELECT COUNT(*) FROM node WHERE worker = 1", |n| n == 2);
    (cluster, first, second)
}

fn ends_well(cluster: &Cluster) {
    let all = i64::try_from(ITEMS).unwrap();
    cluster.wait_for("the end", Duration::from_secs(120), "SELECT state FROM batch", |state| state == 8);
    assert_eq!(cluster.count(SETTLED), all);
    assert_eq!(cluster.count("SELECT COUNT(*) FROM transfer WHERE kind = 2"), all);
    cluster.verified();
}

#[test]
fn a_dead_node_is_replaced_within_ten_seconds() {
    let (cluster, first, second) = two_workers();
    drop(first);
    let epoch = cluster.count(OWNERS);
    let took = cluster.wait_for("the takeover", TEN_SECONDS, OWNERS, |now| now > epoch);
    println!("a dead node was replaced after {took:?}");
    ends_well(&cluster);
    assert!(second.stop());
}

#[test]
fn a_frozen_node_is_fenced_when_it_wakes_up() {
    let (cluster, first, second) = two_workers();
    first.freeze();
    let (epoch, settled) = (cluster.count(OWNERS), cluster.count(SETTLED));
    cluster.wait_for("the takeover", TEN_SECONDS, OWNERS, |now| now > epoch);
    cluster.wait_for("the batch to resume", TEN_SECONDS, SETTLED, |now| now > settled);
    first.thaw();
    let said = || i64::from(first.said().contains("fenced"));
    let begun = std::time::Instant::now();
    while said() == 0 {
        assert!(begun.elapsed() < TEN_SECONDS, "it never logged that it was fenced: {}", first.said());
        std::thread::sleep(Duration::from_millis(20));
    }
    ends_well(&cluster);
    assert!(first.stop() && second.stop());
}

#[test]
fn batches_spread_over_the_nodes() {
    let mut cluster = Cluster::with_accounts(50);
    let mut random = Random(5);
    let batches: Vec<String> = (0..4).map(|_| cluster.batch(&mut random, 50, 10_000)).collect();
    let workers: Vec<Worker> = (0..4).map(|_| cluster.worker()).collect();
    cluster.wait_for("four workers", TEN_SECONDS, "SELECT COUNT(*) FROM node WHERE worker = 1", |n| n == 4);
    batches.iter().for_each(|batch| drop(cluster.ok(&["batch", "start", batch])));
    let owners = "SELECT COUNT(DISTINCT owner) FROM lease WHERE kind = 1 AND owner <> ''";
    cluster.wait_for("four owners", TEN_SECONDS, owners, |n| n == 4);
    cluster.wait_for(
        "the end",
        Duration::from_secs(120),
        "SELECT COUNT(*) FROM batch WHERE state = 8",
        |n| n == 4,
    );
    workers.into_iter().for_each(|worker| assert!(worker.stop()));
    cluster.verified();
}

#[test]
fn a_stopped_worker_hands_its_batch_to_another() {
    let (cluster, first, second) = two_workers();
    assert!(first.stop());
    let others = "SELECT COUNT(*) FROM lease l JOIN node n ON n.name = l.owner";
    let took = cluster.wait_for("the handover", Duration::from_secs(3), others, |n| n == 1);
    println!("a batch was handed over after {took:?}");
    ends_well(&cluster);
    assert!(second.stop());
}

#[test]
fn workers_leave_imports_in_progress_alone() {
    let mut cluster = Cluster::with_accounts(200);
    let workers: Vec<Worker> = (0..2).map(|_| cluster.worker()).collect();
    let mut random = Random(9);
    for _ in 0..20 {
        cluster.batch(&mut random, 200, 2_000);
    }
    assert_eq!(cluster.count("SELECT COUNT(*) FROM item"), 40_000);
    assert_eq!(cluster.count("SELECT COUNT(*) FROM batch WHERE ready = 1 AND state = 3"), 20);
    workers.into_iter().for_each(|worker| assert!(worker.stop()));
    cluster.verified();
}
