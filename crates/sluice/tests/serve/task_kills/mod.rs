//! SIGKILL and cancelling at random moments while a server imports and exports, in a file and on a PostgreSQL server: no
//! half-visible batch, no half file, no row twice; the task continues after a kill and leaves nothing when it is cancelled.
//!
//! `SLUICE_TASK_KILLS` sets the number of kills and of cancels, each on both (2 by default, 50 before a release), and
//! `SLUICE_SEED` replays their moments. From 10 on, and with a binary that has failpoints (`SLUICE_BIN`), every third
//! kill is at a named step instead.

mod world;

use crate::server::Ledger;
use rustix::process::Signal;
use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::time::{Duration, Instant};
use testkit::binary::with_failpoints;
use testkit::draw::{Random, number};
use testkit::postgres::Postgres;
use world::{Kind, World};

/// The named steps, and how often one passes each before the kill.
const STEPS: [(Kind, &str, u32); 11] = [
    (Kind::Import, "task_taken", 0),
    (Kind::Export, "task_taken", 0),
    (Kind::Import, "import_page", 0),
    (Kind::Export, "task_file_stored", 0),
    (Kind::Import, "import_page", 1),
    (Kind::Export, "task_file_known", 0),
    (Kind::Import, "import_completed", 0),
    (Kind::Export, "task_done", 0),
    (Kind::Import, "task_done", 0),
    (Kind::Export, "task_ended", 0),
    (Kind::Import, "task_ended", 0),
];

/// Kills while tasks run, and what they met.
struct Kills {
    world: World,
    random: Random,
    /// How long an undisturbed task of a kind takes.
    usual: BTreeMap<Kind, Duration>,
    met: BTreeMap<String, u64>,
}

impl Kills {
    async fn new(ledger: Ledger, seed: u64) -> Self {
        let mut world = World::new(ledger).await;
        let mut usual = BTreeMap::new();
        for kind in [Kind::Import, Kind::Export] {
            let begun = Instant::now();
            let task = world.start(kind).await;
            assert_eq!(world.ended(task).await, "completed", "{kind:?}");
            usual.insert(kind, begun.elapsed());
            world.completed(task, kind).await;
        }
        Self { world, random: Random(seed), usual, met: BTreeMap::new() }
    }

    /// A moment while a task runs, or shortly after.
    fn moment(&mut self, kind: Kind) -> Duration {
        let usual = u64::try_from(self.usual[&kind].as_micros()).unwrap();
        Duration::from_micros(self.random.below(usual * 11 / 10 + 1))
    }

    fn count(&mut self, what: &str) {
        *self.met.entry(what.to_owned()).or_default() += 1;
    }

    async fn kill(&mut self, kind: Kind) {
        let task = self.world.start(kind).await;
        tokio::time::sleep(self.moment(kind)).await;
        self.world.server.signal(Signal::KILL);
        assert_eq!(self.world.server.ended().signal(), Some(9));
        self.continues(task, kind).await;
    }

    async fn kill_at(&mut self, (kind, step, passed): (Kind, &str, u32)) {
        self.world.restart(Some(&format!("{step}={passed}*off->return")));
        let task = self.world.start(kind).await;
        assert_eq!(self.world.server.ended().signal(), Some(9), "{step}: {}", self.world.server.said());
        self.continues(task, kind).await;
    }

    /// After a kill: nothing is half there, and the task continues to its end.
    async fn continues(&mut self, task: i64, kind: Kind) {
        self.world.whole();
        self.world.ledger.verified();
        let left = self.world.state(task);
        self.count(&format!("killed {kind:?} {left}"));
        self.world.restart(None);
        assert_eq!(self.world.ended(task).await, "completed", "{kind:?}: {}", self.world.server.said());
        self.world.completed(task, kind).await;
    }

    async fn cancel(&mut self, kind: Kind) {
        let task = self.world.start(kind).await;
        tokio::time::sleep(self.moment(kind)).await;
        self.world.cancel(task).await;
        let ended = self.world.ended(task).await;
        self.count(&format!("cancelled {kind:?} {ended}"));
        match ended {
            "completed" => self.world.completed(task, kind).await,
            "cancelled" => self.world.left_nothing(task).await,
            other => panic!("{kind:?} {other}: {}", self.world.server.said()),
        }
        self.world.whole();
    }
}

async fn killed_and_cancelled(ledger: Ledger) {
    let (rounds, seed) = (number("SLUICE_TASK_KILLS", 2), number("SLUICE_SEED", 7));
    let mut kills = Kills::new(ledger, seed).await;
    let at_steps = rounds >= 10 && with_failpoints().is_some();
    let (mut kinds, mut steps) =
        ([Kind::Import, Kind::Export].into_iter().cycle(), STEPS.into_iter().cycle());
    for round in 1..=rounds {
        match steps.next().filter(|_| at_steps && round % 3 == 0) {
            Some(step) => kills.kill_at(step).await,
            None => kills.kill(kinds.next().unwrap()).await,
        }
    }
    for _ in 0..rounds {
        kills.cancel(kinds.next().unwrap()).await;
    }
    kills.world.swept().await;
    println!("seed {seed}: {:?}, undisturbed {:?}", kills.met, kills.usual);
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_that_are_killed_or_cancelled_leave_nothing_half_done_in_a_file() {
    killed_and_cancelled(Ledger::with_accounts(2)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_that_are_killed_or_cancelled_leave_nothing_half_done_on_a_database_server() {
    let server = Postgres::shared();
    killed_and_cancelled(Ledger::on_server(server.database(), 2)).await;
}
