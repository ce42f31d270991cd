//! Four workers, many batches of 5,000 items in chunks of 100 over 500 shared accounts, while workers are killed and
//! frozen at random.

use crate::cluster::{Cluster, Worker};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use testkit::draw::{Random, number};

const ACCOUNTS: u64 = 500;
const ITEMS: u64 = 5_000;
/// A round that takes longer has left a batch unfinished.
const ROUND: Duration = Duration::from_secs(300);

/// The batches of a round: eight at `SLUICE_SCALE=small`, else twenty.
fn batches() -> i64 {
    if std::env::var("SLUICE_SCALE").is_ok_and(|scale| scale == "small") { 8 } else { 20 }
}

/// A worker that stays frozen until the given moment.
struct Frozen {
    until: Instant,
    worker: Worker,
}

#[test]
fn killed_and_frozen_workers_settle_every_item_once() {
    let (rounds, seed) = (number("SLUICE_ROUNDS", 5), number("SLUICE_SEED", 11));
    let mut cluster = Cluster::with_accounts(ACCOUNTS);
    let (mut random, mut done) = (Random(seed), BTreeMap::<&str, u64>::new());
    let begun = Instant::now();
    for round in 1..=rounds {
        let batches: Vec<String> =
            (0..batches()).map(|_| cluster.batch(&mut random, ACCOUNTS, ITEMS)).collect();
        let mut workers: Vec<Worker> = (0..4).map(|_| cluster.worker()).collect();
        for batch in &batches {
            cluster.ok(&["batch", "start", batch]);
        }
        storm(&mut cluster, &mut workers, &mut random, &mut done, seed);
        for worker in workers {
            assert!(worker.stop(), "seed {seed} round {round}: a worker exited with an error");
        }
        settled(&cluster, i64::try_from(round).unwrap());
    }
    println!("{rounds} rounds in {:?}, seed {seed}: {done:?}", begun.elapsed());
}

/// Kills or freezes a worker every 0.3 to 2.5 s until every batch has ended. A frozen worker holds its locks
/// for about five seconds, until the other workers end its sessions; more frequent freezes would only test
/// waiting.
fn storm(
    cluster: &mut Cluster,
    workers: &mut Vec<Worker>,
    random: &mut Random,
    done: &mut BTreeMap<&'static str, u64>,
    seed: u64,
) {
    let (begun, mut frozen) = (Instant::now(), Vec::<Frozen>::new());
    while cluster.count("SELECT COUNT(*) FROM batch WHERE state NOT IN (8, 9, 10)") > 0 {
        assert!(begun.elapsed() < ROUND, "seed {seed}: batches did not finish");
        std::thread::sleep(Duration::from_millis(300 + random.below(2_200)));
        let (over, still): (Vec<_>, Vec<_>) =
            frozen.drain(..).partition(|one: &Frozen| one.until < Instant::now());
        frozen = still;
        for one in over {
            one.worker.thaw();
            workers.push(one.worker);
        }
        if workers.is_empty() {
            continue;
        }
        let place = usize::try_from(random.below(u64::try_from(workers.len()).unwrap())).unwrap();
        let worker = workers.swap_remove(place);
        if random.below(2) == 0 {
            drop(worker);
            *done.entry("killed").or_default() += 1;
            workers.push(cluster.worker());
        } else {
            worker.freeze();
            *done.entry("frozen").or_default() += 1;
            let until = Instant::now() + Duration::from_millis(500 + random.below(8_000));
            frozen.push(Frozen { until, worker });
        }
    }
    for one in frozen {
        one.worker.thaw();
        workers.push(one.worker);
    }
}

fn settled(cluster: &Cluster, rounds: i64) {
    let items = rounds * batches() * i64::try_from(ITEMS).unwrap();
    assert_eq!(cluster.count("SELECT COUNT(*) FROM batch WHERE state = 8"), rounds * batches());
    assert_eq!(cluster.count("SELECT COUNT(*) FROM item_now WHERE state = 4"), items);
    assert_eq!(cluster.count("SELECT COUNT(*) FROM transfer WHERE kind = 2 AND status = 1"), items);
    cluster.verified();
}
